from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.navigation import Entry, Group, contribute

COCKPIT = Group("cockpit", _("Cockpit"), 8)

contribute(
    Entry(COCKPIT, _("Views of the cockpit"), "cockpit:list", "cockpit.view", 10, "eye"),
    Entry(COCKPIT, _("Map of devices"), "cockpit:map", "streams.view", 20, "globe"),
    Entry(COCKPIT, _("Scores of vital signs"), "cockpit:scores", "cockpit.view", 30, "chart"),
)
