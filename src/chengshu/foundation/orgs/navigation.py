from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.doors import Door
from chengshu.foundation.http.navigation import ADMINISTRATION, Entry, contribute

contribute(
    Entry(ADMINISTRATION, _("Organisation"), "orgs:tree", Door.SIGNED_IN, 40, "org"),
    Entry(ADMINISTRATION, _("Roles"), "orgs:roles", Door.SIGNED_IN, 50, "lock"),
    Entry(ADMINISTRATION, _("Who may do what"), "orgs:powers", "orgs.view_powers", 60, "eye"),
)
