"""Lint rules about sequence flow: beginnings, ends, what is connected with what, and how gateways are used."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.document import Element
from chengshu.engines.cases.bpmn.graph import Graph, ends, is_event_subprocess, is_handler
from chengshu.engines.cases.bpmn.metamodel import ACTIVITIES, EVENTS, GATEWAYS, SUB_PROCESSES, described
from chengshu.engines.cases.bpmn.rules import Check, Rule, Subject
from chengshu.engines.cases.data import Finding

NO_PROCESS = Rule("bpmn.no_process", "error", _("A model holds at least one process."))
EMPTY_PROCESS = Rule("bpmn.empty_process", "error", _("A process holds at least one step."))
NO_START = Rule("bpmn.no_start", "error", _("A process has a start event."))
IMPLICIT_START = Rule("bpmn.implicit_start", "warning", _("A sub-process has a start event."))
SEVERAL_STARTS = Rule("bpmn.several_starts", "warning", _("There is only one start event without a trigger."))
NO_END = Rule("bpmn.no_end", "warning", _("A process and a sub-process have an end event."))
UNREACHABLE = Rule("bpmn.unreachable", "error", _("Every step can be reached from a start."))
DEAD_END = Rule("bpmn.dead_end", "warning", _("A path ends at an end event."))
START_INCOMING = Rule("bpmn.start_incoming", "error", _("No flow leads to a start event or boundary event."))
END_OUTGOING = Rule("bpmn.end_outgoing", "error", _("No flow leaves an end event."))
CROSSING_FLOW = Rule(
    "bpmn.crossing_flow", "error", _("A sequence flow stays inside its process or sub-process.")
)
DUPLICATE_FLOW = Rule("bpmn.duplicate_flow", "warning", _("Two steps are connected by one flow only."))
IMPLICIT_SPLIT = Rule("bpmn.implicit_split", "warning", _("Paths split at a gateway."))
JOIN_AND_SPLIT = Rule("bpmn.join_and_split", "warning", _("A gateway either joins or splits."))
SUPERFLUOUS_GATEWAY = Rule(
    "bpmn.superfluous_gateway", "warning", _("A gateway has several flows on one side.")
)
NO_CONDITION = Rule(
    "bpmn.no_condition", "error", _("A flow out of a deciding gateway has a condition or is the default.")
)
NO_DEFAULT = Rule("bpmn.no_default", "warning", _("A deciding gateway has a default flow."))
DEFAULT_CONDITION = Rule("bpmn.default_condition", "warning", _("A default flow has no condition."))
DEFAULT_ELSEWHERE = Rule(
    "bpmn.default_elsewhere", "error", _("A default flow leaves the element that names it.")
)
IDLE_CONDITION = Rule("bpmn.idle_condition", "warning", _("A condition stands only where it is asked."))
EVENT_GATEWAY_TARGET = Rule(
    "bpmn.event_gateway_target",
    "error",
    _("Behind an event-based gateway stand catch events or receive tasks."),
)
SUBPROCESS_FLOW = Rule(
    "bpmn.event_subprocess_flow", "error", _("No flow leads to or from an event sub-process.")
)

DECIDING = ("exclusiveGateway", "inclusiveGateway")


def something_to_run(subject: Subject) -> Iterator[Finding]:
    if not subject.document.processes:
        message = _("The file holds no process.")
        yield NO_PROCESS.broken_at(
            subject.document.root, message, _("Draw a process, or choose another file.")
        )
    for process in subject.document.processes:
        if not subject.document.flow_nodes(process):
            nothing = _("%(process)s holds no step.") % {"process": described(process)}
            yield EMPTY_PROCESS.broken_at(process, nothing, _("Draw its steps, or delete it."))


def beginnings(subject: Subject) -> Iterator[Finding]:
    for graph in subject.graphs:
        container = graph.container
        if not graph.nodes or container.kind == "adHocSubProcess":
            continue
        starts = graph.of_kind("startEvent")
        triggered = [node for node in graph.nodes.values() if node.get("instantiate") == "true"]
        plain = [event for event in starts if not graph.definitions(event)]
        if not starts and not triggered:
            rule = NO_START if container.kind == "process" else IMPLICIT_START
            message = _("%(container)s has no start event.") % {"container": described(container)}
            yield rule.broken_at(
                container, message, _("Draw a start event and connect it with the first step.")
            )
        for event in plain[1:]:
            message = _(
                "%(container)s has several start events without a trigger; all of them begin at once."
            ) % {"container": described(container)}
            yield SEVERAL_STARTS.broken_at(
                event, message, _("Keep one, or give the others a message, timer or signal.")
            )


def endings(subject: Subject) -> Iterator[Finding]:
    for graph in subject.graphs:
        if graph.nodes and graph.container.kind != "adHocSubProcess" and not graph.of_kind("endEvent"):
            message = _("%(container)s has no end event.") % {"container": described(graph.container)}
            yield NO_END.broken_at(graph.container, message, _("Draw an end event behind the last step."))


def reachability(subject: Subject) -> Iterator[Finding]:
    for graph in subject.graphs:
        beginnings = [node.id for node in [*graph.starts(), *graph.side_entries()]]
        reached = graph.reachable(beginnings)
        if not beginnings or graph.container.kind == "adHocSubProcess":
            continue
        for node in graph.nodes.values():
            if node.id not in reached and not _is_lost_boundary(graph, node):
                message = _("%(node)s can never be reached.") % {"node": described(node)}
                yield UNREACHABLE.broken_at(
                    node, message, _("Connect it with the step before it, or delete it.")
                )


def _is_lost_boundary(graph: Graph, node: Element) -> bool:
    """Whether the node is attached to nothing, which is reported as such."""
    return node.kind == "boundaryEvent" and graph.document.referred(node, "attachedToRef") is None


def dead_ends(subject: Subject) -> Iterator[Finding]:
    for graph, node in subject.nodes():
        ends_here = (
            node.kind in ("endEvent", "boundaryEvent") or is_event_subprocess(node) or is_handler(node)
        )
        if ends_here or graph.outgoing[node.id] or graph.link_targets.get(node.id):
            continue
        if graph.container.kind == "adHocSubProcess" or "linkEventDefinition" in graph.definitions(node):
            continue
        message = _("The path ends at %(node)s without an end event.") % {"node": described(node)}
        yield DEAD_END.broken_at(node, message, _("Connect it with the next step or with an end event."))


def edges_of_the_flow(subject: Subject) -> Iterator[Finding]:
    for graph, node in subject.nodes("startEvent", "boundaryEvent"):
        if graph.incoming[node.id]:
            message = _("A flow leads to %(node)s.") % {"node": described(node)}
            yield START_INCOMING.broken_at(node, message, _("Let the flow lead to the step behind it."))
    for graph, node in subject.nodes("endEvent"):
        if graph.outgoing[node.id]:
            message = _("A flow leaves %(node)s.") % {"node": described(node)}
            yield END_OUTGOING.broken_at(
                node, message, _("Make it an intermediate event, or delete the flow.")
            )
    for graph, node in subject.nodes(*SUB_PROCESSES):
        if is_event_subprocess(node) and (graph.incoming[node.id] or graph.outgoing[node.id]):
            message = _("A flow is connected with %(node)s, which its event alone starts.") % {
                "node": described(node)
            }
            yield SUBPROCESS_FLOW.broken_at(
                node, message, _("Delete the flow, or make it an ordinary sub-process.")
            )


def flows_at_home(subject: Subject) -> Iterator[Finding]:
    document = subject.document
    for graph in subject.graphs:
        for flow in document.flows(graph.container):
            outside = [
                end for end in ends(flow) if end not in graph.nodes and document.element(end) is not None
            ]
            if outside:
                message = _("%(flow)s connects steps of different processes or sub-processes.") % {
                    "flow": described(flow)
                }
                hint = _("Between pools use a message flow; into a sub-process connect its border.")
                yield CROSSING_FLOW.broken_at(flow, message, hint)


def double_flows(subject: Subject) -> Iterator[Finding]:
    for graph in subject.graphs:
        seen: set[tuple[str, str]] = set()
        for flow in (flow for flows in graph.outgoing.values() for flow in flows):
            if ends(flow) in seen:
                message = _("%(flow)s connects two steps that another flow connects already.") % {
                    "flow": described(flow)
                }
                yield DUPLICATE_FLOW.broken_at(
                    flow, message, _("Delete one of the two, and join their conditions.")
                )
            seen.add(ends(flow))


def implicit_splits(subject: Subject) -> Iterator[Finding]:
    for graph, node in subject.nodes(*ACTIVITIES, *EVENTS):
        unconditional = [
            flow for flow in graph.outgoing[node.id] if flow.first("bpmn:conditionExpression") is None
        ]
        if len(graph.outgoing[node.id]) > 1 and unconditional:
            message = _("Several flows leave %(node)s; all of them are followed at once.") % {
                "node": described(node)
            }
            yield IMPLICIT_SPLIT.broken_at(
                node, message, _("Put a parallel or an exclusive gateway behind it.")
            )


def shapes_of_gateways(subject: Subject) -> Iterator[Finding]:
    for graph, node in subject.nodes(*GATEWAYS):
        incoming, outgoing = len(graph.incoming[node.id]), len(graph.outgoing[node.id])
        if incoming > 1 and outgoing > 1:
            message = _("%(node)s joins and splits at once.") % {"node": described(node)}
            yield JOIN_AND_SPLIT.broken_at(
                node, message, _("Draw one gateway that joins and a second one that splits.")
            )
        elif incoming == 1 and outgoing == 1:
            message = _("%(node)s has one flow in and one out, and decides nothing.") % {
                "node": described(node)
            }
            yield SUPERFLUOUS_GATEWAY.broken_at(node, message, _("Delete it, or draw the missing flow."))


def decisions(subject: Subject) -> Iterator[Finding]:
    for graph, node in subject.nodes(*DECIDING):
        if not graph.is_split(node):
            continue
        default = graph.default_of(node)
        for flow in graph.outgoing[node.id]:
            if flow.id != default and not _condition(flow):
                message = _("%(flow)s out of %(node)s has no condition and is not the default.") % {
                    "flow": described(flow),
                    "node": described(node),
                }
                hint = _("Write its condition, or make it the default flow.")
                yield NO_CONDITION.broken_at(flow, message, hint)
        if not default and all(_condition(flow) for flow in graph.outgoing[node.id]):
            message = _("%(node)s has no default flow: a case that meets no condition stops here.") % {
                "node": described(node)
            }
            yield NO_DEFAULT.broken_at(node, message, _("Make the usual way the default flow."))


def default_flows(subject: Subject) -> Iterator[Finding]:
    for graph, node in subject.nodes():
        default = graph.default_of(node)
        if not default:
            continue
        flow = next((flow for flow in graph.outgoing[node.id] if flow.id == default), None)
        if flow is None:
            message = _("The default flow of %(node)s does not leave it.") % {"node": described(node)}
            yield DEFAULT_ELSEWHERE.broken_at(node, message, _("Choose one of its own outgoing flows."))
        elif _condition(flow):
            message = _("%(flow)s is a default flow, so its condition is never asked.") % {
                "flow": described(flow)
            }
            yield DEFAULT_CONDITION.broken_at(
                flow, message, _("Delete the condition, or choose another default.")
            )


def idle_conditions(subject: Subject) -> Iterator[Finding]:
    for graph, node in subject.nodes("parallelGateway", "eventBasedGateway", "startEvent", "boundaryEvent"):
        for flow in graph.outgoing[node.id]:
            if _condition(flow):
                message = _("The condition of %(flow)s is never asked: %(node)s does not decide.") % {
                    "flow": described(flow),
                    "node": described(node),
                }
                yield IDLE_CONDITION.broken_at(flow, message, _("Use an exclusive or inclusive gateway."))


def event_gateways(subject: Subject) -> Iterator[Finding]:
    for graph, node in subject.nodes("eventBasedGateway"):
        targets = [graph.nodes[ends(flow)[1]] for flow in graph.outgoing[node.id]]
        wrong = [target for target in targets if target.kind not in ("intermediateCatchEvent", "receiveTask")]
        hint = _("Let each of its flows lead to what the case waits for: a message, a timer, a signal.")
        for target in wrong:
            message = _("%(target)s stands behind %(node)s and cannot be waited for.") % {
                "target": described(target),
                "node": described(node),
            }
            yield EVENT_GATEWAY_TARGET.broken_at(target, message, hint)
        if not targets:
            message = _("%(node)s waits for nothing.") % {"node": described(node)}
            yield EVENT_GATEWAY_TARGET.broken_at(node, message, hint)


def _condition(flow: Element) -> str:
    expression = flow.first("bpmn:conditionExpression")
    return expression.value if expression is not None else ""


CHECKS: tuple[Check, ...] = (
    something_to_run,
    beginnings,
    endings,
    reachability,
    dead_ends,
    edges_of_the_flow,
    flows_at_home,
    double_flows,
    implicit_splits,
    shapes_of_gateways,
    decisions,
    default_flows,
    idle_conditions,
    event_gateways,
)
