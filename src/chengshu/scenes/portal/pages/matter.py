"""A matter and a bundle as the public reads them, and the situation guide of both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chengshu.foundation.calendar import local_day
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.kept import same_for_everybody
from chengshu.foundation.web.shell import Crumb
from chengshu.hub.services import api as services
from chengshu.hub.services.data import Elements
from chengshu.scenes.portal import wording
from chengshu.scenes.portal.begun import begun
from chengshu.scenes.portal.limits import saving
from chengshu.scenes.portal.materials import listed
from chengshu.scenes.portal.offers import Offer, offer
from chengshu.scenes.portal.pages.frame import page

ANSWER = "q."
"""Before the key of a question in the names of the guide's controls."""


@require_safe
@same_for_everybody
@door(Door.PUBLIC)
def show_matter(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that is known of a matter, from its elements."""
    view = services.matter(code)
    elements = view.elements
    context = {
        "view": view,
        "m": elements,
        "materials": [listed(each) for each in elements.materials],
        "saved": saving(elements.promised_limit, elements.legal_limit, today=local_day(timezone.now())),
        "draft": begun(code),
        **_named(elements),
        "breadcrumbs": [
            Crumb(_("Services"), reverse("portal:home")),
            Crumb(_("Find a matter"), reverse("portal:find")),
            Crumb(elements.name),
        ],
    }
    return page(request, "portal/matter.html", context)


def _named(elements: Elements) -> dict[str, Any]:
    """Codes of the elements as words."""
    return {
        "applicants": wording.names(wording.APPLICANTS, elements.objects),
        "channels": wording.names(wording.CHANNELS, elements.channels),
        "depths": wording.names(wording.DEPTHS, elements.depth),
        "deliveries": wording.names(wording.DELIVERIES, elements.delivery),
        "regions": wording.names(wording.REGIONS, elements.regions),
        "unknown": wording.names(wording.UNKNOWN_ELEMENTS, elements.unknown),
    }


@require_safe
@same_for_everybody
@door(Door.PUBLIC)
def show_bundles(request: HttpRequest) -> HttpResponse:
    """Every bundle in force."""
    context = {
        "bundles": services.bundles(),
        "breadcrumbs": [Crumb(_("Services"), reverse("portal:home")), Crumb(_("One thing"))],
    }
    return page(request, "portal/bundles.html", context)


@require_safe
@same_for_everybody
@door(Door.PUBLIC)
def show_bundle(request: HttpRequest, code: str) -> HttpResponse:
    """What belongs to a bundle, with its one set of materials."""
    view = services.bundle(code)
    whole = offer(code)
    pool = {m.key: m for part in whole.parts for m in part.matter.elements.materials}
    context = {
        "view": view,
        "b": view.elements,
        "items": [_item(part.matter.elements, part.matter.unit_name, part.when) for part in whole.parts],
        "materials": [listed(each) for each in pool.values()],
        "one_by_one": sum(len(part.matter.elements.materials) for part in whole.parts),
        "units": {part.matter.unit_id for part in whole.parts},
        "questions": whole.questions,
        "draft": begun(code),
        "breadcrumbs": [
            Crumb(_("Services"), reverse("portal:home")),
            Crumb(_("One thing"), reverse("portal:bundles")),
            Crumb(view.elements.name),
        ],
    }
    return page(request, "portal/bundle.html", context)


def _item(elements: Elements, unit_name: str, when: Sequence[str]) -> dict[str, Any]:
    return {
        "code": elements.local_code,
        "name": elements.name,
        "unit": unit_name,
        "limit": elements.promised_limit or elements.legal_limit,
        "sometimes": bool(when),
    }


@require_safe
@same_for_everybody
@door(Door.PUBLIC)
def guide(request: HttpRequest, code: str) -> HttpResponse:
    """Questions to the exact list of materials; the answers stand in the address."""
    asked = offer(code)
    answers = asked.answers_in(answers_in(request.GET))
    questions = asked.questions_under(answers)
    groups = _groups(asked, answers)
    context = {
        "name": asked.name,
        "questions": questions,
        "answers": answers,
        "open_questions": len(questions) - len(answers),
        "groups": groups,
        "materials": [each for group in groups for each in group["materials"]],
        "can_apply": asked.can_apply,
        "apply_url": f"{reverse('portal:apply', args=[code])}?{as_query(answers)}",
        "back_url": asked.href,
        "breadcrumbs": [
            Crumb(_("Services"), reverse("portal:home")),
            Crumb(asked.name, asked.href),
            Crumb(_("What do I need?")),
        ],
    }
    return page(request, "portal/guide.html", context)


def _groups(asked: Offer, answers: Sequence[str]) -> list[dict[str, Any]]:
    """The one pool of materials; of a bundle with the matters that belong to it under the answers."""
    names = "、".join(part.matter.elements.name for part in asked.parts_under(answers))
    return [
        {
            "title": names if asked.is_bundle else "",
            "materials": [listed(each) for each in asked.materials_under(answers)],
        }
    ]


def answers_in(query: QueryDict) -> tuple[str, ...]:
    """Answers of the guide as its controls send them, in the order of the address."""
    return tuple(
        f"{name.removeprefix(ANSWER)}:{value}"
        for name, value in query.items()
        if name.startswith(ANSWER) and isinstance(value, str) and value
    )


def as_query(answers: Sequence[str]) -> str:
    """The answers as an address carries them."""
    query = QueryDict(mutable=True)
    for answer in answers:
        question, _colon, value = answer.partition(":")
        query[f"{ANSWER}{question}"] = value
    return query.urlencode()
