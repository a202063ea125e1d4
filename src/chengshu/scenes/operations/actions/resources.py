"""The ledger of resources: devices, cloud and network resources, cameras, spare parts; and snapshots of cameras."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.operations.images.health import examined
from chengshu.scenes.operations.keeping import keep
from chengshu.scenes.operations.ledger import LedgerRow
from chengshu.scenes.operations.models import (
    Contract,
    Resource,
    ResourceKind,
    Service,
    Snapshot,
    StockMove,
    Ticket,
)
from chengshu.scenes.operations.texts import given, in_order, one_of, optional, whose

TEXTS = {
    "maker": 100,
    "model": 100,
    "serial": 100,
    "place": 200,
    "holder": 200,
    "capacity": 200,
    "address": 100,
}


@action(title=_("Keep a resource"), at=lambda *, unit, **_rest: unit.pk)
def keep_resource(*, unit: Unit, row: LedgerRow, simulated: bool = False) -> Resource:
    """Enter a resource, or change the one that the unit has under this code.

    :raises InvalidInput: by field
    """
    return _keep(unit, row, simulated)


@action(title=_("Import resources"), at=lambda *, unit, **_rest: unit.pk)
def import_resources(*, unit: Unit, rows: Sequence[LedgerRow]) -> dict[str, int]:
    """Enter all rows of a sheet or none; returns how many are new and how many were there.

    :raises InvalidInput: by field; names the row
    """
    known = set(Resource.objects.filter(unit=unit).values_list("code", flat=True))
    for row in rows:
        _keep(unit, row, False)
    new = {row.code for row in rows} - known
    return {"new": len(new), "changed": len({row.code for row in rows}) - len(new)}


def _keep(unit: Unit, row: LedgerRow, simulated: bool) -> Resource:
    code = given(row.code, "code", _("The number on its label."), most=60)
    contract = _contract(unit, row.contract)
    resource = Resource.objects.filter(unit=unit, code=code).first() or Resource(unit=unit, code=code)
    in_order(row.in_service_on, row.retired_on, "retired_on")
    resource.name = given(row.name, "name", _("What it is."), most=200)
    resource.kind = one_of(row.kind, ResourceKind.values, "kind")
    resource.contract, resource.service = contract, _service(contract, row.service)
    resource.supplier_id = contract.supplier_id if contract else None
    for field, most in TEXTS.items():
        setattr(resource, field, optional(getattr(row, field), field, most=most))
    resource.lat, resource.lng = row.lat, row.lng
    resource.in_service_on, resource.warranty_until = row.in_service_on, row.warranty_until
    resource.retired_on, resource.reorder_at = row.retired_on, row.reorder_at
    resource.simulated = resource.simulated or simulated
    resource.save()
    return resource


def _contract(unit: Unit, number: str) -> Contract | None:
    if not number.strip():
        return None
    found = Contract.objects.filter(unit=unit, number=number.strip()).first()
    if found is None:
        raise InvalidInput(
            _("The unit has no contract with this number."), field="contract", code="operations.contract"
        )
    return found


def _service(contract: Contract | None, key: str) -> Service | None:
    if not key.strip():
        return None
    found = contract.services.filter(key=key.strip()).first() if contract else None
    if found is None:
        raise InvalidInput(
            _("The contract has no service with this key."), field="service", code="operations.service"
        )
    return found


@action(title=_("Move stock"), at=lambda *, resource, **_rest: whose(resource, "operations.move_stock"))
def move_stock(*, resource: Resource, change: int, reason: str, ticket: Ticket | None = None) -> StockMove:
    """Spare parts came (+) or went (−).

    :raises Conflict: if more would go than there are
    :raises InvalidInput: ``change`` or ``reason``; ``resource`` if it is no spare part
    """
    if resource.kind != ResourceKind.SPARE:
        raise InvalidInput(_("This is no spare part."), field="resource", code="operations.no_spare")
    if change == 0 or abs(change) > 1_000_000:
        raise InvalidInput(_("Enter how many came or went."), field="change", code="operations.change")
    Resource.objects.select_for_update().get(pk=resource.pk)
    there = resource.moves.aggregate(all=Sum("change"))["all"] or 0
    if there + change < 0:
        raise Conflict(
            _("Only %(there)s are in stock.") % {"there": there},
            code="operations.out_of_stock",
            hint=_("Record first what came in."),
        )
    row = StockMove(
        resource=resource,
        unit_id=resource.unit_id,
        supplier_id=resource.supplier_id,
        change=change,
        reason=given(reason, "reason", _("Say what for."), most=300),
        ticket=ticket,
        moved_at=timezone.now(),
        by_id=current_asker().account_id,
    )
    row.save()
    return row


@action(
    title=_("Take in a snapshot"),
    at=lambda *, resource, **_rest: whose(resource, "operations.take_snapshot"),
    sensitive=("content",),
)
def take_snapshot(
    *, resource: Resource, content: bytes, taken_at: datetime | None = None, simulated: bool = False
) -> Snapshot:
    """Look at a camera's picture: black, covered, blurred; and beside the one before, frozen or shifted.

    :param content: JPEG or PNG
    :param taken_at: when the camera took it; a picture as old as the one before tells nothing of freezing
    :raises InvalidInput: ``resource`` if it is no camera; ``snapshot``; ``taken_at``
    """
    now = timezone.now()
    taken_at = taken_at or now
    if resource.kind != ResourceKind.CAMERA:
        raise InvalidInput(_("This is no camera."), field="resource", code="operations.no_camera")
    if taken_at > now:
        raise InvalidInput(_("This lies in the future."), field="taken_at", code="operations.future")
    before = resource.snapshots.filter(taken_at__lt=taken_at).select_related("content").first()
    health = examined(content, _bytes(before) if before else None)
    row = Snapshot(
        resource=resource,
        unit_id=resource.unit_id,
        supplier_id=resource.supplier_id,
        content=keep(content, "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"),
        taken_at=taken_at,
        faults=list(health.faults),
        measures=health.measures,
        simulated=simulated or resource.simulated,
    )
    row.save()
    return row


def _bytes(snapshot: Snapshot) -> bytes:
    with snapshot.content.open() as stored:
        return stored.read()
