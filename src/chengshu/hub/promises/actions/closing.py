"""The end of a form's year: self-evaluation, evaluation by others, the result and what is put right afterwards.

What an evaluation says is written by ``evaluating``; here the form goes from one state to the next with it.
"""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.errors import Conflict
from chengshu.hub.promises.actions import evaluating
from chengshu.hub.promises.actions.steps import (
    Opinion,
    locked,
    record_step,
    require_other_eyes,
    require_role,
    take_step,
    unit_of,
)
from chengshu.hub.promises.evaluation import rules
from chengshu.hub.promises.evaluation.lifecycle import Action, State, consequence_of, transition
from chengshu.hub.promises.evaluation.self_evaluation import Grade
from chengshu.hub.promises.models import Form, ReviewDecision, SelfEvaluation
from chengshu.hub.promises.subjects import grade_of, subject_of
from chengshu.hub.promises.texts import typed


@action(title=_("Open the self-evaluation"), at=unit_of)
def open_self_evaluation(*, form: Form) -> Form:
    """Open the unit's self-evaluation, once the year has ended; it begins with what is proven.

    :raises Conflict: if the year runs, or an adjustment is open
    """
    moved = take_step(form, Action.OPEN_SELF_EVAL)
    if not SelfEvaluation.objects.filter(form=moved).exists():
        evaluating.start_self_evaluation(form=moved)
    return moved


@action(title=_("Submit the self-evaluation to the department"), at=unit_of)
def submit_self_evaluation_form(*, form: Form) -> Form:
    """Send the self-evaluation to the department, once every indicator is reported and scored.

    :raises Conflict: if something still blocks it
    """
    moved = take_step(form, Action.SUBMIT_SELF_EVAL, ReviewDecision.SUBMITTED)
    evaluation = _evaluation_of(moved)
    if evaluation.submitted_at is None:
        evaluating.submit_self_evaluation(evaluation=evaluation)
    return moved


@action(title=_("Return the self-evaluation to the unit"), at=unit_of)
def return_self_evaluation_form(*, form: Form, reason: str) -> Form:
    """Send a self-evaluation back to the unit with an opinion.

    :raises InvalidInput: without an opinion
    """
    moved = take_step(form, Action.RETURN_SELF_EVAL, ReviewDecision.RETURNED, Opinion(reason))
    evaluation = _evaluation_of(moved)
    if evaluation.submitted_at is not None:
        evaluating.return_self_evaluation(evaluation=evaluation, reason=typed(reason, field="reason"))
    return moved


@action(title=_("Start the department evaluation"), at=unit_of)
def start_department_evaluation(*, form: Form) -> Form:
    """Evaluate a form in the department, after its self-evaluation."""
    return take_step(form, Action.START_DEPT_EVAL)


@action(title=_("Draw for the finance evaluation"), at=unit_of)
def sample_form(*, form: Form) -> Form:
    """Draw a form for the finance department's own evaluation."""
    return take_step(form, Action.SAMPLE)


@action(title=_("Record the evaluation"), at=unit_of)
def evaluate_form(*, form: Form, grade: Grade, opinion: str) -> Form:
    """Record the evaluators' grade of a form under evaluation, with their opinion.

    :raises Conflict: if the form is not under evaluation by those who ask
    """
    form = locked(form)
    subject = subject_of(form, Action.APPLY_RESULT)
    if subject.state not in (State.DEPT_EVAL, State.FIN_EVAL):
        transition(subject.state, Action.START_DEPT_EVAL)
        raise Conflict(
            _("The form is not under evaluation yet."),
            code="lifecycle.condition",
            hint=_("Start the department evaluation first."),
        )
    require_role(subject, Action.APPLY_RESULT)
    require_other_eyes(form, Action.APPLY_RESULT)
    text = typed(opinion, field="opinion", required=True)
    record_step(subject, "evaluate_form", subject.state, ReviewDecision.MOVED, text, {"overall": grade.value})
    return form


@action(title=_("Apply the result"), at=unit_of)
def apply_form_result(*, form: Form, decision: str = "", note: str = "") -> Form:
    """Apply the result of an evaluation, and keep what follows from it.

    The grade is the evaluators'; where nobody evaluated after the unit, it is the unit's own.

    :param decision: a code of the rule ``lifecycle.result_application``; what the rule proposes if empty
    :param note: the reason, needed where the decision is not what the rule proposes for the unit's own grade
    :raises Conflict: if the form is in no state for it, or the evaluation is not recorded
    """
    form = locked(form)
    transition(State(form.state), Action.APPLY_RESULT)
    evaluation = _evaluation_of(form)
    grade = grade_of(form) or (Grade(evaluation.grade) if evaluation.grade else None)
    if grade is None:
        raise Conflict(
            _("No grade is recorded that a result could follow from."),
            code="lifecycle.condition",
            hint=_("Record the evaluation first."),
        )
    text = typed(note, field="note")
    chosen = decision or consequence_of(grade, rules.at(timezone.localdate())).code
    moved = take_step(
        form,
        Action.APPLY_RESULT,
        opinion=Opinion(text),
        facts={"overall": grade.value, "decision": chosen},
    )
    evaluating.apply_result(evaluation=evaluation, decision=chosen, note=text)
    return moved


@action(title=_("Record a rectification"), at=unit_of)
def record_rectification(*, form: Form, report: str, is_closed: bool) -> Form:
    """Report what was put right after the evaluation; ``is_closed`` says that nothing is left."""
    said = Opinion(typed(report, field="report", required=True))
    return take_step(
        form, Action.RECORD_RECTIFICATION, ReviewDecision.MOVED, said, facts={"closed": is_closed}
    )


@action(title=_("Archive the form"), at=unit_of)
def archive_form(*, form: Form) -> Form:
    """Close the form's life, once the result is published and everything is put right."""
    return take_step(form, Action.ARCHIVE)


def _evaluation_of(form: Form) -> SelfEvaluation:
    """The unit's evaluation of the form.

    :raises Conflict: if it was never started
    """
    evaluation = SelfEvaluation.objects.filter(form=form).first()
    if evaluation is None:
        raise Conflict(
            _("This form has no self-evaluation yet."),
            code="evaluation.none",
            hint=_("Open the self-evaluation first."),
        )
    return evaluation
