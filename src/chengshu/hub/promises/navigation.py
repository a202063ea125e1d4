"""The menu of the promises; each page's module names its own entries."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.navigation import Entry, Group, contribute

PROMISES = Group("promises", _("Budget performance"), 10)

contribute(
    Entry(PROMISES, _("Promise board"), "promises:board", "promises.view", 10),
    Entry(PROMISES, _("Find promises"), "promises:find", "promises.view", 20),
    Entry(PROMISES, _("Compare versions"), "promises:compare", "promises.view", 30),
)
