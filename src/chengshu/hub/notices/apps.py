from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Hub


class Notices(Hub):
    title = _("Notices to posts")
    owner = "hub"
