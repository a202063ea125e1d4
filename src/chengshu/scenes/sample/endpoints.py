"""The API of this scene."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from chengshu.foundation.http.doors import door
from chengshu.foundation.http.filters import Filters, lookup
from chengshu.foundation.http.openapi import failures
from chengshu.foundation.http.pagination import PageOf, PageQuery, paged
from chengshu.scenes.sample import queries
from chengshu.scenes.sample.models import Note, NoteState

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


class NoteFilters(Filters):
    """What the list may be narrowed by."""

    state: NoteState | None = lookup("state")


@router.get(
    "/notes",
    response={200: PageOf[NoteOut], **failures(401, 403, 422)},
    operation_id="list_notes",
    summary="Notes of the units in scope, newest first",
)
@door("sample.view")
def list_notes(request: HttpRequest, filters: Query[NoteFilters], page: Query[PageQuery]) -> dict[str, Any]:
    return paged(request, filters.applied(request, queries.notes()), page, order=("-left_at",))


@router.get(
    "/notes/{note_id}",
    response={200: NoteOut, **failures(401, 403, 404)},
    operation_id="get_note",
    summary="One note",
)
@door("sample.view")
def read_note(request: HttpRequest, note_id: int) -> Note:
    return queries.note_by_id(note_id)
