from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Scene


class Supervision(Scene):
    title = _("Service supervision")
    owner = "data-bureau"
    stage = "pilot"
    uses = ("cases", "indicators", "registers", "services")
