"""What people type into forms: read as values, and what is wrong with it beside its field.

A reader whose name begins with ``maybe_`` gives None for an empty text; for the others an empty text is an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import current_asker
from chengshu.foundation.calendar import SHANGHAI
from chengshu.foundation.errors import ChengshuError, InvalidInput
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web.shell import Option

_DIGITS: Final = 9
"""What a column of whole numbers holds at least."""
_DIGITS_OF_AN_ID: Final = 14
_YEARS: Final = range(1900, 2200)
"""Beyond, another time zone may be no moment any more."""
_MOST_UNITS: Final = 500
"""Choices that one list can show."""
_WITHOUT_DESK: Final = ("village", "community", "supplier")


def errors(error: ChengshuError | None, act: str = "") -> dict[str, Any]:
    """The error by its field, and the same for the summary above the form.

    :param act: the form of a page with several, whose fields carry its name
    """
    if error is None:
        return {"errors": {}, "error_list": []}
    words = f"{error.message} {error.hint}".strip()
    field = getattr(error, "field", "")
    address = "_".join(part for part in ("id", act, field) if part) if field else ""
    return {"errors": {field: words}, "error_list": [(address, words)]}


def whole(text: str, field: str) -> int:
    """
    :raises InvalidInput: if it is no whole number from 0 to 999,999,999
    """
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise InvalidInput(
            _("This is no whole number."), field=field, code="form.number", hint=_("Such as 3.")
        )
    return int(text)


def maybe_whole(text: str, field: str) -> int | None:
    return whole(text, field) if text.strip() else None


def signed(text: str, field: str) -> int:
    """A whole number with + or − before it, or without.

    :raises InvalidInput: if it is none
    """
    text = text.strip().replace("−", "-")
    size = whole(text.removeprefix("-").removeprefix("+"), field)
    return -size if text.startswith("-") else size


def maybe_number(text: str, field: str, most: int = 10**9) -> Decimal | None:
    """A decimal.

    :raises InvalidInput: if it is none, or beyond ``most``
    """
    if not text.strip():
        return None
    try:
        value = Decimal(text.strip().replace(",", "").replace("，", ""))
        if value.is_finite() and abs(value) <= most:
            return value
    except InvalidOperation:
        pass
    raise InvalidInput(_("This is no number."), field=field, code="form.number", hint=_("Such as 12.5."))


def day(text: str, field: str) -> date:
    """A day as date fields send it.

    :raises InvalidInput: for anything else
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInput(
            _("This is no day."), field=field, code="form.day", hint=_("Such as 2026-03-11.")
        ) from error


def maybe_day(text: str, field: str) -> date | None:
    return day(text, field) if text.strip() else None


def moment(text: str, field: str) -> datetime:
    """A day and a time on Shanghai's clock, as ``datetime-local`` fields send it.

    :raises InvalidInput: for anything else
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is None or found.year not in _YEARS:
        raise InvalidInput(
            _("This is no moment."), field=field, code="form.moment", hint=_("Such as 2026-03-11 09:30.")
        )
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def maybe_moment(text: str, field: str) -> datetime | None:
    return moment(text, field) if text.strip() else None


def time_of_day(text: str, field: str) -> time:
    """
    :raises InvalidInput: if it is no time of day
    """
    try:
        return time.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInput(
            _("This is no time."), field=field, code="form.time", hint=_("Such as 08:30.")
        ) from error


def chosen(text: str) -> int:
    """An id of a choice; 0 when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS_OF_AN_ID else 0


def picked(rows: Iterable[Any], text: str, field: str) -> Any:
    """The row that was chosen of those offered.

    :raises InvalidInput: if it is none of them
    """
    pk = chosen(text)
    for row in rows:
        if row.pk == pk:
            return row
    raise InvalidInput(_("Choose one of the list."), field=field, code="form.choice")


def maybe_picked(rows: Iterable[Any], text: str, field: str) -> Any:
    return picked(rows, text, field) if text.strip() else None


def unit_of(request: HttpRequest, field: str = "unit") -> Unit:
    """
    :raises InvalidInput: if no unit was chosen
    """
    found = Unit.objects.filter(pk=chosen(request.POST.get(field, ""))).first()
    if found is None:
        raise InvalidInput(
            _("Choose the unit."), field=field, code="form.unit", hint=_("Pick one from the list.")
        )
    return found


def units_with(permission: str) -> list[Unit]:
    """The units where the asker holds a permission; villages and suppliers have no desk."""
    units = current_asker().units(permission)
    found = Unit.objects.exclude(kind__in=_WITHOUT_DESK).order_by("path")
    return list((found if isinstance(units, str) else found.filter(pk__in=units))[:_MOST_UNITS])


def units_for(permission: str) -> list[Option]:
    """The same as choices."""
    return [Option(str(unit.pk), unit.shown_name) for unit in units_with(permission)]
