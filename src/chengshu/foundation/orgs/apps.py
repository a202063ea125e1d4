from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Foundation


class Orgs(Foundation):
    title = _("Organisation")
    owner = "foundation"
    open_tables = {"orgs_powersstamp": "a counter that every change of powers advances"}
