from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Hub


class Services(Hub):
    title = _("Matters and applications")
    owner = "hub"
    open_tables = {
        "services_lookupattempt": "written after a refused look-up was rolled back; holds keyed digests only"
    }
