"""Identity cards and the other documents people show."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengshu.foundation.codes import (
    DOCUMENT_TYPES,
    Sex,
    foreign_resident_card,
    hong_kong_id,
    id_card,
    id_card_from_15,
    identity_document,
    macau_id,
    mainland_travel_permit,
    passport,
    taiwan_travel_permit,
)
from chengshu.foundation.codes.identity import id_check_character
from chengshu.foundation.codes.tests.conftest import refusal_of
from chengshu.foundation.errors import InvalidInput

TODAY = date(2026, 3, 2)
KNOWN = ("11010519491231002X", "440115200002291234")


def with_check(first_17: str) -> str:
    return first_17 + id_check_character(first_17)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "id_card.empty"),
        ("44011520000229123", "id_card.length"),
        ("4401152000022912345", "id_card.length"),
        ("110105491231002", "id_card.legacy"),
        ("44011520000229X234", "id_card.character"),
        ("44011520000229123A", "id_card.character"),
        ("44011520000229123四", "id_card.character"),
        (with_check("44011520010229123"), "id_card.birth_date"),
        (with_check("44011520001301123"), "id_card.birth_date"),
        (with_check("44011518991231123"), "id_card.too_early"),
        (with_check("44011520260303123"), "id_card.future"),
        ("440115200002291235", "id_card.check_character"),
    ],
)
def test_each_fault_of_an_identity_number_has_its_own_reason(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        id_card(text, today=TODAY, field="applicant_id")
    assert (refusal.value.code, refusal.value.field) == (code, "applicant_id")


@pytest.mark.parametrize("number", KNOWN)
def test_known_numbers_are_accepted_in_any_case(number: str) -> None:
    assert id_card(f" {number.lower()} ", today=TODAY).value == number


def test_a_number_tells_birth_date_sex_and_age() -> None:
    card = id_card("440115200002291234", today=TODAY)
    assert (card.birth_date, card.sex) == (date(2000, 2, 29), Sex.MALE)
    assert [card.age(date(2026, 2, 28)), card.age(date(2026, 3, 1))] == [25, 26]
    assert id_card("11010519491231002X", today=TODAY).sex is Sex.FEMALE


def test_somebody_born_today_is_accepted() -> None:
    assert id_card(with_check("44011520260302123"), today=TODAY).age(TODAY) == 0


@pytest.mark.parametrize("prefix", ["440126", "440181", "000000", "999999"])
def test_no_prefix_is_ever_refused(prefix: str) -> None:
    assert id_card(with_check(f"{prefix}19800101123"), today=TODAY).permit_origin == ""


@pytest.mark.parametrize(("prefix", "origin"), [("810000", "HK"), ("820000", "MO"), ("830000", "TW")])
def test_residence_permits_tell_their_origin(prefix: str, origin: str) -> None:
    assert id_card(with_check(f"{prefix}19800101123"), today=TODAY).permit_origin == origin


def test_old_numbers_are_converted_on_request() -> None:
    assert id_card_from_15("110105491231002") == KNOWN[0]
    assert id_card("110105491231002", today=TODAY, accept_15=True).value == KNOWN[0]


@pytest.mark.parametrize(
    ("text", "code"), [("12345", "id_card.length"), ("11010549123100X", "id_card.character")]
)
def test_only_fifteen_digits_can_be_converted(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        id_card_from_15(text)
    assert refusal.value.code == code


def test_neither_repr_nor_error_shows_a_number() -> None:
    assert "440115" not in repr(id_card(KNOWN[1], today=TODAY))
    with pytest.raises(InvalidInput) as refusal:
        id_card("440115200002291235", today=TODAY)
    assert "440115" not in f"{refusal.value} {refusal.value.data}"


@given(number=st.sampled_from(KNOWN), position=st.integers(0, 17), char=st.sampled_from("0123456789X"))
def test_any_single_changed_character_is_refused(number: str, position: int, char: str) -> None:
    if char == number[position]:
        return
    with pytest.raises(InvalidInput):
        id_card(number[:position] + char + number[position + 1 :], today=TODAY)


@given(st.text())
def test_any_text_is_a_number_or_invalid(text: str) -> None:
    for each in DOCUMENT_TYPES:
        check = partial(identity_document, each.code, text, today=TODAY)
        refused = refusal_of(check)
        if refused:
            assert refused.split(".")[0] in (each.kind, "id_card")
        else:
            assert check().value.isascii()


def test_naughty_strings_are_no_identity_numbers(naughty_strings: list[str]) -> None:
    for text in naughty_strings:
        with pytest.raises(InvalidInput):
            id_card(text, today=TODAY)


@pytest.mark.parametrize(
    "number", ["A123456(3)", "a1234563", "Ａ１２３４５６（３）", "AB987654(3)", "L555555(0)"]
)
def test_hong_kong_cards_are_accepted(number: str) -> None:
    assert hong_kong_id(number).value in ("A123456(3)", "AB987654(3)", "L555555(0)")


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("A123456(4)", "hong_kong_id.check_character"),
        ("ABC123456(3)", "hong_kong_id.form"),
        ("A123456(3", "hong_kong_id.form"),
    ],
)
def test_other_hong_kong_numbers_are_refused(number: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        hong_kong_id(number)
    assert refusal.value.code == code


def test_forms_of_the_other_documents() -> None:
    assert macau_id("12345678").value == "1234567(8)"
    assert mainland_travel_permit("h12345678").value == "H12345678"
    assert mainland_travel_permit("M1234567801").value == "M1234567801"
    assert taiwan_travel_permit("12345678").value == "12345678"
    assert passport("e12345678").value == "E12345678"
    assert foreign_resident_card("USA440012345678", today=TODAY).value == "USA440012345678"
    new = with_check("94484019900101123")
    assert foreign_resident_card(new, today=TODAY).value == new


@pytest.mark.parametrize(
    ("type_code", "number", "code"),
    [
        ("000", "12345678", "document.type"),
        ("414", "E123", "passport.form"),
        ("511", "1234567", "taiwan_travel_permit.form"),
        ("516", "X12345678", "mainland_travel_permit.form"),
        ("554", "812345678901234567", "foreign_resident_card.form"),
        ("554", "944840199001011230", "id_card.check_character"),
        ("111", "", "id_card.empty"),
    ],
)
def test_documents_are_judged_by_their_type(type_code: str, number: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        identity_document(type_code, number, today=TODAY)
    assert refusal.value.code == code


def test_macau_numbers_begin_with_1_5_or_7() -> None:
    with pytest.raises(InvalidInput) as refusal:
        macau_id("2234567(8)")
    assert refusal.value.code == "macau_id.form"
