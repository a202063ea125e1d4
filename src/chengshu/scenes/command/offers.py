"""What this scene tells links of its events, and the calls that it offers them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.events.offers import (
    Call,
    Fact,
    Input,
    describe_event,
    offer_call,
    ship_links,
    show_things,
)
from chengshu.scenes.command import actions, queries
from chengshu.scenes.command.models import CityEvent


def about_event(facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The event in words; None if the asker may not see it."""
    found = CityEvent.objects.filter(pk=facts["city_event"]).first()
    if found is None:
        return None
    return {
        "number": found.number,
        "title": found.title,
        "kind_title": found.kind_title,
        "place": found.place,
        "grade": found.grade,
        "simulated": found.simulated,
    }


_ADDS = (
    Fact("number", "string", _("Number of the event")),
    Fact("title", "string", _("The event in short")),
    Fact("kind_title", "string", _("Kind of event")),
    Fact("place", "string", _("Place")),
    Fact("grade", "string", _("Grade, 1 the gravest")),
    Fact("simulated", "boolean", _("Made up")),
)
_OWN = {"city_event": _("Event (id)"), "unit": _("Unit concerned (id)"), "drill": _("Drill")}

for _name, _title, _more in (
    ("EventReported", _("An event was taken down"), {"kind": _("Kind of event (code)")}),
    ("EventGraded", _("An event was graded"), {"grade": _("Grade, 1 the gravest")}),
    ("EventResolved", _("An event was resolved"), {}),
):
    _known = {"grade"} & set(_more)
    describe_event(
        f"command.{_name}",
        _title,
        titles={**_OWN, **_more},
        adds=tuple(fact for fact in _ADDS if fact.name not in _known),
        about=about_event,
    )


for _name, _title in (
    ("PlanStarted", _("A plan was started")),
    ("PlanEnded", _("A plan was ended")),
):
    describe_event(
        f"command.{_name}",
        _title,
        titles={"plan_run": _("Plan carried out (id)"), "unit": _OWN["unit"], "drill": _OWN["drill"]},
    )


for _name, _title, _more in (
    ("InstructionIssued", _("An instruction was issued"), {}),
    ("InstructionLate", _("A limit of an instruction ran out"), {"limit": _("receipt or answer")}),
):
    describe_event(
        f"command.{_name}",
        _title,
        titles={
            "instruction": _("Instruction (id)"),
            "unit": _OWN["unit"],
            "to_unit": _("Told unit (id)"),
            "drill": _OWN["drill"],
            **_more,
        },
    )


def _report(*, unit: int | None = None, **given: Any) -> Mapping[str, Any]:
    desk = queries.unit_by_id(unit) if unit else queries.centre()
    return {"city_event": actions.report_event(unit=desk, **given).pk}


def _link(*, event: int, title: str, page: str) -> Mapping[str, Any]:
    actions.link_event(event=queries.event_by_id(event), title=title, page=page)
    return {"city_event": event}


offer_call(
    Call(
        "command.report_event",
        _("Take down an event"),
        inputs=(
            Input("title", "string", _("The event in short")),
            Input("kind", "string", _("Kind of event (code)"), _("A code of the list of kinds.")),
            Input("source", "string", _("How it came"), _("alarm, hotline, patrol, unit or system.")),
            Input(
                "external_id",
                "string",
                _("What the source calls it"),
                _("The same report comes in once."),
                required=False,
            ),
            Input("unit", "number", _("Unit (id)"), _("Whose desk; else the centre's."), required=False),
            Input("place", "string", _("Place"), required=False),
            Input("description", "string", _("What is known of it"), required=False),
            Input("simulated", "boolean", _("Made up"), required=False),
            Input("drill", "boolean", _("Drill"), required=False),
        ),
        needs=("command.report_event", "command.view"),
        perform=_report,
    )
)
offer_call(
    Call(
        "command.link_event",
        _("Link a thing to an event"),
        inputs=(
            Input("event", "number", _("Event (id)")),
            Input("title", "string", _("What it is called")),
            Input("page", "string", _("Page"), _("Address within the platform.")),
        ),
        needs=("command.link_event", "command.view"),
        perform=_link,
    )
)
show_things("city_event", lambda event_id: reverse("command:event", args=[event_id]))
show_things("plan_run", lambda run_id: reverse("command:run", args=[run_id]))
show_things("instruction", lambda pk: reverse("command:instruction", args=[pk]))
ship_links()
