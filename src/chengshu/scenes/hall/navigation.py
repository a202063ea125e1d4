"""The counter's place in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.navigation import Entry, Group, contribute

HALL = Group("hall", _("Service hall"), 7)

contribute(
    Entry(HALL, _("Counter"), "hall:counter", "hall.view", 10, "inbox"),
    Entry(HALL, _("To hand out"), "hall:results", "hall.view", 20, "check"),
    Entry(HALL, _("Hand-overs"), "hall:hand_overs", "hall.view", 30, "next"),
)
