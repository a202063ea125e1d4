"""What the pages of this scene share: reading typed values, errors by field, choices, photos."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import asking, current_asker, system
from chengshu.foundation.calendar import SHANGHAI
from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.models import File
from chengshu.foundation.files.purposes import declare_purpose
from chengshu.foundation.orgs.models import Unit, UnitKind
from chengshu.foundation.web.shell import Option

PHOTO: Final = declare_purpose("operations.photo", most_bytes=15_000_000, kinds=("jpeg", "png"))
HANDLED: Final = (InvalidInput, Conflict)


def errors(error: ChengshuError | None) -> dict[str, Any]:
    """The error by its field, and the same for the summary above the form."""
    if error is None:
        return {"errors": {}, "error_list": []}
    words = f"{error.message} {error.hint}".strip()
    field = getattr(error, "field", "")
    return {"errors": {field: words}, "error_list": [(f"id_{field}" if field else "", words)]}


def whole(text: str, field: str) -> int:
    """
    :raises InvalidInput: if it is no whole number
    """
    text = text.strip().replace("−", "-")
    digits = text.removeprefix("-").removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise InvalidInput(_("Enter a whole number."), field=field, code="operations.number")
    return int(text)


def maybe_whole(text: str, field: str) -> int | None:
    return whole(text, field) if text.strip() else None


def number(text: str, field: str) -> Decimal | None:
    """A decimal; None for an empty text.

    :raises InvalidInput: if it is none
    """
    if not text.strip():
        return None
    try:
        value = Decimal(text.strip().replace(",", "").replace("，", ""))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) >= Decimal(10) ** 9:
        raise InvalidInput(_("Enter a number."), field=field, code="operations.number")
    return value


def day(text: str, field: str) -> date:
    """
    :raises InvalidInput: if it is no day
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInput(_("Enter a day."), field=field, code="operations.day") from error


def maybe_day(text: str, field: str) -> date | None:
    return day(text, field) if text.strip() else None


def moment(text: str, field: str) -> datetime:
    """What a browser sends of a day and a time, on Shanghai's clock.

    :raises InvalidInput: if it is none
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInput(_("Enter a day and a time."), field=field, code="operations.moment") from error
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def maybe_moment(text: str, field: str) -> datetime | None:
    return moment(text, field) if text.strip() else None


def chosen(text: str) -> int:
    """An id of a choice; 0 when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 15 else 0


def picked(rows: Iterable[Any], text: str, field: str) -> Any:
    """The row that was chosen of those offered.

    :raises InvalidInput: if it is none of them
    """
    pk = chosen(text)
    for row in rows:
        if row.pk == pk:
            return row
    raise InvalidInput(_("Choose one of the list."), field=field, code="operations.choice")


def maybe_picked(rows: Iterable[Any], text: str, field: str) -> Any:
    return picked(rows, text, field) if text.strip() else None


def unit_of(request: HttpRequest) -> Unit:
    """
    :raises InvalidInput: if no unit was chosen
    """
    found = Unit.objects.filter(pk=chosen(request.POST.get("unit", ""))).first()
    if found is None:
        raise InvalidInput(_("Choose the unit."), field="unit", code="operations.unit")
    return found


def units_for(permission: str) -> list[Option]:
    """The units where the asker holds a permission, as choices."""
    units = current_asker().units(permission)
    found = Unit.objects.exclude(kind__in=("village", "community", "supplier")).order_by("path")
    shown = found if isinstance(units, str) else found.filter(pk__in=units)
    return [Option(str(unit.pk), unit.shown_name) for unit in shown[:500]]


def suppliers() -> list[Unit]:
    return list(Unit.objects.filter(kind=UnitKind.SUPPLIER).order_by("name"))


def options(rows: Iterable[Any]) -> list[Option]:
    return [Option(str(row.pk), str(row)) for row in rows]


def stored(request: HttpRequest, unit: Unit, name: str = "photo") -> File | None:
    """The picture that was sent along, looked through and kept for the unit; None if none was."""
    sent = request.FILES.get(name)
    if sent is None:
        return None
    with asking(system("operations pictures", current_asker().channel)):
        return store_file(unit=unit, name=sent.name or "photo.jpg", content=sent.read(), purpose=PHOTO.key)
