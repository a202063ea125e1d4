from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Hub


class Catalogue(Hub):
    title = _("Catalogue")
    owner = "hub"
