"""What the case engine offers to links: its events in words, and two calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.actions.cases import open_case
from chengshu.engines.cases.actions.working import send_message
from chengshu.engines.cases.models import Case
from chengshu.foundation.events.offers import Call, Fact, Input, describe_event, offer_call, ship_links

OF_CASE = (
    Fact("unit", "number", _("Unit of the case (id)")),
    Fact("case_number", "string", _("Number of the case")),
    Fact("case_title", "string", _("Title of the case")),
    Fact("process", "string", _("Key of the process")),
    Fact("simulated", "boolean", _("A made-up case")),
)


def facts_of_case(facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Number, title, unit and process of the case that an event names; None if the asker may not see it."""
    case_id = facts.get("case", facts.get("case_id"))
    found = Case.objects.select_related("definition").filter(pk=case_id).first()
    if found is None:
        return None
    return {
        "unit": found.unit_id,
        "case_number": found.number,
        "case_title": found.title,
        "process": found.definition.key,
        "simulated": found.simulated,
    }


_CASE, _CLOCK = _("Case (id)"), _("Clock (id)")
_LAYER, _DUE = _("Layer of the clock"), _("Due at")
_CLOCKED = {
    "case_id": _CASE,
    "clock_id": _CLOCK,
    "layer": _LAYER,
    "due_at": _DUE,
    "card": _("Colour of the card"),
}
_OF = {"case": _CASE, "definition": _("Process (id)")}

for _name, _title, _titles in (
    ("CaseOpened", _("A case was opened"), _OF),
    ("CaseEnded", _("A case ended"), {**_OF, "state": _("State"), "outcome": _("Outcome")}),
    ("CaseStatusChanged", _("A case changed its status"), {**_OF, "status": _("Status code"), "at": _("At")}),
    ("MessageThrown", _("A case sent a message"), {"case": _CASE, "called": _("Name of the message")}),
    (
        "ServiceFailed",
        _("A service gave up"),
        {"case": _CASE, "job": _("Job (id)"), "service": _("Name of the service")},
    ),
    ("CaseDueChanged", _("A case is due at another moment"), _CLOCKED),
    ("ClockWarned", _("A clock turned yellow"), _CLOCKED),
    ("ClockOverdue", _("A clock is overdue"), _CLOCKED),
    ("CardUncorrected", _("A yellow card was not answered"), _CLOCKED),
    ("DeemedAccepted", _("An application is deemed accepted"), {"case_id": _CASE, "as_of": _("As of")}),
    ("DeemedRenewed", _("A licence is deemed renewed"), {"case_id": _CASE, "as_of": _("As of")}),
):
    describe_event(f"cases.{_name}", _title, titles=_titles, adds=OF_CASE, about=facts_of_case)


def _open(
    *, definition: str, unit: int | None = None, title: str = "", variables: Mapping[str, Any] | None = None
) -> Mapping[str, Any]:
    return {"case": open_case(definition=definition, unit_id=unit, title=title, variables=variables)}


def _send(
    *, case: int, name: str, key: str = "", payload: Mapping[str, Any] | None = None
) -> Mapping[str, Any]:
    send_message(case_id=case, name=name, key=key, payload=payload)
    return {"case": case}


offer_call(
    Call(
        "cases.open_case",
        _("Open a case"),
        inputs=(
            Input("definition", "string", _("Key of the process"), _('Such as "sample.seal_use".')),
            Input("unit", "number", _("Unit (id)"), _("The process's own unit if empty."), required=False),
            Input("title", "string", _("Title of the case"), required=False),
            Input(
                "variables", "context", _("Variables"), _("What the start form hands over."), required=False
            ),
        ),
        needs=("cases.open_case", "cases.view"),
        perform=_open,
    )
)
offer_call(
    Call(
        "cases.send_message",
        _("Send a message to a waiting case"),
        inputs=(
            Input("case", "number", _CASE),
            Input("name", "string", _("Name of the message"), _("As the process model names it.")),
            Input("key", "string", _("Correlation key"), required=False),
            Input("payload", "context", _("Variables"), required=False),
        ),
        needs=("cases.send_message", "cases.view"),
        perform=_send,
    )
)
ship_links()
