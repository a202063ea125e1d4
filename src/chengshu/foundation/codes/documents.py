"""Identity documents other than the mainland identity card, and one door to all of them by type code.

Hong Kong identity cards and the current foreign permanent resident card carry a check character, which is
checked. Passports, travel permits and Macao identity cards are checked by form only: their check rules are
not published.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.codes.identity import id_card
from chengshu.foundation.codes.typed import compact
from chengshu.foundation.errors import InvalidInput, Words


@dataclass(frozen=True, slots=True)
class Document:
    """A checked document number; its ``repr`` shows nothing of it.

    :param kind: ``id_card``, ``passport``, ``mainland_travel_permit``, ``taiwan_travel_permit``,
        ``hong_kong_id``, ``macau_id`` or ``foreign_resident_card``
    :param value: the normalised number
    """

    kind: str
    value: str = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True)
class DocumentType:
    """A document type code as forms and exchanges carry it.

    :param code: three digits
    :param verified: whether the code was read in a primary text; the others are configuration to be confirmed
    :param source: where the code comes from
    """

    code: str
    kind: str
    name: Words
    verified: bool
    source: str


DOCUMENT_TYPES: Final = (
    DocumentType("111", "id_card", _("Resident identity card"), True, "GB/T 36903"),
    DocumentType("414", "passport", _("Ordinary passport"), False, "GA/T 517"),
    DocumentType(
        "511", "taiwan_travel_permit", _("Mainland travel permit for Taiwan residents"), False, "GA/T 517"
    ),
    DocumentType(
        "516",
        "mainland_travel_permit",
        _("Mainland travel permit for Hong Kong and Macao residents"),
        False,
        "GA/T 517",
    ),
    DocumentType("554", "foreign_resident_card", _("Foreign permanent resident card"), False, "GA/T 517"),
)


def identity_document(type_code: str, text: str, *, today: date, field: str = "id_number") -> Document:
    """The number of a document whose type is known by its code.

    :param type_code: one of ``DOCUMENT_TYPES``
    :param today: as in :func:`id_card`
    :raises InvalidInput: ``document.type`` for an unknown type, else what the type's own validator raises
    """
    kinds = {each.code: each.kind for each in DOCUMENT_TYPES}
    if type_code not in kinds:
        raise InvalidInput(
            _("This document type is not known."),
            field="document_type",
            code="document.type",
            hint=_("Choose one of the listed document types."),
        )
    kind = kinds[type_code]
    if kind == "id_card":
        return Document(kind, id_card(text, today=today, field=field).value)
    if kind == "foreign_resident_card":
        return foreign_resident_card(text, today=today, field=field)
    return _BY_FORM[kind](text, field=field)


def hong_kong_id(text: str, *, field: str = "id_number") -> Document:
    """A Hong Kong identity card number such as ``A123456(3)``; the brackets may be missing.

    :raises InvalidInput: ``hong_kong_id.empty``, ``hong_kong_id.form`` or ``hong_kong_id.check_character``
    """
    value = compact(text, prefix="hong_kong_id", field=field)
    parts = re.fullmatch(r"([A-Z]{1,2})([0-9]{6})(?:\(([0-9A])\)|([0-9A]))", value)
    if parts is None:
        raise _wrong_form(
            "hong_kong_id", _("One or two letters, six digits and a check character are needed."), field
        )
    letters, digits, check = parts[1], parts[2], parts[3] or parts[4]
    if check != hong_kong_check_character(letters, digits):
        raise InvalidInput(
            _("The check character of this Hong Kong identity card number is wrong."),
            field=field,
            code="hong_kong_id.check_character",
            hint=_("Copy the number from the card."),
        )
    return Document("hong_kong_id", f"{letters}{digits}({check})")


def hong_kong_check_character(letters: str, digits: str) -> str:
    """The character in brackets: letters count 10 to 35, a missing first letter 36, weights 9 to 2, modulo
    11.
    """
    values = [36] * (2 - len(letters)) + [int(char, 36) for char in letters + digits]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    return "0123456789A"[-total % 11]


def macau_id(text: str, *, field: str = "id_number") -> Document:
    """A Macao resident identity card number such as ``1234567(8)``; the brackets may be missing.

    :raises InvalidInput: ``macau_id.empty`` or ``macau_id.form``
    """
    value = compact(text, prefix="macau_id", field=field)
    parts = re.fullmatch(r"([157][0-9]{6})(?:\(([0-9])\)|([0-9]))", value)
    if parts is None:
        raise _wrong_form("macau_id", _("Eight digits are needed, the first of them 1, 5 or 7."), field)
    return Document("macau_id", f"{parts[1]}({parts[2] or parts[3]})")


def mainland_travel_permit(text: str, *, field: str = "id_number") -> Document:
    """The permit of Hong Kong and Macao residents: H or M and eight digits, with two more for the issue.

    :raises InvalidInput: ``mainland_travel_permit.empty`` or ``mainland_travel_permit.form``
    """
    explanation = _("H or M and eight digits are needed, or ten with the issue number.")
    return _by_form("mainland_travel_permit", r"[HM][0-9]{8}(?:[0-9]{2})?", explanation, text, field)


def taiwan_travel_permit(text: str, *, field: str = "id_number") -> Document:
    """The permit of Taiwan residents: eight digits.

    :raises InvalidInput: ``taiwan_travel_permit.empty`` or ``taiwan_travel_permit.form``
    """
    return _by_form("taiwan_travel_permit", r"[0-9]{8}", _("Eight digits are needed."), text, field)


def passport(text: str, *, field: str = "id_number") -> Document:
    """A passport number of any country: 5 to 17 letters and digits.

    :raises InvalidInput: ``passport.empty`` or ``passport.form``
    """
    return _by_form("passport", r"[A-Z0-9]{5,17}", _("5 to 17 letters and digits are needed."), text, field)


def foreign_resident_card(text: str, *, today: date, field: str = "id_number") -> Document:
    """A foreigner's permanent resident card: 18 digits beginning with 9 since 2023, three letters and twelve
    digits before.

    :param today: nobody may be born after it
    :raises InvalidInput: ``foreign_resident_card.empty``, ``foreign_resident_card.form``, or for an 18-digit
        number what :func:`id_card` raises
    """
    value = compact(text, prefix="foreign_resident_card", field=field)
    if re.fullmatch(r"[A-Z]{3}[0-9]{12}", value):
        return Document("foreign_resident_card", value)
    if not re.fullmatch(r"9[0-9]{16}[0-9X]", value):
        raise _wrong_form(
            "foreign_resident_card",
            _("18 digits beginning with 9 are needed, or three letters and twelve digits of the old card."),
            field,
        )
    return Document("foreign_resident_card", id_card(value, today=today, field=field).value)


def _by_form(kind: str, pattern: str, explanation: Words, text: str, field: str) -> Document:
    value = compact(text, prefix=kind, field=field)
    if not re.fullmatch(pattern, value):
        raise _wrong_form(kind, explanation, field)
    return Document(kind, value)


def _wrong_form(kind: str, explanation: Words, field: str) -> InvalidInput:
    return InvalidInput(
        _("This is not a number of that kind of document."),
        field=field,
        code=f"{kind}.form",
        hint=explanation,
    )


_BY_FORM: Final[dict[str, Callable[..., Document]]] = {
    "passport": passport,
    "mainland_travel_permit": mainland_travel_permit,
    "taiwan_travel_permit": taiwan_travel_permit,
}
