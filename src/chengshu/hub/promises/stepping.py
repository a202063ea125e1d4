"""From what somebody typed or sent to the action of a step: one table of fields for pages and the API alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput, Missing, Words
from chengshu.hub.promises.actions import adjusting, closing, lifecycle, publishing
from chengshu.hub.promises.evaluation.self_evaluation import Grade
from chengshu.hub.promises.models import Form
from chengshu.hub.promises.texts import typed

DIMENSIONS: dict[str, Words] = {
    "completeness": _("Completeness"),
    "relevance": _("Relevance"),
    "adequacy": _("Appropriateness"),
    "feasibility": _("Feasibility"),
}
GRADES: dict[str, Words] = {
    Grade.EXCELLENT.value: _("Excellent"),
    Grade.GOOD.value: _("Good"),
    Grade.FAIR.value: _("Fair"),
    Grade.POOR.value: _("Poor"),
}


@dataclass(frozen=True)
class StepForm:
    """What a step asks for.

    :param fields: ``ratings``, ``opinion``, ``reason``, ``grade``, ``note``, ``report``, ``is_closed``
    :param question: what the person confirms
    """

    perform: Callable[..., object]
    question: Words
    fields: tuple[str, ...] = ()
    is_grave: bool = False
    has_version: bool = False


STEP_FORMS: dict[str, StepForm] = {
    "submit_form": StepForm(
        lifecycle.submit_form,
        _("The department will review it; until it is returned nobody can edit it."),
        has_version=True,
    ),
    "start_department_review": StepForm(
        lifecycle.start_department_review, _("The review begins now."), has_version=True
    ),
    "pass_to_finance": StepForm(
        lifecycle.pass_to_finance,
        _("Grade every dimension. What is poor has to be returned."),
        ("ratings", "opinion"),
        has_version=True,
    ),
    "return_form": StepForm(
        lifecycle.return_form,
        _("Say what has to be corrected; the unit reads your opinion."),
        ("reason",),
        is_grave=True,
        has_version=True,
    ),
    "reject_adjustment": StepForm(
        lifecycle.reject_adjustment,
        _("The version in force stays; the proposal is kept as rejected."),
        ("reason",),
        is_grave=True,
        has_version=True,
    ),
    "revise_form": StepForm(lifecycle.revise_form, _("The form becomes a draft again.")),
    "approve_form": StepForm(
        lifecycle.approve_form,
        _("Grade every dimension. An approved version never changes; an adjustment takes its place."),
        ("ratings", "opinion"),
        has_version=True,
    ),
    "publish_form": StepForm(
        publishing.publish_form,
        _("Goal, amounts and targets become readable to everybody."),
        has_version=True,
    ),
    "start_monitoring": StepForm(lifecycle.start_monitoring, _("Goals and money are monitored from now on.")),
    "open_adjustment": StepForm(
        adjusting.open_adjustment,
        _(
            "The content is copied into a proposal; the version in force stays until the proposal is approved."
        ),
        ("reason",),
    ),
    "withdraw_adjustment": StepForm(
        lifecycle.withdraw_adjustment,
        _("The proposal is given up; the version in force stays."),
        ("reason",),
        is_grave=True,
    ),
    "open_self_evaluation": StepForm(
        closing.open_self_evaluation, _("The self-evaluation begins with the values that are proven.")
    ),
    "submit_self_evaluation_form": StepForm(
        closing.submit_self_evaluation_form, _("The department will look at it; it no longer changes.")
    ),
    "return_self_evaluation_form": StepForm(
        closing.return_self_evaluation_form,
        _("Say what has to be corrected; the unit reads your opinion."),
        ("reason",),
        is_grave=True,
    ),
    "start_department_evaluation": StepForm(
        closing.start_department_evaluation, _("The evaluation by the department begins.")
    ),
    "sample_form": StepForm(closing.sample_form, _("The finance department evaluates this form itself.")),
    "evaluate_form": StepForm(
        closing.evaluate_form, _("The grade decides what follows from the result."), ("grade", "opinion")
    ),
    "apply_form_result": StepForm(
        closing.apply_form_result,
        _("What the rule sets for the grade is applied to next year's budget."),
        ("note",),
    ),
    "publish_result": StepForm(publishing.publish_result, _("Grade and score become readable to everybody.")),
    "record_rectification": StepForm(
        closing.record_rectification, _("Report what was put right."), ("report", "is_closed")
    ),
    "archive_form": StepForm(closing.archive_form, _("The form is closed for good."), is_grave=True),
}
REQUIRED_OPINION = {"evaluate_form"}


def step_form(name: str) -> StepForm:
    """What a step asks for.

    :raises Missing: if there is no such step
    """
    if name not in STEP_FORMS:
        raise Missing(_("There is no step “%(step)s”.") % {"step": name[:60]}, code="step.missing")
    return STEP_FORMS[name]


def run(form: Form, name: str, given: Mapping[str, Any], based_on: int | None = None) -> object:
    """Take a step with what was given for it.

    :param given: by field; each dimension of the ratings under its own name, and ``overall``
    :raises InvalidInput: naming the first field that is missing or wrong
    """
    asked = step_form(name)
    arguments: dict[str, Any] = {"form": form}
    for field in asked.fields:
        arguments.update(_argument(name, field, given))
    if asked.has_version:
        arguments["based_on"] = based_on
    return asked.perform(**arguments)


def _argument(step: str, field: str, given: Mapping[str, Any]) -> dict[str, Any]:
    if field == "ratings":
        ratings = {name: grade_in(given, name) for name in DIMENSIONS}
        return {"ratings": ratings, "overall": grade_in(given, "overall")}
    if field == "grade":
        return {"grade": grade_in(given, "grade")}
    if field == "is_closed":
        return {"is_closed": bool(given.get("is_closed"))}
    required = field in ("reason", "report") or step in REQUIRED_OPINION
    return {field: typed(str(given.get(field) or ""), field=field, required=required)}


def grade_in(given: Mapping[str, Any], field: str) -> Grade:
    """A grade out of what was given.

    :raises InvalidInput: if it is missing or no grade
    """
    try:
        return Grade(str(given.get(field) or ""))
    except ValueError as error:
        raise InvalidInput(
            _("Choose a grade."),
            field=field,
            code="step.grade",
            hint=_("Excellent, good, fair or poor."),
        ) from error
