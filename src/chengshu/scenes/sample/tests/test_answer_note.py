"""Answering a note, and revealing who left it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.scenes.sample.actions import answer_note, reveal_phone
from chengshu.scenes.sample.models import NoteState
from chengshu.scenes.sample.tests.builders import a_note


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    load_base_data()


def test_an_answered_note_is_not_answered_again() -> None:
    note = a_note()
    answer_note(note=note, answer="已派人处理。")
    with pytest.raises(Conflict) as caught:
        answer_note(note=note, answer="再次答复")
    assert caught.value.code == "note.answered"


def test_an_empty_answer_is_refused_at_its_field() -> None:
    with pytest.raises(InvalidInput) as caught:
        answer_note(note=a_note(), answer="  ")
    assert caught.value.field == "answer"


def test_an_answer_ends_the_note(signed_in: Callable[[str], Client]) -> None:
    note = a_note()
    answer = signed_in("window_clerk").post(
        f"/sample/{note.pk}/answer/", {"answer": "已派人处理。"}, follow=True
    )
    assert "已派人处理。" in answer.content.decode()
    note.refresh_from_db()
    assert note.state == NoteState.ANSWERED


def test_reveal_phone_needs_a_reason_and_is_audited_with_it(signed_in: Callable[[str], Client]) -> None:
    note = a_note(phone="13800138000")
    client = signed_in("window_clerk")
    assert client.post(f"/sample/{note.pk}/phone/", {"reason": ""}).status_code == 422
    shown = client.post(f"/sample/{note.pk}/phone/", {"reason": "回访"})
    assert "13800138000" in shown.content.decode()
    entry = AuditEntry.objects.get(action="sample.reveal_phone", outcome="done")
    assert entry.reason == "回访"
    with pytest.raises(InvalidInput):
        reveal_phone(note=note, reason=" ")
