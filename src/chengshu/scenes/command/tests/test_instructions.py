"""Instructions: who may not, the two clocks, the chain of replies, completion with evidence, drills apart."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.utils import timezone
from PIL import Image

from chengshu.foundation.asking import asking
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.models import File
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.notices.models import Notice
from chengshu.scenes.command import queries
from chengshu.scenes.command.actions import (
    answer_instruction,
    complete_instruction,
    issue_instruction,
    judge_instruction,
    note_late_instructions,
    receive_instruction,
    remind_instruction,
    withdraw_instruction,
)
from chengshu.scenes.command.models import CityEvent, Instruction, InstructionReply
from chengshu.scenes.command.tests.builders import event, leader, person, unit

TOLD = "service-centre"


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    unit()


def issued(**more: Any) -> Instruction:
    given: dict[str, Any] = {"title": "疏导人流", "text": "立即增派人员疏导"}
    return issue_instruction(unit=unit(), to_unit=unit(TOLD), **{**given, **more})


def photo() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (8, 8)).save(written, "PNG")
    return written.getvalue()


def evidence() -> File:
    return store_file(unit=unit(TOLD), name="a.png", content=photo(), purpose="command.evidence")


def late(row: Instruction, minutes: int) -> Any:
    return row.issued_at + timedelta(minutes=minutes)


def test_a_unit_that_was_not_told_sees_nothing(cast: Cast) -> None:
    row = issued()
    with asking(person("duty_officer", at="finance-bureau").asker()):
        assert not Instruction.objects.exists()
        with pytest.raises(Refused):
            receive_instruction(instruction=row)


def test_the_told_unit_sees_its_instruction_and_no_event(cast: Cast) -> None:
    row = issued(event=event())
    with asking(cast["handling_unit_officer"].asker()):
        assert list(Instruction.objects.all()) == [row]
        assert not CityEvent.objects.exists()
        with pytest.raises(Refused):
            issue_instruction(unit=unit(TOLD), to_unit=unit(), title="x", text="y")
        with pytest.raises(Refused):
            withdraw_instruction(instruction=row, reason="x")


def test_the_issuer_does_not_receive_for_the_told_unit() -> None:
    row = issued()
    with asking(person().asker()), pytest.raises(Refused):
        receive_instruction(instruction=row)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"text": " "}, "text"),
        ({"receipt_minutes": 30, "answer_minutes": 5}, "answer_minutes"),
        ({"receipt_minutes": 0}, "answer_minutes"),
    ],
)
def test_what_is_typed_wrongly_is_named(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        issued(**wrong)
    assert refused.value.field == field


def test_the_usual_limits_are_those_of_the_district() -> None:
    row = issued()
    assert row.receipt_by - row.issued_at == timedelta(minutes=5)
    assert row.answer_by - row.issued_at == timedelta(minutes=30)


def test_the_chain_goes_from_receipt_to_acceptance(cast: Cast) -> None:
    row = issued()
    told = cast["handling_unit_officer"].asker()
    with asking(told):
        with pytest.raises(Conflict):
            answer_instruction(instruction=row, text="已到场")
        receive_instruction(instruction=row)
        with pytest.raises(Conflict):
            receive_instruction(instruction=row)
        first = answer_instruction(instruction=row, text="已到场")
        answer_instruction(instruction=row, text="正在疏导")
        with pytest.raises(InvalidInput):
            complete_instruction(instruction=row, text="已疏导完毕")
    file = evidence()
    with asking(told):
        complete_instruction(instruction=row, text="已疏导完毕", file=file)
    with asking(person().asker()):
        with pytest.raises(InvalidInput):
            judge_instruction(instruction=row, accepted=False)
        assert judge_instruction(instruction=row, accepted=False, text="缺照片").state == "answered"
    with asking(told):
        done = complete_instruction(instruction=row, text="补充照片", file=file)
    assert judge_instruction(instruction=done, accepted=True).state == "closed"
    with pytest.raises(Conflict):
        remind_instruction(instruction=row)
    kinds = list(InstructionReply.objects.values_list("kind", flat=True))
    assert kinds == ["receipt", "answer", "further", "done", "back", "done", "closed"]
    row.refresh_from_db()
    assert row.answered_at is not None
    assert abs(row.answered_at - first.at) < timedelta(seconds=5)


def test_what_was_replied_is_never_altered() -> None:
    receive_instruction(instruction=issued())
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE command_instructionreply SET text = ''")
    assert InstructionReply.objects.get().text == ""


def test_each_limit_is_noted_once_and_told_to_both_sides() -> None:
    row = issued()
    Notice.objects.all()
    assert note_late_instructions(now=late(row, 4)) == 0
    assert (note_late_instructions(now=late(row, 6)), note_late_instructions(now=late(row, 7))) == (1, 0)
    assert (note_late_instructions(now=late(row, 31)), note_late_instructions(now=late(row, 32))) == (1, 0)
    row.refresh_from_db()
    assert row.late_receipt_at is not None
    assert row.late_answer_at is not None
    subjects = list(Notice.objects.filter(unit=unit()).values_list("subject", flat=True))
    assert len([one for one in subjects if "超时" in one]) == 2
    assert list(InstructionReply.objects.values_list("kind", flat=True)) == ["late", "late"]


def test_an_answered_instruction_is_not_late() -> None:
    row = receive_instruction(instruction=issued())
    answer_instruction(instruction=row, text="已到场")
    assert note_late_instructions(now=late(row, 300)) == 0


def test_what_belongs_to_a_drill_is_a_drill_and_counts_apart() -> None:
    assert issued(event=event(drill=True)).drill
    issued()
    receive_instruction(instruction=issued())
    real = queries.instruction_figures()
    assert [(one["told"], one["received"]) for one in real] == [(2, 1)]
    assert [one["told"] for one in queries.instruction_figures(drill=True)] == [1]
    assert Notice.objects.filter(subject__startswith="【演练】").exists()


def test_the_event_of_another_desk_is_refused() -> None:
    with pytest.raises(InvalidInput):
        issued(event=event(unit(TOLD)))


def test_a_reminder_is_told_and_a_withdrawn_one_is_over() -> None:
    row = issued()
    remind_instruction(instruction=row, text="请尽快签收")
    assert Notice.objects.filter(subject__startswith="催办").exists()
    with asking(leader().asker()):
        withdraw_instruction(instruction=row, reason="情况解除")
    assert note_late_instructions(now=timezone.now() + timedelta(days=1)) == 0
    assert queries.instruction_figures() == []


def test_the_pages_of_both_sides(cast: Cast) -> None:
    desk, told = Client(), Client()
    person().sign_in(desk)
    cast["handling_unit_officer"].sign_in(told)
    typed = {
        "unit": unit().pk,
        "to_unit": unit(TOLD).pk,
        "title": "核查积水",
        "text": "到场核查",
        "receipt_minutes": "5",
        "answer_minutes": "x",
    }
    assert desk.post("/command/instructions/new/", typed).status_code == 422
    page = desk.post("/command/instructions/new/", {**typed, "answer_minutes": "30"}).headers["Location"]
    assert "核查积水" in told.get("/command/instructions/").content.decode()
    assert told.post(f"{page}answer/", {"text": "x"}).status_code == 422
    assert told.post(f"{page}receive/").status_code == 302
    assert told.post(f"{page}complete/", {"text": "已核查"}).status_code == 422
    file = SimpleUploadedFile("a.png", photo(), content_type="image/png")
    assert told.post(f"{page}complete/", {"text": "已核查", "file": file}).status_code == 302
    reply = InstructionReply.objects.exclude(file=None).get()
    assert desk.get(f"/command/replies/{reply.pk}/").headers["Content-Type"] == "image/png"
    assert desk.post(f"{page}judge/", {"accept": "yes"}).status_code == 302
    assert "政务服务中心" in desk.get("/command/instructions/figures/").content.decode()
    assert told.get("/command/").status_code == 403
