"""Menu of devices and alarms."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.navigation import Entry, Group, contribute

DEVICES = Group("streams", _("Devices"), 40)

contribute(Entry(DEVICES, _("Alarms"), "streams:alarms", "streams.view", 20, "bell"))
