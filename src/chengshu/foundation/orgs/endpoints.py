"""The organisation over HTTP, to read: units with their names over time, and contacts, masked."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.orgs import queries
from chengshu.foundation.orgs.models import Unit

router = Router()
PAGE_SIZE = 100


class AliasOut(Schema):
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
    source: str
    aliases: list[AliasOut]
    contacts: list[ContactOut]


class UnitPage(Schema):
    items: list[UnitOut]
    next: str


@router.get("/units", response=UnitPage, operation_id="orgs_units", summary="Units by path")
@door(Door.SIGNED_IN)
def list_units(
    request: HttpRequest, search: str = "", kind: str = "", on: date | None = None, cursor: str = ""
) -> UnitPage:
    """Units by path; ``search`` finds former names too, ``cursor`` is the path of the last one seen."""
    found = queries.units(search.replace("\x00", ""), on=on, kind=kind.replace("\x00", ""))
    rows = list(found.filter(path__gt=cursor.replace("\x00", ""))[: PAGE_SIZE + 1])
    more = len(rows) > PAGE_SIZE
    rows = rows[:PAGE_SIZE]
    return UnitPage(items=[UnitOut(**_facts(unit)) for unit in rows], next=rows[-1].path if more else "")


@router.get("/units/{unit_id}", response=UnitDetail, operation_id="orgs_unit", summary="One unit")
@door(Door.SIGNED_IN)
def get_unit(request: HttpRequest, unit_id: int) -> UnitDetail:
    """One unit with its names over time and its contacts, masked."""
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
