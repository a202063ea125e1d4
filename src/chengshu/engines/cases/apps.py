from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Engine


class Cases(Engine):
    title = _("Cases")
    owner = "engines"
