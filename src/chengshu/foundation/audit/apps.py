from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Foundation


class Audit(Foundation):
    title = _("Audit")
    owner = "foundation"
