"""The two calls that notices offer to links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.events.offers import Call, Input, offer_call, show_things
from chengshu.hub.notices.actions import clear_notices, send_notice


def _send(*, unit: int, **given: Any) -> Mapping[str, Any]:
    return {"notice": send_notice(unit_id=unit, **given)}


def _clear(*, unit: int, about: str) -> Mapping[str, Any]:
    return {"cleared": clear_notices(unit_id=unit, about=about)}


_UNIT = Input("unit", "number", _("Unit (id)"), _("Whose post is told."))

offer_call(
    Call(
        "notices.send_notice",
        _("Send a notice to a post"),
        inputs=(
            _UNIT,
            Input("role", "string", _("Role of the post"), _('Such as "unit_head".')),
            Input("subject", "string", _("Subject of the notice")),
            Input("text", "string", _("Text of the notice"), required=False),
            Input("page", "string", _("Page"), _("Address within the platform."), required=False),
            Input("about", "string", _("Occasion"), _("What clears it later."), required=False),
            Input("weight", "string", _("Importance"), _("plain, attention or urgent."), required=False),
            Input("simulated", "boolean", _("Made up"), required=False),
        ),
        needs=("notices.send_notice", "notices.view"),
        perform=_send,
    )
)
offer_call(
    Call(
        "notices.clear_notices",
        _("Clear the notices of an occasion"),
        inputs=(_UNIT, Input("about", "string", _("Occasion"))),
        needs=("notices.clear_notices", "notices.view"),
        perform=_clear,
    )
)
show_things("notice", lambda _number: reverse("notices:list"))
