from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Foundation


class Orgs(Foundation):
    title = _("Organisation")
    owner = "foundation"
