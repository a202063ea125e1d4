from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Scene


class Hall(Scene):
    title = _("Service hall")
    owner = "service-centre"
    stage = "pilot"
    uses = ("indicators", "registers", "services")
