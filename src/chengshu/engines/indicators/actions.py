"""Every write of this engine: computing a number and keeping it with its evidence."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from time import monotonic
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators import periods
from chengshu.engines.indicators.computing import chosen_version
from chengshu.engines.indicators.definitions import Grain, IndicatorDefinition
from chengshu.engines.indicators.models import IndicatorObservation
from chengshu.engines.indicators.observing import observe, owner_id
from chengshu.engines.indicators.packs import Pack, packed
from chengshu.engines.indicators.periods import Period
from chengshu.engines.indicators.registry import all_wanted, definitions
from chengshu.engines.indicators.results import ObservationView, Wanted
from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import asking, current_asker, system
from chengshu.foundation.audit import changes
from chengshu.foundation.audit.canonical import reference
from chengshu.foundation.errors import ChengshuError

LONGEST_SECONDS = 240
"""After this time a refresh leaves past periods for the next one."""
SETTLED_AFTER = timedelta(days=31)
"""How long after its end a period is still computed anew, for what is recorded late."""
log = logging.getLogger("chengshu.indicators")


def _owner(*, name: str, period: Period, version: str = "", **_rest: object) -> int:
    return owner_id(chosen_version(name, version, period))


@action(title=_("Compute an indicator"), at=_owner)
def evaluate(
    *, name: str, period: Period, parameters: Mapping[str, str] | None = None, version: str = ""
) -> ObservationView:
    """Compute an indicator over all records and keep the number with its evidence.

    The same number from the same records is kept once.

    :param version: the one in force on the last day of the period, or else the latest, if empty
    :raises Missing: if there is no such indicator
    :raises InvalidInput: if a parameter is unknown or missing
    :raises Conflict: if the query fails, or its answer cannot be
    """
    return observe(chosen_version(name, version, period), period, parameters or {})[0]


@action(title=_("Take an evidence pack"), at=lambda *, observation, **_rest: observation.unit_id)
def take_pack(*, observation: IndicatorObservation, about: Mapping[str, Any] | None = None) -> Pack:
    """An observation with its evidence as a file, its records as far as the asker may see them; noted in the audit.

    :param about: what the number is used for; goes along, and is not sealed
    :raises Conflict: if the observation has no evidence that can be packed
    """
    pack = packed(observation, about)
    changes.record(
        "export",
        reference(observation),
        name=pack.name,
        sm3=pack.sm3,
        opened=pack.opened,
        withheld=pack.withheld,
    )
    return pack


@dataclass
class Refreshed:
    """What a refresh did: questions asked, answers that were new, what failed with its reason, and what was left."""

    asked: int = 0
    stored: int = 0
    left: int = 0
    """Periods long over that wait for the next round, because this one had taken long enough."""
    failed: dict[str, str] = field(default_factory=dict)


@action(title=_("Compute all indicators"), at=Reach.EVERYWHERE)
def refresh_indicators(*, today: date | None = None) -> Refreshed:
    """Bring every number up to date: the months of the year, the year to date, and what the hub wants.

    A definition that fails is told and stops nothing else. What is present comes first; past periods that were never
    computed follow until ``LONGEST_SECONDS`` have passed, and go on in the next round.

    :param today: the present day if None
    """
    done, started = Refreshed(), monotonic()
    for wanted in _questions(today or timezone.localdate()):
        if wanted.settles and monotonic() - started > LONGEST_SECONDS:
            done.left += 1
            continue
        done.asked += 1
        try:
            definition = chosen_version(wanted.name, wanted.version, wanted.period)
            done.stored += observe(definition, wanted.period, wanted.parameters)[1]
        except ChengshuError as error:
            log.warning("%s %s: %s", wanted.name, wanted.period, error)
            done.failed[f"{wanted.name} {wanted.period}"] = str(error)
    return done


def _questions(today: date) -> Iterator[Wanted]:
    """Everything to be asked now, each once."""
    with asking(system("indicators", current_asker().channel)):
        wanted = sorted([*_usual_of_all(today), *all_wanted()], key=lambda one: one.settles)
    asked: set[tuple[object, ...]] = set()
    for one in wanted:
        key = (one.name, one.version, one.period, tuple(sorted(one.parameters.items())))
        if key not in asked and not (one.settles and _is_settled(one)):
            asked.add(key)
            yield one


def _usual_of_all(today: date) -> Iterator[Wanted]:
    for definition in definitions():
        asks = all(one.default is not None for one in definition.parameters.values())
        if asks and definition.is_in_force(today):
            yield from _usual(definition, today)


def _usual(definition: IndicatorDefinition, today: date) -> Iterator[Wanted]:
    """The year to date, and where months mean something its months; the day before where days do."""
    year = periods.to_date(periods.budget_year(today.year), today)
    yield Wanted(definition.name, definition.version, year)
    if definition.grain == Grain.YEAR:
        return
    for month in periods.months_of(year):
        yield Wanted(definition.name, definition.version, month, settles=True)
    if definition.grain == Grain.DAY:
        yield Wanted(definition.name, definition.version, periods.day(today - timedelta(days=1)))


def _is_settled(wanted: Wanted) -> bool:
    """Whether it was computed long enough after the end of its period."""
    found = IndicatorObservation.objects.filter(
        name=wanted.name,
        version=wanted.version,
        first_day=wanted.period.first_day,
        last_day=wanted.period.last_day,
        parameters__contains=dict(wanted.parameters),
        computed_at__gte=wanted.period.until + SETTLED_AFTER,
    )
    return found.exists()
