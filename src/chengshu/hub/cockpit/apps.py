from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Hub


class Cockpit(Hub):
    title = _("Cockpit")
    owner = "hub"
