"""Telephone numbers of the mainland, Hong Kong and Macao, and service numbers such as 12345.

The shape of a number is checked, not whether it is in use. Mainland area codes are checked by the numbering
plan's rule (010, 02x, 03xx to 09xx), not against a list.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.codes.typed import compact, is_digits
from chengshu.foundation.errors import InvalidInput, Words


class PhoneKind(StrEnum):
    """What kind of number it is."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    HONG_KONG = "hong_kong"
    MACAU = "macau"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Phone:
    """A checked telephone number; its ``repr`` shows nothing of it.

    :param value: E.164 with its plus sign; a service number stays as it is dialled, having no international
        form
    :param area: area code with its leading zero, for landlines
    :param local: the number inside its area
    :param extension: digits after the number, often empty
    """

    kind: PhoneKind
    value: str = dataclasses.field(repr=False)
    area: str = ""
    local: str = dataclasses.field(default="", repr=False)
    extension: str = dataclasses.field(default="", repr=False)

    @property
    def printed(self) -> str:
        """As it is written in the region, such as ``020-12345678-803`` or ``+852 2345 6789``."""
        if self.kind is PhoneKind.LANDLINE:
            number = f"{self.area}-{self.local}"
        elif self.kind in (PhoneKind.HONG_KONG, PhoneKind.MACAU):
            number = f"{self.value[:4]} {self.local[:4]} {self.local[4:]}"
        else:
            number = self.local
        return f"{number}-{self.extension}" if self.extension else number


_SERVICE: Final = re.compile(
    r"1(?:10|19|20|22)"  # police, fire, ambulance, traffic police
    r"|1[0-2][0-9]{3}"  # operators and government lines: 10086, 12345
    r"|9[56][0-9]{3,4}"  # banks, carriers, province-wide services
    r"|[48]00[0-9]{7}"
)
_REGIONS: Final = {"852": PhoneKind.HONG_KONG, "853": PhoneKind.MACAU}
_EXTENSION: Final = re.compile(r"(?:转|轉|EXT\.?|X|#|(?<=[0-9]{7})-)([0-9]{1,6})$")
_AREA: Final = re.compile(r"(010|02[0-9]|0[3-9][0-9]{2})([0-9]*)")


def phone(text: str, *, field: str = "phone", default_area: str = "") -> Phone:
    """The telephone number in a text.

    :param default_area: area code such as ``020`` for landlines typed without one
    :raises InvalidInput: ``phone.empty``, ``phone.character``, ``phone.length``, ``phone.mobile_prefix``,
        ``phone.area_code``, ``phone.area_code_missing`` or ``phone.region``
    """
    number, extension = _split(compact(text, prefix="phone", field=field), field)
    if number.startswith("+"):
        found = _international(number[1:], field)
    elif re.match(r"00(?:86|852|853)", number):
        found = _international(number[2:], field)
    else:
        found = _national(number, field, default_area)
    return dataclasses.replace(found, extension=extension)


def _split(typed: str, field: str) -> tuple[str, str]:
    """The number without separators, and its extension."""
    tail = _EXTENSION.search(typed)
    number = typed[: tail.start()] if tail else typed
    digits = re.sub(r"[-()–—.]", "", number)
    if not is_digits(digits.removeprefix("+")):
        raise _refusal(
            "phone.character",
            _("A telephone number has only digits, and possibly a plus sign in front."),
            _("Enter one number, without words."),
            field,
        )
    return digits, tail[1] if tail else ""


def _international(digits: str, field: str) -> Phone:
    if digits.startswith("86"):
        return _national(digits[2:] if digits[2:3] in ("0", "1") else f"0{digits[2:]}", field, "")
    kind = _REGIONS.get(digits[:3])
    if kind is None:
        raise _refusal(
            "phone.region",
            _("Only numbers of the mainland, Hong Kong and Macao are known here."),
            _("Begin with +86, +852 or +853."),
            field,
        )
    return _of_region(kind, digits[:3], digits[3:], field)


def _of_region(kind: PhoneKind, country: str, local: str, field: str) -> Phone:
    if len(local) != 8:
        raise _wrong_length(_("Eight digits are needed after +852 or +853."), field)
    return Phone(kind, f"+{country}{local}", local=local)


def _national(digits: str, field: str, default_area: str) -> Phone:
    if digits.startswith("0"):
        return _landline(digits, field)
    if _SERVICE.fullmatch(digits):
        return Phone(PhoneKind.SERVICE, digits, local=digits)
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    if digits.startswith("1"):
        return _mobile(digits, field)
    if len(digits) in (7, 8):
        return _without_area(digits, field, default_area)
    if len(digits) == 11 and digits[:3] in _REGIONS:
        return _of_region(_REGIONS[digits[:3]], digits[:3], digits[3:], field)
    raise _wrong_length(_("A mobile number has 11 digits; a landline needs its area code."), field)


def _mobile(digits: str, field: str) -> Phone:
    if len(digits) != 11:
        raise _wrong_length(_("A mobile number has 11 digits; a landline needs its area code."), field)
    if digits[1] in "012":
        raise _refusal(
            "phone.mobile_prefix",
            _("No mobile number begins with these digits."),
            _("Mobile numbers begin with 13 to 19."),
            field,
        )
    return Phone(PhoneKind.MOBILE, f"+86{digits}", local=digits)


def _without_area(digits: str, field: str, default_area: str) -> Phone:
    if not default_area:
        raise _refusal(
            "phone.area_code_missing",
            _("This number has no area code."),
            _("Write 020 in front for Guangzhou, or +852 or +853 for Hong Kong and Macao."),
            field,
        )
    return _landline(default_area + digits, field)


def _landline(digits: str, field: str) -> Phone:
    parts = _AREA.fullmatch(digits)
    if parts is None:
        raise _refusal(
            "phone.area_code",
            _("No area code of the mainland begins like this."),
            _("Area codes are 010, 02x, or 03xx to 09xx."),
            field,
        )
    area, local = parts[1], parts[2]
    lengths = (8,) if len(area) == 3 else (7, 8)
    if len(local) not in lengths or local[0] in "01":
        raise _wrong_length(
            _("A landline has 8 digits after 010 or 02x, and 7 or 8 after a longer area code."),
            field,
        )
    return Phone(PhoneKind.LANDLINE, f"+86{area[1:]}{local}", area=area, local=local)


def _wrong_length(hint: Words, field: str) -> InvalidInput:
    return _refusal("phone.length", _("This number does not have the right number of digits."), hint, field)


def _refusal(code: str, message: Words, hint: Words, field: str) -> InvalidInput:
    return InvalidInput(message, field=field, code=code, hint=hint)
