"""Links tell of themselves: what failed for good, and what was stopped."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.events.offers import describe_event, ship_links, show_things

_TITLES = {
    "match": _("Entry of the log (id)"),
    "unit": _("Unit of the link (id)"),
    "link": _("Key of the link"),
}

describe_event("links.LinkFailed", _("The call of a link failed for good"), titles=_TITLES)
describe_event("links.LinkFlooded", _("A link was stopped by its limit"), titles=_TITLES)
show_things("match", lambda match_id: reverse("links:match", args=[match_id]))
ship_links()
