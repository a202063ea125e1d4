"""Keeping the clocks of cases while they run: what the store calls, inside its own actions and transactions.

    times = task_times(node.limit, opened_at)              # per task; pure and cached, no query
    keeping.follow(case_id, plan, delta.history, now)      # per call; no query without clocks or without a mark

``follow`` is all the store needs: it starts the clocks of a new case, obeys the statuses and clock marks that the run
passed, and stops them at the end. A case without ``rule``, ``legal``, ``promised`` and process limit has no rows.
Whoever calls holds the lock on the case's row.

The status codes mean: 3 accepted or 8 being handled, the decision clocks start, and go on if a decision had stopped
them; 6 supplement asked for; 7 supplement received, which restarts the limit where the rule says so; 2, 4, 5, 11, 12,
13, 14 decided or over, the clocks stop; after 11 and 12 the clock of issue and delivery runs until the case ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from chengshu.engines.cases.clocks import moving
from chengshu.engines.cases.clocks.law import CountsFrom, Rule, Supplement
from chengshu.engines.cases.clocks.lawful import basis_of
from chengshu.engines.cases.clocks.limits import Limit, LimitUnit, limit_variable, read_limit
from chengshu.engines.cases.clocks.queries import clock_views
from chengshu.engines.cases.clocks.rows import refresh, rule_of
from chengshu.engines.cases.clocks.settled import rule_book
from chengshu.engines.cases.clocks.step_times import task_due, task_times
from chengshu.engines.cases.interpreter import plan as plans
from chengshu.engines.cases.models import Case
from chengshu.engines.cases.models_clocks import Clock, ClockLayer, ClockMatter, ClockPause, ClockState
from chengshu.engines.cases.state import Happening
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit.changes import record_many
from chengshu.foundation.calendar import local_day

__all__ = ["case_ended", "case_opened", "clock_views", "follow", "node_entered", "task_due", "task_times"]

ACCEPTED: Final = "3"
UNDER_REVIEW: Final = frozenset({ACCEPTED, "8"})
"""Accepted, and being handled: whoever comes here has no decision, not even one that was taken before."""
SUPPLEMENT_ASKED: Final = "6"
SUPPLEMENT_RECEIVED: Final = "7"
GRANTED: Final = frozenset({"11", "12"})
OVER: Final = frozenset({"2", "4", "5", "13", "14"}) | GRANTED

_MOVING: Final = UNDER_REVIEW | OVER | {SUPPLEMENT_ASKED, SUPPLEMENT_RECEIVED}

ENDINGS: Final = frozenset(
    {"case_completed", "case_terminated", "case_withdrawn", "case_voided", "merged_into"}
)


_OTHER_MOVES: Final = ENDINGS | {"case_started", "clock", "split_from"}


def follow(case_id: int, plan: plans.Plan, history: Iterable[Happening], at: datetime) -> None:
    """Do for the clocks of a case what a run's history says, in its order.

    :raises Missing: if the process names a rule that does not exist on that day
    :raises Refused: if a clock mark pauses on a ground that is not lawful for the rule
    """
    if not has_clocks(plan):
        return
    told = list(history)
    accepted = _accepted_at_once(told)
    for happening in told:
        if happening.kind == "case_started":
            is_done = case_opened(case_id, plan, at, is_accepted=accepted is not None)
            accepted = accepted if is_done else None
        elif happening is accepted:
            continue
        elif happening.kind == "status":
            _status(case_id, str(happening.details.get("status", "")), at)
        elif happening.kind == "clock":
            _mark(case_id, happening.details, at)
        elif happening.kind == "split_from":
            moving.copy_clocks(int(happening.details["other"]), case_id)
        elif happening.kind in ENDINGS:
            case_ended(case_id, at)
        elif happening.kind in ("entered", "left", "cancelled"):
            _step(case_id, plan, happening, at)


def _accepted_at_once(history: Iterable[Happening]) -> Happening | None:
    """The acceptance of a new case, where nothing moves its clocks before."""
    moves = (happening for happening in history if _moves(happening))
    first, second = next(moves, None), next(moves, None)
    if first is None or second is None or (first.kind, second.kind) != ("case_started", "status"):
        return None
    return second if str(second.details.get("status", "")) in UNDER_REVIEW else None


def _moves(happening: Happening) -> bool:
    """Whether it does something to the decision clocks."""
    if happening.kind == "status":
        return str(happening.details.get("status", "")) in _MOVING
    return happening.kind in _OTHER_MOVES


def has_clocks(plan: plans.Plan) -> bool:
    """Whether cases of this process have any clocks besides the limits of their tasks."""
    settings = plan.case
    return bool(settings.rule or settings.legal or settings.promised or plan.limit) or any(
        node.limit is not None and node.kind in plans.SCOPES for node in plan.nodes.values()
    )


def case_opened(case_id: int, plan: plans.Plan, at: datetime, *, is_accepted: bool = False) -> bool:
    """Begin the clocks of a new case; whether they began with its acceptance in the same moment.

    The decision clocks start with the acceptance where the process has such a step (status 3, or a clock mark) and the
    rule counts from it, else at once. Before the acceptance the limit of the supplement notice runs.

    :param is_accepted: nothing lies between its beginning and its acceptance
    :raises Missing: if the process names a rule that does not exist on that day
    """
    rows, begins_with_acceptance = _clocks_of_new(case_id, plan, at, is_accepted)
    for row in rows:
        row.save()
    moving.show_on_case(case_id)
    return begins_with_acceptance


def _clocks_of_new(
    case_id: int, plan: plans.Plan, at: datetime, is_accepted: bool
) -> tuple[list[Clock], bool]:
    """The clocks of a new case, not saved yet, and whether they begin with its acceptance."""
    settings = plan.case
    rule = rule_book().rule(settings.rule, local_day(at)) if settings.rule else None
    begins_with_acceptance = is_accepted and (rule is None or not rule.supplement)
    waits = _is_accepted_later(plan, rule) and not begins_with_acceptance
    rows = []
    for layer, text in zip(moving.BOTH, (settings.legal, settings.promised), strict=True):
        limit = _limit_said(case_id, text) if text else _limit_of(rule, layer)
        if limit is not None:
            basis = limit.source.text or (rule.title if rule else "")
            row = Clock(case_id=case_id, layer=layer, limit=limit.notation, basis=basis)
            rows.append(moving.set_up(row, rule, None if waits else at, at))
    if rule and rule.supplement and (waits or rule.supplement.restarts):
        rows.append(moving.set_up(_supplement_clock(case_id, rule.supplement), rule, at, at))
    if plan.limit is not None:
        rows.append(moving.set_up(_step_clock(case_id, "", plan.name, plan.limit), None, at, at))
    return rows, begins_with_acceptance


@dataclass(frozen=True)
class Begun:
    """A case that has just begun, its plan and what has happened in it."""

    case_id: int
    plan: plans.Plan
    history: Sequence[Happening]
    at: datetime


def follow_new(cases: Iterable[Begun]) -> None:
    """Do for the clocks of many new cases what their history says; most only begin, and are written together."""
    rows: list[Clock] = []
    others: list[Begun] = []
    for case in cases:
        if has_clocks(case.plan):
            only_begun = _only_begun(case)
            rows += only_begun or ()
            others += [case] if only_begun is None else []
    Clock.objects.bulk_create(rows)
    record_many("create", rows)
    moving.show_on_cases(sorted({row.case_id for row in rows}))
    for case in others:
        follow(case.case_id, case.plan, case.history, case.at)


def _only_begun(case: Begun) -> list[Clock] | None:
    """The clocks of a case to which nothing has happened that moves them but its acceptance; else None."""
    settings = case.plan.case
    asks_the_case = any(limit_variable(text) for text in (settings.legal, settings.promised) if text)
    has_steps = any(node.limit is not None and node.kind in plans.SCOPES for node in case.plan.nodes.values())
    moves = [happening for happening in case.history if _moves(happening)]
    if asks_the_case or has_steps or not moves or moves[0].kind != "case_started":
        return None
    accepted = _accepted_at_once(moves)
    rows, is_done = _clocks_of_new(case.case_id, case.plan, case.at, accepted is not None)
    return rows if len(moves) == (2 if is_done else 1) else None


def node_entered(case_id: int, node: plans.Node, at: datetime) -> None:
    """Do what the status and the clock marks of a node say; nothing, and no query, when it has none."""
    if node.status:
        _status(case_id, node.status, at)
    for mark in node.clocks:
        _mark(case_id, {"do": mark.do, "layer": mark.layer, "ground": mark.ground}, at)


def case_ended(case_id: int, at: datetime) -> None:
    """Stop everything that still runs; what never started is dropped."""
    moving.stop(Clock.objects.filter(case_id=case_id), at)
    moving.show_on_case(case_id)


def _is_accepted_later(plan: plans.Plan, rule: Rule | None) -> bool:
    if rule is not None and rule.counts_from is not CountsFrom.ACCEPTANCE:
        return False
    return any(
        node.status in UNDER_REVIEW or any(mark.do == "start" for mark in node.clocks)
        for node in plan.nodes.values()
    )


def _supplement_clock(case_id: int, supplement: Supplement) -> Clock:
    return Clock(
        case_id=case_id,
        matter=ClockMatter.SUPPLEMENT,
        layer=ClockLayer.LEGAL,
        limit=supplement.within.notation,
        basis=supplement.source.text,
    )


def _limit_said(case_id: int, text: str) -> Limit | None:
    """The limit that the model writes out, or takes from a variable of the case: ``= promised_limit``.

    :raises InvalidInput: if it is no limit; a case without the variable has no such clock
    """
    name = limit_variable(text)
    if not name:
        return read_limit(text)
    values = Case.objects.values_list("variables", flat=True).get(pk=case_id)
    said = str(values.get(name) or "")
    return read_limit(said) if said else None


def _limit_of(rule: Rule | None, layer: ClockLayer) -> Limit | None:
    if rule is None:
        return None
    return rule.legal if layer == ClockLayer.LEGAL else rule.promised


def _begin_step(case_id: int, node: str, name: str, limit: plans.Limit, at: datetime) -> None:
    known = Clock.objects.filter(case_id=case_id, matter=ClockMatter.STEP, node=node)
    if known.exclude(state=ClockState.STOPPED).exists():
        return
    moving.begin(_step_clock(case_id, node, name, limit), None, at, at)


def _step_clock(case_id: int, node: str, name: str, limit: plans.Limit) -> Clock:
    return Clock(
        case_id=case_id,
        matter=ClockMatter.STEP,
        layer=ClockLayer.STEP,
        node=node,
        name=name,
        limit=Limit(limit.amount, LimitUnit(limit.unit)).notation,
        warn_share=Decimal(str(limit.warn)),
    )


def _status(case_id: int, status: str, at: datetime) -> None:
    if status in UNDER_REVIEW:
        if not (moving.start_waiting(case_id, at) or moving.reopen(case_id, at)):
            return
    elif status == SUPPLEMENT_ASKED:
        moving.end_supplement(case_id, at)
    elif status == SUPPLEMENT_RECEIVED:
        _supplement_received(case_id, at)
    elif status in OVER:
        _decided(case_id, status, at)
    else:
        return
    moving.show_on_case(case_id)


def _supplement_received(case_id: int, at: datetime) -> None:
    row = Clock.objects.filter(case_id=case_id, matter=ClockMatter.DECISION).first()
    rule = rule_of(row) if row else None
    if rule and rule.supplement and rule.supplement.restarts:
        moving.restart(case_id, at)


def _decided(case_id: int, status: str, at: datetime) -> None:
    rows = Clock.objects.filter(
        case_id=case_id, matter__in=[ClockMatter.DECISION, ClockMatter.SUPPLEMENT, ClockMatter.RENEWAL]
    )
    decision = rows.filter(matter=ClockMatter.DECISION, layer=ClockLayer.LEGAL).first()
    moving.stop(rows, at)
    rule = rule_of(decision) if decision else None
    step = next((each for each in rule.steps if each.key == ClockMatter.DELIVERY), None) if rule else None
    deliveries = Clock.objects.filter(case_id=case_id, matter=ClockMatter.DELIVERY)
    delivering = deliveries.exclude(state=ClockState.STOPPED).exists()
    if step and status in GRANTED and not delivering:
        row = Clock(
            case_id=case_id,
            matter=ClockMatter.DELIVERY,
            layer=ClockLayer.LEGAL,
            limit=step.limit.notation,
            basis=step.limit.source.text,
        )
        moving.begin(row, rule, at, at)


def _mark(case_id: int, mark: Mapping[str, Any], at: datetime) -> None:
    """Obey a clock mark of the model."""
    layers = moving.BOTH if mark["layer"] == "all" else (ClockLayer(mark["layer"]),)
    if mark["do"] == "start":
        moving.start_waiting(case_id, at, layers)
    elif mark["do"] == "stop":
        moving.stop(Clock.objects.filter(case_id=case_id, matter=ClockMatter.DECISION, layer__in=layers), at)
    else:
        rows = list(moving.standing_clocks(case_id, layers))
        for row in rows:
            _pause(row, mark["ground"], at) if mark["do"] == "pause" else _resume(row, mark["ground"], at)
    moving.show_on_case(case_id)


def _pause(row: Clock, ground_key: str, at: datetime) -> None:
    """Note a pause that the model asks for; it counts from the moment the applicant's notice is on file."""
    rule = rule_of(row)
    if rule is None or any(pause.until is None and pause.ground == ground_key for pause in row.pauses.all()):
        return
    basis = basis_of(rule, rule_book().ground(ground_key))
    ClockPause.objects.create(
        clock=row,
        case_id=row.case_id,
        ground=ground_key,
        basis=basis.text,
        since=at,
        paused_by_id=current_asker().account_id,
    )


def _resume(row: Clock, ground_key: str, at: datetime) -> None:
    """End the pauses on a ground; without a ground, all of them."""
    for pause in row.pauses.all():
        if pause.until is None and ground_key in ("", pause.ground):
            moving.end_pause(pause, at)
    refresh(row, at)
    row.save()


def _step(case_id: int, plan: plans.Plan, happening: Happening, at: datetime) -> None:
    """The clock of a sub-process with a limit: from entering to leaving it."""
    node = plan.nodes.get(happening.node)
    if node is None or node.limit is None or node.kind not in plans.SCOPES:
        return
    if happening.kind == "entered":
        _begin_step(case_id, node.id, node.title, node.limit, at)
    else:
        moving.stop(Clock.objects.filter(case_id=case_id, matter=ClockMatter.STEP, node=node.id), at)
    moving.show_on_case(case_id)
