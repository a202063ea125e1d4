from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Scene


class Approvals(Scene):
    title = _("Approvals")
    owner = "data-bureau"
    stage = "pilot"
    uses = ("cases", "registers", "services", "indicators")
