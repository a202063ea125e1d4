"""Citizens' identity numbers (GB 11643-1999) and the residence permits that use the same form.

The first six digits say where a number was first issued, often under a code that no longer exists. They are
never read as a residence and never compared with a list of divisions.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.codes.typed import compact, is_digits
from chengshu.foundation.errors import InvalidInput

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
EARLIEST: Final = date(1900, 1, 1)
PERMIT_PREFIXES: Final = {"810000": "HK", "820000": "MO", "830000": "TW"}
"""港澳台居民居住证: Hong Kong, Macao, Taiwan."""


class Sex(StrEnum):
    """As the sequence number says: odd is male."""

    MALE = "male"
    FEMALE = "female"


@dataclass(frozen=True, slots=True)
class IdCard:
    """A checked identity number; its ``repr`` shows nothing of it.

    :param value: eighteen characters, X in upper case
    :param birth_date: as the number says
    """

    value: str = dataclasses.field(repr=False)
    birth_date: date = dataclasses.field(repr=False)

    @property
    def sex(self) -> Sex:
        """As the seventeenth digit says."""
        return Sex.MALE if int(self.value[16]) % 2 else Sex.FEMALE

    @property
    def permit_origin(self) -> str:
        """``HK``, ``MO`` or ``TW`` for a residence permit of that origin, empty for everybody else."""
        return PERMIT_PREFIXES.get(self.value[:6], "")

    def age(self, on: date) -> int:
        """Completed years on a day; somebody born on 29 February has the birthday on 1 March in other
        years.
        """
        before_birthday = (on.month, on.day) < (self.birth_date.month, self.birth_date.day)
        return on.year - self.birth_date.year - int(before_birthday)


def id_card(text: str, *, today: date, field: str = "id_number", accept_15: bool = False) -> IdCard:
    """The identity number in a text.

    :param today: nobody may be born after it
    :param accept_15: convert the fifteen digits used until 1999 instead of refusing them
    :raises InvalidInput: ``id_card.empty``, ``id_card.length``, ``id_card.legacy``, ``id_card.character``,
        ``id_card.birth_date``, ``id_card.too_early``, ``id_card.future`` or ``id_card.check_character``
        (with the expected one as ``data["expected"]``)
    """
    value = compact(text, prefix="id_card", field=field)
    if len(value) == 15 and is_digits(value):
        if not accept_15:
            raise InvalidInput(
                _("This is a number of the 15-digit kind, which is no longer valid."),
                field=field,
                code="id_card.legacy",
                hint=_("Enter the 18-digit number of the current card."),
            )
        value = id_card_from_15(value, field=field)
    _refuse_shape(value, field)
    birth_date = _birth_date(value, today, field)
    _refuse_check_character(value, field)
    return IdCard(value, birth_date)


def id_card_from_15(text: str, *, field: str = "id_number") -> str:
    """The eighteen characters of a fifteen-digit number: the century 19 and the check character are added.

    The result is not checked for a real birth date; :func:`id_card` does that.

    :raises InvalidInput: ``id_card.empty``, ``id_card.length`` or ``id_card.character``
    """
    value = compact(text, prefix="id_card", field=field)
    if len(value) != 15:
        raise InvalidInput(
            _("A number of the old kind has 15 digits, this has %(count)s.") % {"count": len(value)},
            field=field,
            code="id_card.length",
            hint=_("Enter the number of the old card."),
        )
    if not is_digits(value):
        raise _wrong_character(field)
    first_17 = f"{value[:6]}19{value[6:]}"
    return first_17 + id_check_character(first_17)


def id_check_character(first_17: str) -> str:
    """The check character that GB 11643-1999 (ISO 7064 MOD 11-2) gives for seventeen digits."""
    total = sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True))
    return _CHECKS[total % 11]


def _refuse_shape(value: str, field: str) -> None:
    if len(value) != 18:
        raise InvalidInput(
            _("An identity number has 18 characters, this has %(count)s.") % {"count": len(value)},
            field=field,
            code="id_card.length",
            hint=_("Copy the whole number from the card."),
        )
    if not is_digits(value[:17]) or value[17] not in "0123456789X":
        raise _wrong_character(field)


def _wrong_character(field: str) -> InvalidInput:
    return InvalidInput(
        _("An identity number has only digits, and possibly an X at the end."),
        field=field,
        code="id_card.character",
        hint=_("Copy the number from the card."),
    )


def _birth_date(value: str, today: date, field: str) -> date:
    try:
        born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError as cause:
        raise _wrong_birth_date(field, "id_card.birth_date") from cause
    if born < EARLIEST:
        raise _wrong_birth_date(field, "id_card.too_early")
    if born > today:
        raise _wrong_birth_date(field, "id_card.future")
    return born


def _wrong_birth_date(field: str, code: str) -> InvalidInput:
    reasons = {
        "id_card.birth_date": _("Digits 7 to 14 are not a date."),
        "id_card.too_early": _("The birth date in this number lies before 1900."),
        "id_card.future": _("The birth date in this number lies in the future."),
    }
    return InvalidInput(reasons[code], field=field, code=code, hint=_("Copy the number from the card."))


def _refuse_check_character(value: str, field: str) -> None:
    expected = id_check_character(value[:17])
    if value[17] != expected:
        raise InvalidInput(
            _("The check character of this identity number is wrong."),
            field=field,
            code="id_card.check_character",
            hint=_("If all else is right it ends in %(expected)s; compare it with the card.")
            % {"expected": expected},
            data={"expected": expected},
        )
