"""Validators that a definition may name in ``x-validator``: most are the foundation's, by the name forms use.

Each takes the text as typed and gives the normalised one, or raises InvalidInput with the exact reason and the
next step.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.foundation import codes
from chengshu.foundation.codes.typed import compact
from chengshu.foundation.errors import InvalidInput, Words

Validator = Callable[[str, str, date], str]
"""From the text, the path of its field and today to the normalised text."""

PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = re.compile(
    rf"[{PROVINCES}][A-HJ-NP-Z](?:[A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9挂学警港澳]|[A-HJ-NP-Z0-9]{{6}})"
)
_MAIL = re.compile(r"[^@\s<>()\[\],;:\\\"]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")


def plate(text: str, *, field: str = "plate") -> str:
    """A vehicle's number plate as GA 36 writes it: 粤A12345, eight characters for a new-energy vehicle.

    :raises InvalidInput: ``plate.empty`` or ``plate.form``
    """
    value = compact(text, prefix="plate", field=field).replace("·", "")
    if not _PLATE.fullmatch(value):
        raise _wrong_form(
            _("This is not a number plate of the mainland."),
            _("A province's character, a letter, then five or six letters and digits without I and O."),
            "plate.form",
            field,
        )
    return value


def email(text: str, *, field: str = "email") -> str:
    """An address for electronic mail.

    :raises InvalidInput: ``email.form``
    """
    value = text.strip()
    if len(value) > 254 or not _MAIL.fullmatch(value):
        raise _wrong_form(
            _("This is not an e-mail address."), _("It looks like name@example.cn."), "email.form", field
        )
    return value


def postcode(text: str, *, field: str = "postcode") -> str:
    """A postal code of the mainland: six digits.

    :raises InvalidInput: ``postcode.empty`` or ``postcode.form``
    """
    value = compact(text, prefix="postcode", field=field)
    if not re.fullmatch(r"[0-9]{6}", value):
        raise _wrong_form(
            _("A postal code has six digits."), _("That of Nansha is 511400."), "postcode.form", field
        )
    return value


def item_code(text: str, *, field: str = "item_code") -> str:
    """The implementation code of a service item: 18 characters of the authority's unified code, the level 1 to 6 and
    the 12 characters of the basic code (GB/T 39554.1-2020 as the national platform writes it).

    :raises InvalidInput: ``item_code.empty``, ``item_code.length``, ``item_code.level``, or what the unified code
        raises
    """
    value = compact(text, prefix="item_code", field=field)
    if len(value) != 31:
        raise _wrong_form(
            _("An implementation code has 31 characters, this has %(count)s.") % {"count": len(value)},
            _("Copy it from the list of service items."),
            "item_code.length",
            field,
        )
    codes.unified_code(value[:18], field=field)
    if value[18] not in "123456":
        raise _wrong_form(
            _("The 19th character must be the level of the authority, 1 to 6."),
            _("A district has 4."),
            "item_code.level",
            field,
        )
    return value


def _wrong_form(message: Words, hint: Words, code: str, field: str) -> InvalidInput:
    return InvalidInput(message, field=field, code=code, hint=hint)


def _plain(validate: Callable[..., object]) -> Validator:
    return lambda text, path, today: str(getattr(found := validate(text, field=path), "value", found))


def _of_day(validate: Callable[..., object]) -> Validator:
    return lambda text, path, today: str(
        getattr(found := validate(text, today=today, field=path), "value", found)
    )


VALIDATORS: Final[Mapping[str, Validator]] = {
    "uscc": _plain(codes.unified_code),
    "organisation_code": _plain(codes.organisation_code),
    "id_card": _of_day(codes.id_card),
    "phone": _plain(codes.phone),
    "division": _plain(codes.division_code),
    "passport": _plain(codes.passport),
    "hong_kong_id": _plain(codes.hong_kong_id),
    "macau_id": _plain(codes.macau_id),
    "mainland_travel_permit": _plain(codes.mainland_travel_permit),
    "taiwan_travel_permit": _plain(codes.taiwan_travel_permit),
    "foreign_resident_card": _of_day(codes.foreign_resident_card),
    "plate": _plain(plate),
    "email": _plain(email),
    "postcode": _plain(postcode),
    "item_code": _plain(item_code),
}

INPUT_MODES: Final[Mapping[str, str]] = {
    "phone": "tel",
    "division": "numeric",
    "postcode": "numeric",
    "email": "email",
}
"""Which keyboard a phone shows."""
