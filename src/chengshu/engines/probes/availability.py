"""From the tables to the figures: availability of a target, of a group, of every day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.probes import queries
from chengshu.engines.probes.machine import as_prober
from chengshu.engines.probes.models import DayFigure, Target
from chengshu.engines.probes.reckoning import (
    LENIENT,
    Announced,
    Figure,
    Known,
    Stretches,
    Treatment,
    figure_of,
    mean_of_devices,
    stretches,
    whole_service,
)
from chengshu.engines.probes.spans import Span
from chengshu.engines.probes.window import agreed_spans
from chengshu.foundation.calendar import NoticeMissing
from chengshu.foundation.calendar.moments import at
from chengshu.foundation.errors import InvalidInput

LONGEST = timedelta(days=370)


@dataclass(frozen=True, slots=True)
class OfTarget:
    """The availability of one target with the time behind it."""

    target: Target
    figure: Figure
    stretches: Stretches
    outages: int


@dataclass(frozen=True, slots=True)
class OfGroup:
    """The availability of a group: as one service that needs all of its targets, and as the mean of its devices."""

    name: str
    each: tuple[OfTarget, ...]
    service: Figure
    mean: Decimal | None


def month_of(text: str) -> tuple[datetime, datetime]:
    """``2026-11`` as its first moment and the first after it, in Shanghai.

    :raises InvalidInput: ``month``
    """
    try:
        first = date.fromisoformat(f"{text}-01")
        following = (first + timedelta(days=32)).replace(day=1)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(_("This is no month."), field="month", hint=_("Such as 2026-11.")) from error
    return at(first, time.min), at(following, time.min)


def known_of(target: Target, since: datetime, until: datetime) -> Known:
    """What the tables know of a target in a period.

    :raises NoticeMissing: for working days of a year whose holidays are not published yet
    """
    checks = list(target.checks.all())
    begin = min((check.defined_at for check in checks), default=None)
    if target.retired_at is not None:
        until = min(until, target.retired_at)
    agreed = agreed_spans(target.window_days, target.window_times, since, until) if since < until else ()
    down = tuple(
        Span(max(one.began_at, since), min(one.ended_at or until, until))
        for one in queries.outages(since=since, until=until, target=target)
        if max(one.began_at, since) < min(one.ended_at or until, until)
    )
    return Known(
        agreed=agreed,
        since=begin,
        down=down,
        unreachable=tuple(
            span for state, span in queries.changes_of(target, since, until) if state == "unreachable"
        ),
        gaps=queries.gaps_of(checks, down, since, until),
        announced=tuple(
            Announced(row.starts_at, row.ends_at, row.announced_at, row.withdrawn_at is not None)
            for row in queries.maintenance_of(target, since, until)
        ),
    )


def of_target(target: Target, since: datetime, until: datetime, treatment: Treatment = LENIENT) -> OfTarget:
    """
    :raises InvalidInput: if the period is not one, or the holidays of its year are not published
    """
    now = timezone.now()
    if not timedelta(0) < until - since <= LONGEST:
        raise InvalidInput(_("The time must have a length, of a year at most."), field="until")
    try:
        known = known_of(target, since, min(until, now) if since < now else until)
    except NoticeMissing as error:
        raise InvalidInput(
            _("The holidays of this year are not published yet."), field="since", code="probes.calendar"
        ) from error
    found = stretches(known, treatment, now=now)
    return OfTarget(target, figure_of(found, known.down), found, len(known.down))


def of_groups(
    rows: Iterable[Target], since: datetime, until: datetime, treatment: Treatment = LENIENT
) -> list[OfGroup]:
    """Every group of these targets, those without one last and each by itself."""
    by_group: dict[str, list[OfTarget]] = {}
    for row in rows:
        by_group.setdefault(row.group, []).append(of_target(row, since, until, treatment))
    return [_group(name, by_group[name]) for name in sorted(by_group, key=lambda name: (not name, name))]


def _group(name: str, each: Sequence[OfTarget]) -> OfGroup:
    return OfGroup(
        name,
        tuple(each),
        whole_service(one.stretches for one in each),
        mean_of_devices(one.figure for one in each),
    )


def keep_day(day: date) -> int:
    """Reckon a whole day of every target and keep what is new or different; says how many figures were kept."""
    since, until = at(day, time.min), at(day + timedelta(days=1), time.min)
    with as_prober("probes"):
        kept = 0
        for target in Target.objects.exclude(retired_at__lt=since):
            kept += _keep(target, day, since, until)
        return kept


def _keep(target: Target, day: date, since: datetime, until: datetime) -> int:
    try:
        found = of_target(target, since, until).figure
    except InvalidInput:  # without the calendar there is no window; the next round reckons it
        return 0
    if not found.agreed_us:
        return 0
    p95, count = queries.latency_p95([check.pk for check in target.checks.all()], since, until)
    row = DayFigure(
        target=target,
        unit_id=target.unit_id,
        day=day,
        latency_p95_us=p95,
        results=count,
        reckoned_at=timezone.now(),
        **{name: getattr(found, name) for name in TERMS},
    )
    last = DayFigure.objects.filter(target=target, day=day).order_by("-number").first()
    if last is not None:
        if all(getattr(last, name) == getattr(row, name) for name in (*TERMS, "latency_p95_us", "results")):
            return 0
        row.number = last.number + 1
    row.save()
    return 1


TERMS = ("agreed_us", "excluded_us", "gap_us", "unreachable_us", "counted_us", "down_us", "longest_us")
