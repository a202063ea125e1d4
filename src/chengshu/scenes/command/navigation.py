"""The place of this scene in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.navigation import Entry, Group, contribute

COMMAND = Group("command", _("Command and duty"), 50)

for _order, (_title, _route, _opens, _icon) in enumerate(
    (
        (_("Events"), "command:events", "command.view", "alert"),
        (_("Plans"), "command:plans", "command.view", "file"),
        (_("Plans under way and drills"), "command:runs", "command.view", "check"),
        (_("Instructions"), "command:instructions", "command.view_instructions", "bell"),
        (_("On duty"), "command:duty", "command.view", "users"),
        (_("Duty roster"), "command:roster", "command.view", "calendar"),
        (_("Shift log"), "command:log", "command.view", "pen"),
        (_("Situation reports"), "command:reports", "command.view", "chart"),
    )
):
    contribute(Entry(COMMAND, _title, _route, _opens, 10 * (_order + 1), icon=_icon))
