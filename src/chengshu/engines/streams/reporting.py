"""The report over many devices: a month of one metric, day by day, from the roll-up of days.

Which devices count is asked of PostgreSQL, where row security holds; the columnar store adds them up. An answer is kept
for a minute for everybody who may see the same units, so that many who open the report at once ask the store once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from django.utils import timezone

from chengshu.engines.streams import queries
from chengshu.engines.streams.columns.client import Columns
from chengshu.engines.streams.models import Device, ThingModel
from chengshu.foundation.asking import current_asker

KEPT_S: Final = 60.0
"""So old a report may be; its page says when it was computed."""
MOST_KEPT: Final = 200
_MOST_RUNS: Final = 200
_LONGEST_QUERY: Final = 16 << 20
_DAY_S: Final = 86_400

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Day:
    """What all devices together measured on one day in Guangzhou.

    :param heard: devices with at least one reading
    :param completeness: share of the expected readings that came, 0 to 1; None for a day that is not over
    """

    on: date
    heard: int
    readings: int
    mean: float
    least: float
    most: float
    completeness: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """A month of one metric.

    :param devices: how many there are of the thing model that the asker may see
    :param simulated: how many of them are simulated
    """

    month: date
    metric: str
    devices: int
    simulated: int
    computed_at: datetime
    days: tuple[Day, ...]

    @property
    def readings(self) -> int:
        return sum(day.readings for day in self.days)


def report(store: Columns, model: ThingModel, metric: str, month: date) -> Report:
    """The month's report over every device of a thing model that the asker may see; at most a minute old.

    :param month: its first day
    :raises Unavailable: if the columnar store does not answer
    """
    who = current_asker().reading_scope_text
    return _kept.get(
        (who, store.database, model.pk, metric, month), lambda: _computed(store, model, metric, month)
    )


def _computed(store: Columns, model: ThingModel, metric: str, month: date) -> Report:
    now = timezone.localtime()
    rows = list(
        Device.objects.filter(model=model).order_by("pk").values_list("pk", "is_simulated", "heartbeat_s")
    )
    usual_s = queries.heartbeats().get(model.pk, 600)
    expected = sum(_DAY_S / (own or usual_s) for _pk, _simulated, own in rows)
    days = days_of(store, [pk for pk, _simulated, _own in rows], metric, month) if rows else []
    return Report(
        month,
        metric,
        len(rows),
        sum(simulated for _pk, simulated, _own in rows),
        now,
        tuple(_day(row, expected, now.date()) for row in days),
    )


def _day(row: Sequence[Any], expected: float, today: date) -> Day:
    on, heard, readings, mean, least, most = row
    share = min(int(readings) / expected, 1.0) if on < today else None
    return Day(on, int(heard), int(readings), float(mean), float(least), float(most), share)


def days_of(store: Columns, devices: Sequence[int], metric: str, month: date) -> Sequence[Sequence[Any]]:
    """For each day with readings of these devices: the day, devices heard, readings, mean, least and greatest.

    :param devices: their ids, ascending, at least one
    """
    here = timezone.get_current_timezone()
    since = datetime(month.year, month.month, 1, tzinfo=here)
    until = datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=here)
    return store.rows(
        "SELECT toDate(start, 'Asia/Shanghai') AS day, uniqExact(device), sum(count), sum(total) / sum(count),"
        f" min(least), max(most) FROM {store.database}.days"
        " WHERE metric = {metric:String} AND start >= toDateTime({since:Int64}, 'UTC')"
        f" AND start < toDateTime({{until:Int64}}, 'UTC') AND ({among(devices)}) GROUP BY day ORDER BY day",
        {"metric": metric, "since": int(since.timestamp()), "until": int(until.timestamp())},
        {"max_query_size": _LONGEST_QUERY},
    )


def among(devices: Sequence[int]) -> str:
    """The condition that a row is of one of these devices, in whole runs of numbers where they have such.

    :param devices: their ids, ascending, at least one
    """
    runs = list(_runs(devices))
    if len(runs) > _MOST_RUNS:
        return f"device IN ({', '.join(str(int(each)) for each in devices)})"
    return " OR ".join(f"device BETWEEN {first} AND {last}" for first, last in runs)


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    first = last = int(numbers[0])
    for number in numbers[1:]:
        if number != last + 1:
            yield first, last
            first = number
        last = number
    yield first, last


def months(today: date, count: int = 12) -> list[date]:
    """The first days of the running month and of those before it, newest first."""
    found = [today.replace(day=1)]
    while len(found) < count:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


@dataclass
class _Place(Generic[T]):
    """One answer, and the lock of whoever finds it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    answer: T | None = None
    found_s: float = 0.0


class _Kept(Generic[T]):
    """Answers by question for a while; who asks while somebody looks waits for that answer."""

    def __init__(self) -> None:
        self._places: dict[object, _Place[T]] = {}
        self._lock = threading.Lock()

    def get(self, question: object, find: Callable[[], T]) -> T:
        place = self._place(question)
        with place.lock:
            if place.answer is None or time.monotonic() - place.found_s > KEPT_S:
                place.answer, place.found_s = find(), time.monotonic()
            return place.answer

    def _place(self, question: object) -> _Place[T]:
        with self._lock:
            if len(self._places) >= MOST_KEPT and question not in self._places:
                self._places.clear()
            return self._places.setdefault(question, _Place())

    def forget(self) -> None:
        """Find everything anew."""
        with self._lock:
            self._places.clear()


_kept: _Kept[Report] = _Kept()


def forget() -> None:
    """Compute every report anew when it is next asked for."""
    _kept.forget()
