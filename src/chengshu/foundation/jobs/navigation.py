"""The menu entry of long work."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.doors import Door
from chengshu.foundation.http.navigation import Entry, Group, contribute

MINE = Group("mine", _("My things"), 80)

contribute(Entry(MINE, _("My long work"), "jobs:my_work", Door.SIGNED_IN, 10))
