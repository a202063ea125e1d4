from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Hub


class Desk(Hub):
    title = _("Design desk")
    owner = "hub"
