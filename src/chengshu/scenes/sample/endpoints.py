"""The API of this scene."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema

from chengshu.foundation.http.doors import door
from chengshu.scenes.sample import queries
from chengshu.scenes.sample.models import Note

router = Router()


class NoteOut(Schema):
    """A note; the contact phone leaves masked."""

    id: int
    unit_id: int
    subject: str
    text: str
    masked_phone: str
    state: str
    left_at: datetime
    answer: str


@router.get(
    "/notes", response=list[NoteOut], operation_id="list_notes", summary="Notes of the units in scope"
)
@door("sample.view")
def list_notes(request: HttpRequest, state: str = "") -> list[Note]:
    return list(queries.notes(state)[:100])


@router.get("/notes/{note_id}", response=NoteOut, operation_id="read_note", summary="One note")
@door("sample.view")
def read_note(request: HttpRequest, note_id: int) -> Note:
    return queries.note_by_id(note_id)
