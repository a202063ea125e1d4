from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.navigation import ADMINISTRATION, Entry, contribute

contribute(Entry(ADMINISTRATION, _("Audit"), "audit:entries", "audit.view", 10, "shield"))
