"""The places of this part in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.doors import Door
from chengshu.foundation.http.navigation import Entry, Group, contribute
from chengshu.scenes.approvals.construction.pages.projects import VIEW

CONSTRUCTION = Group("construction", _("Construction projects"), 42)

contribute(
    Entry(CONSTRUCTION, _("Construction projects"), "approvals:projects", VIEW, 10, icon="board"),
    Entry(CONSTRUCTION, _("Visits and meetings"), "approvals:visits", VIEW, 20, icon="calendar"),
    Entry(CONSTRUCTION, _("Experts"), "approvals:experts", VIEW, 30, icon="users"),
    Entry(CONSTRUCTION, _("Notices of projects"), "approvals:notice_desk", VIEW, 40, icon="bell"),
    Entry(CONSTRUCTION, _("Public notices"), "approvals:notices", Door.PUBLIC, 50, icon="globe"),
)
