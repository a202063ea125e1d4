from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Scene


class Operations(Scene):
    title = _("Operation and maintenance")
    owner = "data-bureau"
    stage = "pilot"
    uses = ("cases", "indicators", "registers")
