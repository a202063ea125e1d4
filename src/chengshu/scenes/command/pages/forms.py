"""What the pages of this scene share: an act's errors, amounts, choices, one way to perform an act."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import asking, current_asker, system
from chengshu.foundation.calendar import NoticeMissing
from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.models import File
from chengshu.foundation.files.purposes import declare_purpose
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web import typed
from chengshu.foundation.web.shell import Option
from chengshu.scenes.command.texts import no_such

EVIDENCE: Final = declare_purpose("command.evidence", most_bytes=20_000_000, kinds=("jpeg", "png", "pdf"))
HANDLED: Final = (InvalidInput, Conflict, NoticeMissing)
Given = QueryDict
Act = Callable[[Any, Given, HttpRequest], object]
Page = Callable[..., HttpResponse]


def errors(error: ChengshuError | None, act: str = "") -> dict[str, Any]:
    """The error by its field, the same for the summary above the form, and the act that failed.

    :param act: the form of a page with several, whose fields carry its name
    """
    return {**typed.errors(error, act), "failed": act if error is not None else ""}


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


def count(text: str, field: str) -> int:
    """A whole number; 0 for an empty text.

    :raises InvalidInput: if it is none
    """
    return typed.maybe_whole(text, field) or 0


def degrees(text: str, field: str, most: int) -> Decimal | None:
    """A coordinate with six decimals; None for an empty text.

    :raises InvalidInput: if it is none
    """
    value = typed.maybe_number(text, field, most)
    return None if value is None else value.quantize(Decimal("0.000001"))


def money(text: str, field: str) -> Decimal:
    """An amount with two decimals, 0 for an empty text.

    :raises InvalidInput: if it is none, or below 0
    """
    value = typed.maybe_number(text, field) or Decimal(0)
    if value < 0:
        raise InvalidInput(_("An amount is not below 0."), field=field, code="command.amount")
    return value.quantize(Decimal("0.01"))


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
