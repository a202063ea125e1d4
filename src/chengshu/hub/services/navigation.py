"""The place of applications in the menu: beside the day's work."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.navigation import Entry, Group, contribute

contribute(
    Entry(
        Group("work", _("Work"), 5), _("Applications"), "services:applications", "services.view", 15, "file"
    )
)
