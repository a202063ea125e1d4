from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Scene


class Portal(Scene):
    title = _("Public portal")
    owner = "data-bureau"
    stage = "pilot"
    uses = ("cases", "registers", "services")
