"""The unit's own evaluation of a year as it is done: started with what is proven, kept as typed, submitted, used.

A draft keeps every field as it was typed, also what cannot be read; each save scores it anew and says what still keeps
it from being submitted. A missing value is never a zero. The form goes from one state to the next in ``closing``, which
calls these actions; each insists that the form has got there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.hub.promises.appraisal import (
    Appraisal,
    FormTyped,
    LineTyped,
    appraise,
    typed_line,
)
from chengshu.hub.promises.entry import Unfinished
from chengshu.hub.promises.evaluation import rules
from chengshu.hub.promises.evaluation.words import plain
from chengshu.hub.promises.judging import Promise, as_seen, promises_of
from chengshu.hub.promises.models import Form, FormState, Indicator, SelfEvaluation, SelfEvaluationLine
from chengshu.hub.promises.money import money_at

LONGEST_TYPED = 4000


@action(title=_("Start a self-evaluation"), at=lambda *, form, **_rest: form.unit_id)
def start_self_evaluation(*, form: Form) -> SelfEvaluation:
    """Begin the evaluation of a form's year, with the proven values and the last payments filled in.

    :raises Conflict: if the year is not over, the form holds no version in force, or it was started before
    """
    _require_state(form.pk, FormState.SELF_EVAL)
    year = form.budget_year.year
    if timezone.localdate().year <= year:
        raise Conflict(
            _("The year %(year)s is not over.") % {"year": year},
            code="evaluation.year_running",
            hint=_("Open a monitoring checkpoint instead."),
        )
    if form.current_id is None:
        raise Conflict(
            _("The form “%(form)s” holds no version in force.") % {"form": form.ref},
            code="evaluation.no_version",
        )
    if SelfEvaluation.objects.filter(form=form).exists():
        raise Conflict(
            _("The self-evaluation of “%(form)s” was started before.") % {"form": form.ref},
            code="evaluation.started",
        )
    money = money_at(form, date(year, 12, 31))
    typed = FormTyped(
        adjusted=f"{money.adjusted:.2f}", paid="" if money.paid is None else f"{money.paid:.2f}"
    )
    evaluation = SelfEvaluation(
        form=form,
        version_id=form.current_id,
        unit_id=form.unit_id,
        initial_budget=money.initial,
        weights={"typed": asdict(typed), "rules_on": timezone.localdate().isoformat()},
    )
    evaluation.save()
    for promise in promises_of(Indicator.objects.filter(form=form)):
        if promise.commitment is not None:
            _start_line(evaluation, promise)
    _keep(evaluation, appraise(evaluation))
    return evaluation


@action(title=_("Save a self-evaluation"), at=lambda *, evaluation, **_rest: evaluation.unit_id)
def save_evaluation_draft(
    *, evaluation: SelfEvaluation, form: FormTyped, lines: Mapping[str, LineTyped]
) -> Appraisal:
    """Keep what was typed, score what can be scored, and say what is wrong or missing.

    :param lines: by indicator ref; lines not named stay as they are
    :raises Conflict: if the evaluation was submitted
    """
    known = _open_one(evaluation)
    _require_state(known.form_id, FormState.SELF_EVAL)
    known.weights = {**known.weights, "typed": _short(asdict(form))}
    known.save()
    for line in known.lines.select_related("indicator"):
        if line.indicator.ref in lines:
            line.breakdown = {**line.breakdown, "typed": _short(asdict(lines[line.indicator.ref]))}
            line.save()
    found = appraise(known)
    _keep(known, found)
    return found


@action(title=_("Submit a self-evaluation"), at=lambda *, evaluation, **_rest: evaluation.unit_id)
def submit_self_evaluation(*, evaluation: SelfEvaluation) -> SelfEvaluation:
    """Hand in an evaluation in which nothing is missing; it no longer changes.

    :raises Unfinished: naming every field that is wrong or missing
    """
    known = _open_one(evaluation)
    _require_state(known.form_id, FormState.SELF_SUBMITTED)
    found = appraise(known)
    if errors := found.errors:
        raise Unfinished(errors, "evaluation.unfinished")
    _keep(known, found)
    known.submitted_at = timezone.now()
    known.submitted_by_id = current_asker().account_id
    known.save()
    return known


@action(title=_("Return a self-evaluation"), at=lambda *, evaluation, **_rest: evaluation.unit_id)
def return_self_evaluation(*, evaluation: SelfEvaluation, reason: str) -> SelfEvaluation:
    """Give a submitted evaluation back to the unit, with the reason.

    :raises Conflict: if it was not submitted, or its result was applied
    """
    known = _submitted_one(evaluation)
    _require_state(known.form_id, FormState.SELF_EVAL)
    if not reason.strip():
        raise InvalidInput(_("A reason is needed."), field="reason", code="evaluation.reason")
    known.submitted_at, known.submitted_by_id = None, None
    known.decision_note = reason.strip()
    known.save()
    return known


@action(
    title=_("Apply the result of a self-evaluation"), at=lambda *, evaluation, **_rest: evaluation.unit_id
)
def apply_result(*, evaluation: SelfEvaluation, decision: str, note: str = "") -> SelfEvaluation:
    """Decide what follows from the grade: for next year's budget, for the public, for rectification.

    :param decision: a code of the rule ``lifecycle.result_application``
    :param note: required when the decision is another than the rule proposes for the grade
    :raises InvalidInput: if there is no such decision, or the note is missing
    """
    known = _submitted_one(evaluation)
    _require_state(known.form_id, FormState.RESULT_APPLIED)
    rows = rules.at(timezone.localdate())["lifecycle.result_application"].rows
    proposed = next((str(row["code"]) for row in rows if row["grade"] == known.grade), "")
    if decision not in {str(row["code"]) for row in rows}:
        raise InvalidInput(
            _("This is none of the possible decisions."), field="decision", code="evaluation.decision",
            hint=_("Choose one of the decisions listed."),
        )  # fmt: skip
    if decision != proposed and not note.strip():
        raise InvalidInput(
            _("This is not what the rule proposes for the grade: give the reason."),
            field="note",
            code="evaluation.decision_note",
        )
    known.decision, known.decision_note = decision, note.strip()
    known.save()
    return known


def _start_line(evaluation: SelfEvaluation, promise: Promise) -> None:
    seen, found = promise.latest, promise.measured
    line = SelfEvaluationLine(evaluation=evaluation, indicator=promise.indicator, unit_id=evaluation.unit_id)
    typed = LineTyped()
    if seen is not None and found is not None and as_seen(seen, found) is not None:
        line.observation = seen
        value = seen.value_text if seen.value is None else plain(seen.value)
        typed = LineTyped(actual=value)
    line.breakdown = {"typed": asdict(typed)}
    line.save()


def _keep(evaluation: SelfEvaluation, found: Appraisal) -> None:
    """Store the scores beside what was typed."""
    result = found.result
    evaluation.adjusted_budget, evaluation.paid = found.adjusted, found.paid
    evaluation.total = result.total
    evaluation.grade = result.grade.value if result.grade else ""
    evaluation.notes = [{"code": note.code, "text": str(note)} for note in result.notes]
    evaluation.save()
    scored = {line.ref: line for line in result.lines}
    for line in evaluation.lines.select_related("indicator"):
        _keep_line(line, found, scored.get(line.indicator.ref))


def _keep_line(line: SelfEvaluationLine, found: Appraisal, scored: Any) -> None:
    ref = line.indicator.ref
    given, typed = found.given[ref], typed_line(line)
    line.actual, line.actual_text = given.actual, typed.actual[:200]
    line.qualitative_grade = given.achievement.value if given.achievement else ""
    line.evaluator_score = given.points
    line.reason_code, line.reason, line.measure = typed.reason_code[:30], typed.reason, typed.measure
    line.measure_due_on = given.due
    line.weight = scored.weight if scored else None
    points = scored.scored if scored else None
    line.score = points.points if points else None
    line.breakdown = {"typed": asdict(typed)}
    if points:
        line.breakdown["formula"] = points.working.formula
        line.breakdown["numbers"] = {name: plain(value) for name, value in points.working.numbers.items()}
        line.breakdown["why"] = points.working.why.code
    line.save()


def _short(typed: dict[str, str]) -> dict[str, str]:
    """Typed texts as the database can hold them; a screen's worth is kept of each."""
    return {name: text.replace("\x00", "")[:LONGEST_TYPED] for name, text in typed.items()}


def _require_state(form_id: int, state: FormState) -> None:
    """:raises Conflict: unless the life-cycle has brought the form into this state"""
    form = Form.objects.get(pk=form_id)
    if form.state != state:
        raise Conflict(
            _("“%(form)s” is “%(state)s”; this belongs to “%(needed)s”.")
            % {"form": form.ref, "state": FormState(form.state).label, "needed": state.label},
            code="evaluation.state",
            hint=_("Take the form to that state first."),
            data={"state": form.state, "needed": state.value},
        )


def _open_one(evaluation: SelfEvaluation) -> SelfEvaluation:
    known = SelfEvaluation.objects.select_for_update().get(pk=evaluation.pk)
    if known.submitted_at is not None:
        raise Conflict(
            _("This self-evaluation was submitted and no longer changes."),
            code="evaluation.submitted",
            hint=_("Ask the department to return it."),
        )
    return known


def _submitted_one(evaluation: SelfEvaluation) -> SelfEvaluation:
    known = SelfEvaluation.objects.select_for_update().get(pk=evaluation.pk)
    if known.submitted_at is None:
        raise Conflict(_("This self-evaluation has not been submitted."), code="evaluation.not_submitted")
    if known.decision:
        raise Conflict(_("The result of this self-evaluation was applied."), code="evaluation.applied")
    return known
