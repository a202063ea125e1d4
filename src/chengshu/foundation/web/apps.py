from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Foundation


class Web(Foundation):
    title = _("Web shell")
    owner = "foundation"
