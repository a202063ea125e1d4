"""What people wait for when they look at devices: a week of one series, all latest values, a back-fill.

The columnar store is filled with a month of 70 million readings of 20,000 series (``CHENGSHU_BENCH_ROWS`` for another
number); PostgreSQL with 20,000 latest values; then 250,000 readings are back-filled in between, a tenth of them twice,
and the roll-ups of their series are held against the readings themselves.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.measuring import Report, run, timed

ROWS = int(os.environ.get("CHENGSHU_BENCH_ROWS", "70000000"))
DEVICES = 20_000
BACKFILLED = int(os.environ.get("CHENGSHU_BENCH_BACKFILL", "250000"))
MONTH_MS = 30 * 86_400_000
AT_ONCE = 10_000_000
RUNS = 30
END = int(time.time()) // 3600 * 3_600_000


def measure(report: Report, folder: Path) -> None:
    os.environ["CHENGSHU_DATA_DIR"] = str(folder)
    owner = subprocess.Popen(
        [sys.executable, "-m", "chengshu.engines.streams.columns.owner"], env=_environment()
    )
    try:
        _measure(report, folder)
    finally:
        owner.terminate()
        owner.wait()


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _measure(report: Report, folder: Path) -> None:
    from chengshu.engines.streams.columns.schema import prepare

    store = _store(folder)
    prepare(store)
    begun = time.perf_counter()
    _fill(store)
    report.add(f"fill {ROWS:,} readings with roll-ups", "s", [time.perf_counter() - begun])
    _courses(report, store)
    ids = _registry()
    _latest(report, ids)
    _backfill(report, store, ids)


def _store(folder: Path) -> Any:
    from chengshu.engines.streams.columns.client import Columns
    from chengshu.engines.streams.columns.owner import port_file
    from chengshu.foundation.runtime.layout import Layout

    layout = Layout(folder)
    while not port_file(layout).exists():
        time.sleep(0.05)
    return Columns("", layout)


def _fill(store: Any) -> None:
    """Series by series, each evenly over the month."""
    each = max(1, ROWS // DEVICES)
    step = MONTH_MS // each
    for start in range(0, each * DEVICES, AT_ONCE):
        count = min(AT_ONCE, each * DEVICES - start)
        store.run(
            f"INSERT INTO {store.database}.readings SELECT intDiv(number, {each}) + 1000000, 'level',"
            f" fromUnixTimestamp64Milli(toInt64({END - MONTH_MS} + (number % {each}) * {step}), 'UTC'),"
            f" sin(number / 97) + 2, '', -1, fromUnixTimestamp64Milli(toInt64({END}), 'UTC'), 0"
            f" FROM numbers({start}, {count})",
            settings={"max_execution_time": 600},
        )


def _courses(report: Report, store: Any) -> None:
    from chengshu.engines.streams import series

    until = datetime.fromtimestamp(END / 1000, UTC)
    since = until - timedelta(days=7)
    devices = iter(range(1_000_000, 1_000_000 + DEVICES, 311))
    report.add(
        "a week of one series, 300 steps",
        "ms",
        timed(lambda: series.course(store, next(devices), "level", since=since, until=until), RUNS),
    )
    report.add(
        "a week of one series, every reading",
        "ms",
        timed(lambda: series.readings(store, next(devices), "level", since=since, until=until), RUNS),
    )


def _registry() -> list[int]:
    """20,000 devices of one unit with a latest value each, committed."""
    from chengshu.engines.streams import latest
    from chengshu.engines.streams.actions import create_thing_model, publish_model_version
    from chengshu.engines.streams.data import Reading
    from chengshu.engines.streams.machine import as_machine
    from chengshu.engines.streams.models import Device
    from chengshu.foundation import prepared
    from chengshu.foundation.asking import asking, system
    from chengshu.foundation.orgs.base_data import load_base_data
    from chengshu.foundation.orgs.models import Unit

    with asking(system("bench", "cli")):
        load_base_data()
        unit = Unit.objects.get(key="data-bureau")
        definition = {"properties": [{"key": "level", "title": "Level", "kind": "number"}]}
        version = create_thing_model(unit=unit, key="level", title="Level", definition=definition)
        publish_model_version(version=version)
        prepared.tell({"chengshu.action": "bench", "chengshu.write": '{"streams": "*"}'})
        rows = [
            Device(code=f"B-{number}", title="Level", model=version.model, unit=unit)
            for number in range(DEVICES)
        ]
        ids = [row.pk for row in Device.objects.bulk_create(rows, batch_size=5000)]
    with as_machine("bench"):
        latest.remember_newest([Reading(each, "level", END, 1.0, received=END) for each in ids])
    return ids


def _latest(report: Report, ids: list[int]) -> None:
    from chengshu.engines.streams.queries import latest_values
    from chengshu.foundation.asking import Asker, asking
    from chengshu.foundation.orgs.models import Unit

    with asking(Asker(1, "bench", powers={"streams.view": frozenset({_unit_id(Unit)})})):
        assert len(latest_values("level")) == len(ids)
        report.add(
            f"{len(ids):,} latest values through row security",
            "ms",
            timed(lambda: latest_values("level"), RUNS),
        )


def _unit_id(model: Any) -> int:
    from chengshu.foundation.asking import asking, system

    with asking(system("bench", "cli")):
        return int(model.objects.get(key="data-bureau").pk)


def _backfill(report: Report, store: Any, ids: list[int]) -> None:
    """A hundred devices: half of it first, then the whole, of which a part is known."""
    from chengshu.engines.streams.backfill import fill
    from chengshu.engines.streams.data import Reading
    from chengshu.engines.streams.machine import as_machine

    each = BACKFILLED // 100
    readings = [
        Reading(device, "level", END - 86_400_000 * 20 + number * 60_000, float(number % 50), received=END)
        for device in ids[:100]
        for number in range(each)
    ]
    with as_machine("bench"):
        fill(store, readings[::10])
    begun = time.perf_counter()
    with as_machine("bench"):
        filled = fill(store, readings)
    report.add(
        f"back-fill of {len(readings):,} readings",
        "s",
        [time.perf_counter() - begun],
        f"{filled.duplicate:,} were known",
    )
    wrong = store.rows(
        f"SELECT countIf(a.n != b.n OR a.total != b.total) FROM (SELECT device, toStartOfHour(toDateTime(at, 'UTC')) AS"
        f" start, count() AS n, sum(value) AS total FROM {store.database}.readings WHERE device < 1000000 GROUP BY"
        f" device, start) AS a FULL JOIN (SELECT device, start, sum(count) AS n, sum(total) AS total FROM"
        f" {store.database}.hours WHERE device < 1000000 GROUP BY device, start) AS b USING (device, start)"
    )
    report.add("hours whose roll-up differs from the readings", "hours", [float(wrong[0][0])])


if __name__ == "__main__":
    sys.exit(run("series", measure))
