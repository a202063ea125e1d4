"""The organisation over HTTP, to read: units with their names over time, and contacts, masked."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.filters import Filters, lookup
from chengshu.foundation.http.openapi import failures
from chengshu.foundation.http.pagination import PageOf, PageQuery, paged
from chengshu.foundation.orgs import queries
from chengshu.foundation.orgs.models import Unit, UnitKind

router = Router()


class AliasOut(Schema):
    """A name that a unit had, or has beside its own."""

    name: str
    note: str
    valid_from: date | None
    valid_to: date | None


class ContactOut(Schema):
    """``phone`` and ``address`` are masked; there is no clear value over HTTP."""

    label: str
    post: str
    phone: str
    address: str


class UnitOut(Schema):
    """One unit; ``parent`` is the number of the unit above it."""

    id: int
    key: str
    kind: str
    name: str
    short_name: str
    name_en: str
    code: str
    parent: int | None
    path: str
    valid_from: date | None
    valid_to: date | None
    verified: bool


class UnitDetail(UnitOut):
    """One unit with where it is known from, its names and its contacts."""

    source: str
    aliases: list[AliasOut]
    contacts: list[ContactOut]


class UnitFilters(Filters):
    """What the units may be narrowed by."""

    search: str = Field("", description="part of a name, now or ever, or the beginning of a code")
    kind: UnitKind | None = lookup("kind")
    on: date | None = Field(None, description="only units that existed on this day")


@router.get(
    "/units",
    response={200: PageOf[UnitOut], **failures(401, 403, 422)},
    operation_id="list_units",
    summary="Units by path",
)
@door(Door.SIGNED_IN)
def list_units(request: HttpRequest, filters: Query[UnitFilters], page: Query[PageQuery]) -> dict[str, Any]:
    found = queries.units(filters.search, on=filters.on)
    answer = paged(request, filters.applied(request, found), page, order=("path",))
    return {**answer, "items": [UnitOut(**_facts(unit)) for unit in answer["items"]]}


@router.get(
    "/units/{unit_id}",
    response={200: UnitDetail, **failures(401, 403, 404)},
    operation_id="get_unit",
    summary="One unit with its names over time and its contacts, masked",
)
@door(Door.SIGNED_IN)
def get_unit(request: HttpRequest, unit_id: int) -> UnitDetail:
    unit = queries.unit_by_id(unit_id)
    return UnitDetail(
        **_facts(unit),
        source=unit.source,
        aliases=[
            AliasOut(name=one.name, note=one.note, valid_from=one.valid_from, valid_to=one.valid_to)
            for one in unit.aliases.order_by("valid_to", "name")
        ],
        contacts=[
            ContactOut(
                label=one.label,
                post=one.post.title if one.post else "",
                phone=one.phone_masked,
                address=one.address_masked,
            )
            for one in queries.contacts_of(unit)
        ],
    )


def _facts(unit: Unit) -> dict[str, Any]:
    return {
        "id": unit.pk,
        "parent": unit.parent_id,
        **{
            name: getattr(unit, name)
            for name in (
                "key",
                "kind",
                "name",
                "short_name",
                "name_en",
                "code",
                "path",
                "valid_from",
                "valid_to",
                "verified",
            )
        },
    }
