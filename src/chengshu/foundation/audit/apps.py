from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Foundation


class Audit(Foundation):
    title = _("Audit")
    owner = "foundation"
    open_tables: ClassVar[dict[str, str]] = {
        "audit_auditentry": "refusals are recorded outside actions; the application may only add and read",
        "audit_auditanchor": "anchors are taken by the clock; the application may only add and read",
        "audit_auditcheckpoint": "written by the owner; one that our key did not sign does not count",
    }
