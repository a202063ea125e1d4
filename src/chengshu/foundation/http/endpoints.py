"""The API about the asker: who am I, and what have I saved."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status

from chengshu.foundation.asking import EVERYWHERE, signed_in_asker
from chengshu.foundation.http import actions, saved_views
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.filters import Filters, lookup
from chengshu.foundation.http.idempotency import idempotent
from chengshu.foundation.http.models import SavedView
from chengshu.foundation.http.openapi import failures
from chengshu.foundation.http.pagination import PageOf, PageQuery, paged
from chengshu.foundation.orgs.models import Unit

prefix = ""
router = Router()


class Me(Schema):
    """Who asks, and what for: permission → keys of the units where it is held, or ``*``."""

    account: str
    title: str
    unit: str
    roles: list[str]
    permissions: dict[str, list[str]]
    channel: str


class SavedViewIn(Schema):
    """A view to keep: the path of a page, a name, and its filters as in an address."""

    page: str
    name: str
    query: str = ""


class SavedViewOut(Schema):
    """A kept view."""

    id: int
    page: str
    name: str
    query: str
    created_at: datetime


class SavedViewFilters(Filters):
    """What the list may be narrowed by."""

    page: str | None = lookup("page")


@router.get(
    "/me",
    response={200: Me, **failures(401, 403)},
    operation_id="get_me",
    summary="Who asks, and with which powers",
)
@door(Door.SIGNED_IN)
def get_me(request: HttpRequest) -> Me:
    asker = signed_in_asker()
    keys = dict(Unit.objects.values_list("pk", "key"))
    return Me(
        account=asker.name,
        title=asker.title,
        unit=keys.get(asker.unit_id or 0, ""),
        roles=list(asker.roles),
        permissions={
            permission: [EVERYWHERE] if isinstance(units, str) else sorted(keys[pk] for pk in units)
            for permission, units in sorted(asker.powers.items())
        },
        channel=asker.channel,
    )


@router.get(
    "/saved-views",
    response={200: PageOf[SavedViewOut], **failures(401, 422)},
    operation_id="list_saved_views",
    summary="The asker's saved views",
)
@door(Door.SIGNED_IN)
def list_saved_views(
    request: HttpRequest, filters: Query[SavedViewFilters], page: Query[PageQuery]
) -> dict[str, object]:
    return paged(request, filters.applied(request, saved_views.my_views()), page, order=("page", "name"))


@router.post(
    "/saved-views",
    response={201: SavedViewOut, **failures(401, 409, 422)},
    operation_id="save_view",
    summary="Keep the filters of a page under a name",
)
@idempotent
@door(Door.SIGNED_IN)
def save_view(request: HttpRequest, view: SavedViewIn) -> Status[SavedView]:
    return Status(201, actions.save_view(page=view.page, name=view.name, query=view.query))


@router.delete(
    "/saved-views/{int:pk}",
    response={204: None, **failures(401, 404)},
    operation_id="delete_view",
    summary="Forget a saved view",
)
@door(Door.SIGNED_IN)
def delete_view(request: HttpRequest, pk: int) -> Status[None]:
    actions.delete_view(view=saved_views.my_view(pk))
    return Status(204, None)
