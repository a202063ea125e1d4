"""The places of this part in the menu."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.navigation import Entry, Group, contribute

APPROVALS: Final = Group("approvals", _("Approvals"), 30)

contribute(
    Entry(APPROVALS, _("Clocks by matter"), "approvals:clocks", "approvals.view", 10, icon="clock"),
    Entry(APPROVALS, _("Pledges to check"), "approvals:pledges", "approvals.view", 20, icon="check"),
    Entry(APPROVALS, _("Deferred materials"), "approvals:deferrals", "approvals.view", 30, icon="inbox"),
    Entry(APPROVALS, _("Licences"), "approvals:licences", "approvals.view", 40, icon="file"),
    Entry(APPROVALS, _("Credit notes"), "approvals:credit_notes", "approvals.view", 50, icon="alert"),
)
