"""Trying models out before they are in force: a run in memory, a decision with inputs, an expression by itself.
Also what an editor may offer for the clocks of a model.

Nothing is stored, nobody is told, no service is called. The run is the interpreter's own; it is done again from its
beginning for every step, so that a page need not hold a case between two requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, Literal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import checking, dmn, feel
from chengshu.engines.cases.clocks import keeping
from chengshu.engines.cases.clocks.settled import rule_book
from chengshu.engines.cases.data import Outcome, TimelineEntry, TokenView
from chengshu.engines.cases.interpreter.memory import MemoryCases
from chengshu.engines.cases.interpreter.plan import Node
from chengshu.engines.cases.library import library
from chengshu.engines.cases.models import DefinitionVersion, VersionState
from chengshu.engines.cases.state import CaseState, State, Task, TaskKind, Token, TokenState, WaitKind
from chengshu.engines.cases.words import happening_title
from chengshu.foundation.errors import ChengshuError, InvalidInput, Words

MOST_STEPS: Final = 300
StepKind = Literal["task", "timer", "message", "signal", "condition", "service"]


@dataclass(frozen=True)
class TrialStep:
    """What somebody, or the outside, does next in a trial.

    :param target: ``id`` of what waits, as the trial before this step named it
    :param variables: JSON-able values written with it
    """

    kind: StepKind
    target: str
    outcome: str = ""
    variables: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class TrialWait:
    """Something that a trial waits for.

    :param unit: key or expression result; empty for the unit of the case
    """

    id: str
    kind: StepKind
    node: str
    name: str
    unit: str = ""
    role: str = ""
    assignee: str = ""
    due_at: datetime | None = None
    outcomes: tuple[Outcome, ...] = ()


@dataclass(frozen=True)
class TrialView:
    """Where a trial stands.

    :param refused: why the last step was not taken; everything else is as it was before it
    """

    state: CaseState
    outcome: str
    tokens: tuple[TokenView, ...]
    waiting: tuple[TrialWait, ...]
    timeline: tuple[TimelineEntry, ...]
    variables: Mapping[str, Any]
    refused: Words = ""


@dataclass(frozen=True)
class DecisionTrial:
    """What a decision gives.

    :param value: the result, as JSON
    :param matched: ids of the decision elements with the numbers of their rules that matched, from 1
    :param remarks: why parts became null
    """

    value: Any
    matched: tuple[tuple[str, tuple[int, ...]], ...]
    remarks: tuple[str, ...]


def trial(
    content: bytes, *, variables: Mapping[str, Any] | None = None, steps: Sequence[TrialStep] = ()
) -> TrialView:
    """Run a process in memory and take the steps one after another.

    Called processes and decisions are those in force, or else the newest draft.

    :raises ModelRefused: if the model cannot be run; every reason is located
    :raises InvalidInput: if there are more than ``MOST_STEPS`` steps, or nothing waits under a step's name
    """
    if len(steps) > MOST_STEPS:
        raise InvalidInput(
            _("A trial has at most %(number)d steps.") % {"number": MOST_STEPS},
            field="steps",
            hint=_("Start the trial anew."),
        )
    cases = MemoryCases(content, now=timezone.localtime().replace(second=0, microsecond=0))
    _bring_what_is_named(cases)
    case_id = cases.start(variables=dict(variables or {}))
    refused: Words = ""
    for step in steps:
        try:
            _take(cases, case_id, step)
        except ChengshuError as error:
            refused = error.message
            break
    return _view(cases, case_id, refused)


def try_decision(content: bytes, decision: str, inputs: Mapping[str, str]) -> DecisionTrial:
    """Evaluate a decision with inputs written as FEEL literals; an empty text is null.

    :raises InvalidInput: if the model, an input or the evaluation is at fault
    """
    values = {name: _literal(name, text) for name, text in inputs.items()}
    traced = dmn.read_decisions(content).evaluate_traced(decision, values)
    return DecisionTrial(
        value=feel.to_json(traced.value),
        matched=tuple((table.element, table.rules) for table in traced.tables),
        remarks=tuple(str(remark.message) for remark in traced.remarks),
    )


def check_expression(text: str, *, unary: bool = False) -> None:
    """Read an expression, or the tests of a table's cell.

    :raises InvalidInput: where it cannot be read, with its position
    """
    if unary:
        feel.compile_unary_tests(text)
    else:
        feel.compile_expression(text)


def pause_grounds() -> tuple[tuple[str, Words], ...]:
    """Key and name of every lawful ground on which a clock may stand still."""
    return tuple((key, ground.name) for key, ground in rule_book().grounds.items())


def clock_rules() -> tuple[tuple[str, Words], ...]:
    """Key and name of every rule of a legal clock that holds today."""
    today = timezone.localdate()
    return tuple((rule.key, rule.name) for rule in rule_book().versions if rule.holds_on(today))


def _literal(name: str, text: str) -> Any:
    if not text.strip():
        return None
    try:
        return feel.compile_expression(text).evaluate({})
    except InvalidInput as error:
        raise InvalidInput(
            _("The input “%(name)s” cannot be read: %(why)s") % {"name": name, "why": error.message},
            field=name,
            hint=error.hint,
        ) from error


def _bring_what_is_named(cases: MemoryCases) -> None:
    """Add the processes that are called and the decisions that are asked, and what those call in turn."""
    brought: set[str] = set()
    while ahead := {name for plan in cases.library.plans.values() for name in plan.calls} - brought:
        brought |= ahead
        for process_id in ahead - set(cases.library.newest):
            for found in _versions_named(process_id, checking.deployed().processes):
                cases.deploy(found)
    for plan in list(cases.library.plans.values()):
        for name in plan.decisions:
            _bring_decision(cases, name)


def _bring_decision(cases: MemoryCases, name: str) -> None:
    for content in _versions_named(name, checking.deployed().decisions):
        model = dmn.read_decisions(content)
        cases.decide_by(name, partial(model.evaluate, name))


def _versions_named(name: str, in_force: Mapping[str, int]) -> Iterable[bytes]:
    """The text of what is in force under a name, or else of its newest draft; nothing when there is neither."""
    if name in in_force:
        yield library.stored(in_force[name]).content
        return
    drafts = DefinitionVersion.objects.filter(definition__model_id=name).exclude(state=VersionState.RETIRED)
    newest = drafts.order_by("-number").first()
    if newest is not None:
        yield bytes(newest.content)


def _take(cases: MemoryCases, case_id: int, step: TrialStep) -> None:
    variables = dict(step.variables or {})
    number = int(step.target) if step.target.isdigit() else 0
    state = cases.state(case_id)
    if step.kind == "task" and number in state.tasks:
        _complete(cases, case_id, state.tasks[number], step.outcome, variables)
    elif step.kind == "service" and number in state.jobs:
        cases.call(case_id, lambda run: run.finish_job(number, variables))
    elif step.kind in ("timer", "message", "signal", "condition") and number in state.waits:
        _let_happen(cases, case_id, number, variables)
    else:
        raise InvalidInput(
            _("Nothing waits for this step."),
            field="steps",
            hint=_("Go one step back, or start the trial anew."),
        )


def _complete(
    cases: MemoryCases, case_id: int, task: Task, outcome: str, variables: Mapping[str, Any]
) -> None:
    by = task.assignee_id or cases.person(f"trial-{task.id}")
    opinion = str(_("Written by the trial."))
    cases.call(
        case_id,
        lambda run: run.complete_task(task.id, by=by, outcome=outcome, opinion=opinion, variables=variables),
    )


def _let_happen(cases: MemoryCases, case_id: int, number: int, variables: Mapping[str, Any]) -> None:
    wait = cases.state(case_id).waits[number]
    if wait.kind is WaitKind.TIMER:
        if wait.due_at is not None:
            cases.now = max(cases.now, wait.due_at)
        cases.fire(case_id, number)
    elif wait.kind is WaitKind.MESSAGE:
        cases.call(
            case_id,
            lambda run: run.deliver_message(wait.name, key=wait.key, payload=variables, wait_id=number),
        )
    elif wait.kind is WaitKind.SIGNAL:
        cases.call(case_id, lambda run: run.deliver_signal(wait.name, payload=variables))
    else:
        cases.call(case_id, lambda run: run.evaluate_conditions(variables))


def _view(cases: MemoryCases, case_id: int, refused: Words) -> TrialView:
    state = cases.state(case_id)
    return TrialView(
        state=state.case.state,
        outcome=state.case.outcome,
        tokens=tuple(_tokens(state)),
        waiting=tuple(_waiting(cases, state)),
        timeline=tuple(_timeline(cases, case_id)),
        variables=state.case.variables,
        refused=refused,
    )


def _tokens(state: State) -> Iterable[TokenView]:
    at: dict[str, list[Token]] = {}
    for token in state.tokens.values():
        if token.parent is not None and token.state not in (TokenState.SCOPE, TokenState.MULTI):
            at.setdefault(token.node, []).append(token)
    for node, tokens in at.items():
        faulty = next((token for token in tokens if token.state is TokenState.FAULTY), None)
        shown = faulty or tokens[0]
        yield TokenView(
            node, shown.state, len(tokens), str(shown.local.get("#incident", "")) if faulty else ""
        )


def _waiting(cases: MemoryCases, state: State) -> Iterable[TrialWait]:
    for task in state.tasks.values():
        if task.kind is not TaskKind.CIRCULATED and _has_its_turn(state, task):
            yield _task(cases, task)
    for wait in state.waits.values():
        node = cases.library.plan(wait.plan).nodes[wait.node]
        kind: StepKind = wait.kind.value
        name = f"{node.title} · {wait.name}" if wait.name else node.title
        yield TrialWait(str(wait.id), kind, wait.node, name, due_at=wait.due_at)
    for job in state.jobs.values():
        node = cases.library.plan(job.plan).nodes[job.node]
        yield TrialWait(str(job.id), "service", job.node, f"{node.title} · {job.service}")


def _has_its_turn(state: State, task: Task) -> bool:
    token = state.tokens.get(task.token)
    return token is None or token.state is not TokenState.PENDING


def _task(cases: MemoryCases, task: Task) -> TrialWait:
    node = cases.library.plan(task.plan).nodes[task.node]
    return TrialWait(
        id=str(task.id),
        kind="task",
        node=task.node,
        name=task.name or node.title,
        unit=task.unit,
        role=task.role,
        assignee=cases.name_of(task.assignee_id),
        due_at=_due(node, task),
        outcomes=node.work.outcomes if node.work else (),
    )


def _due(node: Node, task: Task) -> datetime | None:
    if task.due_at is not None or node.limit is None or task.opened_at is None:
        return task.due_at
    return keeping.task_due(node.limit, task.opened_at)


def _timeline(cases: MemoryCases, case_id: int) -> Iterable[TimelineEntry]:
    names = {node.id: node.title for plan in cases.library.plans.values() for node in plan.nodes.values()}
    for one in cases.history(case_id):
        yield TimelineEntry(
            seq=one.seq,
            at=one.at,
            kind=one.kind,
            title=happening_title(one.kind),
            node=one.node,
            node_name=names.get(one.node, ""),
            actor="",
            details=one.details,
        )
