"""The life of a form: every transition, and everything that is refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.hub.promises.evaluation import rules
from chengshu.hub.promises.evaluation.lifecycle import (
    ACTION_NAMES,
    CONDITION_NAMES,
    FIRST,
    ROLE_NAMES,
    STATE_NAMES,
    TRANSITIONS,
    Action,
    Condition,
    Review,
    Role,
    State,
    Transition,
    advance,
    allowed,
    conditions_met_by,
    consequence_of,
    deadline,
    mermaid,
    next_state,
)
from chengshu.hub.promises.evaluation.self_evaluation import Grade

RULES = rules.at(date(2025, 6, 1))
TABLE = {(row.state, row.action): row for row in TRANSITIONS}
FORBIDDEN = [(state, action) for state in State for action in Action if (state, action) not in TABLE]
RATINGS = dict.fromkeys(("completeness", "relevance", "adequacy", "feasibility"), Grade.GOOD)

PATH = """draft submit unit_submitted start_dept_review dept_review return returned revise draft submit
unit_submitted start_dept_review dept_review pass_dept_review finance_review return returned revise
draft submit unit_submitted start_dept_review dept_review pass_dept_review finance_review approve
approved publish published start_monitoring monitoring record_monitoring monitoring open_adjustment
monitoring open_self_eval self_eval submit_self_eval self_submitted return_self_eval self_eval
submit_self_eval self_submitted start_dept_eval dept_eval return_self_eval self_eval submit_self_eval
self_submitted start_dept_eval dept_eval sample fin_eval return_self_eval self_eval submit_self_eval
self_submitted sample fin_eval apply_result result_applied record_rectification result_applied archive
archived"""

OTHER_PATHS = [
    "adjustment submit unit_submitted",
    "adjustment withdraw_adjustment withdrawn",
    "draft withdraw_adjustment withdrawn",
    "approved open_adjustment approved supersede superseded",
    "published open_adjustment published supersede superseded",
    "monitoring supersede superseded",
    "self_submitted apply_result result_applied",
    "dept_eval apply_result result_applied",
]


def steps(path: str) -> list[tuple[State, Action, State]]:
    words = path.split()
    return [
        (State(words[at]), Action(words[at + 1]), State(words[at + 2])) for at in range(0, len(words) - 2, 2)
    ]


@pytest.mark.parametrize(("state", "action"), FORBIDDEN)
def test_what_is_not_in_the_table_is_refused_with_what_is_possible(state: State, action: Action) -> None:
    with pytest.raises(Conflict) as refusal:
        next_state(state, action)
    assert refusal.value.code == "lifecycle.action"
    assert refusal.value.data["possible"] == [row.action.value for row in TRANSITIONS if row.state is state]
    assert refusal.value.hint


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: f"{row.state}-{row.action}")
def test_other_roles_are_refused(row: Transition) -> None:
    others = set(Role) - set(row.roles)
    with pytest.raises(Refused) as refusal:
        advance(row.state, row.action, roles=others, holding=tuple(Condition))
    assert refusal.value.data["roles"] == [role.value for role in row.roles]


@pytest.mark.parametrize(
    ("row", "absent"),
    [(row, condition) for row in TRANSITIONS for condition in row.conditions],
    ids=lambda value: str(value) if isinstance(value, str) else f"{value.state}-{value.action}",
)
def test_each_condition_is_needed(row: Transition, absent: Condition) -> None:
    with pytest.raises(Conflict) as refusal:
        advance(row.state, row.action, roles=row.roles, holding=set(Condition) - {absent})
    assert refusal.value.data["missing"] == [absent.value]
    assert str(CONDITION_NAMES[absent]) in str(refusal.value.hint)


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: f"{row.state}-{row.action}")
def test_each_of_its_roles_may_act_when_the_conditions_hold(row: Transition) -> None:
    for role in row.roles:
        assert advance(row.state, row.action, roles=[role], holding=row.conditions) is row


def test_the_written_paths_are_the_whole_table() -> None:
    walked = {step for path in (PATH, *OTHER_PATHS) for step in steps(path)}
    assert walked == {(row.state, row.action, row.next_state) for row in TRANSITIONS}
    assert all(next_state(state, action) is after for state, action, after in walked)


def test_no_action_stands_twice_in_a_state() -> None:
    assert len(TABLE) == len(TRANSITIONS)


def test_closed_forms_have_no_way_on() -> None:
    with pytest.raises(Conflict) as refusal:
        next_state(State.ARCHIVED, Action.REVISE)
    assert str(refusal.value.hint) == "The form is closed."
    closed = [state for state in State if not allowed(state, tuple(Role))]
    assert closed == [State.SUPERSEDED, State.WITHDRAWN, State.ARCHIVED]


def test_every_state_can_be_reached_and_left_for_an_end() -> None:
    reached = set(FIRST)
    while more := {row.next_state for row in TRANSITIONS if row.state in reached} - reached:
        reached |= more
    assert reached == set(State)


def test_what_was_approved_changes_only_by_an_adjustment() -> None:
    """Behind the approval no way leads back to an editable state."""
    behind = {State.APPROVED}
    while more := {row.next_state for row in TRANSITIONS if row.state in behind} - behind:
        behind |= more
    assert not behind & {State.DRAFT, State.RETURNED, State.ADJUSTMENT, State.UNIT_SUBMITTED}


def test_a_unit_editor_may_revise_but_not_submit() -> None:
    assert [row.action for row in allowed(State.RETURNED, [Role.UNIT_EDITOR])] == [Action.REVISE]
    assert allowed(State.DRAFT, [Role.UNIT_EDITOR]) == ()
    assert allowed(State.DRAFT, []) == ()


def test_a_poor_review_must_be_redone() -> None:
    assert conditions_met_by(Review(RATINGS, Grade.POOR), RULES) == {Condition.REVIEW_RECORDED}
    both = {Condition.REVIEW_RECORDED, Condition.REVIEW_NOT_POOR}
    assert conditions_met_by(Review(RATINGS, Grade.FAIR), RULES) == both


@pytest.mark.parametrize("ratings", [{}, {**RATINGS, "beauty": Grade.GOOD}])
def test_a_review_rates_every_dimension(ratings: dict[str, Grade]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        conditions_met_by(Review(ratings, Grade.GOOD), RULES)
    assert refusal.value.code == "lifecycle.dimensions"


@pytest.mark.parametrize(
    ("rule_id", "last_day"),
    [
        ("lifecycle.finance_reply", date(2025, 3, 2)),
        ("lifecycle.department_reply", date(2025, 2, 25)),
        ("lifecycle.publication", date(2025, 3, 2)),
    ],
)
def test_deadlines_of_the_budget_law_run_in_natural_days(rule_id: str, last_day: date) -> None:
    assert deadline(rule_id, date(2025, 2, 10), RULES) == last_day
    assert "预算法" in RULES[rule_id].legal_basis


def test_every_deadline_of_the_table_is_a_rule() -> None:
    named = {row.deadline for row in TRANSITIONS if row.deadline}
    assert named == {"lifecycle.finance_reply", "lifecycle.publication"}
    assert all(rule_id in RULES for rule_id in named)


@pytest.mark.parametrize(
    ("grade", "code", "rectification"),
    [("excellent", "keep", False), ("good", "keep_and_improve", True), ("fair", "reduce", True),
     ("poor", "reduce_or_stop", True)],
)  # fmt: skip
def test_results_have_consequences(grade: str, code: str, rectification: bool) -> None:
    found = consequence_of(Grade(grade), RULES)
    assert (found.code, found.rectification, found.publish) == (code, rectification, True)


def test_the_diagram_shows_every_row_once() -> None:
    lines = mermaid().splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert lines[1] == "    [*] --> DRAFT"
    assert len(lines) == len(set(lines)) == 1 + len(FIRST) + len(TRANSITIONS) + 3
    assert "    APPROVED --> PUBLISHED: publish (department, publication)" in lines
    assert lines[-1] == "    ARCHIVED --> [*]"


def test_everything_has_a_name() -> None:
    assert set(STATE_NAMES) == set(State)
    assert set(ACTION_NAMES) == set(Action)
    assert set(ROLE_NAMES) == set(Role)
    assert set(CONDITION_NAMES) == set(Condition)


@settings(deadline=None)
@given(st.lists(st.sampled_from(Action), max_size=60))
def test_no_sequence_of_actions_leaves_the_table(actions: list[Action]) -> None:
    state = State.DRAFT
    for action in actions:
        if (state, action) in TABLE:
            state = next_state(state, action)
            assert (state in FIRST) is (action is Action.REVISE)
        else:
            with pytest.raises(Conflict):
                next_state(state, action)
