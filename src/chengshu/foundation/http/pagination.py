"""Pages by cursor: the next page begins after the last row seen, so rows added meanwhile neither repeat nor shift.

A cursor is opaque and signed. It names the values of the order's fields in one row; it is worth nothing for another
order. ``paginate`` serves pages for people, ``paged`` the API.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Field, Schema

from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.web.shell import Page

T = TypeVar("T")
M = TypeVar("M", bound=Model)

SIZE = 50
MOST = 200
_SALT = "http.pagination"


@dataclass(frozen=True)
class Slice(Generic[T]):
    """One page of rows, with the cursors around it; an empty cursor means that nothing is there."""

    rows: list[T]
    next: str = ""
    previous: str = ""

    def page(self, total: int | None = None) -> Page:
        """What the table macro wants to know."""
        return Page(shown=len(self.rows), total=total, next=self.next, previous=self.previous)


@dataclass(frozen=True)
class _Key:
    """One field of the order."""

    name: str
    is_descending: bool

    @classmethod
    def of(cls, text: str) -> _Key:
        return cls(text.removeprefix("-"), text.startswith("-"))

    def ordering(self, *, reverse: bool) -> str:
        return f"{'-' if self.is_descending is not reverse else ''}{self.name}"

    def beyond(self, value: Any, *, reverse: bool) -> Q | None:
        """The rows after ``value``, as PostgreSQL orders: nothing known comes last ascending, first descending."""
        downwards = self.is_descending is not reverse
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if downwards else None
        after = Q(**{f"{self.name}__{'lt' if downwards else 'gt'}": value})
        return after if downwards else after | Q(**{f"{self.name}__isnull": True})

    def at(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True} if value is None else {self.name: value})


def paginate(rows: QuerySet[M], *, order: Sequence[str], cursor: str = "", size: int = SIZE) -> Slice[M]:
    """The page of ``rows`` at ``cursor``.

    :param order: names of fields or annotations, ``-`` before descending ones; the primary key is added at the end
    :param cursor: from ``next`` or ``previous`` of another slice; empty for the beginning
    :param size: rows of a page
    :raises InvalidInput: ``cursor`` if it was not made for this order
    """
    keys = _keys(rows, order)
    size = max(1, min(size, MOST))
    backwards, values = _opened(cursor, keys) if cursor else (False, None)
    if values is not None:
        rows = rows.filter(_after(keys, values, reverse=backwards))
    ordering = [key.ordering(reverse=backwards) for key in keys]
    found = list(rows.order_by(*ordering)[: size + 1])
    has_more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    return Slice(
        rows=found,
        next=_sealed(keys, found[-1], backwards=False) if found and (has_more or backwards) else "",
        previous=_sealed(keys, found[0], backwards=True)
        if found and (has_more if backwards else cursor)
        else "",
    )


def _keys(rows: QuerySet[Any], order: Sequence[str]) -> tuple[_Key, ...]:
    keys = [_Key.of(name) for name in order]
    if not {"pk", "id", rows.model._meta.pk.name} & {key.name for key in keys}:
        keys.append(_Key("pk", keys[0].is_descending if keys else False))
    return tuple(keys)


def _after(keys: Sequence[_Key], values: Sequence[Any], *, reverse: bool) -> Q:
    """Beyond the first field's value, or equal there and beyond the second's, and so on."""
    condition, equal = Q(pk__in=()), Q()
    for key, value in zip(keys, values, strict=True):
        beyond = key.beyond(value, reverse=reverse)
        if beyond is not None:
            condition |= equal & beyond
        equal &= key.at(value)
    return condition


def _signature(keys: Sequence[_Key]) -> str:
    return ",".join(key.ordering(reverse=False) for key in keys)


def _sealed(keys: Sequence[_Key], row: Model, *, backwards: bool) -> str:
    values = [_packed(_value(row, key.name)) for key in keys]
    return signing.dumps([int(backwards), *values], salt=f"{_SALT}:{_signature(keys)}", compress=True)


def _opened(cursor: str, keys: Sequence[_Key]) -> tuple[bool, list[Any]]:
    try:
        backwards, *values = signing.loads(cursor, salt=f"{_SALT}:{_signature(keys)}")
        return bool(backwards), [_unpacked(value) for value in values]
    except (signing.BadSignature, ValueError) as error:
        raise InvalidInput(
            _("This place in the list is no longer known."),
            field="cursor",
            code="cursor",
            hint=_("Start again from the first page."),
        ) from error


def _value(row: Any, name: str) -> Any:
    for part in name.split("__"):
        row = getattr(row, part, None)
    return row


def _packed(value: Any) -> Any:
    """A JSON value that remembers its type, so that comparing stays exact."""
    if isinstance(value, datetime):
        return ["t", value.isoformat()]
    if isinstance(value, date):
        return ["d", value.isoformat()]
    if isinstance(value, Decimal):
        return ["n", str(value)]
    return value if value is None or isinstance(value, str | int | bool) else str(value)


_UNPACK: dict[str, Callable[[str], Any]] = {
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
    "n": Decimal,
}


def _unpacked(value: Any) -> Any:
    return _UNPACK[value[0]](value[1]) if isinstance(value, list) else value


class PageQuery(Schema):
    """How a page is asked for."""

    cursor: str = Field("", description="`next` or `previous` of another page; empty for the beginning")
    size: int = Field(SIZE, ge=1, le=MOST, description="rows of a page")


class PageOf(Schema, Generic[T]):
    """One page of a list."""

    items: list[T]
    next: str = Field(description="cursor of the page after; empty at the end")
    previous: str = Field(description="cursor of the page before; empty at the beginning")


def paged(
    request: HttpRequest, rows: QuerySet[Any], page: PageQuery, *, order: Sequence[str]
) -> dict[str, Any]:
    """The answer of an endpoint that declares ``PageOf[…]``."""
    found = paginate(rows, order=order, cursor=page.cursor, size=page.size)
    return {"items": found.rows, "next": found.next, "previous": found.previous}
