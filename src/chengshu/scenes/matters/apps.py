"""Service matters and powers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Scene


class Matters(Scene):
    title = _("Service matters and powers")
    owner = "data-bureau"
    stage = "pilot"
    uses = ("cases", "inbox", "indicators", "registers", "services")
