"""Makes a drawing runnable for a trial, and says what had to be made up.

Reference models are mostly drawings: gateways without conditions, timers without times, conditions over data that
nobody has. What is missing is left to the trial to choose; nothing is ever added to a model that is to be deployed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.document import Document, Element, element
from chengshu.engines.cases.bpmn.expressions import Used, expressions, owner_of
from chengshu.engines.cases.bpmn.graph import Graph, containers
from chengshu.engines.cases.bpmn.lint import lint_document
from chengshu.engines.cases.bpmn.metamodel import SUB_PROCESSES, TASKS, is_a
from chengshu.engines.cases.bpmn.names import BPMN
from chengshu.engines.cases.bpmn.rules_content import called_process
from chengshu.engines.cases.bpmn.rules_events import is_written_time
from chengshu.engines.cases.bpmn.rules_names import ALWAYS_THERE
from chengshu.engines.cases.feel import FeelError, compile_expression
from chengshu.foundation.errors import Words

WAYS: Final = "trial_ways"
"""The variable in which a trial lists the ids of the flows to be taken and of the conditional events to happen."""
SERVICE: Final = "trial"
"""The service that a step calls when it is to fail now and then."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One thing that the trial supplies because the model does not have it.

    :param element: id of the element it concerns
    """

    element: str
    what: Words


CHOSEN: Final = _("Ways without a usable condition: the trial tries each of them.")
AT_ONCE: Final = _("Timers without a usable time: they happen when the trial lets them.")
WHENEVER: Final = _("Conditional events without a usable condition: they happen when the trial lets them.")
TWICE: Final = _("Loops and multi-instances without a usable number: two times.")
NAMED: Final = _("Messages and signals without a name: called by the element that sends or awaits them.")
BY_ITSELF: Final = _(
    "Service, script and business rule tasks that name nothing to run: they complete at once."
)
STANDS_IN: Final = _(
    "Calls of something that is not in the folder or cannot be called: a simple task stands in."
)
IDENTIFIED: Final = _("Elements without an id: given one.")
HELD_UP: Final = _(
    "Steps that would be over at once: they wait, so that the events on their border can happen."
)
DEFAULT_TOO: Final = _(
    "Default ways of inclusive gateways: taken together with the others, because the process cannot end otherwise."
)
NO_DATA: Final = _("Expressions over data that is not there: left out.")
NO_KEY: Final = _("Correlation keys over data that is not there: messages are matched by name only.")

_BY_FINDING: Final = {
    "bpmn.timer_incomplete": AT_ONCE,
    "bpmn.no_instances": TWICE,
    "bpmn.loop_without_end": TWICE,
    "bpmn.event_without_name": NAMED,
    "bpmn.no_service": BY_ITSELF,
    "bpmn.no_script": BY_ITSELF,
    "bpmn.no_decision": BY_ITSELF,
}
"""What lint finds missing and the compiler supplies for drawings."""


def completed(
    document: Document, callable_processes: Collection[str]
) -> tuple[Document, tuple[Completion, ...]]:
    """A copy that can be tried, and everything that was or will be made up.

    :param callable_processes: ids of processes that a call activity can really call
    """
    findings = lint_document(document)
    supplied = [Completion(f.element, _BY_FINDING[f.code]) for f in findings if f.code in _BY_FINDING]
    copy = document.copy()
    made_up = [
        *_identify(copy),
        *_drop_unusable_expressions(copy),
        *_drop_unreadable_times(copy),
        *_name_the_unnamed(copy),
        *_let_the_trial_choose(copy),
        *_let_the_trial_trigger(copy),
        *_replace_calls(copy, callable_processes),
        *_hold_up_hosts(copy),
    ]
    copy.index()
    return copy, tuple(dict.fromkeys([*supplied, *made_up]))


def _identify(document: Document) -> Iterator[Completion]:
    for number, process in enumerate(document.processes, start=1):
        if not process.id:
            process.set("id", f"process_unidentified_{number}")
            yield Completion(process.id, IDENTIFIED)
    for process in document.processes:
        unidentified = (found for found in process.walk() if is_a(found, "flowElement") and not found.id)
        for number, found in enumerate(unidentified, start=1):
            found.set("id", f"{process.id}_unidentified_{number}")
            yield Completion(found.id, IDENTIFIED)
    document.index()


# -- what cannot be evaluated -------------------------------------------------------------------------------------

_INSTEAD: Final = {
    "conditionExpression": CHOSEN,
    "condition": WHENEVER,
    "activationCondition": CHOSEN,
    "completionCondition": TWICE,
    "loopCondition": TWICE,
    "loopCardinality": TWICE,
    "inputCollection": TWICE,
    "correlationKey": NO_KEY,
    **dict.fromkeys(("expression", "script", "source", "outputElement"), NO_DATA),
    **dict.fromkeys(("assignee", "candidateGroups", "unit", "dueDate"), NO_DATA),
    "timeDate": AT_ONCE,
    "timeDuration": AT_ONCE,
    "timeCycle": AT_ONCE,
}
"""Parts of a model whose expressions are evaluated, and what takes their place when that is not possible."""

_OF_THE_ENGINE: Final = ALWAYS_THERE - {"case", "outcome"}


def _drop_unusable_expressions(document: Document) -> Iterator[Completion]:
    for used in list(expressions(document)):
        if used.part not in _INSTEAD or _is_usable(used):
            continue
        yield Completion(used.owner.id, _INSTEAD[used.part])
        around = used.place.parent
        if used.part in used.place.attributes:
            del used.place.attributes[used.part]
        elif around is not None:
            around.remove(used.place)
            if used.part == "loopCondition" and not around.get("loopMaximum"):
                around.set("loopMaximum", "2")


def _is_usable(used: Used) -> bool:
    """Whether the expression can be evaluated without data from outside."""
    if used.foreign:
        return False
    try:
        return compile_expression(used.text).names <= _OF_THE_ENGINE
    except FeelError:
        return False


def _drop_unreadable_times(document: Document) -> Iterator[Completion]:
    for time in document.all_of("bpmn:timeDate", "bpmn:timeDuration", "bpmn:timeCycle"):
        if (
            time.value
            and not time.value.startswith("=")
            and not is_written_time(time)
            and time.parent is not None
        ):
            yield Completion(owner_of(time).id, AT_ONCE)
            time.parent.remove(time)


def _name_the_unnamed(document: Document) -> Iterator[Completion]:
    """A computed name of a message or signal needs data; its id serves as well."""
    for named in document.root.all("bpmn:message", "bpmn:signal"):
        if named.name.strip().startswith("="):
            yield Completion(named.id, NAMED)
            named.set("name", named.id)


# -- what the trial decides ---------------------------------------------------------------------------------------


def _let_the_trial_choose(document: Document) -> Iterator[Completion]:
    """Give every flow out of a split that has no condition one which the trial can make true."""
    for container in containers(document):
        graph = Graph(document, container)
        for node in graph.nodes.values():
            for flow in graph.outgoing[node.id] if _splits(graph, node) else ():
                condition = flow.first("bpmn:conditionExpression")
                if flow.id == graph.default_of(node) or (condition is not None and condition.value):
                    continue
                _set_condition(flow, "bpmn:conditionExpression", flow.id)
                yield Completion(flow.id, CHOSEN)


def _splits(graph: Graph, node: Element) -> bool:
    deciding = node.kind in ("exclusiveGateway", "inclusiveGateway", "complexGateway")
    return graph.is_split(node) and deciding


def _let_the_trial_trigger(document: Document) -> Iterator[Completion]:
    for definition in document.all_of("bpmn:conditionalEventDefinition"):
        condition = definition.first("bpmn:condition")
        event = owner_of(definition)
        if event.id and (condition is None or not condition.value):
            _set_condition(definition, "bpmn:condition", event.id)
            yield Completion(event.id, WHENEVER)


def _set_condition(holder: Element, name: str, identifier: str) -> None:
    old = holder.first(name)
    if old is not None:
        holder.remove(old)
    holder.append(element(name)).text = f'list contains({WAYS}, "{identifier}")'


# -- what stands in for something else ----------------------------------------------------------------------------


def _replace_calls(document: Document, callable_processes: Collection[str]) -> Iterator[Completion]:
    for activity in document.all_of("bpmn:callActivity"):
        called = called_process(activity)
        target = document.element(called)
        if called in callable_processes or (target is not None and target.kind.startswith("global")):
            continue
        yield Completion(activity.id, STANDS_IN)
        activity.tag = (BPMN, "task")
        activity.attributes.pop("calledElement", None)


def _hold_up_hosts(document: Document) -> Iterator[Completion]:
    """Let steps with events on their border wait: for a person, or for a service that can fail."""
    for event in document.all_of("bpmn:boundaryEvent"):
        host = document.referred(event, "attachedToRef")
        kinds = [definition.kind for definition in document.event_definitions(event)]
        waiting = _first_step(host) if host is not None else None
        if waiting is None or "compensateEventDefinition" in kinds or "cancelEventDefinition" in kinds:
            continue
        if "errorEventDefinition" in kinds:
            yield Completion(waiting.id, HELD_UP)
            _make_service(waiting)
        elif waiting.kind not in ("userTask", "manualTask", "receiveTask") and not _calls_a_service(waiting):
            yield Completion(waiting.id, HELD_UP)
            waiting.tag = (BPMN, "userTask")


def _first_step(host: Element) -> Element | None:
    """The host itself, or the first task inside it, which keeps it busy."""
    if host.kind in TASKS or (host.kind in SUB_PROCESSES and not _has_content(host)):
        return host
    return next((found for found in host.walk() if found.kind in TASKS), None)


def _has_content(host: Element) -> bool:
    return any(is_a(child, "flowNode") for child in host.children)


def _calls_a_service(step: Element) -> bool:
    return step.extension("zeebe:taskDefinition") is not None


def _make_service(step: Element) -> None:
    step.tag = (BPMN, "serviceTask")
    if not _calls_a_service(step):
        holder = step.first("bpmn:extensionElements") or step.append(element("bpmn:extensionElements"))
        holder.append(element("zeebe:taskDefinition", type=SERVICE))


def with_defaults_too(document: Document) -> tuple[Document, tuple[Completion, ...]]:
    """A copy of a completed document in which the default way of an inclusive gateway is a way like any other."""
    copy = document.copy()
    made_up = []
    for gateway in copy.all_of("bpmn:inclusiveGateway"):
        flow = copy.referred(gateway, "default")
        if flow is not None:
            del gateway.attributes["default"]
            _set_condition(flow, "bpmn:conditionExpression", flow.id)
            made_up.append(Completion(gateway.id, DEFAULT_TOO))
    return copy, tuple(made_up)
