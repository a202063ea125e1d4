from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Foundation


class Identity(Foundation):
    title = _("Accounts")
    owner = "foundation"
