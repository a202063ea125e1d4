"""Why a number changed between two observations: its definition, its data, or reality.

The way from the first number to the second is walked in steps, and each step has one cause. From the first number
as it was kept:

1. records of its period that were corrected or withdrawn since: **data**;
2. records of its period that came since: **data** that came late if the period was over when it was computed, else
   **reality**, which went on;
3. the same records by the second definition: **definition**;
4. the second period instead of the first: **reality**;
5. and 6. back from the records of the second period as they are now to those the second number was computed from.

So the three parts always add up to the whole difference. A step that leads to no number (nothing was examined) is
taken together with the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.computing import computed_by
from chengshu.engines.indicators.definitions import SUBJECT, IndicatorDefinition, Kind
from chengshu.engines.indicators.figures import figure_of, row_read
from chengshu.engines.indicators.models import IndicatorObservation
from chengshu.engines.indicators.queries import (
    _lines,
    definition_of,
    has_evidence,
    keys_seen,
    observation,
    roll_of,
)
from chengshu.engines.indicators.results import ObservationView, RecordLine
from chengshu.foundation.asking import asking, current_asker, system
from chengshu.foundation.errors import Conflict, InvalidInput

ZERO = Decimal(0)
MOST_RECORDS = 20
Roll = Mapping[str, str]
"""Key → contribution of each record."""


class Cause(StrEnum):
    DEFINITION = "definition"
    DATA = "data"
    REALITY = "reality"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way.

    :ivar what: ``corrected``, ``came``, ``definition``, ``period``, ``came_since``, ``corrected_since``
    """

    what: str
    cause: Cause
    before: Decimal
    after: Decimal

    @property
    def by(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two numbers: as it was kept, and its period as it is now.

    :ivar was_over: whether its period was over when it was computed
    """

    definition: IndicatorDefinition
    value: Decimal | None
    kept: Roll
    now: Roll
    now_value: Decimal | None
    was_over: bool


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One record that makes a difference; ``line`` is None where the asker may not see the record."""

    sort: str
    cause: Cause
    before: str
    after: str
    weight: Decimal
    line: RecordLine | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the second number is not the first.

    :ivar steps: empty where one of the two is no number
    :ivar words: what differs between the two definitions: name of the part, before, after
    :ivar records: the weightiest of those that differ and that the asker may see
    :ivar differing: how many records differ by each cause, seen or not
    :ivar problem: why the way could not be walked in all its steps
    """

    before: ObservationView
    after: ObservationView
    steps: tuple[Step, ...]
    words: tuple[tuple[str, str, str], ...]
    records: tuple[RecordChange, ...] = ()
    differing: Mapping[Cause, int] = field(default_factory=dict)
    problem: str = ""

    @property
    def difference(self) -> Decimal | None:
        if self.before.value is None or self.after.value is None:
            return None
        return (self.after.value - self.before.value).normalize() + ZERO

    def by(self, cause: Cause) -> Decimal:
        """What a cause did to the number."""
        return sum((step.by for step in self.steps if step.cause is cause), ZERO)


def explain(before: int, after: int) -> Explanation:
    """Why the number of one observation is not that of another of the same indicator and subject.

    :raises Missing: if the asker may not see one of them
    :raises InvalidInput: if they are numbers of different indicators or subjects
    """
    first, second = observation(before), observation(after)
    _require_alike(first, second)
    words = definition_words(definition_of(first), definition_of(second))
    try:
        with asking(system("indicators", current_asker().channel)):
            one, other, crossed, cross_value = _sides(first, second)
    except Conflict as problem:
        return Explanation(first, second, _known_only(first, second), words, problem=str(problem))
    steps = walk(one, other, crossed, cross_value)
    changes = [*_data_changes(one), *_data_changes(other)]
    changes += _reality_changes(one.now if first.period != second.period else {}, other.now, one, other)
    differing = {cause: sum(change.cause is cause for _key, change in changes) for cause in Cause}
    return Explanation(first, second, steps, words, _named(first, second, changes), differing)


def _require_alike(first: ObservationView, second: ObservationView) -> None:
    same = first.name == second.name and first.parameters.get(SUBJECT) == second.parameters.get(SUBJECT)
    if not same or not (has_evidence(first) and has_evidence(second)):
        raise InvalidInput(
            _("These two numbers cannot be compared."),
            field="before",
            code="indicators.not_alike",
            hint=_("Choose two observations of the same indicator."),
        )


def _known_only(first: ObservationView, second: ObservationView) -> tuple[Step, ...]:
    """One step, where the records cannot be read any more: its cause is the definition if that is another."""
    if first.value is None or second.value is None:
        return ()
    same = definition_of(first).digest == definition_of(second).digest
    cause = Cause.REALITY if same else Cause.DEFINITION
    return (Step("period" if same else "definition", cause, first.value, second.value),)


def _sides(first: ObservationView, second: ObservationView) -> tuple[Side, Side, Roll, Decimal | None]:
    one, other = definition_of(first), definition_of(second)
    now = computed_by(one, first.period, first.parameters)
    crossed = now
    if one.digest != other.digest or first.parameters != second.parameters:
        given = {key: value for key, value in second.parameters.items() if key in other.parameters}
        crossed = computed_by(other, first.period, given)
    then = crossed if first.period == second.period else computed_by(other, second.period, second.parameters)
    return (
        Side(one, first.value, roll_of(first), _read(now.roll), now.value, _was_over(first)),
        Side(other, second.value, roll_of(second), _read(then.roll), then.value, _was_over(second)),
        _read(crossed.roll),
        crossed.value,
    )


def _was_over(seen: ObservationView) -> bool:
    return seen.computed_at >= seen.period.until


def _read(roll: Sequence[str]) -> Roll:
    return dict(line.split("\t", 1) for line in roll)


def walk(one: Side, other: Side, crossed: Roll, cross_value: Decimal | None) -> tuple[Step, ...]:
    """The steps from the first number to the second; empty where one of them is none.

    Pure: whatever the rolls hold, the steps add up to the difference of the two kept numbers.

    :param crossed: the records of the first period by the second definition
    """
    if one.value is None or other.value is None:
        return ()
    places = [
        ("corrected", Cause.DATA, _value(one.definition, corrected(one.kept, one.now))),
        ("came", Cause.DATA if one.was_over else Cause.REALITY, one.now_value),
        ("definition", Cause.DEFINITION, cross_value),
        ("period", Cause.REALITY, other.now_value),
        (
            "came_since",
            Cause.DATA if other.was_over else Cause.REALITY,
            _value(other.definition, corrected(other.kept, other.now)),
        ),
        ("corrected_since", Cause.DATA, other.value),
    ]
    steps: list[Step] = []
    at = one.value
    for what, cause, value in places:
        if value is None:
            continue
        if value != at:
            steps.append(Step(what, cause, at, value))
        at = value
    return tuple(steps)


def corrected(kept: Roll, now: Roll) -> Roll:
    """The records that were there then, as they are now; those that are gone are left out."""
    return {key: now[key] for key in kept if key in now}


def _value(definition: IndicatorDefinition, roll: Roll) -> Decimal | None:
    """The number that records make; None too where a query composes it and records alone do not say."""
    if definition.kind == Kind.INDEX:
        return None
    rows = [row_read(f"{key}\t{contribution}") for key, contribution in roll.items()]
    return figure_of(definition, rows).value


Keyed = tuple[str, RecordChange]


def _data_changes(side: Side) -> Iterable[Keyed]:
    """What was corrected, withdrawn or came late in the period of one number."""
    for key in side.kept.keys() | side.now.keys():
        old, new = side.kept.get(key, ""), side.now.get(key, "")
        if old == new:
            continue
        cause = Cause.DATA if old or side.was_over else Cause.REALITY
        sort = "changed" if old and new else "gone" if old else "added"
        yield key, RecordChange(sort, cause, old, new, _weight(old, new))


def _reality_changes(first: Roll, second: Roll, one: Side, other: Side) -> Iterable[Keyed]:
    """Records of only one of the two periods; none where the periods are the same."""
    if not first:
        return
    known = {*one.kept, *other.kept}
    for key in first.keys() ^ second.keys():
        if key in known:
            old, new = first.get(key, ""), second.get(key, "")
            sort = "gone" if old else "added"
            yield key, RecordChange(sort, Cause.REALITY, old, new, _weight(old, new))


def _weight(old: str, new: str) -> Decimal:
    """How much a record contributes more or less than before: its amount, or else its part."""
    return abs(_amount(new) - _amount(old))


def _amount(contribution: str) -> Decimal:
    if not contribution:
        return ZERO
    row = row_read(f"\t{contribution}")
    return row.part if row.amount is None or not row.part else row.amount


def _named(
    first: ObservationView, second: ObservationView, changes: Sequence[Keyed]
) -> tuple[RecordChange, ...]:
    """The weightiest that the asker may see, by what the page of the record calls them."""
    try:
        visible = keys_seen(first) | keys_seen(second)
        weighty = sorted(
            (one for one in changes if one[0] in visible), key=lambda one: (-one[1].weight, one[0])
        )[:MOST_RECORDS]
        keys = [key for key, _change in weighty]
        lines: dict[str, RecordLine] = {}
        for seen, side in ((first, roll_of(first)), (second, roll_of(second))):
            for line in _lines(seen, keys, {**dict.fromkeys(keys, "1/1"), **side}):
                lines[line.key] = line
    except Conflict:
        return ()
    return tuple(
        RecordChange(one.sort, one.cause, one.before, one.after, one.weight, lines.get(key))
        for key, one in weighty
    )


PARTS = ("version", "unit", "kind", "direction", "records_sql", "sql", "parameters")


def definition_words(
    one: IndicatorDefinition, other: IndicatorDefinition
) -> tuple[tuple[str, str, str], ...]:
    """The parts that decide the number and that differ."""
    told = [(name, _told(one, name), _told(other, name)) for name in PARTS]
    return tuple(part for part in told if part[1] != part[2])


def _told(definition: IndicatorDefinition, name: str) -> str:
    value = getattr(definition, name)
    if name == "parameters":
        return ", ".join(f"{key}={one.default}" for key, one in sorted(value.items()))
    return str(value).strip()


def earlier_than(seen: ObservationView) -> ObservationView | None:
    """The observation that a number is compared with: the same question asked before, or the period before.

    The one of another period comes first, since that is what people see change.
    """
    rows = IndicatorObservation.objects.filter(
        name=seen.name, parameters=dict(seen.parameters), id__lt=seen.id
    )
    same_length = [
        one
        for one in rows.order_by("-last_day", "-id").only("id", "first_day", "last_day")[:200]
        if (one.last_day - one.first_day).days >= 0 and _alike(one, seen)
    ]
    return observation(same_length[0].pk) if same_length else None


def _alike(one: IndicatorObservation, seen: ObservationView) -> bool:
    """Days with days, months or what has passed of them with the like, years with years."""
    first, last = one.first_day, one.last_day
    ours = seen.period
    if ours.first_day == ours.last_day:
        return first == last
    within_month = (ours.first_day.year, ours.first_day.month) == (ours.last_day.year, ours.last_day.month)
    if within_month:
        return first.day == 1 and (first.year, first.month) == (last.year, last.month) and first != last
    return first == ours.first_day
