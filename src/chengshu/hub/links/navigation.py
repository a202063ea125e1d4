from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.navigation import Entry, contribute
from chengshu.hub.desk.navigation import DESIGN

contribute(Entry(DESIGN, _("Links"), "links:list", "links.view", 20, "link"))
