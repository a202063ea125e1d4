"""The place of devices and alarms in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.navigation import Entry, Group, contribute

DEVICES = Group("devices", _("Devices"), 65)

contribute(
    Entry(DEVICES, _("Devices"), "streams:devices", "streams.view", 10, icon="target"),
    Entry(DEVICES, _("Alarms"), "streams:alarms", "streams.view", 15, icon="bell"),
    Entry(DEVICES, _("Maintenance windows"), "streams:maintenance", "streams.view", 16, icon="calendar"),
    Entry(DEVICES, _("Device groups"), "streams:groups", "streams.view", 18, icon="archive"),
    Entry(DEVICES, _("Report of devices"), "streams:report", "streams.view", 17, icon="board"),
    Entry(DEVICES, _("Thing models"), "streams:models", "streams.view", 20, icon="board"),
    Entry(DEVICES, _("Quarantine"), "streams:quarantine", "streams.view", 30, icon="shield"),
    Entry(DEVICES, _("Intake"), "streams:intake", "streams.view", 35, icon="upload"),
    Entry(DEVICES, _("Onboard devices"), "streams:onboard", "streams.onboard_devices", 40, icon="upload"),
)
