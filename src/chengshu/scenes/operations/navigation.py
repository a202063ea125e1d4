"""The place of this scene in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.navigation import Entry, Group, contribute

OPERATIONS = Group("operations", _("Operation and maintenance"), 55)

for _order, (_title, _route, _opens, _icon) in enumerate(
    (
        (_("Report a fault"), "operations:report_fault", "operations.report_fault", "alert"),
        (_("Tickets"), "operations:tickets", "operations.view", "inbox"),
        (_("Inspection rounds"), "operations:rounds", "operations.view", "check"),
        (_("Contracts"), "operations:contracts", "operations.view", "file"),
        (_("Deliverables"), "operations:deliverables", "operations.view", "file"),
        (_("Load proofs"), "operations:loads", "operations.view", "chart"),
        (_("Resources"), "operations:resources", "operations.view", "board"),
        (_("Fault phone"), "operations:calls", "operations.view", "users"),
        (_("Problems"), "operations:problems", "operations.view", "search"),
    )
):
    contribute(Entry(OPERATIONS, _title, _route, _opens, 10 * (_order + 1), icon=_icon))
