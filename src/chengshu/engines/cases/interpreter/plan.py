"""The compiled form of one BPMN process: frozen, indexed, ready to be walked. It holds no state and does no work.

A plan is made once per deployed version by ``compiler.compile_process`` and shared by every case and thread.
Everything that can be known before a case runs is computed here and not while it runs: targets of flows, who is
attached to whom, which joins a step can still reach, which steps can be open at the same time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol

from chengshu.engines.cases.data import Outcome


class Formula(Protocol):
    """A compiled FEEL expression; ``feel.Expression`` is one."""

    @property
    def text(self) -> str: ...

    def evaluate(self, context: Mapping[str, Any]) -> Any: ...


class Kind(StrEnum):
    """What a node is. Names are those of BPMN 2.0 elements, spelt as words."""

    START = "start event"
    END = "end event"
    CATCH = "intermediate catch event"
    THROW = "intermediate throw event"
    BOUNDARY = "boundary event"
    TASK = "task"
    USER = "user task"
    MANUAL = "manual task"
    SERVICE = "service task"
    SCRIPT = "script task"
    RULE = "business rule task"
    SEND = "send task"
    RECEIVE = "receive task"
    EXCLUSIVE = "exclusive gateway"
    PARALLEL = "parallel gateway"
    INCLUSIVE = "inclusive gateway"
    COMPLEX = "complex gateway"
    EVENT_GATEWAY = "event-based gateway"
    SUBPROCESS = "sub-process"
    TRANSACTION = "transaction"
    AD_HOC = "ad-hoc sub-process"
    EVENT_SUBPROCESS = "event sub-process"
    CALL = "call activity"


TASKS = frozenset(
    {Kind.TASK, Kind.USER, Kind.MANUAL, Kind.SERVICE, Kind.SCRIPT, Kind.RULE, Kind.SEND, Kind.RECEIVE}
)
SCOPES = frozenset({Kind.SUBPROCESS, Kind.TRANSACTION, Kind.AD_HOC, Kind.EVENT_SUBPROCESS})
ACTIVITIES = TASKS | SCOPES - {Kind.EVENT_SUBPROCESS} | {Kind.CALL}
HUMAN = frozenset({Kind.USER, Kind.MANUAL})
GATEWAYS = frozenset({Kind.EXCLUSIVE, Kind.PARALLEL, Kind.INCLUSIVE, Kind.COMPLEX, Kind.EVENT_GATEWAY})
JOINS = frozenset({Kind.PARALLEL, Kind.INCLUSIVE, Kind.COMPLEX})


class EventKind(StrEnum):
    TIMER = "timer"
    MESSAGE = "message"
    SIGNAL = "signal"
    ERROR = "error"
    ESCALATION = "escalation"
    CONDITION = "condition"
    LINK = "link"
    TERMINATE = "terminate"
    CANCEL = "cancel"
    COMPENSATION = "compensation"


@dataclass(frozen=True, slots=True)
class Event:
    """One event definition.

    :param name: message, signal or link name; for an error or escalation its readable name
    :param code: error or escalation code; empty catches every one
    :param formula: the condition, or the timer's date, duration or cycle
    :param timer: which of the three a timer is
    :param key: the correlation key of a message
    :param activity: which activity a compensation throw means; empty for the whole scope
    """

    kind: EventKind
    name: str = ""
    code: str = ""
    formula: Formula | None = None
    timer: Literal["", "date", "duration", "cycle"] = ""
    key: Formula | None = None
    activity: str = ""
    named: Formula | None = None
    """A name that the model computes: ``= "claim-" + region``."""
    wait: bool = True
    """A compensation throw waits for the handlers unless told not to."""


@dataclass(frozen=True, slots=True)
class Flow:
    id: str
    source: str
    target: str
    condition: Formula | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Mapped:
    """One input or output mapping: the value of ``source`` becomes the variable ``target`` (a dotted path)."""

    source: Formula
    target: str


@dataclass(frozen=True, slots=True)
class Loop:
    """Multi-instance, or the standard loop when ``standard`` is set.

    :param maximum: of a standard loop; 0 for none
    """

    sequential: bool = False
    cardinality: Formula | None = None
    collection: Formula | None = None
    item: str = ""
    results: str = ""
    result: Formula | None = None
    until: Formula | None = None
    standard: bool = False
    test_before: bool = False
    condition: Formula | None = None
    maximum: int = 0


@dataclass(frozen=True, slots=True)
class Approval:
    """The rule of a countersign (会签).

    :param mode: ``all`` must agree; ``any`` one is enough; ``count`` of them; ``weighted`` share of the weights;
        ``sequential`` all, one after the other
    :param needed: the count, or the weight: a share when it is at most 1, else a sum
    :param veto: one disagreement decides, whatever the mode
    """

    mode: Literal["all", "any", "count", "weighted", "sequential"] = "all"
    needed: Formula | None = None
    veto: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a step may take. The clocks read it; the interpreter does not.

    :param unit: ``wd`` working days, ``d`` natural days, ``h`` hours
    :param warn: the share of it after which the light turns yellow
    """

    amount: int
    unit: Literal["wd", "d", "h"] = "wd"
    warn: float = 0.8


@dataclass(frozen=True, slots=True)
class Powers:
    """What the person at a step may do besides deciding.

    :param returns: None for any visited node, else exactly these; empty for none
    """

    returns: frozenset[str] | None = None
    transfer: bool = True
    delegate: bool = True
    add_signer: bool = True
    withdraw: bool = True
    circulate: bool = True
    jump: bool = False


@dataclass(frozen=True, slots=True)
class Assign:
    """Who gets a task. Everything empty: any role of the case's own unit.

    :param unit: an expression, or a unit key; ``case`` for the case's unit
    :param apart_from: ids of steps, or of calls of processes with such steps, that somebody else must have done:
        whoever examined does not decide
    """

    unit: Formula | None = None
    unit_key: str = ""
    role: str = ""
    assignee: Formula | None = None
    candidates: Formula | None = None
    apart_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockMark:
    """``<chengshu:clock>``: what entering a node does to the case's clocks."""

    do: Literal["start", "stop", "pause", "resume"]
    layer: Literal["legal", "promised", "all"] = "all"
    ground: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """The human side of a user or manual task."""

    assign: Assign = field(default_factory=Assign)
    outcomes: tuple[Outcome, ...] = ()
    approval: Approval | None = None
    powers: Powers = field(default_factory=Powers)
    form: str = ""
    due: Formula | None = None
    priority: int = 50


@dataclass(frozen=True, slots=True)
class Service:
    """What the outside does for a service, send or rule task; ``type`` empty means nothing is done."""

    type: str = ""
    retries: int = 3


@dataclass(frozen=True, slots=True)
class Node:
    """One flow node with everything its execution needs.

    :param scope: id of the sub-process it lies in; empty at process level
    :param boundaries: ids of the boundary events attached to it
    :param handler: id of the activity that undoes it (compensation)
    :param called: process id of a call activity, or ``called_by`` when computed
    :param parallel: of an event: all definitions must happen; of an event gateway: instantiates in parallel
    """

    id: str
    kind: Kind
    name: str = ""
    scope: str = ""
    line: int = 0
    incoming: tuple[Flow, ...] = ()
    outgoing: tuple[Flow, ...] = ()
    default: str = ""
    events: tuple[Event, ...] = ()
    interrupting: bool = True
    parallel: bool = False
    instantiates: bool = False
    attached_to: str = ""
    boundaries: tuple[str, ...] = ()
    handler: str = ""
    for_compensation: bool = False
    loop: Loop | None = None
    inputs: tuple[Mapped, ...] = ()
    outputs: tuple[Mapped, ...] = ()
    work: Work | None = None
    limit: Limit | None = None
    service: Service | None = None
    script: Formula | None = None
    decision: str = ""
    result: str = ""
    called: str = ""
    called_by: Formula | None = None
    passes_all_in: bool = True
    passes_all_out: bool = True
    activation: Formula | None = None
    until: Formula | None = None
    in_sequence: bool = False
    cancels_rest: bool = True
    status: str = ""
    clocks: tuple[ClockMark, ...] = ()

    @property
    def title(self) -> str:
        """What people read: the name, or the id of an unnamed node."""
        return self.name or self.id


@dataclass(frozen=True, slots=True)
class Scope:
    """The inside of the process or of one sub-process.

    :param starts: none start events, or the nodes nothing leads to when it has no start event
    :param triggered: start events with a trigger (message, timer …) and instantiating event gateways
    :param listeners: event sub-processes lying in it
    """

    id: str
    starts: tuple[str, ...] = ()
    triggered: tuple[str, ...] = ()
    listeners: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Branches:
    """A split, the node where its branches have all come together again, and what lies on each branch.

    :param join: empty when the branches never meet
    :param arms: for each branch the ids of its nodes and flows
    """

    split: str
    join: str
    arms: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class CaseSettings:
    """``<chengshu:case>`` of the process."""

    title: Formula | None = None
    number_prefix: str = ""
    start_form: str = ""
    legal: str = ""
    promised: str = ""
    rule: str = ""


@dataclass(frozen=True)
class Plan:
    """One process, compiled.

    :param ref: how the library finds it again; cases and tokens carry it
    :param scopes: by sub-process id; ``""`` is the process itself
    :param reach: for each join, node id → the incoming flows of the join that a token there can still come by
    :param patient: inclusive and complex joins, which wait for whatever can still come
    :param branches: every place where one token becomes several, innermost last
    """

    ref: str
    process_id: str
    name: str
    nodes: Mapping[str, Node]
    flows: Mapping[str, Flow]
    scopes: Mapping[str, Scope]
    case: CaseSettings = field(default_factory=CaseSettings)
    limit: Limit | None = None
    reach: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    patient: frozenset[str] = frozenset()
    branches: tuple[Branches, ...] = ()
    links: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(scope, link name) → the catching link event."""
    decisions: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()
    executable: bool = True

    def node(self, node_id: str) -> Node:
        return self.nodes[node_id]

    def side_by_side(self, node_id: str, place: str) -> bool:
        """Whether a token at ``place`` (node, or flow into a join) can be there while another is at ``node_id``."""
        return any(_apart(branches.arms, node_id, place) for branches in self.branches)


def _apart(arms: tuple[frozenset[str], ...], one: str, other: str) -> bool:
    with_one = [one in arm for arm in arms]
    with_other = [other in arm for arm in arms]
    if not any(with_one) or not any(with_other):
        return False
    return not any(a and b for a, b in zip(with_one, with_other, strict=True))


class Library(Protocol):
    """Where a run finds what a case needs besides its own state: pinned plans and decisions."""

    def plan(self, ref: str) -> Plan:
        """Return the compiled process.

        :raises Missing: nothing is stored under ``ref``
        """
        ...

    def called(self, ref: str, process_id: str) -> str:
        """Return the ref of the process that a call activity of plan ``ref`` calls by ``process_id``.

        :raises Missing: no such process is deployed
        """
        ...

    def decide(self, ref: str, decision_id: str, inputs: Mapping[str, Any]) -> Any:
        """Evaluate a decision pinned by plan ``ref``; inputs and result are FEEL values."""
        ...
