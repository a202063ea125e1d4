from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.navigation import Entry, contribute
from chengshu.hub.inbox.navigation import WORK

contribute(Entry(WORK, _("Notices to posts"), "notices:list", "notices.view", 40, "bell"))
