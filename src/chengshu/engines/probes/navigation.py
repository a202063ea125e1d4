"""The place of probes in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.navigation import Entry, Group, contribute

PROBES = Group("probes", _("Probes"), 66)

contribute(
    Entry(PROBES, _("State of targets"), "probes:board", "probes.view", 10, icon="target"),
    Entry(PROBES, _("Availability of targets"), "probes:availability", "probes.view", 20, icon="board"),
    Entry(PROBES, _("Announced maintenance"), "probes:maintenance", "probes.view", 30, icon="calendar"),
    Entry(PROBES, _("Secrets of checks"), "probes:secrets", "probes.keep_secret", 40, icon="shield"),
)
