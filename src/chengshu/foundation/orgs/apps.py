from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Foundation


class Orgs(Foundation):
    title = _("Organisation")
    owner = "foundation"
    open_tables: ClassVar[dict[str, str]] = {
        "orgs_powersstamp": "one counter that grows with every change of powers; it says nothing about them",
    }
