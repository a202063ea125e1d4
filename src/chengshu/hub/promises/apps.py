from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Hub


class Promises(Hub):
    title = _("Budget performance")
    owner = "hub"
