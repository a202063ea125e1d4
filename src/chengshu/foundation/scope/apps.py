from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Foundation


class Scope(Foundation):
    title = _("Data scope")
    owner = "foundation"
