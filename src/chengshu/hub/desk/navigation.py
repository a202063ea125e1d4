from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.navigation import Entry, Group, contribute

DESIGN = Group("design", _("Process design"), 40)

contribute(Entry(DESIGN, _("Design desk"), "desk:models", "desk.view", 10, "org"))
