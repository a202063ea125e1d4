from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Hub


class Inbox(Hub):
    title = _("Inbox")
    owner = "hub"
