"""Telephone numbers as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengshu.foundation.codes import PhoneKind, phone
from chengshu.foundation.codes.tests.conftest import refusal_of
from chengshu.foundation.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "phone.empty"),
        ("无", "phone.character"),
        ("13800138000/13900139000", "phone.character"),
        ("1380013800", "phone.length"),
        ("138001380001", "phone.length"),
        ("12800138000", "phone.mobile_prefix"),
        ("39099118", "phone.area_code_missing"),
        ("02012345", "phone.length"),
        ("020-12345678", "phone.length"),
        ("0012345678", "phone.area_code"),
        ("+1 202 555 0100", "phone.region"),
        ("+852 1234", "phone.length"),
        ("+", "phone.character"),
        ("234", "phone.length"),
    ],
)
def test_each_fault_has_its_own_reason(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        phone(text, field="contact")
    assert (refusal.value.code, refusal.value.field) == (code, "contact")


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "138 0013 8000",
        "+86 138-0013-8000",
        "008613800138000",
        "8613800138000",
        "１３８００１３８０００",
    ],
)
def test_one_mobile_number_has_many_spellings(text: str) -> None:
    found = phone(text)
    assert (found.kind, found.value) == (PhoneKind.MOBILE, "+8613800138000")


@pytest.mark.parametrize(
    ("text", "value", "printed"),
    [
        ("020-39099118", "+862039099118", "020-39099118"),
        ("(020)39099118", "+862039099118", "020-39099118"),
        ("+86 20 3909 9118", "+862039099118", "020-39099118"),
        ("020-39099118-803", "+862039099118", "020-39099118-803"),
        ("020-39099118转803", "+862039099118", "020-39099118-803"),
        ("0755-82345678", "+8675582345678", "0755-82345678"),
        ("0763 3345678", "+867633345678", "0763-3345678"),
    ],
)
def test_landlines_keep_area_and_extension(text: str, value: str, printed: str) -> None:
    found = phone(text)
    assert (found.kind, found.value, found.printed) == (PhoneKind.LANDLINE, value, printed)


def test_a_landline_without_area_code_takes_the_default() -> None:
    assert phone("39099118", default_area="020").value == "+862039099118"


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("+852 2345 6789", PhoneKind.HONG_KONG, "+85223456789"),
        ("00853 2833 3333", PhoneKind.MACAU, "+85328333333"),
        ("852-61234567", PhoneKind.HONG_KONG, "+85261234567"),
    ],
)
def test_hong_kong_and_macao_numbers(text: str, kind: PhoneKind, value: str) -> None:
    found = phone(text)
    assert (found.kind, found.value) == (kind, value)
    assert found.printed.startswith(value[:4] + " ")


@pytest.mark.parametrize("number", ["12345", "110", "120", "10086", "95588", "400-830-1234"])
def test_service_numbers_stay_as_they_are_dialled(number: str) -> None:
    found = phone(number)
    assert (found.kind, found.value) == (PhoneKind.SERVICE, number.replace("-", ""))


def test_the_repr_shows_no_number() -> None:
    assert "138" not in repr(phone("13800138000"))


@given(st.text() | st.text("0123456789+-() 转", max_size=20))
def test_any_text_is_a_number_or_invalid_and_normal_forms_stay(text: str) -> None:
    refused = refusal_of(lambda: phone(text))
    if refused:
        assert refused.startswith("phone.")
    else:
        assert phone(phone(text).value).value == phone(text).value


def test_naughty_strings_never_crash(naughty_strings: list[str]) -> None:
    for text in naughty_strings:
        refused = refusal_of(lambda text=text: phone(text))
        assert refused.startswith("phone.") or phone(text).value.lstrip("+").isdigit()
