"""Menu of the indicators."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.navigation import Entry, Group, contribute

INDICATORS = Group("promises", _("Budget performance"), 10)

contribute(Entry(INDICATORS, _("Platform indicators"), "indicators:list", "indicators.view", 12, "chart"))
