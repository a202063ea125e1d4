"""What the pages of this scene share: reading typed values, errors by field, choices, one way to perform an act."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import asking, current_asker, system
from chengshu.foundation.calendar import SHANGHAI, NoticeMissing
from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.models import File
from chengshu.foundation.files.purposes import declare_purpose
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web.shell import Option
from chengshu.scenes.command.texts import no_such

EVIDENCE: Final = declare_purpose("command.evidence", most_bytes=20_000_000, kinds=("jpeg", "png", "pdf"))
HANDLED: Final = (InvalidInput, Conflict, NoticeMissing)
Given = QueryDict
Act = Callable[[Any, Given, HttpRequest], object]
Page = Callable[..., HttpResponse]


def errors(error: ChengshuError | None, act: str = "") -> dict[str, Any]:
    """The error by its field, and the same for the summary above the form.

    :param act: the form of a page with several, whose fields carry its name
    """
    if error is None:
        return {"errors": {}, "error_list": [], "failed": ""}
    words = f"{error.message} {error.hint}".strip()
    field = getattr(error, "field", "")
    return {
        "errors": {field: words},
        "error_list": [(f"id_{act}_{field}" if act and field else f"id_{field}" if field else "", words)],
        "failed": act,
    }


def perform(
    request: HttpRequest, thing: Any, act: str, acts: Mapping[str, Act], page: Page, done: HttpResponse
) -> HttpResponse:
    """Perform one of the acts of a page; if it is refused, show the page again with everything typed.

    :raises Missing: if there is no such act
    """
    if act not in acts:
        raise no_such()
    try:
        acts[act](thing, request.POST, request)
    except HANDLED as error:
        thing.refresh_from_db()
        return page(request, thing, error, act)
    return done


def whole(text: str, field: str) -> int:
    """
    :raises InvalidInput: if it is no whole number; an empty text is 0
    """
    text = text.strip()
    if text and not (text.isascii() and text.isdigit() and len(text) < 8):
        raise InvalidInput(_("Enter a whole number."), field=field, code="command.number")
    return int(text or 0)


def number(text: str, field: str, most: int = 10**9) -> Decimal | None:
    """A decimal; None for an empty text.

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
    raise InvalidInput(_("Enter a number."), field=field, code="command.number")


def degrees(text: str, field: str, most: int) -> Decimal | None:
    """A coordinate with six decimals; None for an empty text.

    :raises InvalidInput: if it is none
    """
    value = number(text, field, most)
    return None if value is None else value.quantize(Decimal("0.000001"))


def money(text: str, field: str) -> Decimal:
    """An amount with two decimals, 0 for an empty text.

    :raises InvalidInput: if it is none, or below 0
    """
    value = number(text, field) or Decimal(0)
    if value < 0:
        raise InvalidInput(_("Enter a number."), field=field, code="command.number")
    return value.quantize(Decimal("0.01"))


def day(text: str, field: str) -> date:
    """
    :raises InvalidInput: if it is no day
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInput(_("Enter a day."), field=field, code="command.day") from error


def maybe_moment(text: str, field: str) -> datetime | None:
    """What a browser sends of a day and a time, on Shanghai's clock; None for an empty text.

    :raises InvalidInput: if it is none
    """
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInput(_("Enter a day and a time."), field=field, code="command.moment") from error
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def clock(text: str, field: str) -> time:
    """
    :raises InvalidInput: if it is no time of day
    """
    try:
        return time.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInput(_("Enter a time such as 08:30."), field=field, code="command.time") from error


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
    raise InvalidInput(_("Choose one of the list."), field=field, code="command.choice")


def maybe_picked(rows: Iterable[Any], text: str, field: str) -> Any:
    return picked(rows, text, field) if text.strip() else None


def desks(permission: str) -> list[Unit]:
    """The units where the asker holds a permission; villages and suppliers have no desk."""
    units = current_asker().units(permission)
    found = Unit.objects.exclude(kind__in=("village", "community", "supplier")).order_by("path")
    return list((found if isinstance(units, str) else found.filter(pk__in=units))[:500])


def own_desk(permission: str) -> str:
    """The unit of the asker's own post where it holds a permission: what a form begins with."""
    asker = current_asker()
    unit = asker.unit_id
    return str(unit) if unit is not None and asker.holds_at(permission, unit) else ""


def options(rows: Iterable[Any]) -> list[Option]:
    return [Option(str(row.pk), getattr(row, "shown_name", "") or str(row)) for row in rows]


def stored(request: HttpRequest, unit: Unit, name: str = "file") -> File | None:
    """The file that was sent along, looked through and kept for the unit; None if none was."""
    sent = request.FILES.get(name)
    if sent is None:
        return None
    with asking(system("command evidence", current_asker().channel)):
        return store_file(unit=unit, name=sent.name or "evidence", content=sent.read(), purpose=EVIDENCE.key)
