"""Figures of decided cases: how many in time, and how far promise and practice undercut the law.

Numerator and denominator are both told; a share without anything to divide by is None, never 0 or 100 %.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from chengshu.engines.cases.clocks.compression import Aggregate, Line, aggregate, compression
from chengshu.engines.cases.clocks.limits import Limit, LimitUnit
from chengshu.engines.cases.clocks.rows import clock_of, limit_of
from chengshu.engines.cases.clocks.settled import timekeeping
from chengshu.engines.cases.models_clocks import Clock, ClockLayer, ClockMatter, ClockState
from chengshu.foundation.calendar import NoticeMissing, local_day
from chengshu.foundation.errors import InvalidInput


@dataclass(frozen=True)
class DecidedCase:
    """One decided case: its limits and what it took.

    :param promised_share: compression of the promise against the law; None where there is none or it cannot be told
    :param used_share: the same of what was really used, in the unit of the legal limit
    """

    case_id: int
    definition: str
    in_legal_time: bool | None
    in_promised_time: bool | None
    promised_share: Decimal | None
    used_share: Decimal | None


@dataclass(frozen=True)
class DefinitionFigures:
    """The decided cases of one process.

    :param legal_timed: how many had a legal clock, the denominator of ``in_legal_time``
    """

    definition: str
    decided: int
    legal_timed: int
    in_legal_time: int
    promised_timed: int
    in_promised_time: int
    promised_share: Decimal | None
    used_share: Decimal | None


@dataclass(frozen=True)
class ClockFigures:
    """All of them, with compression over items and over cases, of the promise and of the practice."""

    definitions: tuple[DefinitionFigures, ...]
    promised: Aggregate
    used: Aggregate


def clock_figures(since: datetime, until: datetime) -> ClockFigures:
    """Figures of the cases that were decided from ``since`` up to but not including ``until``.

    Only cases that the asker may see are counted, and none that is simulated.
    """
    by_definition: dict[str, list[DecidedCase]] = defaultdict(list)
    for case in decided_cases(since, until):
        by_definition[case.definition].append(case)
    lines = tuple(_figures(name, cases) for name, cases in sorted(by_definition.items()))
    return ClockFigures(
        lines,
        aggregate(
            Line(each.promised_share, each.decided) for each in lines if each.promised_share is not None
        ),
        aggregate(Line(each.used_share, each.decided) for each in lines if each.used_share is not None),
    )


def decided_cases(since: datetime, until: datetime) -> list[DecidedCase]:
    """The cases whose decision clocks stopped in the period, oldest first."""
    rows = (
        Clock.objects.filter(
            matter=ClockMatter.DECISION,
            state=ClockState.STOPPED,
            stopped_at__gte=since,
            stopped_at__lt=until,
            case__simulated=False,
        )
        .select_related("case__definition")
        .prefetch_related("pauses", "extensions")
        .order_by("case_id")
    )
    by_case: dict[int, dict[str, Clock]] = defaultdict(dict)
    for row in rows:
        by_case[row.case_id][row.layer] = row
    return [_decided(case_id, clocks) for case_id, clocks in by_case.items()]


def _decided(case_id: int, clocks: dict[str, Clock]) -> DecidedCase:
    legal, promised = clocks.get(ClockLayer.LEGAL), clocks.get(ClockLayer.PROMISED)
    any_clock = next(iter(clocks.values()))
    return DecidedCase(
        case_id,
        any_clock.case.definition.key,
        _in_time(legal),
        _in_time(promised),
        _share(limit_of(promised), legal) if promised and legal else None,
        _used_share(legal) if legal else None,
    )


def _in_time(row: Clock | None) -> bool | None:
    if row is None or row.provisional or row.due_at is None or row.stopped_at is None:
        return None
    return row.stopped_at <= row.due_at


def _share(promised: Limit, legal: Clock) -> Decimal | None:
    """The compression of a limit against a legal clock, from the day on which that one began."""
    assert legal.started_at is not None
    try:
        return compression(
            promised, limit_of(legal), start=local_day(legal.started_at), calendar=timekeeping().calendar
        )
    except (InvalidInput, NoticeMissing):
        return None


def _used_share(legal: Clock) -> Decimal | None:
    """The compression that the practice reached: what was used against the legal limit, both in its own unit."""
    limit = limit_of(legal)
    if limit.unit is LimitUnit.MONTHS or not limit.amount or legal.stopped_at is None:
        return None
    used, _left = clock_of(legal).counts(timekeeping(), legal.stopped_at)
    return (1 - used / limit.amount).quantize(Decimal("0.0001"))


def _figures(definition: str, cases: list[DecidedCase]) -> DefinitionFigures:
    legal = [case.in_legal_time for case in cases if case.in_legal_time is not None]
    promised = [case.in_promised_time for case in cases if case.in_promised_time is not None]
    return DefinitionFigures(
        definition,
        len(cases),
        len(legal),
        sum(legal),
        len(promised),
        sum(promised),
        _mean(case.promised_share for case in cases),
        _mean(case.used_share for case in cases),
    )


def _mean(shares: Iterable[Decimal | None]) -> Decimal | None:
    known = [share for share in shares if share is not None]
    return (sum(known, Decimal()) / len(known)).quantize(Decimal("0.0001")) if known else None
