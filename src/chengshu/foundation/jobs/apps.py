from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Foundation


class Jobs(Foundation):
    title = _("Jobs")
    owner = "foundation"
