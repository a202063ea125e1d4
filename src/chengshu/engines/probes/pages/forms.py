"""What the forms of probes share: typed values, errors by field, choices."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chengshu.engines.probes.models import Target
from chengshu.foundation.asking import current_asker
from chengshu.foundation.calendar import SHANGHAI
from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web.shell import Option

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
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidInput(_("Enter a whole number."), field=field, code="probes.number")
    return int(text)


def maybe_whole(text: str, field: str) -> int | None:
    return whole(text, field) if text.strip() else None


def moment(text: str, field: str) -> datetime:
    """What a browser sends of a day and a time, on Shanghai's clock.

    :raises InvalidInput: if it is none
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInput(_("Enter a day and a time."), field=field, code="probes.moment") from error
    if not 2000 <= found.year <= 2100:
        raise InvalidInput(_("Enter a day and a time."), field=field, code="probes.moment")
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def unit_of(request: HttpRequest) -> Unit:
    """
    :raises InvalidInput: if no unit was chosen
    """
    text = request.POST.get("unit", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 15 else 0
    found = Unit.objects.filter(pk=number).first()
    if found is None:
        raise InvalidInput(_("Choose the unit."), field="unit", code="probes.unit")
    return found


def units_for(permission: str) -> list[Option]:
    """The units where the asker holds a permission, as choices."""
    units = current_asker().units(permission)
    found = Unit.objects.exclude(kind__in=("village", "community", "supplier")).order_by("path")
    shown = found if isinstance(units, str) else found.filter(pk__in=units)
    return [Option(str(unit.pk), unit.shown_name) for unit in shown[:500]]


def maybe_target(text: str, field: str) -> Target | None:
    """The target of a key.

    :raises InvalidInput: if the asker may see none of that key
    """
    if not text.strip():
        return None
    found = Target.objects.filter(key=text.strip()[:60], retired_at=None).first()
    if found is None:
        raise InvalidInput(_("Choose one of the list."), field=field, code="probes.target")
    return found


def target_options(none: Any, *, but: Target | None = None) -> list[Option]:
    rows = Target.objects.filter(retired_at=None).order_by("title")
    rows = rows.exclude(pk=but.pk) if but is not None else rows
    return [Option("", none), *(Option(row.key, f"{row.title}（{row.key}）") for row in rows[:500])]
