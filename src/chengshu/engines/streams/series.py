"""Reading the columnar store: the course of a series, events, and the figures of data quality.

The store knows no units: whoever calls has found the device in PostgreSQL first, where row security holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from chengshu.engines.streams.columns.client import Columns

MOST_POINTS: Final = 2000
STEPS_S: Final = (60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)
HOUR_S: Final = 3600
RECENT_H: Final = 24
USUAL_H: Final = 14 * 24
LEAST_HOURS: Final = 48
"""Hours with readings that must lie before, to know what is usual."""
DRIFT_AT: Final = 3.0
"""Standard deviations of the hourly means between what is usual and the last day, from which on it is drift."""


@dataclass(frozen=True, slots=True)
class Point:
    """A step of a course: its start, and what was measured in it."""

    start: datetime
    count: int
    mean: float
    least: float
    most: float
    last: float


def course(
    store: Columns, device: int, metric: str, *, since: datetime, until: datetime, points: int = 300
) -> list[Point]:
    """The course of a series in steps of at least a minute, from the roll-ups; steps without readings are missing.

    :param points: about how many steps; at most 2,000
    """
    step = step_of(since, until, points)
    table = "hours" if step >= HOUR_S and step % HOUR_S == 0 else "minutes"
    rows = store.rows(
        f"SELECT intDiv(toUnixTimestamp(start), {step}) * {step} AS step, sum(count), sum(total) / sum(count),"
        f" min(least), max(most), argMaxMerge(last) FROM {store.database}.{table}"
        " WHERE device = {device:UInt64} AND metric = {metric:String}"
        " AND start >= toDateTime({since:Int64}, 'UTC') AND start < toDateTime({until:Int64}, 'UTC')"
        " GROUP BY step ORDER BY step",
        {
            "device": device,
            "metric": metric,
            "since": int(since.timestamp()) // step * step,
            "until": int(until.timestamp()),
        },
    )
    return [
        Point(datetime.fromtimestamp(int(start), UTC), int(count), *map(float, rest))
        for start, count, *rest in rows
    ]


def step_of(since: datetime, until: datetime, points: int) -> int:
    """Seconds of a step so that there are at most about ``points``."""
    wanted = (until - since).total_seconds() / max(1, min(points, MOST_POINTS))
    return next((step for step in STEPS_S if step >= wanted), STEPS_S[-1])


def readings(
    store: Columns, device: int, metric: str, *, since: datetime, until: datetime, most: int = 5000
) -> list[tuple[datetime, float, str]]:
    """Single readings, newest first."""
    rows = store.rows(
        f"SELECT toUnixTimestamp64Milli(at) AS moment, value, text FROM {store.database}.readings"
        " WHERE device = {device:UInt64} AND metric = {metric:String}"
        " AND at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')"
        " AND at < fromUnixTimestamp64Milli({until:Int64}, 'UTC') ORDER BY at DESC LIMIT {most:UInt32}",
        {
            "device": device,
            "metric": metric,
            "since": round(since.timestamp() * 1000),
            "until": round(until.timestamp() * 1000),
            "most": most,
        },
    )
    return [
        (datetime.fromtimestamp(int(at) / 1000, UTC), float(value), str(text)) for at, value, text in rows
    ]


def events(store: Columns, device: int, *, most: int = 50) -> list[tuple[datetime, str, str]]:
    """What a device told of itself, newest first."""
    rows = store.rows(
        f"SELECT toUnixTimestamp64Milli(at) AS moment, event, detail FROM {store.database}.events"
        " WHERE device = {device:UInt64} ORDER BY at DESC LIMIT {most:UInt32}",
        {"device": device, "most": most},
    )
    return [
        (datetime.fromtimestamp(int(at) / 1000, UTC), str(event), str(detail)) for at, event, detail in rows
    ]


@dataclass(frozen=True, slots=True)
class Quality:
    """How good the data of a series are.

    :param completeness: share of the expected readings that came in the last full hours, 0 to 1; an hour counts at most
        as whole, so that what is too many in one does not make up for what is missing in another
    :param drift: distance of the last day's mean from what was usual, in standard deviations of the hourly means; None
        while too little is known
    """

    metric: str
    completeness: float
    drift: float | None

    @property
    def has_drifted(self) -> bool:
        return self.drift is not None and abs(self.drift) >= DRIFT_AT


def quality(
    store: Columns,
    device: int,
    metrics: Sequence[str],
    *,
    heartbeat_s: int,
    now: datetime,
    hours: int = RECENT_H,
) -> list[Quality]:
    """Completeness and drift of a device's metrics.

    :param heartbeat_s: seconds between two readings of a healthy device
    :param now: the running hour is not judged
    """
    end = int(now.timestamp()) // HOUR_S * HOUR_S
    expected = max(1, HOUR_S // heartbeat_s)
    rows = store.rows(
        f"""SELECT metric,
            sumIf(least_of, recent) AS came,
            avgIf(mean, recent) AS mean_now,
            avgIf(mean, NOT recent) AS mean_usual,
            stddevSampIf(mean, NOT recent) AS spread,
            countIf(NOT recent) AS known
        FROM (
            SELECT metric, start, start >= toDateTime({{recent:Int64}}, 'UTC') AS recent,
                least(sum(count), {{expected:UInt64}}) AS least_of, sum(total) / sum(count) AS mean
            FROM {store.database}.hours
            WHERE device = {{device:UInt64}} AND metric IN {{metrics:Array(String)}}
                AND start >= toDateTime({{since:Int64}}, 'UTC') AND start < toDateTime({{end:Int64}}, 'UTC')
            GROUP BY metric, start
        ) GROUP BY metric""",
        {
            "device": device,
            "metrics": list(metrics),
            "expected": expected,
            "recent": end - hours * HOUR_S,
            "since": end - (hours + USUAL_H) * HOUR_S,
            "end": end,
        },
    )
    found = {str(metric): rest for metric, *rest in rows}
    return [_quality(metric, found.get(metric), expected * hours) for metric in metrics]


def _quality(metric: str, row: Sequence[float] | None, expected: int) -> Quality:
    if row is None:
        return Quality(metric, 0.0, None)
    came, mean_now, mean_usual, spread, known = row
    is_known = known >= LEAST_HOURS and came > 0 and spread > 0
    return Quality(metric, came / expected, (mean_now - mean_usual) / spread if is_known else None)
