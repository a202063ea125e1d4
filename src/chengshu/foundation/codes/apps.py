from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Foundation


class Codes(Foundation):
    title = _("Codes")
    owner = "foundation"
