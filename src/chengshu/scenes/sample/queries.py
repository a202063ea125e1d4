"""Reads; the database shows only what the asker may see."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Missing
from chengshu.scenes.sample.models import Note, NoteState


def notes(state: str = "") -> QuerySet[Note]:
    """Notes, newest first, of one state or of all."""
    found = Note.objects.select_related("unit")
    return found.filter(state=state) if state in NoteState.values else found


def note_by_id(note_id: int) -> Note:
    """One note.

    :raises Missing: if there is none that the asker may see
    """
    note = Note.objects.select_related("unit").filter(pk=note_id).first()
    if note is None:
        raise Missing(
            _("There is no such note, or you may not see it."), hint=_("Go back to the list of notes.")
        )
    return note


def unacknowledged(*, before: datetime) -> QuerySet[Note]:
    """Notes left before a moment that nobody has acknowledged."""
    return Note.objects.filter(acknowledged_at=None, left_at__lt=before)
