"""What a step of the life-cycle is about: a form, or the open adjustment of one, and who may do what with it now.

A form that is in force keeps its own state while its adjustment walks the review chain; the adjustment's state
stands in ``FormVersion.step``. The table of transitions is ``evaluation.lifecycle``; this module tells it the facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from chengshu.foundation.asking import Asker
from chengshu.hub.promises.evaluation import rules
from chengshu.hub.promises.evaluation.lifecycle import (
    Action,
    Condition,
    Role,
    State,
    Transition,
    allowed,
    consequence_of,
    deadline,
)
from chengshu.hub.promises.evaluation.self_evaluation import Grade
from chengshu.hub.promises.models import (
    BudgetYear,
    Finding,
    FindingState,
    Form,
    FormVersion,
    Publication,
    PublicationKind,
    Review,
    SelfEvaluation,
    Severity,
)
from chengshu.hub.promises.proposals import errors_left

STEPS: dict[Action, str] = {
    Action.SUBMIT: "submit_form",
    Action.START_DEPT_REVIEW: "start_department_review",
    Action.PASS_DEPT_REVIEW: "pass_to_finance",
    Action.RETURN: "return_form",
    Action.REVISE: "revise_form",
    Action.APPROVE: "approve_form",
    Action.PUBLISH: "publish_form",
    Action.START_MONITORING: "start_monitoring",
    Action.OPEN_ADJUSTMENT: "open_adjustment",
    Action.WITHDRAW_ADJUSTMENT: "withdraw_adjustment",
    Action.OPEN_SELF_EVAL: "open_self_evaluation",
    Action.SUBMIT_SELF_EVAL: "submit_self_evaluation_form",
    Action.RETURN_SELF_EVAL: "return_self_evaluation_form",
    Action.START_DEPT_EVAL: "start_department_evaluation",
    Action.SAMPLE: "sample_form",
    Action.APPLY_RESULT: "apply_form_result",
    Action.RECORD_RECTIFICATION: "record_rectification",
    Action.ARCHIVE: "archive_form",
}
"""The action of this app that makes each transition of the table.

``RECORD_MONITORING`` is a report of its own, and ``SUPERSEDE`` happens when an adjustment is approved.
"""

CHAIN = {
    Action.SUBMIT,
    Action.START_DEPT_REVIEW,
    Action.PASS_DEPT_REVIEW,
    Action.RETURN,
    Action.REVISE,
    Action.APPROVE,
    Action.WITHDRAW_ADJUSTMENT,
}
"""Steps that an open adjustment takes for itself; every other step is about the form in force."""

ROLE_POWERS = {
    Role.UNIT_EDITOR: "promises.edit_form",
    Role.UNIT_HEAD: "promises.submit_form",
    Role.DEPARTMENT: "promises.pass_to_finance",
    Role.FINANCE: "promises.approve_form",
}
"""Which power makes somebody act in a role of the table."""

EDITABLE = (State.DRAFT, State.RETURNED, State.ADJUSTMENT)
ADJUSTABLE = (State.APPROVED, State.PUBLISHED, State.MONITORING)


@dataclass(frozen=True)
class Subject:
    """A form and the version that the next step is about."""

    form: Form
    version: FormVersion

    @property
    def is_adjustment(self) -> bool:
        return bool(self.version.step)

    @property
    def state(self) -> State:
        return State(self.version.step or self.form.state)


def open_adjustment_of(form: Form) -> FormVersion | None:
    """The adjustment under way; a form has one at most."""
    return form.versions.exclude(step="").first()


def subject_of(form: Form, action: Action | None = None) -> Subject:
    """What this step is about; without a step, what is being worked on: the open adjustment, else the form."""
    assert form.current is not None
    if action is None or action in CHAIN:
        adjustment = open_adjustment_of(form)
        if adjustment is not None:
            return Subject(form, adjustment)
    return Subject(form, form.current)


def roles_of(asker: Asker, unit_id: int) -> frozenset[Role]:
    """In which roles of the table somebody acts for a unit."""
    return frozenset(role for role, power in ROLE_POWERS.items() if asker.holds_at(power, unit_id))


@dataclass(frozen=True)
class Step:
    """A step that somebody may take, and what it still waits for.

    :param action: the name of this app's action
    """

    row: Transition
    action: str
    missing: tuple[Condition, ...]

    @property
    def is_ready(self) -> bool:
        return not self.missing


GIVEN_WITH_THE_STEP = {Condition.REASON_GIVEN, Condition.REVIEW_RECORDED, Condition.REVIEW_NOT_POOR}


def steps_for(form: Form, asker: Asker, today: date | None = None) -> list[Step]:
    """What this person may do with the form now; what a step needs is asked when it is taken."""
    roles = roles_of(asker, form.unit_id)
    found: list[Step] = []
    working, own = subject_of(form), subject_of(form, Action.PUBLISH)
    subjects = (working, own) if working.is_adjustment else (own,)
    for subject in subjects:
        rows = [row for row in allowed(subject.state, roles) if row.action in STEPS]
        if subject is own and working.is_adjustment:
            rows = [row for row in rows if row.action not in CHAIN]
        rows = [row for row in rows if asker.holds_at(f"promises.{STEPS[row.action]}", form.unit_id)]
        if rows:
            held = conditions_of(subject, today) | GIVEN_WITH_THE_STEP
            found += [
                Step(row, STEPS[row.action], tuple(c for c in row.conditions if c not in held))
                for row in rows
            ]
    return [step for step in found if _makes_sense(step, working)]


def _makes_sense(step: Step, working: Subject) -> bool:
    """A draft that was never in force cannot be withdrawn; a second adjustment cannot be opened."""
    if step.row.action is Action.WITHDRAW_ADJUSTMENT:
        return working.is_adjustment
    return not (step.row.action is Action.OPEN_ADJUSTMENT and working.is_adjustment)


def conditions_of(subject: Subject, today: date | None = None) -> frozenset[Condition]:
    """Which conditions hold now, besides those that the step itself brings (a reason, a review)."""
    day = today or timezone.localdate()
    held = {Condition.NOT_SAMPLED}
    held |= _budget_conditions(subject.form.budget_year, day)
    held |= _version_conditions(subject)
    held |= _evaluation_conditions(subject.form)
    return frozenset(held)


def _budget_conditions(budget_year: BudgetYear, day: date) -> set[Condition]:
    holds = {
        Condition.BUDGET_ADOPTED: budget_year.adopted_on is not None and budget_year.adopted_on <= day,
        Condition.REPLY_ISSUED: budget_year.replied_on is not None and budget_year.replied_on <= day,
        Condition.YEAR_BEGUN: day >= date(budget_year.year, 1, 1),
        Condition.YEAR_ENDED: day > date(budget_year.year, 12, 31),
    }
    return {condition for condition, is_held in holds.items() if is_held}


def _version_conditions(subject: Subject) -> set[Condition]:
    held = set()
    if subject.is_adjustment:
        held.add(Condition.REPLACES_APPROVED_VERSION)
        if subject.version.reason:
            held.add(Condition.REASON_GIVEN)
        if not errors_left(subject.form, subject.version):
            held.add(Condition.NO_LINT_ERRORS)
    elif not open_errors(subject.form).exists():
        held.add(Condition.NO_LINT_ERRORS)
    if open_adjustment_of(subject.form) is None:
        held.add(Condition.NO_OPEN_ADJUSTMENT)
    return held


def open_errors(form: Form) -> QuerySet[Finding]:
    """Findings of severity error on the current version that nobody has decided yet."""
    return Finding.objects.filter(
        form=form, version=form.current_id, severity=Severity.ERROR, state=FindingState.OPEN
    )


def _evaluation_conditions(form: Form) -> set[Condition]:
    held = set()
    evaluation = SelfEvaluation.objects.filter(form=form).first()
    if evaluation is not None and evaluation.total is not None:
        held.add(Condition.NO_EVALUATION_BLOCKERS)
    if grade_of(form) is not None:
        held.add(Condition.EVALUATION_RECORDED)
    if Publication.objects.filter(form=form, kind=PublicationKind.RESULT, withdrawn_at=None).exists():
        held.add(Condition.RESULT_PUBLISHED)
    if is_rectified(form):
        held.add(Condition.RECTIFICATION_CLOSED)
    return held


def grade_of(form: Form) -> Grade | None:
    """The grade recorded by the evaluators in the present state; None before they have."""
    review = _last(form, "evaluate_form")
    if review is None or review.to_state != form.state:
        return None
    returned = _last(form, "return_self_evaluation_form")
    if returned is not None and returned.pk > review.pk:
        return None
    return Grade(review.dimensions["overall"])


def applied_grade(form: Form) -> Grade | None:
    """The grade that the result was applied with; the unit's own when nobody evaluated after it."""
    review = _last(form, "apply_form_result")
    return Grade(review.dimensions["overall"]) if review and review.dimensions.get("overall") else None


def is_rectified(form: Form) -> bool:
    """Whether nothing is to be rectified, or the unit reported the end of it."""
    grade = applied_grade(form)
    if grade is None:
        return False
    if not consequence_of(grade, rules.at(timezone.localdate())).rectification:
        return True
    review = _last(form, "record_rectification")
    return review is not None and bool(review.dimensions.get("closed"))


def _last(form: Form, action: str) -> Review | None:
    return Review.objects.filter(form=form, action=action).order_by("-id").first()


@dataclass(frozen=True)
class Deadline:
    """A day that the law sets for a step.

    :param rule_id: the rule it follows from
    :param days_left: negative when it is over
    """

    rule_id: str
    due_on: date
    days_left: int


def deadline_of(state: State, budget_year: BudgetYear, today: date | None = None) -> Deadline | None:
    """By when the law wants the form to leave this state; None where it sets no day or the first day is unknown."""
    day = today or timezone.localdate()
    before_approval = (State.UNIT_SUBMITTED, State.DEPT_REVIEW, State.FINANCE_REVIEW)
    if state in before_approval and budget_year.adopted_on:
        rule_id, since = "lifecycle.finance_reply", budget_year.adopted_on
    elif state is State.APPROVED and budget_year.replied_on:
        rule_id, since = "lifecycle.publication", budget_year.replied_on
    else:
        return None
    due_on = deadline(rule_id, since, rules.at(since))
    return Deadline(rule_id, due_on, (due_on - day).days)
