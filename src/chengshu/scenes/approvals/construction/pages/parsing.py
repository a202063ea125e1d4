"""What pages get from a request, and how an error stands beside its field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import current_asker
from chengshu.foundation.calendar import SHANGHAI
from chengshu.foundation.errors import ChengshuError, Conflict, InvalidFile, InvalidInput, Words
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.models import File
from chengshu.foundation.http.flash import flash
from chengshu.foundation.orgs.models import Unit


def errors(error: ChengshuError | None) -> dict[str, object]:
    """The error by its field, and the same for the summary above the form."""
    if error is None:
        return {"errors": {}, "error_list": []}
    field = getattr(error, "field", "") or "form"
    words = f"{error.message} {error.hint}".strip()
    return {"errors": {field: words}, "error_list": [(f"id_{field}", words)]}


def units_for(permission: str) -> list[Unit]:
    """The units at which the asker may do this."""
    units = current_asker().units(permission)
    found = Unit.objects.all() if isinstance(units, str) else Unit.objects.filter(pk__in=units)
    return list(found)


def unit_given(request: HttpRequest, permission: str, field: str = "unit") -> Unit:
    """The unit chosen, or the only one there is.

    :raises InvalidInput: if none of the asker's was chosen
    """
    allowed = {str(unit.pk): unit for unit in units_for(permission)}
    chosen = allowed.get(request.POST.get(field, ""))
    if chosen is None and len(allowed) == 1:
        chosen = next(iter(allowed.values()))
    if chosen is None:
        raise InvalidInput(
            _("Choose the unit."), field=field, code="page.unit", hint=_("Pick one from the list.")
        )
    return chosen


def morning(of: date) -> datetime:
    return datetime.combine(of, time(), tzinfo=SHANGHAI)


def chosen_units(request: HttpRequest, field: str = "units") -> list[Unit]:
    ids = [int(text) for text in request.POST.getlist(field) if text.isascii() and text.isdigit()]
    return list(Unit.objects.filter(pk__in=ids))


def file_given(request: HttpRequest, unit: Unit, field: str = "file") -> File | None:
    """The file sent along, stored for the unit; None without one."""
    sent = request.FILES.get(field)
    if sent is None:
        return None
    return store_file(unit=unit, name=sent.name or "", content=sent.read(), purpose="approvals.construction")


def done(url: str, act: Callable[[], object], words: Words) -> HttpResponse:
    """Do it and go to the page, with what happened or why it did not."""
    answer = HttpResponseRedirect(url)
    try:
        act()
    except (Conflict, InvalidInput, InvalidFile) as error:
        return flash(answer, "error", f"{error.message} {error.hint}".strip())
    return flash(answer, "success", words)


def typed(request: HttpRequest) -> Mapping[str, Any]:
    """What was typed, to be shown again."""
    return {
        **request.POST.dict(),
        "units": request.POST.getlist("units"),
        "fields": request.POST.getlist("fields"),
    }
