from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Engine


class Registers(Engine):
    title = _("Registers and forms")
    owner = "engines"
