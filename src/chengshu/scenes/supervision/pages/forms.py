"""What the pages of this scene share about forms: errors by field, whole numbers, days, units to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import ChengshuError, InvalidInput
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web.shell import Option


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
    if not (text.isascii() and text.strip().isdigit() and len(text) < 15):
        raise InvalidInput(_("Enter a whole number."), field=field, code="supervision.number")
    return int(text)


def day(text: str, field: str) -> date:
    """
    :raises InvalidInput: if it is no day
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInput(_("Enter a day."), field=field, code="supervision.day") from error


def unit_of(request: HttpRequest, field: str = "unit") -> Unit:
    """
    :raises InvalidInput: if no unit was chosen
    """
    chosen = request.POST.get(field, "")
    found = Unit.objects.filter(pk=int(chosen)).first() if chosen.isascii() and chosen.isdigit() else None
    if found is None:
        raise InvalidInput(_("Choose the unit."), field=field, code="supervision.unit")
    return found


def units_for(permission: str) -> list[Option]:
    """The units where the asker holds a permission, as choices."""
    units = current_asker().units(permission)
    found = Unit.objects.exclude(kind__in=("village", "community")).order_by("path")
    shown = found if isinstance(units, str) else found.filter(pk__in=units)
    return [Option(str(unit.pk), unit.shown_name) for unit in shown[:500]]


def chosen_id(given: Mapping[str, str], name: str) -> int | None:
    """A filter's id; None when it is none."""
    text = given.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 15 else None
