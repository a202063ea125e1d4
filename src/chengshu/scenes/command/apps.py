from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Scene


class Command(Scene):
    title = _("Command and duty")
    owner = "city-operation-centre"
    stage = "pilot"
    uses = ("indicators", "notices")
