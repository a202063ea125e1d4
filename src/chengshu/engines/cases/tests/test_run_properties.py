"""What holds for every process and every order of operations, tried on random ones."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengshu.engines.cases.interpreter import approval
from chengshu.engines.cases.interpreter.history import KINDS, replay
from chengshu.engines.cases.interpreter.memory import MemoryCases
from chengshu.engines.cases.interpreter.plan import HUMAN
from chengshu.engines.cases.interpreter.run import Run
from chengshu.engines.cases.state import (
    CaseState,
    Delta,
    State,
    Task,
    TaskKind,
    TaskState,
    Token,
    TokenState,
)
from chengshu.engines.cases.tests.block_processes import OUTCOMES, SIGNERS, Block, blocks, drawn
from chengshu.foundation.errors import ChengshuError

BOUNDED = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


BESIDE = {TaskKind.CIRCULATED, TaskKind.ADDED}
"""Kinds of tasks that a step may have beside its own."""


@dataclass
class Mirror:
    """A store of our own: what a database would hold if it wrote nothing but the deltas."""

    rows: dict[str, dict[int, Any]] = field(
        default_factory=lambda: {"tokens": {}, "tasks": {}, "waits": {}, "jobs": {}}
    )

    def write(self, state: State, delta: Delta) -> None:
        put: dict[str, set[int]] = {
            "tokens": delta.tokens_put,
            "tasks": delta.tasks_new | delta.tasks_changed,
            "waits": delta.waits_new,
            "jobs": delta.jobs_new | delta.jobs_changed,
        }
        for table, ids in put.items():
            self.rows[table] |= {row: deepcopy(getattr(state, table)[row]) for row in ids}
        for table, gone in (("tokens", delta.tokens_gone), ("waits", delta.waits_gone)):
            for row in gone:
                del self.rows[table][row]
        self.rows["tasks"] = {
            key: task
            for key, task in self.rows["tasks"].items()
            if task.state in (TaskState.OPEN, TaskState.HELD)
        }


class Watched(MemoryCases):
    """Cases in memory of which everything that must always hold is checked after every call."""

    def __init__(self, model: bytes) -> None:
        self.mirror = Mirror()
        super().__init__(model)

    def keep(self, run: Run) -> None:
        self.mirror.write(run.state, run.delta)
        super().keep(run)
        check(self, run.case.id)


def check(cases: Watched, case_id: int) -> None:
    state = cases.state(case_id)
    tokens = state.tokens
    assert all(token.parent is None or token.parent in tokens for token in tokens.values())
    assert all(wait.token in tokens for wait in state.waits.values())
    assert all(token.state not in (TokenState.ACTIVE, TokenState.FAULTY) for token in tokens.values())
    _nothing_lost(cases, state)
    _nothing_doubled(state)
    for table, rows in cases.mirror.rows.items():
        assert rows == getattr(state, table), f"the delta of {table} is not exact"
    history = cases.history(case_id)
    assert replay(history) == state
    assert all(earlier.at <= later.at for earlier, later in pairwise(history))
    assert {happening.kind for happening in history} <= KINDS.keys()


def _nothing_lost(cases: Watched, state: State) -> None:
    """Every place where the case stands has what will move it on; an ended case has nothing."""
    counted = [task for task in state.tasks.values() if task.kind is not TaskKind.CIRCULATED]
    if state.case.state is not CaseState.RUNNING:
        assert not any([state.tokens, state.waits, state.jobs, counted])
        return
    assert any(task.state is TaskState.OPEN for task in counted)
    for token in state.tokens.values():
        if token.parent is not None and token.state is TokenState.WAITING:
            assert _has_a_future(cases, state, token), token
        if token.state in (TokenState.SCOPE, TokenState.MULTI):
            assert any(child.parent == token.id for child in state.tokens.values()), token


def _has_a_future(cases: Watched, state: State, token: Token) -> bool:
    node = cases.library.plan(token.plan).nodes[token.node]
    if node.kind not in HUMAN:
        return True
    if "#parked" in token.local:
        return token.local["#parked"] in state.tokens
    return any(
        task.token == token.id and task.kind is not TaskKind.CIRCULATED for task in state.tasks.values()
    )


def _nothing_doubled(state: State) -> None:
    """Nobody has the same step twice; a step of one person has one task that is not added."""
    held = [(task.token, task.assignee_id) for task in state.tasks.values() if task.assignee_id is not None]
    assert len(held) == len(set(held))
    own = [task.token for task in state.tasks.values() if not {task.kind, task.data.get("kind")} & BESIDE]
    assert len(own) == len(set(own))


def begun(block: Block, coin: int) -> tuple[Watched, int]:
    cases = Watched(drawn(block))
    return cases, cases.start("p", {"coin": coin, "signers": list(SIGNERS)}, by="zhang")


def doable(cases: MemoryCases, case_id: int) -> list[Task]:
    return [
        task
        for task in cases.open_tasks(case_id)
        if task.state is TaskState.OPEN and task.kind is not TaskKind.CIRCULATED
    ]


def complete(cases: MemoryCases, case_id: int, task: Task, outcome: str, coin: int) -> None:
    """Do the task, or give the opinion that was asked for."""
    if task.kind is TaskKind.DELEGATED:
        cases.call(case_id, lambda run: approval.resolve_delegation(run, task.id, by=task.assignee_id))
        return
    node = cases.library.plan(task.plan).nodes[task.node]
    chosen = outcome if node.work and node.work.outcomes else ""
    cases.call(
        case_id,
        lambda run: run.complete_task(task.id, by=task.assignee_id, outcome=chosen, variables={"coin": coin}),
    )


def drive_home(cases: MemoryCases, case_id: int) -> None:
    """Do whatever there is to do until the case ends; it must."""
    for turn in range(400):
        tasks = doable(cases, case_id)
        if not tasks:
            break
        complete(cases, case_id, tasks[0], "agree", turn)
    assert cases.state(case_id).case.state is CaseState.COMPLETED


# -- random operations --------------------------------------------------------------------------------------------

OPERATION_NAMES = (
    *("complete", "return", "straight_back", "jump", "withdraw", "add", "remove"),
    *("transfer", "delegate", "circulate", "advance", "urge"),
)

Move = tuple[str, int, int]
"""(operation, which task, further choice)."""

moves = st.lists(
    st.tuples(
        st.sampled_from(["complete"] * 4 + [name for name in OPERATION_NAMES if name != "complete"]),
        st.integers(0, 7),
        st.integers(0, 7),
    ),
    max_size=14,
)


def play(cases: MemoryCases, case_id: int, move: Move) -> bool:
    """Try one operation; say whether the engine accepted it. Refusing must change nothing."""
    name, which, choice = move
    tasks = doable(cases, case_id)
    if not tasks:
        return False
    task = tasks[which % len(tasks)]
    before = deepcopy(cases.state(case_id))
    try:
        OPERATIONS[name](cases, case_id, task, choice)
    except ChengshuError:
        assert cases.state(case_id) == before, f"{name} was refused and yet changed something"
        return False
    return True


def _return(cases: MemoryCases, case_id: int, task: Task, choice: int, *, rerun: bool) -> None:
    visited = cases.visited(case_id)
    places = approval.places_to_return(cases.run(case_id), task.id, visited)
    to = places[choice % len(places)].node if places else "nowhere"
    cases.call(
        case_id,
        lambda run: approval.return_case(
            run, task.id, to=to, visited=visited, rerun=rerun, by=task.assignee_id, reason="again"
        ),
    )


def _jump(cases: MemoryCases, case_id: int, task: Task, choice: int) -> None:
    nodes = [node.id for node in cases.library.plan(task.plan).nodes.values() if node.kind in HUMAN]
    to = nodes[choice % len(nodes)]
    cases.call(case_id, lambda run: approval.jump_case(run, task.id, to=to, by=None, by_right=True))


def _withdraw(cases: MemoryCases, case_id: int, task: Task, choice: int) -> None:
    ended = [task for task in cases.ended_tasks.values() if task.state is TaskState.COMPLETED]
    if ended:
        chosen = sorted(ended, key=lambda task: -task.id)[choice % len(ended)]
        cases.call(case_id, lambda run: approval.withdraw_task(run, chosen, by=chosen.completed_by))


def _add(cases: MemoryCases, case_id: int, task: Task, choice: int) -> None:
    to = cases.person(("qian", "sun", "zhou", "wu")[choice % 4]) or 0
    side: Any = "before" if choice < 4 else "after"
    cases.call(case_id, lambda run: approval.add_signer(run, task.id, to=to, side=side, by=task.assignee_id))


def _hand(operation: Callable[..., None]) -> Callable[[MemoryCases, int, Task, int], None]:
    def hand(cases: MemoryCases, case_id: int, task: Task, choice: int) -> None:
        to = cases.person(("qian", "sun", "li", "zhao")[choice % 4])
        cases.call(case_id, lambda run: operation(run, task.id, to=to, by=task.assignee_id or 7))

    return hand


OPERATIONS: dict[str, Callable[[MemoryCases, int, Task, int], Any]] = {
    "complete": lambda cases, case_id, task, choice: complete(
        cases, case_id, task, OUTCOMES[choice % 2], choice
    ),
    "return": lambda cases, case_id, task, choice: _return(cases, case_id, task, choice, rerun=True),
    "straight_back": lambda cases, case_id, task, choice: _return(cases, case_id, task, choice, rerun=False),
    "jump": _jump,
    "withdraw": _withdraw,
    "add": _add,
    "remove": lambda cases, case_id, task, choice: cases.call(
        case_id, lambda run: approval.remove_signer(run, task.id, by=None)
    ),
    "transfer": _hand(approval.transfer_task),
    "delegate": _hand(approval.delegate_task),
    "circulate": lambda cases, case_id, task, choice: cases.call(
        case_id, lambda run: approval.circulate_case(run, to=[choice], by=None, task_id=task.id)
    ),
    "advance": lambda cases, case_id, task, choice: cases.advance(timedelta(days=choice)),
    "urge": lambda cases, case_id, task, choice: cases.call(
        case_id, lambda run: approval.urge_task(run, task.id, by=None)
    ),
}


# -- the properties -----------------------------------------------------------------------------------------------


@BOUNDED
@given(blocks(), st.integers(0, 9), st.data())
def test_any_process_ends_in_any_order_and_each_join_opens_once(
    block: Block, coin: int, data: st.DataObject
) -> None:
    cases, case_id = begun(block, coin)
    while tasks := doable(cases, case_id):
        task = tasks[data.draw(st.integers(0, len(tasks) - 1), label="task")]
        complete(cases, case_id, task, data.draw(st.sampled_from(OUTCOMES)), data.draw(st.integers(0, 9)))
    assert cases.state(case_id).case.state is CaseState.COMPLETED
    joined = [happening.node for happening in cases.history(case_id) if happening.kind == "joined"]
    assert len(joined) == len(set(joined))


@settings(BOUNDED, max_examples=100)
@given(blocks(), st.integers(0, 9), moves)
def test_nothing_is_lost_or_doubled_whatever_is_done(block: Block, coin: int, played: list[Move]) -> None:
    cases, case_id = begun(block, coin)
    for move in played:
        play(cases, case_id, move)
    drive_home(cases, case_id)


@BOUNDED
@given(blocks(), st.integers(0, 9), moves, st.integers(1, 40))
def test_history_tells_what_was_open_at_any_time(
    block: Block, coin: int, played: list[Move], until: int
) -> None:
    cases, case_id = begun(block, coin)
    seen = {cases.state(case_id).case.seq: deepcopy(cases.state(case_id))}
    for move in played:
        play(cases, case_id, move)
        seen[cases.state(case_id).case.seq] = deepcopy(cases.state(case_id))
    for seq, state in seen.items():
        assert replay(cases.history(case_id), until=seq) == state
