"""The life of one version of a performance form, from draft to archive, as one table of transitions.

A form version moves; what was approved is never edited. Changing approved targets opens a new version in
ADJUSTMENT, which walks the same review chain while the old version stays in force; approving the new one
supersedes the old. The table is the only source: permissions, pages and the diagram in the documentation
are read from it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Conflict, InvalidInput, Refused, Words

from .rules import Rules, label
from .self_evaluation import Grade


class State(StrEnum):
    """Where a form version stands."""

    DRAFT = "draft"
    UNIT_SUBMITTED = "unit_submitted"
    DEPT_REVIEW = "dept_review"
    FINANCE_REVIEW = "finance_review"
    RETURNED = "returned"
    APPROVED = "approved"
    PUBLISHED = "published"
    MONITORING = "monitoring"
    ADJUSTMENT = "adjustment"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    SELF_EVAL = "self_eval"
    SELF_SUBMITTED = "self_submitted"
    DEPT_EVAL = "dept_eval"
    FIN_EVAL = "fin_eval"
    RESULT_APPLIED = "result_applied"
    ARCHIVED = "archived"


class Role(StrEnum):
    """Who acts."""

    UNIT_EDITOR = "unit_editor"
    UNIT_HEAD = "unit_head"
    DEPARTMENT = "department"
    FINANCE = "finance"


class Action(StrEnum):
    """What is done."""

    SUBMIT = "submit"
    START_DEPT_REVIEW = "start_dept_review"
    PASS_DEPT_REVIEW = "pass_dept_review"  # noqa: S105  (a review, not a secret)
    RETURN = "return"
    REVISE = "revise"
    APPROVE = "approve"
    PUBLISH = "publish"
    START_MONITORING = "start_monitoring"
    RECORD_MONITORING = "record_monitoring"
    OPEN_ADJUSTMENT = "open_adjustment"
    WITHDRAW_ADJUSTMENT = "withdraw_adjustment"
    SUPERSEDE = "supersede"
    OPEN_SELF_EVAL = "open_self_eval"
    SUBMIT_SELF_EVAL = "submit_self_eval"
    RETURN_SELF_EVAL = "return_self_eval"
    START_DEPT_EVAL = "start_dept_eval"
    SAMPLE = "sample"
    APPLY_RESULT = "apply_result"
    RECORD_RECTIFICATION = "record_rectification"
    ARCHIVE = "archive"


class Condition(StrEnum):
    """What must be true before an action; the caller says which hold."""

    NO_LINT_ERRORS = "no_lint_errors"
    REVIEW_RECORDED = "review_recorded"
    REVIEW_NOT_POOR = "review_not_poor"
    REASON_GIVEN = "reason_given"
    BUDGET_ADOPTED = "budget_adopted"
    REPLY_ISSUED = "reply_issued"
    YEAR_BEGUN = "year_begun"
    NO_OPEN_ADJUSTMENT = "no_open_adjustment"
    NEW_VERSION_APPROVED = "new_version_approved"
    REPLACES_APPROVED_VERSION = "replaces_approved_version"
    YEAR_ENDED = "year_ended"
    NO_EVALUATION_BLOCKERS = "no_evaluation_blockers"
    NOT_SAMPLED = "not_sampled"
    EVALUATION_RECORDED = "evaluation_recorded"
    RESULT_PUBLISHED = "result_published"
    RECTIFICATION_CLOSED = "rectification_closed"


STATE_NAMES: Mapping[State, Words] = {
    State.DRAFT: _("Draft"),
    State.UNIT_SUBMITTED: _("Submitted by the unit"),
    State.DEPT_REVIEW: _("Department review"),
    State.FINANCE_REVIEW: _("Finance review"),
    State.RETURNED: _("Returned"),
    State.APPROVED: _("Approved"),
    State.PUBLISHED: _("Published"),
    State.MONITORING: _("Monitoring"),
    State.ADJUSTMENT: _("Adjustment"),
    State.SUPERSEDED: _("Superseded by a new version"),
    State.WITHDRAWN: _("Adjustment withdrawn"),
    State.SELF_EVAL: _("Self-evaluation"),
    State.SELF_SUBMITTED: _("Self-evaluation submitted"),
    State.DEPT_EVAL: _("Department evaluation"),
    State.FIN_EVAL: _("Finance evaluation (sampled)"),
    State.RESULT_APPLIED: _("Result applied"),
    State.ARCHIVED: _("Archived"),
}

ROLE_NAMES: Mapping[Role, Words] = {
    Role.UNIT_EDITOR: _("Unit editor"),
    Role.UNIT_HEAD: _("Head of unit"),
    Role.DEPARTMENT: _("Responsible department"),
    Role.FINANCE: _("Finance department"),
}

ACTION_NAMES: Mapping[Action, Words] = {
    Action.SUBMIT: _("Submit"),
    Action.START_DEPT_REVIEW: _("Start the department review"),
    Action.PASS_DEPT_REVIEW: _("Pass to the finance department"),
    Action.RETURN: _("Return for correction"),
    Action.REVISE: _("Revise"),
    Action.APPROVE: _("Approve"),
    Action.PUBLISH: _("Publish"),
    Action.START_MONITORING: _("Start monitoring"),
    Action.RECORD_MONITORING: _("Record a monitoring report"),
    Action.OPEN_ADJUSTMENT: _("Open an adjustment"),
    Action.WITHDRAW_ADJUSTMENT: _("Withdraw the adjustment"),
    Action.SUPERSEDE: _("Replace by the new version"),
    Action.OPEN_SELF_EVAL: _("Open the self-evaluation"),
    Action.SUBMIT_SELF_EVAL: _("Submit the self-evaluation"),
    Action.RETURN_SELF_EVAL: _("Return the self-evaluation"),
    Action.START_DEPT_EVAL: _("Start the department evaluation"),
    Action.SAMPLE: _("Draw for the finance department's evaluation"),
    Action.APPLY_RESULT: _("Apply the result"),
    Action.RECORD_RECTIFICATION: _("Record a rectification"),
    Action.ARCHIVE: _("Archive"),
}

CONDITION_NAMES: Mapping[Condition, Words] = {
    Condition.NO_LINT_ERRORS: _("no finding of severity error is open"),
    Condition.REVIEW_RECORDED: _("the review is recorded in all its dimensions"),
    Condition.REVIEW_NOT_POOR: _("the review did not end in “poor”"),
    Condition.REASON_GIVEN: _("a reason is given"),
    Condition.BUDGET_ADOPTED: _("the people's congress has approved the budget"),
    Condition.REPLY_ISSUED: _("the reply to the budget is issued"),
    Condition.YEAR_BEGUN: _("the budget year has begun"),
    Condition.NO_OPEN_ADJUSTMENT: _("no other adjustment is open"),
    Condition.NEW_VERSION_APPROVED: _("the new version is approved"),
    Condition.REPLACES_APPROVED_VERSION: _("the version replaces an approved one"),
    Condition.YEAR_ENDED: _("the budget year has ended"),
    Condition.NO_EVALUATION_BLOCKERS: _("nothing blocks the self-evaluation"),
    Condition.NOT_SAMPLED: _("the form is not drawn for evaluation"),
    Condition.EVALUATION_RECORDED: _("the evaluation is recorded with its grade"),
    Condition.RESULT_PUBLISHED: _("the result is published"),
    Condition.RECTIFICATION_CLOSED: _("every rectification is closed"),
}


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table. ``deadline`` names the rule that limits the time for it, if a law does."""

    state: State
    action: Action
    next_state: State
    roles: tuple[Role, ...]
    conditions: tuple[Condition, ...] = ()
    deadline: str = ""


_UNIT = (Role.UNIT_EDITOR, Role.UNIT_HEAD)
_S, _A, _R, _C = State, Action, Role, Condition

TRANSITIONS: tuple[Transition, ...] = (
    Transition(_S.DRAFT, _A.SUBMIT, _S.UNIT_SUBMITTED, (_R.UNIT_HEAD,), (_C.NO_LINT_ERRORS,)),
    Transition(
        _S.DRAFT, _A.WITHDRAW_ADJUSTMENT, _S.WITHDRAWN, (_R.UNIT_HEAD,), (_C.REPLACES_APPROVED_VERSION,)
    ),
    Transition(_S.UNIT_SUBMITTED, _A.START_DEPT_REVIEW, _S.DEPT_REVIEW, (_R.DEPARTMENT,)),
    Transition(
        _S.DEPT_REVIEW,
        _A.PASS_DEPT_REVIEW,
        _S.FINANCE_REVIEW,
        (_R.DEPARTMENT,),
        (_C.REVIEW_RECORDED, _C.REVIEW_NOT_POOR),
    ),
    Transition(_S.DEPT_REVIEW, _A.RETURN, _S.RETURNED, (_R.DEPARTMENT,), (_C.REASON_GIVEN,)),
    Transition(
        _S.FINANCE_REVIEW,
        _A.APPROVE,
        _S.APPROVED,
        (_R.FINANCE,),
        (_C.REVIEW_RECORDED, _C.REVIEW_NOT_POOR, _C.BUDGET_ADOPTED),
        "lifecycle.finance_reply",
    ),
    Transition(_S.FINANCE_REVIEW, _A.RETURN, _S.RETURNED, (_R.FINANCE,), (_C.REASON_GIVEN,)),
    Transition(_S.RETURNED, _A.REVISE, _S.DRAFT, _UNIT),
    Transition(
        _S.APPROVED, _A.PUBLISH, _S.PUBLISHED, (_R.DEPARTMENT,), (_C.REPLY_ISSUED,), "lifecycle.publication"
    ),
    Transition(_S.PUBLISHED, _A.START_MONITORING, _S.MONITORING, (_R.DEPARTMENT,), (_C.YEAR_BEGUN,)),
    Transition(_S.MONITORING, _A.RECORD_MONITORING, _S.MONITORING, _UNIT),
    *(
        Transition(state, action, after, roles, conditions)
        for state in (_S.APPROVED, _S.PUBLISHED, _S.MONITORING)
        for action, after, roles, conditions in (
            (_A.OPEN_ADJUSTMENT, state, (_R.UNIT_HEAD,), (_C.REASON_GIVEN, _C.NO_OPEN_ADJUSTMENT)),
            (_A.SUPERSEDE, _S.SUPERSEDED, (_R.FINANCE,), (_C.NEW_VERSION_APPROVED,)),
        )
    ),
    Transition(
        _S.ADJUSTMENT, _A.SUBMIT, _S.UNIT_SUBMITTED, (_R.UNIT_HEAD,), (_C.NO_LINT_ERRORS, _C.REASON_GIVEN)
    ),
    Transition(_S.ADJUSTMENT, _A.WITHDRAW_ADJUSTMENT, _S.WITHDRAWN, (_R.UNIT_HEAD,)),
    Transition(_S.MONITORING, _A.OPEN_SELF_EVAL, _S.SELF_EVAL, _UNIT, (_C.YEAR_ENDED, _C.NO_OPEN_ADJUSTMENT)),
    Transition(
        _S.SELF_EVAL, _A.SUBMIT_SELF_EVAL, _S.SELF_SUBMITTED, (_R.UNIT_HEAD,), (_C.NO_EVALUATION_BLOCKERS,)
    ),
    Transition(_S.SELF_SUBMITTED, _A.RETURN_SELF_EVAL, _S.SELF_EVAL, (_R.DEPARTMENT,), (_C.REASON_GIVEN,)),
    Transition(_S.SELF_SUBMITTED, _A.START_DEPT_EVAL, _S.DEPT_EVAL, (_R.DEPARTMENT,)),
    Transition(_S.SELF_SUBMITTED, _A.SAMPLE, _S.FIN_EVAL, (_R.FINANCE,)),
    Transition(_S.SELF_SUBMITTED, _A.APPLY_RESULT, _S.RESULT_APPLIED, (_R.DEPARTMENT,), (_C.NOT_SAMPLED,)),
    Transition(_S.DEPT_EVAL, _A.RETURN_SELF_EVAL, _S.SELF_EVAL, (_R.DEPARTMENT,), (_C.REASON_GIVEN,)),
    Transition(_S.DEPT_EVAL, _A.SAMPLE, _S.FIN_EVAL, (_R.FINANCE,)),
    Transition(
        _S.DEPT_EVAL,
        _A.APPLY_RESULT,
        _S.RESULT_APPLIED,
        (_R.DEPARTMENT,),
        (_C.EVALUATION_RECORDED, _C.NOT_SAMPLED),
    ),
    Transition(_S.FIN_EVAL, _A.RETURN_SELF_EVAL, _S.SELF_EVAL, (_R.FINANCE,), (_C.REASON_GIVEN,)),
    Transition(_S.FIN_EVAL, _A.APPLY_RESULT, _S.RESULT_APPLIED, (_R.FINANCE,), (_C.EVALUATION_RECORDED,)),
    Transition(_S.RESULT_APPLIED, _A.RECORD_RECTIFICATION, _S.RESULT_APPLIED, _UNIT),
    Transition(
        _S.RESULT_APPLIED,
        _A.ARCHIVE,
        _S.ARCHIVED,
        (_R.DEPARTMENT,),
        (_C.RESULT_PUBLISHED, _C.RECTIFICATION_CLOSED),
    ),
)

FIRST = (State.DRAFT, State.ADJUSTMENT)
"""Where a version begins: a new form, or the adjustment of an approved one."""

_BY_KEY = {(row.state, row.action): row for row in TRANSITIONS}


def allowed(state: State, roles: Collection[Role]) -> tuple[Transition, ...]:
    """What somebody with these roles may do in this state, conditions aside."""
    return tuple(row for row in TRANSITIONS if row.state is state and set(row.roles) & set(roles))


def next_state(state: State, action: Action) -> State:
    """Where an action leads.

    :raises Conflict: if the state does not know the action; names those it knows
    """
    return transition(state, action).next_state


def transition(state: State, action: Action) -> Transition:
    """The row of the table for this state and action.

    :raises Conflict: if there is none; names the possible actions
    """
    if (state, action) in _BY_KEY:
        return _BY_KEY[state, action]
    possible = [row.action for row in TRANSITIONS if row.state is state]
    names = ", ".join(str(ACTION_NAMES[other]) for other in possible)
    raise Conflict(
        _("“%(action)s” is not possible while the form is “%(state)s”.")
        % {"action": ACTION_NAMES[action], "state": STATE_NAMES[state]},
        code="lifecycle.action",
        hint=_("Possible now: %(actions)s.") % {"actions": names} if names else _("The form is closed."),
        data={"state": state.value, "action": action.value, "possible": [other.value for other in possible]},
    )


def advance(
    state: State, action: Action, *, roles: Collection[Role], holding: Collection[Condition]
) -> Transition:
    """The transition, if this person may make it now.

    :param holding: the conditions that the caller has found to be true
    :raises Conflict: if the state does not know the action, or a condition does not hold; names what is
        missing
    :raises Refused: if none of the roles may do this
    """
    row = transition(state, action)
    if not set(row.roles) & set(roles):
        raise Refused(
            _("“%(action)s” is not yours to do.") % {"action": ACTION_NAMES[action]},
            code="lifecycle.role",
            hint=_("This is done by: %(roles)s.")
            % {"roles": ", ".join(str(ROLE_NAMES[role]) for role in row.roles)},
            data={"action": action.value, "roles": [role.value for role in row.roles]},
        )
    if missing := [condition for condition in row.conditions if condition not in holding]:
        raise Conflict(
            _("“%(action)s” has to wait.") % {"action": ACTION_NAMES[action]},
            code="lifecycle.condition",
            hint=_("First: %(conditions)s.")
            % {"conditions": "; ".join(str(CONDITION_NAMES[condition]) for condition in missing)},
            data={"action": action.value, "missing": [condition.value for condition in missing]},
        )
    return row


def deadline(rule_id: str, since: date, rules: Rules) -> date:
    """The last day for something due in natural days; the day it is counted from does not count.

    :param rule_id: such as ``lifecycle.publication``, counted from the day of the finance department's reply
    """
    return since + timedelta(days=int(rules[rule_id].number))


@dataclass(frozen=True, slots=True)
class Review:
    """A review of targets: a grade for each dimension and one for the whole, by the same four words."""

    ratings: Mapping[str, Grade]
    overall: Grade


def conditions_met_by(review: Review, rules: Rules) -> frozenset[Condition]:
    """Which conditions a review fulfils; one that ends in 差 must be redone.

    :raises InvalidInput: if a dimension is unknown or not rated
    """
    dimensions = {str(row["code"]) for row in rules["lifecycle.review_dimensions"].rows}
    if wrong := sorted(dimensions ^ set(review.ratings)):
        raise InvalidInput(
            _("A review rates every dimension once; these differ: %(names)s.") % {"names": ", ".join(wrong)},
            field="ratings",
            code="lifecycle.dimensions",
            hint=_("Rate completeness, relevance, adequacy and feasibility."),
        )
    held = {Condition.REVIEW_RECORDED}
    if not rules["lifecycle.review_grades"].row(review.overall)["redo"]:
        held.add(Condition.REVIEW_NOT_POOR)
    return frozenset(held)


@dataclass(frozen=True, slots=True)
class Consequence:
    """How a result is used: for the next budget, for the public, for rectification."""

    code: str
    label: Words
    rectification: bool
    publish: bool


def consequence_of(grade: Grade, rules: Rules) -> Consequence:
    """What follows from the grade of an evaluation; a proposal to the deciding people."""
    for row in rules["lifecycle.result_application"].rows:
        if row["grade"] == grade:
            return Consequence(row["code"], label(row), row["rectification"], row["publish"])
    raise InvalidInput(
        _("No consequence is set for this grade."),
        field="grade",
        code="lifecycle.consequence",
        hint=_("Complete the rule on the use of results."),
    )


def mermaid() -> str:
    """The table as a Mermaid state diagram, with stable names, for the documentation."""
    lines = ["stateDiagram-v2"]
    lines += [f"    [*] --> {state.name}" for state in FIRST]
    lines += [f"    {row.state.name} --> {row.next_state.name}: {_edge(row)}" for row in TRANSITIONS]
    leaving = {row.state for row in TRANSITIONS}
    lines += [f"    {state.name} --> [*]" for state in State if state not in leaving]
    return "\n".join(lines) + "\n"


def _edge(row: Transition) -> str:
    limit = f", {row.deadline.split('.')[-1]}" if row.deadline else ""
    return f"{row.action.value} ({' or '.join(role.value for role in row.roles)}{limit})"
