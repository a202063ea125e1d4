"""Every write of this scene."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.asking import signed_in_asker
from chengshu.foundation.audit.changes import record
from chengshu.foundation.codes import phone
from chengshu.foundation.errors import Conflict, InvalidInput, Refused, Words
from chengshu.foundation.events.bus import emit
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.sample.events import NoteAnswered, NoteLeft
from chengshu.scenes.sample.models import Note, NoteState


@action(title=_("Leave a note"), at=lambda *, unit, **_rest: unit.pk, sensitive=("contact_phone",))
def leave_note(*, unit: Unit, subject: str, text: str, contact_phone: str = "") -> Note:
    """Leave a note for a unit.

    :param contact_phone: of the mainland, Hong Kong or Macao; may be empty
    :raises InvalidInput: if subject or text is empty or too long, or the phone is none
    """
    account_id = signed_in_asker().account_id
    if account_id is None:
        raise Refused(_("The platform itself leaves no notes."), code="note.no_account")
    note = Note(
        unit=unit,
        subject=_given(subject, "subject", _("Say in a few words what the note is about."), most=100),
        text=_given(text, "text", _("Write what the unit should know."), most=5000),
        contact_phone=phone(contact_phone, field="contact_phone").value if contact_phone.strip() else "",
        left_by_id=account_id,
    )
    note.save()
    emit(NoteLeft(note=note.pk))
    return note


@action(title=_("Acknowledge a note"), at=lambda *, note, **_rest: note.unit_id)
def acknowledge_note(*, note: Note) -> Note:
    """Confirm that a note has arrived; a second time changes nothing."""
    if note.acknowledged_at is None:
        note.acknowledged_at = timezone.now()
        note.save()
    return note


@action(title=_("Answer a note"), at=lambda *, note, **_rest: note.unit_id)
def answer_note(*, note: Note, answer: str) -> Note:
    """Answer a note, which ends it.

    :raises Conflict: if it is answered already
    :raises InvalidInput: if the answer is empty or too long
    """
    note = Note.objects.select_for_update().get(pk=note.pk)
    if not note.is_open:
        raise Conflict(
            _("This note is answered already."),
            code="note.answered",
            hint=_("Reload the page to see the answer."),
        )
    note.answer = _given(answer, "answer", _("Write the answer."), most=5000)
    note.state, note.answered_at = NoteState.ANSWERED, timezone.now()
    note.save()
    emit(NoteAnswered(note=note.pk))
    return note


@action(title=_("Reveal a contact phone"), at=lambda *, note, **_rest: note.unit_id)
def reveal_phone(*, note: Note, reason: str) -> str:
    """The phone in clear; who saw it and why is in the audit chain (个人信息保护法 Art. 51).

    :raises InvalidInput: without a reason
    """
    _given(reason, "reason", _("Say what the phone is needed for."), most=200)
    record("reveal", f"sample.note:{note.pk}", field="contact_phone")
    return note.contact_phone


def _given(value: str, field: str, hint: Words, *, most: int) -> str:
    """The text without surrounding blanks, which must not be empty nor longer than ``most`` characters."""
    text = value.strip().replace("\x00", "")
    if not text:
        raise InvalidInput(_("This must not be empty."), field=field, code="note.empty", hint=hint)
    if len(text) > most:
        raise InvalidInput(
            _("This is longer than %(most)s characters.") % {"most": most},
            field=field,
            code="note.too_long",
            hint=_("Shorten it."),
        )
    return text
