"""Material lists: what must be there, what may follow with a commitment, what a register makes unnecessary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import pytest

from chengshu.engines.registers.checking import checked
from chengshu.engines.registers.data import Checked, FileLine, RecordView
from chengshu.engines.registers.tests.builders import Empty, example, typed

TODAY = date(2026, 11, 22)
USCC = "91440115MA57E5715Q"
COMPANY = {"applicant__kind": "2", "applicant__uscc": USCC, "applicant__id_card": None}


class Known(Empty):
    """One stored file and one record."""

    def files(self, ids: Sequence[int]) -> Mapping[int, FileLine]:
        return {7: FileLine(7, "执照.pdf", 1000)} if 7 in ids else {}

    def record(self, register: str, typed_key: str) -> RecordView | None:
        if typed_key != USCC:
            return None
        facts = {"name": "示例贸易有限公司", "phone": "020-******78"}
        moment = datetime(2026, 10, 1, tzinfo=UTC)
        return RecordView(
            3, register, USCC, facts, date(2025, 1, 1), None, "快照", date(2026, 10, 1), moment, 1
        )


def check(sources: Empty, **changes: str | tuple[str, ...] | None) -> Checked:
    return checked(example(), typed(example(), **changes), today=TODAY, sources=sources)


def states(found: Checked) -> dict[str, str]:
    return {line.key: line.state for line in found.materials}


def test_a_necessary_material_that_is_missing_is_an_error() -> None:
    found = check(Empty(), **COMPANY)
    assert states(found) == {"licence": "missing", "food_permit": "not_needed", "photo": "optional"}
    assert [(error.path, error.code) for error in found.errors] == [
        ("_materials.licence", "material.missing")
    ]


def test_a_file_that_is_not_there_or_of_another_kind_is_refused() -> None:
    gone = check(Empty(), **COMPANY, _materials__licence__files=("9",))
    assert [error.code for error in gone.errors] == ["file.missing"]
    wrong = check(Known(), _materials__photo__files=("7",))
    assert [error.code for error in wrong.errors] == ["file.kind"]


def test_a_necessary_material_cannot_be_deferred() -> None:
    found = check(Empty(), **COMPANY, _materials__licence__defer="on", _materials___pledge="on")
    assert states(found)["licence"] == "missing"


@pytest.mark.parametrize(
    ("copies", "state"), [("", "missing"), ("1", "missing"), ("2", "present"), ("9", "present")]
)
def test_paper_must_be_as_many_as_asked_for(copies: str, state: str) -> None:
    found = check(Empty(), has_food="1", _materials__food_permit__copies=copies)
    assert states(found)["food_permit"] == state
    assert found.is_complete == (state == "present")


@pytest.mark.parametrize("copies", ["one", "-1", "1.5", "1" * 9])
def test_a_count_that_is_none_is_refused(copies: str) -> None:
    found = check(Empty(), has_food="1", _materials__food_permit__copies=copies)
    assert [error.code for error in found.errors] == ["material.count"]


def test_what_follows_later_needs_the_commitment_and_gets_a_day() -> None:
    unsigned = check(Empty(), has_food="1", _materials__food_permit__defer="on")
    assert [error.path for error in unsigned.errors] == ["_materials._pledge"]
    signed = check(Empty(), has_food="1", _materials__food_permit__defer="on", _materials___pledge="on")
    assert signed.is_complete
    assert signed.lacks_materials
    line = next(line for line in signed.materials if line.key == "food_permit")
    assert (line.state, line.due_on) == ("deferred", date(2026, 11, 27))


def test_a_record_of_a_register_makes_a_material_unnecessary() -> None:
    found = check(Known(), **COMPANY, applicant__name="示例贸易有限公司")
    line = next(line for line in found.materials if line.key == "licence")
    assert line.state == "waived"
    assert line.provenance is not None
    assert (line.provenance.source, line.provenance.as_of) == ("快照", date(2026, 10, 1))
    assert found.is_complete


def test_a_file_that_is_there_is_present() -> None:
    found = check(Known(), **COMPANY, applicant__name="示例贸易有限公司", _materials__licence__files=("7",))
    line = next(line for line in found.materials if line.key == "licence")
    assert (line.state, line.files) == ("present", (7,))


def test_correcting_a_register_needs_a_reason() -> None:
    silent = check(Known(), **COMPANY, applicant__name="示例商贸有限公司")
    assert [(error.path, error.code) for error in silent.errors] == [
        ("applicant.name._reason", "form.correction_reason")
    ]
    said = check(Known(), **COMPANY, applicant__name="示例商贸有限公司", applicant__name___reason="已更名")
    assert said.is_complete
    (correction,) = said.corrections
    assert (correction.was, correction.now, correction.reason) == (
        "示例贸易有限公司",
        "示例商贸有限公司",
        "已更名",
    )


def test_a_personal_fact_of_a_register_is_not_compared() -> None:
    found = check(Known(), **COMPANY, applicant__name="示例贸易有限公司", applicant__phone="13800138000")
    assert found.corrections == ()
