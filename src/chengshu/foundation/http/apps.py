from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Foundation


class Http(Foundation):
    title = _("HTTP")
    owner = "foundation"
