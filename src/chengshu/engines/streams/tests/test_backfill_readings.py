"""Back-filling: a file with a mistake writes nothing; a right one may come twice; roll-ups and figures stay right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chengshu.engines.streams import actions, series
from chengshu.engines.streams.columns.client import Columns
from chengshu.engines.streams.models import LatestValue
from chengshu.engines.streams.tests.builders import a_device, unit
from chengshu.engines.streams.tests.test_columns import computed, rolled
from chengshu.foundation.errors import InvalidFile, Refused

pytestmark = pytest.mark.usefixtures("district")
As = Callable[[str], Any]
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def file(*rows: tuple[str, str, datetime | str, object], heading: str = "device,metric,time,value") -> bytes:
    lines = [
        ",".join(str(cell.isoformat() if isinstance(cell, datetime) else cell) for cell in row)
        for row in rows
    ]
    return "\n".join([heading, *lines]).encode()


def hourly(hours: int, value: Callable[[int], float], *, minutes: int = 10) -> bytes:
    """A level every few minutes over so many hours up to now."""
    start, count = NOW - timedelta(hours=hours), hours * 60 // minutes
    return file(*(("WL-1", "level", start + timedelta(minutes=minutes * n), value(n)) for n in range(count)))


def test_only_those_with_the_power_hand_in(as_persona: As, own_store: Columns) -> None:
    a_device()
    with as_persona("handling_unit_officer"), pytest.raises(Refused):
        actions.backfill_readings(unit=unit(), content=file(), store=own_store)
    with as_persona("integrator"), pytest.raises(Refused):
        actions.backfill_readings(unit=unit(), content=file(), store=own_store)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"\xff\xfe", None),
        (file(heading="device;metric;time;value"), (1, "")),
        (file(("WL-1", "level", NOW, 1), ("WL-9", "level", NOW, 1)), (3, "device")),
        (file(("FB-1", "level", NOW, 1)), (2, "device")),
        (file(("WL-1", "depth", NOW, 1)), (2, "metric")),
        (file(("WL-1", "level", "yesterday", 1)), (2, "time")),
        (file(("WL-1", "level", NOW + timedelta(days=1), 1)), (2, "time")),
        (file(("WL-1", "level", NOW, "deep")), (2, "value")),
        (file(("WL-1", "level", NOW, "nan")), (2, "value")),
        (file(("WL-1", "level", NOW, 99)), (2, "value")),
        (b"device,metric,time,value\nWL-1,level", (2, "device")),
    ],
)
def test_a_file_with_a_mistake_writes_nothing(
    content: bytes, place: tuple[int, str] | None, own_store: Columns
) -> None:
    a_device()
    a_device("FB-1", "finance-bureau")
    with pytest.raises(InvalidFile) as refused:
        actions.backfill_readings(unit=unit(), content=content, store=own_store)
    found = refused.value.place
    assert (found and (found.line, found.label)) == place
    assert own_store.rows(f"SELECT count() FROM {own_store.database}.readings") == [(0,)]
    assert not LatestValue.objects.exists()


def test_a_file_may_come_twice_and_overlap(own_store: Columns) -> None:
    a_device()
    first = actions.backfill_readings(unit=unit(), content=hourly(10, float_level), store=own_store)
    again = actions.backfill_readings(unit=unit(), content=hourly(10, float_level), store=own_store)
    wider = actions.backfill_readings(unit=unit(), content=hourly(20, float_level), store=own_store)
    assert (first.stored, first.duplicate) == (60, 0)
    assert (again.stored, again.duplicate) == (0, 60)
    assert (wider.stored, wider.duplicate) == (60, 60)
    for table in ("minutes", "hours"):
        assert rolled(own_store, table) == computed(own_store, table)
    newest = LatestValue.objects.get()
    assert newest.at == NOW - timedelta(minutes=10)


def float_level(number: int) -> float:
    return (number % 7) / 2


def test_what_the_store_no_longer_keeps_is_not_written(own_store: Columns) -> None:
    a_device()
    old = file(("WL-1", "level", NOW - timedelta(days=399), 1), ("WL-1", "level", NOW, 1))
    for expected in (1, 0):
        filled = actions.backfill_readings(unit=unit(), content=old, store=own_store)
        assert (filled.stored, filled.too_old) == (expected, 1)
    for table in ("minutes", "hours"):
        assert rolled(own_store, table) == computed(own_store, table)


def test_the_course_of_a_series_is_that_of_its_readings(own_store: Columns) -> None:
    device = a_device()
    actions.backfill_readings(unit=unit(), content=hourly(24, float_level), store=own_store)
    points = series.course(
        own_store, device.pk, "level", since=NOW - timedelta(hours=24), until=NOW, points=24
    )
    assert len(points) == 24
    assert sum(each.count for each in points) == 144
    values = [float_level(n) for n in range(6)]
    assert (points[0].start, points[0].mean) == (NOW - timedelta(hours=24), sum(values) / 6)
    assert (points[0].least, points[0].most, points[0].last) == (min(values), max(values), values[-1])
    raw = series.readings(own_store, device.pk, "level", since=NOW - timedelta(hours=1), until=NOW)
    assert [value for _at, value, _text in raw] == [float_level(n) for n in range(143, 137, -1)]


@pytest.mark.parametrize(
    ("span_h", "points", "step_s"),
    [(1, 300, 60), (24, 300, 300), (24 * 7, 700, 900), (24 * 365, 300, 86_400)],
)
def test_a_step_grows_with_the_span(span_h: int, points: int, step_s: int) -> None:
    assert series.step_of(NOW - timedelta(hours=span_h), NOW, points) == step_s


def test_completeness_counts_hours_and_drift_is_told(own_store: Columns) -> None:
    device = a_device()
    usual = 15 * 24 * 6

    def drifting(number: int) -> float:
        return float_level(number // 6) + (4 if number >= usual - 24 * 6 else 0)

    content = hourly(15 * 24, drifting)
    lines = content.splitlines()
    missing = b"\n".join([*lines[:-36], *lines[-30:]])  # one of the last hours did not come
    actions.backfill_readings(unit=unit(), content=missing, store=own_store)
    level, battery = series.quality(
        own_store, device.pk, ["level", "battery"], heartbeat_s=600, now=NOW + timedelta(minutes=5)
    )
    assert level.completeness == pytest.approx(23 / 24)
    assert level.drift is not None
    assert level.drift > series.DRIFT_AT
    assert level.has_drifted
    assert (battery.completeness, battery.drift, battery.has_drifted) == (0.0, None, False)
