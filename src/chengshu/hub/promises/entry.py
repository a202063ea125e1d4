"""What people type into forms, read: amounts, days, and an error that names every wrong field at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput, Words
from chengshu.hub.promises.tables.amounts import amount

_DAY = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?: 00:00:00)?")


class Unfinished(InvalidInput):
    """Several fields are wrong at once; ``errors`` maps each field to what is wrong with it."""

    def __init__(self, errors: Mapping[str, Words], code: str) -> None:
        first = next(iter(errors))
        super().__init__(
            errors[first],
            field=first,
            code=code,
            hint=_("Correct the fields named and send the form again."),
            data={"errors": {name: str(message) for name, message in errors.items()}},
        )
        self.errors = dict(errors)


def read_amount(text: str, field_name: str) -> Decimal:
    """An amount in 万元 as typed.

    :raises InvalidInput: if it is not one
    """
    found = amount(text)
    if found is None:
        raise InvalidInput(
            _("“%(text)s” is not an amount.") % {"text": text.strip()[:40]},
            field=field_name,
            code="payment.amount",
            hint=_("Write digits only, such as 1,038.84: no operator, no unit, at most two decimals."),
        )
    return found


def read_day(text: str) -> date:
    """A day as typed, 2025-07-31 or 2025/7/31.

    :raises InvalidInput: if it is not one
    """
    found = _DAY.fullmatch(text.strip())
    try:
        year, month, day = (int(part) for part in found.groups()) if found else (0, 0, 0)
        return date(year, month, day)
    except ValueError as error:
        raise InvalidInput(
            _("“%(text)s” is not a day.") % {"text": text.strip()[:40]},
            field="as_of",
            code="payment.day",
            hint=_("Write it as 2025-07-31."),
        ) from error
