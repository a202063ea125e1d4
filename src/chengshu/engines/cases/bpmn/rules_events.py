"""Lint rules about events: which stand where, and what each must say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.document import Element, local_name
from chengshu.engines.cases.bpmn.graph import (
    Graph,
    is_event_subprocess,
    is_handler,
    is_interrupting,
    link_names,
)
from chengshu.engines.cases.bpmn.metamodel import SUB_PROCESSES, described, is_a, title_of
from chengshu.engines.cases.bpmn.rules import Check, Rule, Subject
from chengshu.engines.cases.data import Finding

MISPLACED_EVENT = Rule("bpmn.misplaced_event", "error", _("An event stands only where BPMN lets it stand."))
NO_TRIGGER = Rule("bpmn.no_trigger", "error", _("A catching event says what it waits for."))
BOUNDARY_FLOW = Rule("bpmn.boundary_without_flow", "error", _("A flow leaves a boundary event."))
BOUNDARY_LOST = Rule("bpmn.boundary_lost", "error", _("A boundary event stands on an activity."))
NOT_INTERRUPTING = Rule(
    "bpmn.error_not_interrupting", "error", _("An error or a cancellation always interrupts.")
)
SUBPROCESS_START = Rule(
    "bpmn.event_subprocess_start", "error", _("An event sub-process has one start event with a trigger.")
)
LINK_UNMATCHED = Rule("bpmn.link_unmatched", "error", _("Every link event has its counterpart."))
LINK_AMBIGUOUS = Rule("bpmn.link_ambiguous", "error", _("A link leads to one place only."))
NO_NAME = Rule("bpmn.event_without_name", "error", _("A message, signal, error or escalation has a name."))
NO_CODE = Rule("bpmn.event_without_code", "warning", _("A thrown error or escalation has a code."))
TIMER_INCOMPLETE = Rule("bpmn.timer_incomplete", "error", _("A timer has one date, duration or repetition."))
TIMER_UNREADABLE = Rule(
    "bpmn.timer_unreadable", "error", _("A timer is written as ISO 8601 or as a FEEL expression.")
)
CONDITION_MISSING = Rule("bpmn.condition_missing", "error", _("A conditional event has a condition."))
NO_HANDLER = Rule(
    "bpmn.no_compensation_handler", "error", _("A compensation event leads to the step that undoes.")
)
CANCEL_OUTSIDE = Rule(
    "bpmn.cancel_outside_transaction", "error", _("Cancelling is possible only in a transaction.")
)

_ANYWHERE = (
    "messageEventDefinition",
    "timerEventDefinition",
    "conditionalEventDefinition",
    "signalEventDefinition",
)
_INSIDE = ("errorEventDefinition", "escalationEventDefinition", "compensateEventDefinition")

ALLOWED: Final = {
    "startEvent": _ANYWHERE,
    "eventSubprocessStart": (*_ANYWHERE, *_INSIDE),
    "intermediateCatchEvent": (*_ANYWHERE, "linkEventDefinition"),
    "intermediateThrowEvent": (
        "messageEventDefinition",
        "signalEventDefinition",
        "escalationEventDefinition",
        "compensateEventDefinition",
        "linkEventDefinition",
    ),
    "boundaryEvent": (*_ANYWHERE, *_INSIDE, "cancelEventDefinition"),
    "endEvent": (
        "messageEventDefinition",
        "signalEventDefinition",
        *_INSIDE,
        "cancelEventDefinition",
        "terminateEventDefinition",
    ),
}
"""Which definitions an event of each kind may have: BPMN 2.0.2, table 10.93."""

_NAMED: Final = {
    "messageEventDefinition": "messageRef",
    "signalEventDefinition": "signalRef",
}
_CODED: Final = {
    "errorEventDefinition": ("errorRef", "errorCode"),
    "escalationEventDefinition": ("escalationRef", "escalationCode"),
}
_TIMES: Final = ("bpmn:timeDate", "bpmn:timeDuration", "bpmn:timeCycle")

_DATE = r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?"
_DURATION = r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"
_WRITTEN: Final = {
    "timeDate": re.compile(_DATE),
    "timeDuration": re.compile(_DURATION),
    "timeCycle": re.compile(rf"R\d*/({_DATE}/)?{_DURATION}(/{_DATE})?"),
}


def triggers(subject: Subject) -> Iterator[Finding]:
    for graph, event in subject.nodes(*ALLOWED):
        definitions = graph.definitions(event)
        if not definitions and event.kind in ("intermediateCatchEvent", "boundaryEvent"):
            message = _("%(event)s does not say what it waits for.") % {"event": described(event)}
            yield NO_TRIGGER.broken_at(
                event, message, _("Choose a timer, a message, a signal or a condition.")
            )
        for definition in definitions:
            if definition not in ALLOWED[_position(graph, event)]:
                message = _("%(event)s cannot be of the kind “%(kind)s” here.") % {
                    "event": described(event),
                    "kind": title_of(definition),
                }
                yield MISPLACED_EVENT.broken_at(
                    event, message, _("Choose another kind of event, or another place.")
                )
        if event.kind == "startEvent" and definitions and _in_plain_subprocess(graph):
            message = _("%(event)s stands in a sub-process, which a flow starts and no trigger.") % {
                "event": described(event)
            }
            hint = _("Take the trigger away, or make it an event sub-process.")
            yield MISPLACED_EVENT.broken_at(event, message, hint)


def _position(graph: Graph, event: Element) -> str:
    if event.kind == "startEvent" and is_event_subprocess(graph.container):
        return "eventSubprocessStart"
    return event.kind


def _in_plain_subprocess(graph: Graph) -> bool:
    return graph.container.kind in SUB_PROCESSES and not is_event_subprocess(graph.container)


def boundary_events(subject: Subject) -> Iterator[Finding]:
    for graph, event in subject.nodes("boundaryEvent"):
        definitions = graph.definitions(event)
        host = graph.nodes.get(local_name(event.get("attachedToRef").strip()))
        if host is None or not is_a(host, "activity"):
            message = _("%(event)s is attached to no activity of its process.") % {"event": described(event)}
            yield BOUNDARY_LOST.broken_at(event, message, _("Move it onto the border of an activity."))
        if "compensateEventDefinition" in definitions:
            yield from _handlers(graph, event)
        elif not graph.outgoing[event.id]:
            message = _("No flow leaves %(event)s.") % {"event": described(event)}
            yield BOUNDARY_FLOW.broken_at(event, message, _("Draw what is to happen then."))
        stubborn = {"errorEventDefinition", "cancelEventDefinition"} & set(definitions)
        if stubborn and not is_interrupting(event):
            message = _("%(event)s must interrupt its activity.") % {"event": described(event)}
            yield NOT_INTERRUPTING.broken_at(event, message, _("Make it interrupting, or use an escalation."))


def _handlers(graph: Graph, event: Element) -> Iterator[Finding]:
    targets = [
        graph.document.referred(association, "targetRef")
        for association in graph.container.all("bpmn:association")
        if local_name(association.get("sourceRef").strip()) == event.id
    ]
    if not any(target is not None and is_handler(target) for target in targets):
        message = _("%(event)s is connected with no step that undoes its activity.") % {
            "event": described(event)
        }
        hint = _("Connect it by an association with an activity marked as compensation.")
        yield NO_HANDLER.broken_at(event, message, hint)


def event_subprocesses(subject: Subject) -> Iterator[Finding]:
    for graph in subject.graphs:
        if not is_event_subprocess(graph.container):
            continue
        starts = graph.of_kind("startEvent")
        if len(starts) != 1 or not graph.definitions(starts[0]):
            message = _("%(container)s needs exactly one start event, with a trigger.") % {
                "container": described(graph.container)
            }
            hint = _("Keep one start event and choose what it waits for.")
            yield SUBPROCESS_START.broken_at(graph.container, message, hint)


def links(subject: Subject) -> Iterator[Finding]:
    for graph in subject.graphs:
        thrown, caught = (
            _links(graph, kind) for kind in ("intermediateThrowEvent", "intermediateCatchEvent")
        )
        for name, event in (*thrown, *caught):
            others = caught if event.kind == "intermediateThrowEvent" else thrown
            if name not in {other for other, _event in others}:
                message = _(
                    "%(event)s has no counterpart: no link with the name “%(name)s” on the other side."
                ) % {
                    "event": described(event),
                    "name": name,
                }
                yield LINK_UNMATCHED.broken_at(event, message, _("Give both link events the same name."))
        names = [name for name, _event in caught]
        for name, event in caught:
            if names.count(name) > 1:
                message = _("Several link events catch “%(name)s”.") % {"name": name}
                yield LINK_AMBIGUOUS.broken_at(event, message, _("Keep one of them, or rename the others."))


def _links(graph: Graph, kind: str) -> list[tuple[str, Element]]:
    return [(name, event) for event in graph.of_kind(kind) for name in link_names(graph.document, event)]


def names_and_codes(subject: Subject) -> Iterator[Finding]:
    for _graph, event in subject.nodes(*ALLOWED):
        for definition in subject.document.event_definitions(event):
            yield from _name_missing(subject, event, definition)
            yield from _code_missing(subject, event, definition)
    for _graph, task in subject.nodes("receiveTask"):
        yield from _unnamed(subject, task, task, "messageRef")


def _name_missing(subject: Subject, event: Element, definition: Element) -> Iterator[Finding]:
    if definition.kind in _NAMED:
        yield from _unnamed(subject, event, definition, _NAMED[definition.kind])


def _unnamed(subject: Subject, owner: Element, definition: Element, attribute: str) -> Iterator[Finding]:
    root = subject.document.referred(definition, attribute)
    if root is None and definition.get(attribute):
        return  # It lies in an imported file, or the reader has reported it as missing.
    if root is None or not root.name.strip():
        message = _("%(owner)s does not say which message or signal it means.") % {"owner": described(owner)}
        yield NO_NAME.broken_at(owner, message, _("Choose one, or make a new one with a name."))


def _code_missing(subject: Subject, event: Element, definition: Element) -> Iterator[Finding]:
    if definition.kind not in _CODED or event.kind not in ("endEvent", "intermediateThrowEvent"):
        return
    reference, code = _CODED[definition.kind]
    root = subject.document.referred(definition, reference)
    if root is None or not root.get(code):
        message = _("%(event)s throws something without a code; only a catch-all will catch it.") % {
            "event": described(event)
        }
        yield NO_CODE.broken_at(event, message, _("Choose an error or escalation that has a code."))


def timers(subject: Subject) -> Iterator[Finding]:
    for _graph, event in subject.nodes(*ALLOWED):
        for definition in subject.document.event_definitions(event):
            if definition.kind == "timerEventDefinition":
                yield from _timer(event, definition)


def _timer(event: Element, definition: Element) -> Iterator[Finding]:
    times = [time for time in definition.all(*_TIMES) if time.value]
    if len(times) != 1:
        message = _("%(event)s needs one date, one duration or one repetition.") % {"event": described(event)}
        yield TIMER_INCOMPLETE.broken_at(event, message, _("Write for instance P3D for three days."))
    for time in times:
        if not time.value.startswith("=") and not is_written_time(time):
            message = _("The time “%(text)s” of %(event)s cannot be read.") % {
                "text": time.value[:60],
                "event": described(event),
            }
            hint = _("Write for instance P3D for three days, 2026-10-01T09:00:00+08:00 for a moment, R3/PT1H for a "
                     "repetition, or a FEEL expression after “=”.")  # fmt: skip
            yield TIMER_UNREADABLE.broken_at(event, message, hint)


def is_written_time(time: Element) -> bool:
    """Whether the text of a date, duration or repetition is ISO 8601, and the calendar has such a date."""
    if _WRITTEN[time.kind].fullmatch(time.value) is None:
        return False
    return time.kind != "timeDate" or _is_in_the_calendar(time.value)


def _is_in_the_calendar(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def conditions(subject: Subject) -> Iterator[Finding]:
    for _graph, event in subject.nodes(*ALLOWED):
        for definition in subject.document.event_definitions(event):
            condition = definition.first("bpmn:condition")
            if definition.kind == "conditionalEventDefinition" and (condition is None or not condition.value):
                message = _("%(event)s has no condition.") % {"event": described(event)}
                yield CONDITION_MISSING.broken_at(event, message, _("Write it as a FEEL expression."))


def cancelling(subject: Subject) -> Iterator[Finding]:
    for graph, event in subject.nodes("endEvent", "boundaryEvent"):
        if "cancelEventDefinition" not in graph.definitions(event):
            continue
        host = graph.nodes.get(local_name(event.get("attachedToRef").strip()))
        around = graph.container if event.kind == "endEvent" else host
        if around is not None and around.kind != "transaction":
            message = _("%(event)s cancels, but there is no transaction.") % {"event": described(event)}
            yield CANCEL_OUTSIDE.broken_at(
                event, message, _("Make the sub-process a transaction, or use an error.")
            )


CHECKS: tuple[Check, ...] = (
    triggers,
    boundary_events,
    event_subprocesses,
    links,
    names_and_codes,
    timers,
    conditions,
    cancelling,
)
