"""信用记录: noted when a word was not kept, withdrawn with a reason when the note was wrong or is repaired."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.calendar import local_day
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.scenes.approvals.actions.pledges import CaseFacts
from chengshu.scenes.approvals.models import CreditNote, CreditReason


@action(title=_("Note a broken word"), at=lambda *, case, **_rest: case.unit_id)
def note_credit(*, case: CaseFacts, reason: CreditReason, words: str, on: date) -> CreditNote:
    """Note it once for each case and reason."""
    known = CreditNote.objects.filter(case_id=case.case_id, reason=reason).first()
    if known is not None:
        return known
    note = CreditNote(**vars(case), reason=reason, words=words[:500], noted_on=on)
    note.save()
    return note


@action(title=_("Withdraw a credit note"), at=lambda *, note, **_rest: note.unit_id)
def withdraw_credit_note(*, note: CreditNote, because: str) -> CreditNote:
    """It was wrong, or the applicant has made good (信用修复); the note stays on record as withdrawn.

    :raises Conflict: if it is withdrawn already
    :raises InvalidInput: ``because`` when empty
    """
    if note.withdrawn_on is not None:
        raise Conflict(
            _("This note is withdrawn already."),
            code="credit.withdrawn",
            hint=_("Reload the page."),
        )
    if not because.strip():
        raise InvalidInput(
            _("Say why."), field="because", code="credit.reason", hint=_("A sentence is enough.")
        )
    note.withdrawn_on, note.withdrawn_because = local_day(timezone.now()), because.strip()[:500]
    note.withdrawn_by_id = current_asker().account_id
    note.save()
    return note
