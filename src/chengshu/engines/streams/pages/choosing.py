"""What several forms share: units to choose from, days and times as browsers send them, errors by field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import InvalidInput, Words
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.orgs.queries import unit_by_id
from chengshu.foundation.web.shell import Option

YEARS = range(2000, 2101)


def units_for(permission: str) -> list[Option]:
    """The units at which the asker holds a permission."""
    where = current_asker().units(permission)
    rows = Unit.objects.order_by("path")
    rows = rows if isinstance(where, str) else rows.filter(pk__in=where)
    return [Option(str(unit.pk), unit.shown_name) for unit in rows]


def unit_of(request: HttpRequest) -> Unit:
    """
    :raises InvalidInput: if no unit was chosen
    """
    typed = request.POST.get("unit", "")
    if not typed.isdecimal() or len(typed) > 15:
        raise InvalidInput(_("Choose a unit."), field="unit")
    return unit_by_id(int(typed))


def moment(typed: str, field: str) -> datetime:
    """A day and a time on the clock of the district.

    :raises InvalidInput: if it is none
    """
    try:
        found = datetime.fromisoformat(typed.strip())
    except ValueError as error:
        raise InvalidInput(_("Enter a day and a time."), field=field) from error
    if found.year not in YEARS:
        raise InvalidInput(_("Enter a day and a time."), field=field)
    return found if found.tzinfo else timezone.make_aware(found)


def by_field(mistakes: Iterable[InvalidInput]) -> dict[str, str]:
    """The first sentence for each field that is wrong, with what to do."""
    found: dict[str, str] = {}
    for one in mistakes:
        found.setdefault(one.field, f"{one.message} {one.hint}".strip())
    return found


def summary(errors: Mapping[str, str], labels: Mapping[str, Words]) -> list[tuple[str, str]]:
    """For the list of errors above a form: the id of the field, and the sentence with the field's name before it."""
    return [
        (f"id_{name}", _("%(field)s: %(message)s") % {"field": labels.get(name, name), "message": message})
        for name, message in errors.items()
    ]
