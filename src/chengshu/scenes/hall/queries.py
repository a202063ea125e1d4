"""What waits at the counter: results to hand out, papers under way. The database shows only the asker's own halls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from chengshu.foundation.asking import current_asker
from chengshu.foundation.calendar import local_day
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.services import api as services
from chengshu.hub.services.data import ApplicationLine, ApplicationView, CustodyView
from chengshu.hub.services.models import Application, Custody

MOST = 100
"""Lines of a list; more than a hall works off in a day."""


@dataclass(frozen=True)
class Parcel:
    """A hand-over under way, with the application it belongs to."""

    custody_id: int
    number: str
    matter_name: str
    from_unit: str
    to_unit: str
    courier: str
    items: tuple[str, ...]
    handed_at: datetime


def own_unit() -> Unit | None:
    """Where the clerk stands; None for somebody without a post."""
    unit_id = current_asker().unit_id
    return Unit.objects.filter(pk=unit_id).first() if unit_id is not None else None


def received_today() -> tuple[ApplicationLine, ...]:
    """What the asker received at the counter today, newest first."""
    today = local_day(timezone.now())
    page = services.applications(queue="filed")
    return tuple(line for line in page.items if local_day(line.filed_at) == today)


def to_hand_out() -> tuple[ApplicationView, ...]:
    """Decided applications of one's halls whose result is still here, the oldest first."""
    found = _of_ones_halls().filter(decided_at__isnull=False, delivered_at=None, closed_at=None)
    ids = found.order_by("decided_at").values_list("pk", flat=True)[:MOST]
    return tuple(services.application(pk) for pk in ids)


def to_hand_on() -> tuple[ApplicationView, ...]:
    """Applications received here for another unit to decide, whose papers have not been handed on."""
    unit = own_unit()
    if unit is None:
        return ()
    found = (
        Application.objects.filter(received_at_unit=unit, decided_at=None, closed_at=None)
        .exclude(unit=unit)
        .filter(materials__state="paper")
        .exclude(custody__unit=unit)
        .distinct()
        .order_by("filed_at")
    )
    return tuple(services.application(pk) for pk in found.values_list("pk", flat=True)[:MOST])


def under_way() -> tuple[tuple[Parcel, ...], tuple[Parcel, ...]]:
    """Hand-overs that nobody has confirmed: those coming here, and those sent from here."""
    unit = own_unit()
    if unit is None:
        return (), ()
    open_ones = Custody.objects.select_related("application__version", "unit", "to_unit").filter(
        received_at=None
    )
    coming = open_ones.filter(Q(to_unit=unit) | Q(to_unit=None, application__unit=unit)).exclude(unit=unit)
    return _parcels(coming), _parcels(open_ones.filter(unit=unit))


def _parcels(found: QuerySet[Custody]) -> tuple[Parcel, ...]:
    return tuple(
        Parcel(
            custody_id=each.pk,
            number=each.application.number,
            matter_name=each.application.version.name,
            from_unit=each.unit.shown_name,
            to_unit=each.to_unit.shown_name if each.to_unit else "",
            courier=each.courier,
            items=tuple(each.items),
            handed_at=each.handed_at,
        )
        for each in found.order_by("handed_at")[:MOST]
    )


def _of_ones_halls() -> QuerySet[Application]:
    units = current_asker().units("services.deliver")
    if isinstance(units, str):
        return Application.objects.all()
    return Application.objects.filter(Q(unit_id__in=units) | Q(received_at_unit_id__in=units))


def is_late(view: ApplicationView, today: date | None = None) -> bool:
    """Whether the papers should have been handed on already (收件地 forwards within one working day)."""
    return view.forward_by is not None and view.forward_by < (today or local_day(timezone.now()))


__all__ = [
    "CustodyView",
    "Parcel",
    "is_late",
    "own_unit",
    "received_today",
    "to_hand_on",
    "to_hand_out",
    "under_way",
]
