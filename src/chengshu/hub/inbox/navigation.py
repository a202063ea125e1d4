"""The place of the inbox in the menu: first, because it is where the day begins."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.navigation import Entry, Group, contribute

WORK = Group("work", _("Work"), 5)

contribute(
    Entry(WORK, _("My work"), "inbox:work", "cases.view", 10, "inbox"),
    Entry(WORK, _("File a case"), "inbox:start", "cases.open_case", 20, "plus"),
    Entry(WORK, _("Running of cases"), "inbox:operations", "cases.view_operations", 30, "chart"),
)
