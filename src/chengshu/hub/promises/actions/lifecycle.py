"""The steps of a form's life, one action each. The table ``evaluation.lifecycle`` decides; these keep the record.

Every step leaves a ``Review`` row with who, in which post, from where to where and with what opinion. Whoever
submitted a form neither reviews nor approves it, and whoever reviewed it for the department does not approve it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.hub.promises.actions.steps import Opinion, take_step, unit_of
from chengshu.hub.promises.actions.versions import bring_into_force, give_up
from chengshu.hub.promises.evaluation.lifecycle import Action
from chengshu.hub.promises.evaluation.self_evaluation import Grade
from chengshu.hub.promises.models import BudgetYear, Form, ReviewDecision
from chengshu.hub.promises.subjects import subject_of


@action(title=_("Submit the form"), at=unit_of)
def submit_form(*, form: Form, based_on: int | None = None) -> Form:
    """Send a form, or its open adjustment, to the department.

    :param based_on: the number of the version that the submitter has read
    :raises Conflict: if errors are undecided, the form is not a draft, or it was changed meanwhile
    """
    return take_step(form, Action.SUBMIT, ReviewDecision.SUBMITTED, based_on=based_on)


@action(title=_("Start the department review"), at=unit_of)
def start_department_review(*, form: Form, based_on: int | None = None) -> Form:
    """Take a submitted form into review.

    :raises Conflict: if it was not submitted
    :raises Refused: if the reviewer submitted it
    """
    return take_step(form, Action.START_DEPT_REVIEW, based_on=based_on)


@action(title=_("Pass to the finance department"), at=unit_of)
def pass_to_finance(
    *,
    form: Form,
    ratings: Mapping[str, Grade],
    overall: Grade,
    opinion: str = "",
    based_on: int | None = None,
) -> Form:
    """End the department review with a grade for each dimension; what is poor has to go back.

    :raises Conflict: if the form is not under department review, or a dimension is poor
    """
    said = Opinion(opinion, ratings, overall)
    return take_step(form, Action.PASS_DEPT_REVIEW, ReviewDecision.PASSED, said, based_on=based_on)


@action(title=_("Return the form"), at=unit_of)
def return_form(*, form: Form, reason: str, based_on: int | None = None) -> Form:
    """Send a form back to its unit with an opinion, from the department's or the finance review.

    :raises InvalidInput: without an opinion
    """
    return take_step(form, Action.RETURN, ReviewDecision.RETURNED, Opinion(reason), based_on=based_on)


@action(title=_("Take up a returned form"), at=unit_of)
def revise_form(*, form: Form) -> Form:
    """Make a returned form a draft again."""
    return take_step(form, Action.REVISE)


@action(title=_("Approve the form"), at=unit_of)
def approve_form(
    *,
    form: Form,
    ratings: Mapping[str, Grade],
    overall: Grade,
    opinion: str = "",
    based_on: int | None = None,
) -> Form:
    """Approve a form, or bring its adjustment into force in the place of the version before.

    :raises Conflict: if a dimension is poor or the people's congress has not approved the budget
    """
    said = Opinion(opinion, ratings, overall)
    subject = subject_of(form, Action.APPROVE)
    moved = take_step(form, Action.APPROVE, ReviewDecision.PASSED, said, based_on=based_on)
    bring_into_force(moved, subject.version)
    return moved


@action(title=_("Start monitoring"), at=unit_of)
def start_monitoring(*, form: Form) -> Form:
    """Put a published form under monitoring."""
    return take_step(form, Action.START_MONITORING)


@action(title=_("Withdraw the adjustment"), at=unit_of)
def withdraw_adjustment(*, form: Form, reason: str) -> Form:
    """Give up an adjustment before it is submitted; the version in force stays."""
    return _end_adjustment(form, Action.WITHDRAW_ADJUSTMENT, reason)


@action(title=_("Reject the adjustment"), at=unit_of)
def reject_adjustment(*, form: Form, reason: str, based_on: int | None = None) -> Form:
    """End an adjustment under review; the version in force stays and the proposal is kept as rejected.

    :raises Conflict: if no adjustment is under review
    """
    return _end_adjustment(form, Action.RETURN, reason, based_on=based_on)


def _end_adjustment(form: Form, step: Action, reason: str, *, based_on: int | None = None) -> Form:
    subject = subject_of(form, step)
    if not subject.is_adjustment:
        raise Conflict(
            _("This form has no open adjustment."),
            code="adjustment.none",
            hint=_("Look at the list of its versions."),
        )
    moved = take_step(form, step, ReviewDecision.RETURNED, Opinion(reason), based_on=based_on)
    subject.version.refresh_from_db()
    give_up(subject.version)
    return moved


@action(title=_("Record the budget's dates"), at=lambda *, budget_year, **_rest: budget_year.unit_id)
def record_budget_dates(
    *, budget_year: BudgetYear, adopted_on: date | None, replied_on: date | None
) -> BudgetYear:
    """Say when the people's congress approved the budget and when the reply arrived: the deadlines start there.

    :raises InvalidInput: if a day lies in the future, or the reply comes before the approval
    """
    today = timezone.localdate()
    for field, day in (("adopted_on", adopted_on), ("replied_on", replied_on)):
        if day is not None and not date(budget_year.year - 1, 1, 1) <= day <= today:
            raise InvalidInput(
                _("This day is not possible for the budget of %(year)s.") % {"year": budget_year.year},
                field=field,
                code="budget.day",
                hint=_("Give the day on which it happened, not a plan."),
            )
    if replied_on is not None and (adopted_on is None or replied_on < adopted_on):
        raise InvalidInput(
            _("The reply cannot come before the people's congress approves the budget."),
            field="replied_on",
            code="budget.order",
            hint=_("Check both days."),
        )
    budget_year.adopted_on, budget_year.replied_on = adopted_on, replied_on
    budget_year.save()
    return budget_year
