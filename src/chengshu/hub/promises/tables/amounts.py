"""Reads printed amounts and says what is wrong with them.

Only what an official table may print is an amount; nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Place, Words
from chengshu.hub.promises.tables.problems import Findings, excerpt, say

AMOUNT = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.\d{1,2})?")
CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def amount(text: str) -> Decimal | None:
    """A printed amount with two decimals, or None if the text is not one.

    Full-width digits and thousands separators are understood. Signs, operators, units, more than two decimals
    and misplaced separators are not: a table that prints them is wrong, and guessing would change money.

    >>> amount("1,038.84")
    Decimal('1038.84')
    >>> amount("约77.30") is None
    True
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain.isascii() or not AMOUNT.fullmatch(plain):
        return None
    return Decimal(plain.replace(",", "")).quantize(CENT)


def printed(value: Decimal) -> str:
    """An amount as the official tables print it.

    >>> printed(Decimal("13074.48"))
    '13,074.48'
    """
    return f"{value:,.2f}"


def report_amount(text: str, place: Place, findings: Findings) -> None:
    """Notes that a cell does not hold an amount."""
    findings.problem(
        "amount",
        place,
        say(_("“%(text)s” is not an amount."), {"text": excerpt(text)}),
        _("Write digits only, such as 1,038.84: no operator, no unit, at most two decimals."),
    )


def report_sum(place: Place, of: Words, stated: Decimal, computed: Decimal, findings: Findings) -> None:
    """Notes that a printed total is not the sum of its parts."""
    findings.problem(
        "sum",
        place,
        say(
            _("%(stated)s is printed, but %(of)s add up to %(computed)s; the difference is %(difference)s."),
            {
                "stated": printed(stated),
                "of": of,
                "computed": printed(computed),
                "difference": printed(stated - computed),
            },
        ),
        _("Correct the total or the amounts it is made of."),
    )
