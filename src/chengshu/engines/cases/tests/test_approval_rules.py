"""The arithmetic of countersigns, and what the operations of approving tell when they refuse."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from chengshu.engines.cases.interpreter import approval
from chengshu.engines.cases.interpreter.countersign import Tally, verdict
from chengshu.engines.cases.interpreter.memory import MemoryCases
from chengshu.engines.cases.interpreter.plan import Approval
from chengshu.engines.cases.state import CaseState, TaskKind
from chengshu.engines.cases.tests.tiny_models import START_END, extension, started
from chengshu.foundation.errors import ChengshuError, Conflict, Refused


def tally(agreed: int, disagreed: int, waiting: int, *, vetoed: bool = False) -> Tally:
    """Votes of weight 1."""
    total = agreed + disagreed + waiting
    return Tally(agreed, disagreed, waiting, Decimal(agreed), Decimal(waiting), Decimal(total), vetoed)


@pytest.mark.parametrize(
    ("mode", "needed", "votes", "expected"),
    [
        ("all", 0, (2, 0, 1), ""),
        ("all", 0, (3, 0, 0), "agree"),
        ("all", 0, (0, 1, 2), "disagree"),
        ("all", 0, (0, 0, 0), "disagree"),
        ("sequential", 0, (1, 0, 1), ""),
        ("any", 0, (0, 2, 1), ""),
        ("any", 0, (1, 2, 0), "agree"),
        ("any", 0, (0, 3, 0), "disagree"),
        ("count", 2, (1, 0, 2), ""),
        ("count", 2, (2, 0, 5), "agree"),
        ("count", 2, (0, 2, 1), "disagree"),
        ("weighted", 0, (1, 0, 2), ""),
        ("weighted", 0, (2, 0, 1), "agree"),
        ("weighted", 0, (1, 1, 0), "disagree"),
        ("weighted", Decimal("0.75"), (3, 1, 0), "agree"),
        ("weighted", Decimal("0.75"), (0, 2, 2), "disagree"),
        ("weighted", 3, (2, 0, 1), ""),
    ],
)
def test_the_verdict(mode: Any, needed: Any, votes: tuple[int, int, int], expected: str) -> None:
    assert verdict(Approval(mode), tally(*votes), Decimal(needed)) == expected


def test_a_veto_goes_before_every_mode() -> None:
    assert verdict(Approval("any"), tally(2, 1, 0, vetoed=True), Decimal(0)) == "disagree"
    assert verdict(Approval("any", veto=True), tally(2, 1, 0), Decimal(0)) == "disagree"


def step(node: str, holder: str) -> str:
    return f'<userTask id="{node}">{extension(f"<chengshu:assign assignee={chr(34)}{holder}{chr(34)}/>")}</userTask>'


def three_steps() -> tuple[MemoryCases, int]:
    steps = step("a", "li") + step("b", "wang") + step("c", "sun")
    return started(START_END + steps, "s > a > b > c > e")


def test_the_places_to_return_are_those_visited_in_the_order_of_the_drawing() -> None:
    cases, case = three_steps()
    cases.complete(case, "a", by="li")
    cases.complete(case, "b", by="wang")
    places = approval.places_to_return(cases.run(case), cases.task(case, "c").id, cases.visited(case))
    assert [place.node for place in places] == ["a", "b"]


def test_a_returned_step_can_be_given_to_whoever_did_it() -> None:
    cases, case = three_steps()
    cases.complete(case, "a", by="li")
    qian, task = cases.person("qian"), cases.task(case, "b")
    cases.call(
        case,
        lambda run: approval.return_case(
            run, task.id, to="a", visited=cases.visited(case), by=task.assignee_id, assignee=qian
        ),
    )
    assert cases.task(case, "a").assignee_id == qian


def test_the_returning_task_counts_as_done_by_its_holder_with_the_reason() -> None:
    cases, case = three_steps()
    cases.complete(case, "a", by="li")
    task = cases.task(case, "b")
    cases.call(
        case,
        lambda run: approval.return_case(
            run, task.id, to="a", visited=cases.visited(case), by=task.assignee_id, reason="Map missing"
        ),
    )
    ended = cases.ended_tasks[task.id]
    assert (ended.outcome, ended.opinion, ended.completed_by) == ("returned", "Map missing", task.assignee_id)


@pytest.mark.parametrize("name", ["claim_task", "transfer_task", "urge_task", "delegate_task", "add_signer"])
def test_nothing_is_done_in_an_ended_case(name: str) -> None:
    cases, case = three_steps()
    task = cases.task(case, "a")
    cases.call(case, lambda run: run.cancel())
    extra: dict[str, Any] = {"to": 5} if name in ("transfer_task", "delegate_task", "add_signer") else {}
    extra |= {"side": "before"} if name == "add_signer" else {}
    with pytest.raises(Conflict) as caught:
        cases.call(case, lambda run: getattr(approval, name)(run, task.id, by=1, **extra))
    assert caught.value.code == "cases.ended"


def test_every_refusal_says_what_to_do_next() -> None:
    cases, case = three_steps()
    task = cases.task(case, "a")
    attempts = [
        lambda run: approval.transfer_task(run, task.id, to=9, by=cases.person("zhao")),
        lambda run: approval.return_case(run, task.id, to="c", visited=set(), by=None),
        lambda run: approval.jump_case(run, task.id, to="c", by=task.assignee_id),
        lambda run: approval.withdraw_case(run, by=77),
    ]
    cases.state(case).case.opened_by = 1
    for attempt in attempts:
        with pytest.raises((Conflict, Refused)) as caught:
            cases.call(case, attempt)
        assert isinstance(caught.value, ChengshuError)
        assert str(caught.value.hint)


def test_a_handed_over_task_goes_to_a_unit_and_role() -> None:
    cases, case = three_steps()
    task = cases.task(case, "a")
    cases.call(
        case, lambda run: approval.transfer_task(run, task.id, unit_id=12, role="clerk", by=task.assignee_id)
    )
    changed = cases.task(case, "a")
    assert (changed.unit_id, changed.role, changed.assignee_id) == (12, "clerk", None)


def test_an_added_signer_takes_no_role_of_the_step() -> None:
    own = extension('<chengshu:assign unit="data-bureau" role="reviewer"/>')
    cases, case = started(START_END + f'<userTask id="a">{own}</userTask>', "s > a > e")
    task = cases.task(case, "a")
    cases.call(case, lambda run: approval.add_signer(run, task.id, to=5, side="before", by=None))
    (added,) = [task for task in cases.open_tasks(case) if task.kind is TaskKind.ADDED]
    assert (added.assignee_id, added.role) == (5, "")


def test_merging_keeps_every_case_joined_before() -> None:
    cases, lead = three_steps()
    first, second = cases.start("p"), cases.start("p")
    for one, other in ((first, second), (lead, first)):
        run = cases.run(other)
        cases.call(one, lambda lead_run, run=run: approval.merge_cases(lead_run, run, by=1))
        cases.keep(run)
    assert cases.variables(lead)["merged_cases"] == [first, second]
    assert cases.state(first).case.state is CaseState.TERMINATED
