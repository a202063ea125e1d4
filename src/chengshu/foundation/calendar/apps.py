from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Foundation


class Calendar(Foundation):
    title = _("Working-day calendar")
    owner = "foundation"
