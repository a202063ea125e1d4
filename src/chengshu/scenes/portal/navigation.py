"""The portal in the menu: public, and one's own applications for whoever is signed in."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.doors import Door
from chengshu.foundation.http.navigation import Entry, Group, contribute

SERVICES = Group("services", _("Services for citizens"), 8)

contribute(
    Entry(SERVICES, _("Find a matter"), "portal:home", Door.PUBLIC, 10, "search"),
    Entry(SERVICES, _("My applications"), "portal:mine", Door.SIGNED_IN, 20, "inbox"),
)
