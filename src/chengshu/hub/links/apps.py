from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Hub


class Links(Hub):
    title = _("Links between events and calls")
    owner = "hub"
