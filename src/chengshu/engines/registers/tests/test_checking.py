"""Checking entries: every kind of field, conditions, repeating groups, days; and texts that nobody expects."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from chengshu.engines.registers.checking import checked
from chengshu.engines.registers.code_lists import register_code_list
from chengshu.engines.registers.data import Checked, Form, Typed
from chengshu.engines.registers.definitions import read_form
from chengshu.engines.registers.entries import typed_in, typed_of
from chengshu.engines.registers.tests.builders import NATURAL, Empty, example, typed
from chengshu.engines.registers.validators import VALIDATORS

TODAY = date(2026, 11, 22)


def check(form: Form, entries: Typed) -> Checked:
    return checked(form, entries, today=TODAY, sources=Empty())


def codes(found: Checked) -> dict[str, str]:
    return {error.path: error.code for error in found.errors}


def one(field: dict[str, Any], text: str | tuple[str, ...], *, required: bool = False) -> Checked:
    """A form with one field, filled with one text."""
    source = json.dumps(
        {"type": "object", "title": "表", "properties": {"a": field}, "required": ["a"] if required else []}
    )
    form = read_form("test.form", source)
    return check(form, typed_of(form, {"a": text}))


KINDS: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "long_text": {"type": "string", "x-lines": 3},
    "choice": {"type": "string", "x-code-list": "yes_no"},
    "choices": {"type": "array", "items": {"type": "string", "enum": ["x", "y"]}},
    "yes_no": {"type": "boolean"},
    "consent": {"type": "boolean", "const": True},
    "integer": {"type": "integer"},
    "number": {"type": "number", "multipleOf": 0.01},
    "money": {"type": "number", "x-money": "wan"},
    "date": {"type": "string", "format": "date", "x-working-day": "required"},
    "time": {"type": "string", "format": "time"},
    "moment": {"type": "string", "format": "date-time"},
    "files": {"type": "array", "items": {"type": "integer"}, "x-attachments": {}},
    **{name: {"type": "string", "x-validator": name} for name in VALIDATORS},
    "pattern": {"type": "string", "pattern": "[a-z]+"},
}
NAUGHTY = (
    "undefined", "null", "NaN", "Infinity", "1e309", "0x1F", "1/0", "-1", "٣", "１２３", "٠١٢", "1,2,3", "--1",
    "'; DROP TABLE registers_formsubmission; --", "<script>alert(1)</script>", "{{ 7*7 }}", "${7*7}", "%s%n",
    "../../etc/passwd", "=cmd|' /C calc'!A0", "\u202etxt.exe", "\u200b\u200c", "\ufeff", "Ω≈ç√∫", "田中さん",
    "👩‍👩‍👧‍👦",
    "\x00", "a\x00b", "\x1b[31m", "\x85", "\ud800", "𠀋", "ﷺ", "Z̮̞̠͙͔ͅ", "\t", "\r\n", "a" * 50_000, "9" * 5_000, "0" * 400,
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_breaks_any_kind_of_field(kind: str) -> None:
    for text in NAUGHTY:
        found = one(KINDS[kind], text)
        for error in found.errors:
            assert (error.path, bool(error.code), bool(str(error.reason))) == ("a", True, True), repr(
                text[:20]
            )
            assert str(error.next_step), repr(text[:20])
        assert not found.errors or not found.values


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(NATURAL)), st.text(max_size=40)))
def test_whatever_is_typed_is_either_a_value_or_an_error(entries: dict[str, str]) -> None:
    form = example()
    found = check(form, typed_of(form, {**NATURAL, **entries}))
    assert found.values is not None
    assert all(error.code and str(error.reason) for error in found.errors)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("files",)])
def test_an_empty_required_field_says_so(kind: str) -> None:
    assert codes(one(KINDS[kind], "  ", required=True)) == {"a": "form.required"}


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("text", "一\n二", "text.lines"),
        ("text", "一" * 201, "text.too_long"),
        ("text", "a\x07b", "text.control"),
        ("choice", "2", "choice.unknown"),
        ("choices", "z", "choice.unknown"),
        ("yes_no", "yes", "choice.unknown"),
        ("integer", "1.5", "number.places"),
        ("integer", "一百", "number.form"),
        ("number", "1.005", "number.places"),
        ("number", "1234567890123456", "number.too_large"),
        ("money", "12万元", "number.form"),
        ("date", "2026-02-30", "date.form"),
        ("date", "2026-11-22", "date.not_worked"),
        ("date", "2031-01-01", "date.not_worked"),
        ("time", "24:00", "time.form"),
        ("moment", "2026-11-22", "moment.form"),
        ("files", "x", "file.id"),
        ("files", "5", "file.missing"),
        ("uscc", "91440115MA57E5715X", "uscc.check_character"),
        ("id_card", "440115200002291235", "id_card.check_character"),
        ("id_card", "440115200013291234", "id_card.birth_date"),
        ("plate", "粤I12345", "plate.form"),
        ("email", "a@b", "email.form"),
        ("postcode", "5114", "postcode.form"),
        ("item_code", "113708007MB2855918", "item_code.length"),
        ("item_code", "11370800MB285591847370117002011", "item_code.level"),
        ("pattern", "ABC", "text.pattern"),
    ],
)
def test_a_wrong_value_is_refused_with_its_own_reason(kind: str, text: str, code: str) -> None:
    assert codes(one(KINDS[kind], text)) == {"a": code}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", "  南沙\u200b ", "南沙\u200b"),
        ("long_text", "一\r\n二", "一\n二"),
        ("integer", " １,２３４ ", 1234),
        ("number", "0.10", Decimal("0.1")),
        ("number", "１００", Decimal(100)),
        ("money", "1,200.5", Decimal("1200.50")),
        ("money", "-3", Decimal("-3.00")),
        ("date", "2026年11月23日", date(2026, 11, 23)),
        ("date", "20261123", date(2026, 11, 23)),
        ("time", "9:05", time(9, 5)),
        ("yes_no", "0", False),
        ("uscc", "９１４４０１１５ｍa57e5715q", "91440115MA57E5715Q"),
        ("phone", "138 0013 8000", "+8613800138000"),
        ("plate", "粤a·d12345", "粤AD12345"),
        ("item_code", "11370800MB285591843370117002011", "11370800MB285591843370117002011"),
    ],
)
def test_a_right_value_is_normalised(kind: str, text: str, value: Any) -> None:
    found = one(KINDS[kind], text)
    assert found.errors == ()
    assert found.values == {"a": value}


def test_a_moment_is_of_nansha() -> None:
    value = one(KINDS["moment"], "2026-11-22T09:30").values["a"]
    assert isinstance(value, datetime)
    assert value.utcoffset() is not None
    assert value.isoformat() == "2026-11-22T09:30:00+08:00"


@pytest.mark.parametrize(
    ("typed_day", "code"),
    [("2026-11-24", "date.too_early"), ("2027-06-01", "date.too_late"), ("2026-11-25", "")],
)
def test_days_are_counted_in_working_days(typed_day: str, code: str) -> None:
    form = example()
    assert codes(check(form, typed(form, begins_on=typed_day))).get("begins_on", "") == code


def test_what_is_hidden_is_neither_required_nor_a_value_and_stays_typed() -> None:
    form = example()
    entries = typed(form, applicant__uscc="nonsense", purpose_text="五个字以上的说明")
    found = check(form, entries)
    assert found.errors == ()
    assert "uscc" not in found.values["applicant"]
    assert "purpose_text" not in found.values
    assert entries.first("purpose_text") == "五个字以上的说明"


def test_what_a_choice_asks_for_is_required() -> None:
    form = example()
    assert codes(check(form, typed(form, purpose="other"))) == {"purpose_text": "form.required"}
    assert codes(check(form, typed(form, purpose="other", purpose_text="短"))) == {
        "purpose_text": "text.too_short"
    }


def test_a_condition_in_a_row_looks_at_its_own_row() -> None:
    form = example()
    entries = typed(
        form,
        items__0__note="贵",
        items__1__name="椅子",
        items__1__price="5",
        items__1__quantity="10",
        items__1__note="便宜",
    )
    items = check(form, entries).values["items"]
    assert items[0]["note"] == "贵"
    assert "note" not in items[1]
    assert [item["amount"] for item in items] == [Decimal("2401.00"), Decimal("50.00")]


def test_errors_in_rows_name_the_row() -> None:
    form = example()
    with override("zh-hans"):
        found = check(form, typed(form, items__1__name="椅子", items__1__price="x", items__1__quantity="0"))
    assert codes(found) == {"items.1.price": "number.form", "items.1.quantity": "number.too_small"}
    assert {error.title for error in found.errors} == {"费用明细 2 · 单价", "费用明细 2 · 数量"}


def test_too_many_rows_are_refused() -> None:
    form = example()
    entries = typed_of(form, {**NATURAL, **{f"items.{n}.name": "某" for n in range(6)}})
    assert codes(check(form, entries))["items"] == "form.rows"


def test_a_computed_field_cannot_be_typed() -> None:
    form = example()
    found = check(form, typed(form, total="999999", items__0__amount="1"))
    assert found.values["total"] == Decimal("2401.00")


def test_a_retired_code_is_not_offered_but_still_read(tmp_path: Any) -> None:
    path = tmp_path / "test_retired_codes.json"
    path.write_text(
        json.dumps(
            {
                "title": "旧码",
                "source": "测试",
                "entries": [
                    {"code": "1", "title": "旧", "valid_to": "2026-01-01"},
                    {"code": "2", "title": "新", "valid_from": "2026-01-02"},
                ],
            }
        ),
        "utf-8",
    )
    register_code_list(path)
    field = {"type": "string", "x-code-list": "test_retired_codes"}
    refused = one(field, "1")
    assert codes(refused) == {"a": "choice.unknown"}
    with override("en"):
        assert str(refused.errors[0].reason) == "This code is no longer in use."
    assert one(field, "2").values == {"a": "2"}


def test_rows_are_added_and_removed_without_scripts(rf_post: Any) -> None:
    form = example()
    sent = {f"f.{path}": value for path, value in NATURAL.items()} | {"f.items._rows": "1"}
    added = typed_in(form, rf_post(sent | {"f._do": "add:items"}))
    assert added.gesture == "add:items"
    assert added.first("items._rows") == "2"
    two = sent | {"f.items._rows": "2", "f.items.1.name": "椅子"}
    removed = typed_in(form, rf_post(two | {"f._do": "remove:items:0"}))
    assert removed.first("items._rows") == "1"
    assert removed.first("items.0.name") == "椅子"
    assert not removed.all("items.1.name")


@pytest.mark.parametrize(
    "gesture", ["add:nothing", "remove:items:99", "drop:plan:7", "refresh", "add:items.name"]
)
def test_a_gesture_that_means_nothing_loses_nothing(gesture: str, rf_post: Any) -> None:
    form = example()
    sent = {f"f.{path}": value for path, value in NATURAL.items()}
    after = typed_in(form, rf_post(sent | {"f._do": gesture}))
    assert after.gesture == gesture
    assert {path: after.first(path) for path in NATURAL} == NATURAL


def test_what_is_no_gesture_is_none(rf_post: Any) -> None:
    assert typed_in(example(), rf_post({"f._do": "delete everything"})).gesture == ""


def test_names_that_the_form_does_not_ask_for_are_left_out(rf_post: Any) -> None:
    form = example()
    sent = {
        "f.admin": "1",
        "f.items.100.name": "x",
        "f.items.-1.name": "x",
        "f.items.name": "x",
        "f.applicant.0.name": "x",
        "f._materials.nothing.files": "1",
        "f._materials.licence.secret": "1",
        "f.items.0.name": "留",
    }
    assert set(typed_in(form, rf_post(sent)).entries) == {"items.0.name"}
