"""Filters declared once: a typed schema whose fields say which lookup they mean.

    class FileFilters(Filters):
        purpose: str | None = lookup("purpose")
        since: date | None = lookup("created_at__date__gte")

The API reads it as query parameters; a page reads the same schema with :meth:`Filters.from_query`. A parameter
that nobody declared is refused by name, so that a misspelled filter never silently shows everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _
from ninja import Field, Schema
from pydantic import ValidationError, field_validator

from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.http.pagination import PageQuery

M = TypeVar("M", bound=Model)

PAGING = frozenset(PageQuery.model_fields)
SHELL = frozenset({"sort", "cursor", "density"})
"""What the tables of pages add to an address."""


def lookup(path: str, *, description: str = "") -> Any:
    """A filter that is left out unless given.

    :param path: Django's lookup, such as ``name__icontains``
    """
    return Field(None, description=description or None, json_schema_extra={"x-lookup": path})


class Filters(Schema):
    """Base of every declared set of filters."""

    @field_validator("*")
    @classmethod
    def _without_null(cls, value: Any) -> Any:
        """PostgreSQL knows no text with U+0000 in it."""
        if isinstance(value, str) and "\x00" in value:
            raise ValueError("no text has the character U+0000")
        return value

    @classmethod
    def from_query(cls, query: QueryDict) -> Self:
        """Read a page's address; empty values count as absent.

        :raises InvalidInput: if a filter is unknown or its value cannot be understood
        """
        cls.refuse_unknown(query, SHELL)
        given = {name: value for name, value in query.items() if value and name in cls.model_fields}
        try:
            return cls(**given)
        except ValidationError as error:
            raise _not_understood(error) from error

    @classmethod
    def refuse_unknown(cls, names: Iterable[str], besides: frozenset[str]) -> None:
        """Insist that every name is a filter, or one of ``besides``."""
        known = frozenset(cls.model_fields)
        for name in names:
            if name not in known | besides:
                raise InvalidInput(
                    _("There is no filter called “%(name)s”.") % {"name": name},
                    field=name,
                    code="unknown_filter",
                    hint=_("Known filters: %(names)s.") % {"names": ", ".join(sorted(known))},
                    data={"known": sorted(known)},
                )

    def applied(self, request: HttpRequest, rows: QuerySet[M]) -> QuerySet[M]:
        """The rows that match; for endpoints.

        :raises InvalidInput: if the address has a parameter that is neither a filter nor paging
        """
        self.refuse_unknown(request.GET, PAGING)
        return self.narrowed(rows)

    def narrowed(self, rows: QuerySet[M]) -> QuerySet[M]:
        """The rows that match every filter given."""
        return rows.filter(**self.lookups())

    def lookups(self) -> dict[str, Any]:
        return {
            path: value
            for name, field in type(self).model_fields.items()
            if (value := getattr(self, name)) is not None and (path := _path(field)) is not None
        }


def _path(field: Any) -> str | None:
    extra = field.json_schema_extra
    return extra.get("x-lookup") if isinstance(extra, dict) else None


def _not_understood(error: ValidationError) -> InvalidInput:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    return InvalidInput(
        _("The filter “%(name)s” cannot be understood.") % {"name": name},
        field=name,
        code="filter_value",
        hint=_("Choose one of the values offered, or clear the filter."),
        data={"reason": first["msg"]},
    )
