from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Foundation


class Papers(Foundation):
    title = _("Printed forms")
    owner = "foundation"
