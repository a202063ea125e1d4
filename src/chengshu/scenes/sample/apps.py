from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Scene


class Sample(Scene):
    title = _("Notes to a unit")
    owner = "foundation"
    stage = "draft"
    uses = ("cases", "cockpit", "indicators", "registers")
