from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Engine


class Indicators(Engine):
    title = _("Indicators")
    owner = "engines"
