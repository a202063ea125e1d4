"""Unified social credit codes and organisation codes."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengshu.foundation.codes import organisation_code, unified_code
from chengshu.foundation.codes.organisations import (
    ALPHABET,
    organisation_check_character,
    unified_check_character,
)
from chengshu.foundation.codes.tests.conftest import refusal_of
from chengshu.foundation.errors import InvalidInput

VALID = (
    "91350100M000100Y43",
    "91110000802100433B",
    "91440300708461136T",
    "11370800MB28559184",
    "11100000000013338W",
    "11440115MB2C000054",
    "91440115MA57E5715Q",
    "12440115MB2D00014H",
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "uscc.empty"),
        ("  ", "uscc.empty"),
        ("9" * 10_000, "uscc.length"),
        ("91440115MA57E5715", "uscc.length"),
        ("91440115MA57E5715QQ", "uscc.length"),
        ("91440115MA57E571SQ", "uscc.letter"),
        ("91440115MA57E57中5Q", "uscc.letter"),
        ("01440115MA57E5715Q", "uscc.department"),
        ("9A440115MA57E5715Q", "uscc.category"),
        ("91990115MA57E5715Q", "uscc.division"),
        ("91M40115MA57E5715Q", "uscc.division"),
        ("91440115MA57E5714Q", "uscc.org_code_check"),
        ("91440115MA57E5715R", "uscc.check_character"),
    ],
)
def test_each_fault_of_a_unified_code_has_its_own_reason(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        unified_code(text, field="company")
    assert (refusal.value.code, refusal.value.field) == (code, "company")
    assert str(refusal.value.hint)


def test_the_expected_check_character_is_told() -> None:
    with pytest.raises(InvalidInput) as refusal:
        unified_code("91440115MA57E5715R")
    assert refusal.value.data == {"expected": "Q"}
    assert "Q" in str(refusal.value.hint)


def test_the_place_of_a_wrong_letter_is_told() -> None:
    with pytest.raises(InvalidInput) as refusal:
        unified_code("91440101MA59TEST8X")
    assert refusal.value.data == {"position": 15}


def test_the_published_list_is_judged_as_it_says(shared_data: Path) -> None:
    with (shared_data / "identifiers" / "uscc.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {row["code"]: is_valid(row["code"]) for row in rows} == {
        row["code"]: row["valid"] == "1" for row in rows
    }
    assert len(rows) == 9


def is_valid(code: str) -> bool:
    return not refusal_of(lambda: unified_code(code))


@pytest.mark.parametrize("code", VALID)
def test_known_codes_are_accepted_as_people_type_them(code: str) -> None:
    typed = f" {code[:2]} {code[2:8]} {code[8:].lower()}\n"
    full_width = "".join(chr(ord(char) + 0xFEE0) for char in code)
    assert unified_code(typed).value == unified_code(full_width).value == code


def test_a_code_tells_its_parts() -> None:
    code = unified_code("12440115MB2D00014H")
    assert (code.department, code.category, code.division) == ("1", "12", "440115")
    assert organisation_code(code.organisation).value == "MB2D00014"
    assert not code.is_sole_proprietor


def test_a_sole_proprietor_needs_no_organisation_check() -> None:
    first_17 = "92440115MA57E5714"
    code = unified_code(first_17 + unified_check_character(first_17))
    assert code.is_sole_proprietor
    with pytest.raises(InvalidInput) as refusal:
        unified_code("91" + code.value[2:])
    assert refusal.value.code == "uscc.org_code_check"


@given(code=st.sampled_from(VALID), position=st.integers(0, 17), char=st.sampled_from(ALPHABET))
def test_any_single_changed_character_is_refused(code: str, position: int, char: str) -> None:
    if char == code[position]:
        return
    with pytest.raises(InvalidInput):
        unified_code(code[:position] + char + code[position + 1 :])


@given(st.text())
def test_any_text_is_a_code_or_invalid(text: str) -> None:
    assert refusal_of(lambda: unified_code(text)).partition(".")[0] in ("uscc", "")
    assert refusal_of(lambda: organisation_code(text)).partition(".")[0] in ("org_code", "")


def test_naughty_strings_are_refused(naughty_strings: list[str]) -> None:
    assert not any(is_valid(text) for text in naughty_strings)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "org_code.empty"),
        ("1234567", "org_code.length"),
        ("M000100中4", "org_code.character"),
        ("M000100Y5", "org_code.check"),
    ],
)
def test_each_fault_of_an_organisation_code_has_its_own_reason(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        organisation_code(text)
    assert refusal.value.code == code


def test_an_organisation_code_is_printed_with_its_hyphen() -> None:
    assert str(organisation_code("m000100y-4")) == "M000100Y-4"


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=8, max_size=8))
def test_a_computed_organisation_code_is_accepted(first_8: str) -> None:
    assert organisation_code(first_8 + organisation_check_character(first_8)).value[:8] == first_8
