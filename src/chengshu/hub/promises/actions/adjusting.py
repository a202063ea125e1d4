"""Writing a form's content: a draft directly, a form in force only through an adjustment with a reason.

Every save makes the next version, so that the history shows who changed what. A save names the version it is
based on; if somebody else saved in between, it is refused and nothing is lost on either side.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.hub.promises.actions.lifecycle import revise_form
from chengshu.hub.promises.actions.steps import locked, record_step, require_version, unit_of
from chengshu.hub.promises.actions.versions import make_current, named, write_version
from chengshu.hub.promises.drafts import Draft, checked, draft_of, same
from chengshu.hub.promises.evaluation.lifecycle import STATE_NAMES, Action, Condition, State, advance
from chengshu.hub.promises.models import (
    Form,
    FormState,
    FormVersion,
    ReviewDecision,
    VersionOrigin,
    VersionState,
)
from chengshu.hub.promises.subjects import EDITABLE, Subject, conditions_of, roles_of, subject_of
from chengshu.hub.promises.texts import typed


@action(title=_("Open an adjustment"), at=unit_of)
def open_adjustment(*, form: Form, reason: str) -> FormVersion:
    """Begin to change a form that is in force: its content is copied into a proposed version.

    :raises InvalidInput: without a reason
    :raises Conflict: if the form is not in force, or an adjustment is open already
    """
    form = locked(form)
    subject = subject_of(form, Action.OPEN_ADJUSTMENT)
    text = typed(reason, field="reason", required=True)
    held = conditions_of(subject) | {Condition.REASON_GIVEN}
    advance(
        subject.state, Action.OPEN_ADJUSTMENT, roles=roles_of(current_asker(), form.unit_id), holding=held
    )
    version = write_version(
        form,
        draft_of(subject.version),
        origin=VersionOrigin.ADJUSTMENT,
        reason=text,
        base=subject.version,
        step=State.ADJUSTMENT.value,
    )
    record_step(Subject(form, version), "open_adjustment", State.ADJUSTMENT, ReviewDecision.MOVED, text, {})
    return version


@action(title=_("Edit the form"), at=unit_of)
def edit_form(*, form: Form, draft: Draft, based_on: int, reason: str = "") -> FormVersion:
    """Save the content of a draft, or of an adjustment that is being written, as the next version.

    Saving what is there already changes nothing, so pressing twice does no harm.

    :param based_on: number of the version that was edited
    :raises InvalidInput: naming the cell, such as ``rows.3.name``
    :raises Conflict: if the form may not be edited now, or somebody saved another version meanwhile
    """
    form = locked(form)
    subject = subject_of(form)
    require_editable(subject)
    content = checked(draft)
    _require_own(form, content)
    if same(named(form, content), draft_of(subject.version)):
        return subject.version
    require_version(subject, based_on)
    return write_draft(form, content, typed(reason, field="reason"))


def require_editable(subject: Subject) -> None:
    """Refuse to edit what is under review or in force."""
    if subject.state in EDITABLE:
        return
    raise Conflict(
        _("A form that is “%(state)s” cannot be edited.") % {"state": STATE_NAMES[subject.state]},
        code="draft.closed",
        hint=_("Ask the reviewer to return it, or open an adjustment once it is approved."),
        data={"state": subject.state.value},
    )


def _require_own(form: Form, draft: Draft) -> None:
    known = set(form.indicators.values_list("ref", flat=True))
    given = [row.ref for row in draft.rows if row.ref]
    strange = sorted({ref for ref in given if ref not in known or given.count(ref) > 1})
    if strange:
        raise InvalidInput(
            _("These indicators are not of this form, or stand there twice: %(refs)s.")
            % {"refs": ", ".join(strange)[:200]},
            field="rows",
            code="draft.refs",
            hint=_("Reload the page and edit again."),
        )


def write_draft(form: Form, draft: Draft, reason: str) -> FormVersion:
    """Save a draft inside an action, in the place of the version that is being worked on."""
    if subject_of(form).state is State.RETURNED:
        form = revise_form(form=form)
    before = subject_of(form).version
    step, base = before.step, before.base
    before.state = VersionState.REJECTED if step else VersionState.REPLACED
    before.step = ""
    before.save()
    version = write_version(
        form,
        draft,
        origin=VersionOrigin.ADJUSTMENT if step else VersionOrigin.ENTRY,
        reason=reason or (before.reason if step else ""),
        base=base,
        step=step,
    )
    if not step:
        make_current(form, version)
    return version


def correct(form: Form, draft: Draft, reason: str) -> FormVersion:
    """Save corrected content inside an action: a draft directly, a form in force through its adjustment."""
    if form.state in (FormState.DRAFT, FormState.RETURNED) or subject_of(form).is_adjustment:
        require_editable(subject_of(form))
    else:
        open_adjustment(form=form, reason=reason)
    return write_draft(form, draft, reason)
