"""The menu of the promises; each page's module names its own entries."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.navigation import Group

PROMISES = Group("promises", _("Budget performance"), 10)
