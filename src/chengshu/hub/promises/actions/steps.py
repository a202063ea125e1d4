"""How every step of the life-cycle is taken, inside its action: the table is asked, four eyes are kept, the step is
recorded and announced. The actions themselves are in ``lifecycle``, ``closing``, ``adjusting`` and ``publishing``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import registered_actions
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, Refused
from chengshu.foundation.events.bus import emit
from chengshu.hub.promises.evaluation import rules
from chengshu.hub.promises.evaluation.lifecycle import (
    Action,
    Condition,
    State,
    advance,
    conditions_met_by,
    transition,
)
from chengshu.hub.promises.evaluation.lifecycle import Review as Ratings
from chengshu.hub.promises.evaluation.self_evaluation import Grade
from chengshu.hub.promises.events import FormAdvanced
from chengshu.hub.promises.models import Form, Review, ReviewDecision
from chengshu.hub.promises.subjects import STEPS, Subject, conditions_of, roles_of, subject_of
from chengshu.hub.promises.texts import typed


def unit_of(*, form: Form, **_rest: Any) -> int:
    """Where the power for a step of this form is needed."""
    return form.unit_id


@dataclass(frozen=True)
class Opinion:
    """What a reviewer says.

    :param ratings: dimension → grade; every dimension of the rule, or none where the step is no review
    """

    text: str = ""
    ratings: Mapping[str, Grade] | None = None
    overall: Grade | None = None

    @property
    def worst(self) -> Grade | None:
        """The grade that counts: a form with one poor dimension is poor."""
        if self.ratings and Grade.POOR in self.ratings.values():
            return Grade.POOR
        return self.overall


def locked(form: Form) -> Form:
    """The form as it stands now, kept from changing until the action ends."""
    return (
        Form.objects.select_for_update(of=("self",)).select_related("budget_year", "current").get(pk=form.pk)
    )


def take_step(
    form: Form,
    step: Action,
    decision: ReviewDecision = ReviewDecision.MOVED,
    opinion: Opinion | None = None,
    *,
    based_on: int | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Form:
    """Make one transition of the table inside an action: conditions, four eyes, record, event.

    :raises Conflict: if the state does not know the step, a condition does not hold, or the version is another
    :raises Refused: if it is somebody else's to do
    """
    form, said = locked(form), opinion or Opinion()
    subject = subject_of(form, step)
    transition(subject.state, step)
    require_version(subject, based_on)
    text = typed(said.text, field="reason" if step in _REASONED else "opinion", required=step in _REASONED)
    held = set(conditions_of(subject))
    if text:
        held.add(Condition.REASON_GIVEN)
    if said.ratings is not None and said.worst is not None:
        held |= conditions_met_by(Ratings(said.ratings, said.worst), rules.at(timezone.localdate()))
    row = advance(subject.state, step, roles=roles_of(current_asker(), form.unit_id), holding=held)
    require_other_eyes(form, step)
    record_step(subject, STEPS[step], row.next_state, decision, text, {**_rated(said), **(facts or {})})
    move(subject, row.next_state)
    return form


_REASONED = {Action.RETURN, Action.RETURN_SELF_EVAL, Action.WITHDRAW_ADJUSTMENT}


def require_version(subject: Subject, based_on: int | None) -> None:
    """Refuse to act on a version that the person has not read."""
    if based_on is None or based_on == subject.version.number:
        return
    raise Conflict(
        _("The form was changed meanwhile: it is at version %(now)s, you have version %(read)s.")
        % {"now": subject.version.number, "read": based_on},
        code="version.stale",
        hint=_("Reload the page, look at what changed, and do it again."),
        data={"now": subject.version.number, "read": based_on},
    )


def _rated(said: Opinion) -> dict[str, str]:
    if said.ratings is None or said.worst is None:
        return {}
    return {**{name: grade.value for name, grade in said.ratings.items()}, "overall": said.worst.value}


def require_role(subject: Subject, step: Action) -> None:
    row = transition(subject.state, step)
    advance(
        subject.state, step, roles=roles_of(current_asker(), subject.form.unit_id), holding=row.conditions
    )


_BY_OTHERS = {
    Action.START_DEPT_REVIEW: ("submit_form",),
    Action.PASS_DEPT_REVIEW: ("submit_form",),
    Action.RETURN: ("submit_form",),
    Action.APPROVE: ("submit_form", "pass_to_finance"),
    Action.APPLY_RESULT: ("submit_self_evaluation_form",),
    Action.START_DEPT_EVAL: ("submit_self_evaluation_form",),
}
"""Steps that must be taken by somebody else than the last one who took these."""


def require_other_eyes(form: Form, step: Action) -> None:
    asker = current_asker()
    if asker.account_id is None:
        return
    for earlier in _BY_OTHERS.get(step, ()):
        last = Review.objects.filter(form=form, action=earlier).order_by("-id").first()
        if last is not None and last.by_id == asker.account_id:
            raise Refused(
                _("You took the step “%(step)s” of this form yourself.")
                % {"step": registered_actions()[f"promises.{earlier}"].title},
                code="lifecycle.four_eyes",
                hint=_("Somebody else has to look at it now."),
                data={"earlier": earlier},
            )


def record_step(
    subject: Subject,
    name: str,
    after: State,
    decision: ReviewDecision,
    text: str,
    facts: Mapping[str, Any],
) -> None:
    """Keep who took which step, and announce it."""
    asker = current_asker()
    Review(
        form=subject.form,
        version=subject.version,
        unit_id=subject.form.unit_id,
        action=name,
        from_state=subject.state.value,
        to_state=after.value,
        decision=decision,
        dimensions=dict(facts),
        opinion=text,
        by_id=asker.account_id,
        post_title=asker.title[:100],
    ).save()
    emit(
        FormAdvanced(
            form=subject.form.pk,
            ref=subject.form.ref,
            version=subject.version.number,
            step=name,
            from_state=subject.state.value,
            to_state=after.value,
        )
    )


def move(subject: Subject, after: State) -> None:
    """Put the subject into its next state: the form, or the adjustment under way."""
    if subject.is_adjustment:
        subject.version.step = after.value
        subject.version.save()
    elif after.value != subject.form.state:
        subject.form.state = after.value
        subject.form.state_since = timezone.now()
        subject.form.save()
