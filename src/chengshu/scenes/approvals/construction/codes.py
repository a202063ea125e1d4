"""The project code (项目代码) of the online platform for investment projects: one code through all stages.

``2504-440115-04-01-123456``: year and month, division, kind of project, kind of industry, serial number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.codes import DivisionCode, division_code
from chengshu.foundation.errors import InvalidInput, Words

_SHAPE: Final = re.compile(r"(\d{2})(\d{2})-(\d{6})-(\d{2})-(\d{2})-(\d{6})")
_LENGTHS: Final = (4, 6, 2, 2, 6)
_WIDE: Final = str.maketrans("０１２３４５６７８９－—–", "0123456789---")
FIRST_YEAR: Final = 2016
"""The platform gives codes since 2016 (企业投资项目核准和备案管理条例, 国务院令第673号)."""


@dataclass(frozen=True, slots=True)
class ProjectCode:
    """A code whose every part was checked.

    :param year: four digits
    :param kind: two digits of the kind of project
    :param industry: two digits of the kind of industry
    """

    value: str
    year: int
    month: int
    division: DivisionCode
    kind: str
    industry: str
    serial: str

    def __str__(self) -> str:
        return self.value


def project_code(text: str, *, today: date, field: str = "project_code") -> ProjectCode:
    """The code that was typed, normalised.

    :param today: codes of later months cannot exist
    :raises InvalidInput: ``project_code.empty``, ``.shape``, ``.month``, ``.early``, ``.future``, ``.division``,
        ``.serial``, each naming what is wrong
    """
    given = "".join(text.split()).translate(_WIDE)
    if not given:
        raise _wrong(field, "empty", _("The project code is missing."))
    found = _SHAPE.fullmatch(given)
    if found is None:
        raise _wrong(field, "shape", _shape_reason(given))
    year, month = 2000 + int(found[1]), int(found[2])
    _insist_month(year, month, today, field)
    try:
        division = division_code(found[3], field=field)
    except InvalidInput as error:
        reason = {"division": found[3], "reason": error.message}
        raise _wrong(
            field, "division", _("Its second part %(division)s is no division: %(reason)s") % reason
        ) from error
    if int(found[6]) == 0:
        raise _wrong(field, "serial", _("Its serial number cannot be 000000."))
    return ProjectCode(given, year, month, division, found[4], found[5], found[6])


def _insist_month(year: int, month: int, today: date, field: str) -> None:
    if not 1 <= month <= 12:
        raise _wrong(
            field, "month", _("Its first part names month %(month)s; there are twelve.") % {"month": month}
        )
    if year < FIRST_YEAR:
        raise _wrong(
            field,
            "early",
            _("It names the year %(year)s, but codes are given since %(first)s.")
            % {"year": year, "first": FIRST_YEAR},
        )
    if (year, month) > (today.year, today.month):
        raise _wrong(
            field,
            "future",
            _("It names %(year)s-%(month)02d, which is still to come.") % {"year": year, "month": month},
        )


def _shape_reason(given: str) -> Words:
    """What exactly differs from ``yymm-dddddd-kk-ii-nnnnnn``."""
    parts = given.split("-")
    if len(parts) != len(_LENGTHS):
        return _("It has %(count)s parts between hyphens instead of five.") % {"count": len(parts)}
    for number, (part, length) in enumerate(zip(parts, _LENGTHS, strict=True), start=1):
        if len(part) != length or not (part.isascii() and part.isdigit()):
            return _("Its part %(number)s “%(part)s” must be %(length)s digits.") % {
                "number": number,
                "part": part[:20],
                "length": length,
            }
    return _("It contains characters that do not belong there.")


def _wrong(field: str, reason: str, message: Words) -> InvalidInput:
    return InvalidInput(
        message,
        field=field,
        code=f"project_code.{reason}",
        hint=_("Copy it from the project's filing certificate, such as 2504-440115-04-01-123456."),
    )
