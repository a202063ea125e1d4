"""Reads; the database shows only what the asker may see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from django.db.models import Count, Model, QuerySet

from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.command.facts import CENTRE
from chengshu.scenes.command.models import CityEvent, EventState, Merge, MergeState
from chengshu.scenes.command.nearness import Pair, pairs
from chengshu.scenes.command.texts import no_such

Row = TypeVar("Row", bound=Model)

MOST_COMPARED = 400
"""Open events that are compared with one another: the latest."""
_OVER = (EventState.CLOSED, EventState.WITHDRAWN)


def one(found: QuerySet[Row], pk: int) -> Row:
    """
    :raises Missing: if there is none that the asker may see
    """
    row = found.filter(pk=pk).first() if 0 < pk < 2**63 else None
    if row is None:
        raise no_such()
    return row


def events(*, state: str = "", grade: str = "", what: str = "") -> QuerySet[CityEvent]:
    """Events that speak for themselves, with how many were merged into each.

    :param state: a state; ``all``; empty: those that are not over
    :param what: ``real`` (without drills and simulated ones), ``drill``, ``simulated``; empty: all, marked
    """
    found = CityEvent.objects.filter(merged_into=None).select_related("unit")
    if state in EventState.values:
        found = found.filter(state=state)
    elif state != "all":
        found = found.exclude(state__in=_OVER)
    if grade:
        found = found.filter(grade="" if grade == "none" else grade)
    if what == "real":
        found = found.filter(drill=False, simulated=False)
    elif what in ("drill", "simulated"):
        found = found.filter(**{what: True})
    return found.annotate(merged_count=Count("merged"))


def counts() -> Mapping[str, int]:
    """How many real events that speak for themselves stand in each state."""
    rows = (
        CityEvent.objects.filter(merged_into=None, drill=False, simulated=False)
        .order_by()
        .values_list("state")
        .annotate(count=Count("pk"))
    )
    return dict(rows)


def event_by_id(event_id: int) -> CityEvent:
    """
    :raises Missing: if there is none that the asker may see
    """
    return one(CityEvent.objects.select_related("unit", "merged_into", "reporter"), event_id)


def open_events() -> list[CityEvent]:
    """The latest open events that speak for themselves."""
    found = CityEvent.objects.filter(merged_into=None).exclude(state__in=_OVER).select_related("unit")
    return list(found[:MOST_COMPARED])


def proposals() -> list[Pair]:
    """Pairs of open events that may be one and of which nobody has said that they are not."""
    decided = Merge.objects.filter(state=MergeState.DISMISSED).values_list("event_id", "into_id")
    return list(pairs(open_events(), {frozenset(pair) for pair in decided}))


def centre() -> Unit:
    """The unit whose desk takes what no unit is named for.

    :raises Missing: if the base data was never loaded
    """
    found = Unit.objects.filter(key=CENTRE).first()
    if found is None:
        raise no_such()
    return found


def unit_by_id(unit_id: int) -> Unit:
    """
    :raises Missing: if there is none
    """
    return one(Unit.objects.all(), unit_id)
