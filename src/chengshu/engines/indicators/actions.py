"""Every write of this engine: computing a number and keeping it with its evidence."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from time import monotonic
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators import periods
from chengshu.engines.indicators.colours import require_order
from chengshu.engines.indicators.computing import chosen_version
from chengshu.engines.indicators.definitions import SUBJECT, Grain, IndicatorDefinition, Thresholds
from chengshu.engines.indicators.figures import kept
from chengshu.engines.indicators.models import IndicatorObservation, IndicatorStanding, IndicatorThresholds
from chengshu.engines.indicators.observing import observe, observe_all
from chengshu.engines.indicators.packs import Pack, packed
from chengshu.engines.indicators.periods import Period
from chengshu.engines.indicators.queries import owner_id, question_of
from chengshu.engines.indicators.registry import all_wanted, definitions
from chengshu.engines.indicators.registry import definition as registered
from chengshu.engines.indicators.results import ObservationView, Wanted
from chengshu.engines.indicators.sources import Marks, marks_of, read_chain
from chengshu.engines.indicators.standing import (
    SETTLED_AFTER,
    is_unchanged,
    look_after,
    settle,
    standings_of,
    take_hold,
)
from chengshu.engines.indicators.subjects import list_subjects
from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import asking, current_asker, system
from chengshu.foundation.audit import changes
from chengshu.foundation.audit.canonical import reference
from chengshu.foundation.errors import ChengshuError, InvalidInput, Missing

LONGEST_SECONDS = 240
"""After this time a refresh leaves past periods for the next one."""
log = logging.getLogger("chengshu.indicators")


def _owner(
    *,
    name: str,
    period: Period,
    parameters: Mapping[str, str] | None = None,
    version: str = "",
    **_rest: object,
) -> int:
    return owner_id(chosen_version(name, version, period), parameters)


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
    definition = chosen_version(name, version, period)
    take_hold(definition.name)
    return observe(definition, period, parameters or {})[0]


def _answering(*, name: str, subject: str = "", **_rest: object) -> int:
    return owner_id(registered(name), {SUBJECT: subject} if subject else {})


@action(title=_("Set the thresholds of an indicator"), at=_answering)
def set_thresholds(
    *,
    name: str,
    valid_from: date,
    source: str,
    subject: str = "",
    blue: Decimal | None = None,
    yellow: Decimal | None = None,
    orange: Decimal | None = None,
    red: Decimal | None = None,
) -> IndicatorThresholds:
    """From which values on an indicator is blue, yellow, orange or red, from a day on; earlier days keep theirs.

    :param subject: of a template, the only subject meant; all of them if empty
    :param source: the document, decision or reasoning that sets them
    :raises Missing: if there is no such indicator or subject
    :raises InvalidInput: if no limit is given, a graver colour begins before a milder one, or the source is lacking
    """
    definition = registered(name)
    limits = Thresholds(valid_from, source.strip(), blue, yellow, orange, red)
    require_order(definition, limits)
    if not limits.source:
        raise InvalidInput(
            _("Who decided it, or why, is not told."),
            field="source",
            code="indicators.thresholds_source",
            hint=_("Name the document, the decision or the reasoning."),
        )
    for limit in (blue, yellow, orange, red):
        if limit is not None:
            kept(definition, limit)
    row = IndicatorThresholds(
        name=name,
        subject=subject,
        unit_id=_answering(name=name, subject=subject),
        valid_from=valid_from,
        blue=blue,
        yellow=yellow,
        orange=orange,
        red=red,
        source=limits.source[:300],
        set_at=timezone.now(),
    )
    row.save()
    return row


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
    unchanged: int = 0
    """Questions left alone, because nothing was written since to what they read."""
    stored: int = 0
    left: int = 0
    """Left for the next round: periods long over, when this one had taken long enough; what another computes now."""
    failed: dict[str, str] = field(default_factory=dict)
    subjects: int = 0
    """Subjects of templates that were listed anew, changed or retired."""


@action(title=_("Compute all indicators"), at=Reach.EVERYWHERE)
def refresh_indicators(*, today: date | None = None, everything: bool = False) -> Refreshed:
    """Bring every number up to date: the months of the year, the year to date, and what the hub wants.

    Only what can have changed is computed: a question whose definition is the same and to whose tables nothing was
    written since is left alone. A definition that fails is told and stops nothing else. What is present comes first;
    past periods that were never computed follow until ``LONGEST_SECONDS`` have passed, and go on in the next round.
    What somebody else computes at this moment waits for the next round as well.

    :param today: the present day if None
    :param everything: compute all of it, settled periods too, whatever was written
    """
    done, started, known = Refreshed(), monotonic(), read_chain()
    on = today or timezone.localdate()
    _list_all_subjects(on, done)
    questions = _questions(on)
    standings = standings_of(one.name for one in questions)
    still: list[IndicatorStanding] = []
    for wanted in questions:
        try:
            definition = chosen_version(wanted.name, wanted.version, wanted.period)
        except Missing as error:
            _tell_failure(f"{wanted.name} {wanted.period}", error, done)
            continue
        standing = standings.get(_question(definition, wanted))
        if not everything and _is_settled(wanted, standing):
            continue
        if standing and not everything and is_unchanged(standing, definition, marks_of(definition, known)):
            still.append(standing)
        elif (wanted.settles and monotonic() - started > LONGEST_SECONDS) or not take_hold(
            definition.name, patient=False
        ):
            done.left += 1
        else:
            _ask(definition, wanted, known, done)
    look_after(still)
    done.unchanged = len(still)
    return done


def _list_all_subjects(today: date, done: Refreshed) -> None:
    for definition in definitions():
        if definition.subjects is None or not definition.is_in_force(today):
            continue
        try:
            listed = list_subjects(definition)
            done.subjects += listed.new + listed.changed + listed.retired
        except ChengshuError as error:
            _tell_failure(definition.name, error, done)


def _ask(definition: IndicatorDefinition, wanted: Wanted, known: Marks, done: Refreshed) -> None:
    """Compute and keep one answer, or all of a template; a failure is noted where it is looked for."""
    done.asked += 1
    try:
        if _is_of_all(definition, wanted):
            done.stored += observe_all(definition, wanted.period, known)
        else:
            done.stored += observe(definition, wanted.period, wanted.parameters, known)[1]
    except ChengshuError as error:
        _tell_failure(f"{wanted.name} {wanted.period}", error, done)
        settle(
            definition,
            wanted.period,
            _question(definition, wanted),
            None,
            parameters={} if _is_of_all(definition, wanted) else _asked_with(definition, wanted),
            unit_id=owner_id(definition, wanted.parameters),
            problem=str(error),
        )


def _tell_failure(what: str, error: ChengshuError, done: Refreshed) -> None:
    log.warning("%s: %s", what, error)
    done.failed[what] = str(error)


def _is_of_all(definition: IndicatorDefinition, wanted: Wanted) -> bool:
    return definition.subjects is not None and SUBJECT not in wanted.parameters


def _asked_with(definition: IndicatorDefinition, wanted: Wanted) -> dict[str, str]:
    """The parameters as asked, those of the definition by default."""
    given = {key: wanted.parameters.get(key, one.default) for key, one in definition.parameters.items()}
    return {key: str(value) for key, value in sorted(given.items()) if value is not None}


def _question(definition: IndicatorDefinition, wanted: Wanted) -> str:
    given = {} if _is_of_all(definition, wanted) else _asked_with(definition, wanted)
    return question_of(definition.name, definition.version, wanted.period, given)


def _questions(today: date) -> list[Wanted]:
    """Everything that is wanted now, each once, what is present first."""
    with asking(system("indicators", current_asker().channel)):
        wanted = sorted([*_usual_of_all(today), *all_wanted()], key=lambda one: one.settles)
    each: dict[tuple[object, ...], Wanted] = {}
    for one in wanted:
        each.setdefault((one.name, one.version, one.period, tuple(sorted(one.parameters.items()))), one)
    return list(each.values())


def _usual_of_all(today: date) -> Iterator[Wanted]:
    for definition in definitions():
        lacking = {name for name, one in definition.parameters.items() if one.default is None}
        asks = lacking <= ({SUBJECT} if definition.subjects else set())
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


def _is_settled(wanted: Wanted, standing: IndicatorStanding | None) -> bool:
    """Whether it was computed long enough after the end of its period."""
    return (
        wanted.settles
        and standing is not None
        and standing.evaluated_at >= wanted.period.until + SETTLED_AFTER
        and not standing.problem
    )
