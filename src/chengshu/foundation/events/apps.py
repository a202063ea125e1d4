from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Foundation


class Events(Foundation):
    title = _("Events")
    owner = "foundation"
