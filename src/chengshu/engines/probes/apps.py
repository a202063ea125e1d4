from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Engine


class Probes(Engine):
    title = _("Probes and availability")
    owner = "engines"
