"""The place of this scene in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.navigation import Entry, Group, contribute

contribute(
    Entry(
        Group("sample", _("Samples"), 80), _("Notes to a unit"), "sample:notes", "sample.view", icon="inbox"
    )
)
