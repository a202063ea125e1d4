"""From a BPMN document to a ``Plan``: reads every element, refuses what cannot be run, works out the shape.

Nothing unknown is ignored: an element that the interpreter does not know stops the deployment with its id and reason.
Drawings for people only (data objects, lanes, notes) are passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.document import Document, local_name
from chengshu.engines.cases.bpmn.tree import Element
from chengshu.engines.cases.data import Finding
from chengshu.engines.cases.interpreter.checks import CHECKS
from chengshu.engines.cases.interpreter.graph import branches_of, graph_of, reach_of
from chengshu.engines.cases.interpreter.people import case_of, clocks_of, limit_of, work_of
from chengshu.engines.cases.interpreter.plan import (
    ACTIVITIES,
    JOINS,
    SCOPES,
    EventKind,
    Flow,
    Kind,
    Node,
    Plan,
    Scope,
    Service,
)
from chengshu.engines.cases.interpreter.reading import Reader
from chengshu.engines.cases.refusals import ModelRefused

KINDS = {
    "startEvent": Kind.START,
    "endEvent": Kind.END,
    "intermediateCatchEvent": Kind.CATCH,
    "intermediateThrowEvent": Kind.THROW,
    "boundaryEvent": Kind.BOUNDARY,
    "task": Kind.TASK,
    "userTask": Kind.USER,
    "manualTask": Kind.MANUAL,
    "serviceTask": Kind.SERVICE,
    "scriptTask": Kind.SCRIPT,
    "businessRuleTask": Kind.RULE,
    "sendTask": Kind.SEND,
    "receiveTask": Kind.RECEIVE,
    "exclusiveGateway": Kind.EXCLUSIVE,
    "parallelGateway": Kind.PARALLEL,
    "inclusiveGateway": Kind.INCLUSIVE,
    "complexGateway": Kind.COMPLEX,
    "eventBasedGateway": Kind.EVENT_GATEWAY,
    "subProcess": Kind.SUBPROCESS,
    "transaction": Kind.TRANSACTION,
    "adHocSubProcess": Kind.AD_HOC,
    "callActivity": Kind.CALL,
}
"""BPMN elements that become nodes."""

PASSIVE = frozenset(
    [
        "documentation",
        "extensionElements",
        "auditing",
        "monitoring",
        "laneSet",
        "artifact",
        "association",
        "group",
        "textAnnotation",
        "category",
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "ioSpecification",
        "property",
        "dataInputAssociation",
        "dataOutputAssociation",
        "resourceRole",
        "performer",
        "humanPerformer",
        "potentialOwner",
        "correlationSubscription",
        "supports",
        "incoming",
        "outgoing",
        "sequenceFlow",
        "ioBinding",
        "categoryValueRef",
        "supportedInterfaceRef",
    ]
)
"""BPMN elements that describe and do nothing when a case runs."""

PARTS = frozenset(
    [
        "standardLoopCharacteristics",
        "multiInstanceLoopCharacteristics",
        "script",
        "completionCondition",
        "activationCondition",
        "rendering",
        "timerEventDefinition",
        "messageEventDefinition",
        "signalEventDefinition",
        "errorEventDefinition",
        "escalationEventDefinition",
        "conditionalEventDefinition",
        "linkEventDefinition",
        "compensateEventDefinition",
        "terminateEventDefinition",
        "cancelEventDefinition",
        "eventDefinitionRef",
        "dataInput",
        "dataOutput",
        "inputSet",
        "outputSet",
    ]
)
"""BPMN elements inside a node that the readers of that node look at."""

GLOBAL_TASKS = {
    "globalTask": Kind.TASK,
    "globalUserTask": Kind.USER,
    "globalManualTask": Kind.MANUAL,
    "globalScriptTask": Kind.SCRIPT,
    "globalBusinessRuleTask": Kind.RULE,
}


def compile_process(
    document: Document, process_id: str | None = None, *, ref: str, drawing: bool = False
) -> Plan:
    """Compile one process of the document.

    :param process_id: which one; None for the only one, else the first that is marked executable
    :param ref: the name under which the library will find the plan
    :param drawing: fill in what a drawing leaves open (conditions, times, numbers) so that it can be walked through;
        never for deployment. The variable ``taken`` then chooses the ways: ``{"Gateway_1": "Flow_2"}``.
    :raises ModelRefused: something in the process cannot be run; every reason with its element
    """
    process = _the_process(document, process_id)
    compilation = Compilation(document, Reader(document, drawing))
    plan = compilation.plan(process, ref)
    errors = [finding for finding in compilation.reader.findings if finding.severity == "error"]
    if errors:
        raise ModelRefused(compilation.reader.findings)
    return plan


def _the_process(document: Document, process_id: str | None) -> Element:
    processes = document.processes
    if process_id is not None:
        found = next((process for process in processes if process.id == process_id), None)
    else:
        runnable = [process for process in processes if process.get("isExecutable") == "true"]
        found = next(iter(runnable or processes), None)
    if found is not None:
        return found
    message = (
        _("The file has no process “%(id)s”.") % {"id": process_id}
        if process_id
        else _("The file holds no process.")
    )
    raise ModelRefused([Finding("error", "cases.no_process", process_id or "", "", message)])


@dataclass
class Compilation:
    """One process on its way to a plan; what is wrong with it gathers in ``reader.findings``."""

    document: Document
    reader: Reader
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    scopes: dict[str, Scope] = field(default_factory=dict)
    elements: dict[str, Element] = field(default_factory=dict)

    def plan(self, process: Element, ref: str) -> Plan:
        self._read_scope(process, "")
        self._attach()
        self._check()
        links = {
            (node.scope, event.name): node.id
            for node in self.nodes.values()
            if node.kind is Kind.CATCH
            for event in node.events
            if event.kind is EventKind.LINK
        }
        graphs = [graph_of(scope, self.nodes, links) for scope in self.scopes.values()]
        joins = [node for node in self.nodes.values() if node.kind in JOINS and len(node.incoming) > 1]
        return Plan(
            ref=ref,
            process_id=process.id,
            name=process.name or process.id,
            nodes=self.nodes,
            flows=self.flows,
            scopes=self.scopes,
            case=case_of(self.reader, process),
            limit=limit_of(self.reader, process),
            reach={
                node.id: reach_of(graph, node) for graph in graphs for node in joins if node.id in graph.nodes
            },
            patient=frozenset(node.id for node in joins if node.kind is not Kind.PARALLEL),
            branches=tuple(branches for graph in graphs for branches in branches_of(graph)),
            links=links,
            decisions=frozenset(node.decision for node in self.nodes.values() if node.decision),
            forms=frozenset(node.work.form for node in self.nodes.values() if node.work and node.work.form),
            calls=frozenset(node.called for node in self.nodes.values() if node.called),
            executable=process.get("isExecutable") == "true",
        )

    # -- scopes and nodes -----------------------------------------------------------------------------------------

    def _read_scope(self, container: Element, scope_id: str) -> None:
        members = []
        for child in container.children:
            if child.kind in KINDS:
                self.elements[child.id] = child
                self.nodes[child.id] = self._node(child, scope_id)
                members.append(child.id)
            elif child.kind and child.kind not in PASSIVE | PARTS:
                self.reader.refuse(
                    child,
                    "unknown_element",
                    _("“%(kind)s” cannot be run.") % {"kind": child.local},
                    _("Remove it, or draw the same with other elements."),
                )
        for flow in container.all("bpmn:sequenceFlow"):
            self._read_flow(flow)
        self.scopes[scope_id] = Scope(scope_id, members=tuple(members))
        for member in members:
            if self.nodes[member].kind in SCOPES:
                self._read_scope(self.elements[member], member)

    def _read_flow(self, flow: Element) -> None:
        source = self.document.referred(flow, "sourceRef")
        target = self.document.referred(flow, "targetRef")
        if source is None or target is None or source.kind not in KINDS or target.kind not in KINDS:
            self.reader.refuse(
                flow, "loose_flow", _("The arrow does not lead from a step to a step."), _("Connect it.")
            )
            return
        holder = flow.first("bpmn:conditionExpression")
        condition = self.reader.condition(flow, holder, otherwise=True) if holder is not None else None
        self.flows[flow.id] = Flow(flow.id, source.id, target.id, condition, flow.name)

    def _node(self, at: Element, scope_id: str) -> Node:
        kind = self._kind(at)
        status = at.extension("chengshu:status")
        node = Node(
            id=at.id,
            kind=kind,
            name=at.name.strip(),
            scope=scope_id,
            line=at.line,
            default=local_name(at.get("default").strip()),
            events=self.reader.events(at),
            inputs=self.reader.mappings(at, "input"),
            outputs=self.reader.mappings(at, "output"),
            for_compensation=at.get("isForCompensation") == "true",
            loop=self.reader.loop(at) if kind in ACTIVITIES else None,
            limit=limit_of(self.reader, at),
            status=status.get("code") if status is not None else "",
            clocks=clocks_of(self.reader, at),
        )
        self._look_inside(at)
        detail = _DETAILS.get(kind)
        return detail(self, at, node) if detail else node

    def _kind(self, at: Element) -> Kind:
        kind = KINDS[at.kind]
        if kind is Kind.SUBPROCESS and at.get("triggeredByEvent") == "true":
            return Kind.EVENT_SUBPROCESS
        if kind is Kind.CALL:
            called = self.document.element(at.get("calledElement").strip())
            return GLOBAL_TASKS.get(called.kind, kind) if called is not None else kind
        return kind

    def _look_inside(self, at: Element) -> None:
        if KINDS[at.kind] in SCOPES:
            return
        for child in at.children:
            if child.kind and child.kind not in PASSIVE | PARTS:
                self.reader.refuse(
                    at,
                    "unknown_element",
                    _("“%(kind)s” inside “%(element)s” cannot be run.")
                    % {"kind": child.local, "element": at.name or at.id},
                    _("Remove it, or draw the same with other elements."),
                )

    # -- what needs the whole process -----------------------------------------------------------------------------

    def _attach(self) -> None:
        """Give each node its flows, its boundary events and the activity that undoes it; find the starts."""
        incoming: dict[str, list[Flow]] = {}
        outgoing: dict[str, list[Flow]] = {}
        for flow in self.flows.values():
            outgoing.setdefault(flow.source, []).append(flow)
            incoming.setdefault(flow.target, []).append(flow)
        handlers = dict(self._handlers())
        for node in list(self.nodes.values()):
            self.nodes[node.id] = replace(
                node,
                incoming=tuple(incoming.get(node.id, ())),
                outgoing=self._ordered(node, outgoing.get(node.id, [])),
                boundaries=tuple(
                    other.id
                    for other in self.nodes.values()
                    if other.attached_to == node.id and not _is_compensation(other)
                ),
                handler=handlers.get(node.id, ""),
            )
        for scope in list(self.scopes.values()):
            self.scopes[scope.id] = self._with_starts(scope)

    def _ordered(self, node: Node, flows: list[Flow]) -> tuple[Flow, ...]:
        """The flows in drawing order; a drawing's open ends at a gateway get a condition for the trial."""
        if not self.reader.drawing or node.kind not in (Kind.EXCLUSIVE, Kind.INCLUSIVE) or len(flows) < 2:
            return tuple(flows)
        return tuple(self._drawn(flow, last=flow is flows[-1], node=node) for flow in flows)

    def _drawn(self, flow: Flow, *, last: bool, node: Node) -> Flow:
        if flow.condition is not None or flow.id == node.default:
            return flow
        condition = self.reader.condition(
            self.document.by_id[flow.id], _EMPTY, otherwise=last and not node.default
        )
        self.flows[flow.id] = drawn = replace(flow, condition=condition)
        return drawn

    def _handlers(self) -> Iterator[tuple[str, str]]:
        """(activity, the activity that undoes it), as the associations of compensation events say."""
        for association in self.document.all_of("bpmn:association"):
            source = self.nodes.get(local_name(association.get("sourceRef").strip()))
            target = self.nodes.get(local_name(association.get("targetRef").strip()))
            if source and target and source.attached_to and _is_compensation(source):
                yield source.attached_to, target.id

    def _with_starts(self, scope: Scope) -> Scope:
        members = [self.nodes[member] for member in scope.members]
        starts = [node for node in members if node.kind is Kind.START]
        gateways = [node for node in members if node.instantiates and not node.incoming]
        plain = [node for node in starts if not node.events]
        if not starts and not gateways:
            plain = [node for node in members if _can_begin(node)]
        return replace(
            scope,
            starts=tuple(node.id for node in plain),
            triggered=tuple(node.id for node in [*starts, *gateways] if node.events or node.instantiates),
            listeners=tuple(node.id for node in members if node.kind is Kind.EVENT_SUBPROCESS),
        )

    def in_transaction(self, node: Node) -> bool:
        while node.scope:
            node = self.nodes[node.scope]
            if node.kind is Kind.TRANSACTION:
                return True
        return False

    def catches_link(self, scope_id: str, name: str) -> bool:
        return any(
            node.kind is Kind.CATCH
            and node.scope == scope_id
            and (EventKind.LINK, name) == (event.kind, event.name)
            for node in self.nodes.values()
            for event in node.events
        )

    def _check(self) -> None:
        for node in self.nodes.values():
            for check in CHECKS:
                check(self, node, self.elements[node.id])


def _is_compensation(node: Node) -> bool:
    return any(event.kind is EventKind.COMPENSATION for event in node.events)


def _can_begin(node: Node) -> bool:
    """Whether a scope without a start event begins here: nothing leads to it and nothing triggers it."""
    if (
        node.incoming
        or node.for_compensation
        or node.kind in (Kind.BOUNDARY, Kind.EVENT_SUBPROCESS, Kind.END)
    ):
        return False
    return not any(event.kind is EventKind.LINK for event in node.events) or node.kind is Kind.THROW


_EMPTY = Element(("", "nothing"))


# -- the particulars of each kind of node -------------------------------------------------------------------------

_Detail = Callable[[Compilation, Element, Node], Node]


def _human(own: Compilation, at: Element, node: Node) -> Node:
    return replace(node, work=work_of(own.reader, at))


def _service(own: Compilation, at: Element, node: Node) -> Node:
    definition = at.extension("zeebe:taskDefinition")
    if definition is None:
        return node
    retries = definition.get("retries", "3")
    return replace(node, service=Service(definition.get("type"), int(retries) if retries.isdigit() else 3))


def _script(own: Compilation, at: Element, node: Node) -> Node:
    zeebe = at.extension("zeebe:script")
    if zeebe is not None:
        return replace(
            node, script=own.reader.formula(at, zeebe.get("expression")), result=zeebe.get("resultVariable")
        )
    inline = at.first("bpmn:script")
    if inline is None or not inline.value:
        return _service(own, at, node)
    language = at.get("scriptFormat").lower()
    if language and "feel" not in language:
        if not own.reader.drawing:
            own.reader.refuse(
                at,
                "script_not_feel",
                _("The script is written in %(language)s; models may only contain FEEL.")
                % {"language": language},
                _("Write it in FEEL, or make it a service task."),
            )
        return node
    return replace(node, script=own.reader.formula(at, inline.value))


def _rule(own: Compilation, at: Element, node: Node) -> Node:
    called = at.extension("zeebe:calledDecision")
    if called is None:
        return _service(own, at, node)
    return replace(node, decision=called.get("decisionId"), result=called.get("resultVariable"))


def _send(own: Compilation, at: Element, node: Node) -> Node:
    node = _service(own, at, node)
    return node if node.service else replace(node, events=(own.reader.message(at, at),))


def _receive(own: Compilation, at: Element, node: Node) -> Node:
    return replace(
        node,
        events=(own.reader.message(at, at),),
        instantiates=at.get("instantiate") == "true" and not node.loop,
    )


def _call(own: Compilation, at: Element, node: Node) -> Node:
    zeebe = at.extension("zeebe:calledElement")
    target = (zeebe.get("processId") if zeebe is not None else "") or local_name(
        at.get("calledElement").strip()
    )
    computed = own.reader.formula(at, target) if target.startswith("=") else None
    if not target and not own.reader.drawing:
        own.reader.refuse(
            at, "call_without_process", _("The call names no process."), _("Choose the process to call.")
        )
    return replace(
        node,
        called="" if computed else target,
        called_by=computed,
        passes_all_in=zeebe is None or zeebe.get("propagateAllParentVariables") != "false",
        passes_all_out=zeebe is None or zeebe.get("propagateAllChildVariables") != "false",
    )


def _event(own: Compilation, at: Element, node: Node) -> Node:
    return replace(
        node,
        interrupting=(at.get("cancelActivity") or at.get("isInterrupting") or "true") != "false",
        parallel=at.get("parallelMultiple") == "true",
        attached_to=local_name(at.get("attachedToRef").strip()),
    )


def _event_gateway(own: Compilation, at: Element, node: Node) -> Node:
    return replace(
        node, instantiates=at.get("instantiate") == "true", parallel=at.get("eventGatewayType") == "Parallel"
    )


def _complex(own: Compilation, at: Element, node: Node) -> Node:
    holder = at.first("bpmn:activationCondition")
    return replace(node, activation=own.reader.formula(at, holder.value) if holder is not None else None)


def _ad_hoc(own: Compilation, at: Element, node: Node) -> Node:
    holder = at.first("bpmn:completionCondition")
    return replace(
        node,
        until=own.reader.formula(at, holder.value) if holder is not None else None,
        in_sequence=at.get("ordering") == "Sequential",
        cancels_rest=at.get("cancelRemainingInstances") != "false",
    )


_DETAILS: dict[Kind, _Detail] = {
    Kind.USER: _human,
    Kind.MANUAL: _human,
    Kind.SERVICE: _service,
    Kind.SCRIPT: _script,
    Kind.RULE: _rule,
    Kind.SEND: _send,
    Kind.RECEIVE: _receive,
    Kind.CALL: _call,
    Kind.START: _event,
    Kind.CATCH: _event,
    Kind.BOUNDARY: _event,
    Kind.EVENT_GATEWAY: _event_gateway,
    Kind.COMPLEX: _complex,
    Kind.AD_HOC: _ad_hoc,
}
