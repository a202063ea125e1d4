"""The report over devices with 321,871,211 readings behind it: cold, warm, and with 200 requests in flight.

    python -m bench.report [--json]      (CHENGSHU_BENCH_ROWS for another number, BENCH_DIR for another disk)

A month of synthetic readings of 20,000 simulated devices in the columnar store; then the page of the report through the
real web server (two workers of two threads) by people of four posts, the load generator beside it. Cold means: store
and web server were just started and, where the kernel lets us, its file cache is empty. An answer that the server keeps
for a minute it keeps here too; how many of the requests were computed can be told from the store's own time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.load import Request, drive
from bench.measuring import Report, percentile, run, timed

ROWS = int(os.environ.get("CHENGSHU_BENCH_ROWS", "321871211"))
DEVICES = 20_000
AT_ONCE = 10_000_000
IN_FLIGHT = 200
REQUESTS = 3_000
PEOPLE = ("reviewer", "section_head", "department_head", "supervisor")


def measure(report: Report, folder: Path) -> None:
    from django.core.management import call_command
    from django.utils import timezone

    from chengshu.foundation.testing.browser import committed_cast, serving, session_cookie

    call_command("load_base_data", verbosity=0)
    first = devices(DEVICES)
    month = (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)
    cast = committed_cast()
    data = folder / "site"
    with store_in(data) as store:
        begun = time.perf_counter()
        _fill(store, first, month)
        report.add(f"fill {ROWS:,} readings with roll-ups", "s", [time.perf_counter() - begun])
        held = store.rows(f"SELECT count() FROM {store.database}.readings")[0][0]
        report.add("readings in the store", "", [float(held)])
    _drop_file_cache(report)
    path = f"/streams/report/?model=bench-level&metric=level&month={month:%Y-%m}"
    with store_in(data), serving(data, workers=2, threads=2) as served:
        ask = [_as(session_cookie(cast[who]), path) for who in PEOPLE]
        cold = drive(served.url, lambda _number: ask[0], at_once=1, total=1)
        report.add("report, cold", "ms", cold.all_ms, f"statuses {dict(cold.statuses)}")
        warm = drive(served.url, lambda _number: ask[0], at_once=1, total=60)
        report.add("report again, within the minute", "ms", warm.all_ms)
        _all_answered(cold, warm)
    with store_in(data) as store, serving(data, workers=2, threads=2) as served:
        report.add("the store alone, nothing kept", "ms", timed(lambda: _asked(store, first, month), 10))
        before = served.cpu_s()
        many = drive(served.url, lambda number: ask[number % len(ask)], at_once=IN_FLIGHT, total=REQUESTS)
        _all_answered(many)
        head = f"report, {IN_FLIGHT} in flight, nothing kept at the start"
        report.add(f"{head}, median", "ms", many.all_ms, f"statuses {dict(many.statuses)}")
        report.add(f"{head}, 95th percentile", "ms", [percentile(many.all_ms, 95)])
        report.add(f"{head}, throughput", "req/s", [many.per_second])
        report.add(f"{head}, server CPU per request", "ms", [(served.cpu_s() - before) * 1000 / REQUESTS])


def _all_answered(*loads: Any) -> None:
    """A page that turns people away is fast and says nothing."""
    statuses = {status for load in loads for status in load.statuses}
    if statuses != {200}:
        raise SystemExit(f"The page answered {sorted(statuses)}.")


def _as(cookie: str, path: str) -> Request:
    from chengshu.foundation.identity.sessions import COOKIE

    return Request("report", path, headers=(("Cookie", f"{COOKIE}={cookie}"),))


def devices(count: int) -> int:
    """Simulated devices, committed; the id of the first, the others follow."""
    from chengshu.engines.streams.actions import create_thing_model, publish_model_version
    from chengshu.engines.streams.models import Device
    from chengshu.foundation import prepared
    from chengshu.foundation.asking import asking, system
    from chengshu.foundation.orgs.models import Unit

    with asking(system("bench", "cli")):
        unit = Unit.objects.get(key="data-bureau")
        properties = [{"key": "level", "title": "水位", "kind": "number", "unit": "m"}]
        version = create_thing_model(
            unit=unit, key="bench-level", title="模拟水位计", definition={"properties": properties}
        )
        publish_model_version(version=version)
        prepared.tell({"chengshu.action": "bench", "chengshu.write": '{"streams": "*"}'})
        rows = [
            Device(
                code=f"sim-{number}", title="模拟水位计", model=version.model, unit=unit, is_simulated=True
            )
            for number in range(count)
        ]
        made = [row.pk for row in Device.objects.bulk_create(rows, batch_size=5000)]
    assert made == list(range(made[0], made[0] + count))
    return made[0]


@contextmanager
def store_in(data: Path) -> Iterator[Any]:
    """The columnar store of a data directory, in its owner process."""
    from chengshu.engines.streams.columns.client import Columns
    from chengshu.engines.streams.columns.owner import port_file
    from chengshu.engines.streams.columns.schema import prepare
    from chengshu.foundation.runtime.layout import Layout
    from chengshu.foundation.testing.browser import _furnish

    _furnish(data)
    layout = Layout(data)
    environment = {
        **os.environ,
        "CHENGSHU_DATA_DIR": str(data),
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    with suppress(FileNotFoundError):
        port_file(layout).unlink()
    owner = subprocess.Popen(
        [sys.executable, "-m", "chengshu.engines.streams.columns.owner"], env=environment
    )
    try:
        while not port_file(layout).exists():
            time.sleep(0.05)
        store = Columns("", layout)
        prepare(store)
        yield store
        store.close()
    finally:
        owner.terminate()
        owner.wait()


def _fill(store: Any, first: int, month: date) -> None:
    """Device by device, each evenly over the month; the last ones of the rows go to the first devices."""
    since = int(datetime(month.year, month.month, 1).astimezone().timestamp()) * 1000
    days = ((month.replace(day=28) + timedelta(days=4)).replace(day=1) - month).days
    each = -(-ROWS // DEVICES)
    step = days * 86_400_000 // each
    for start in range(0, ROWS, AT_ONCE):
        store.run(
            f"INSERT INTO {store.database}.readings SELECT intDiv(number, {each}) + {first}, 'level',"
            f" fromUnixTimestamp64Milli(toInt64({since} + (number % {each}) * {step}), 'UTC'),"
            f" round(sin(number / 97) + 2, 3), '', number % {each},"
            f" fromUnixTimestamp64Milli(toInt64({since} + (number % {each}) * {step} + 40), 'UTC'), 1"
            f" FROM numbers({start}, {min(AT_ONCE, ROWS - start)})",
            settings={"max_execution_time": 600},
        )


def _asked(store: Any, first: int, month: date) -> None:
    from chengshu.engines.streams import reporting

    reporting.days_of(store, range(first, first + DEVICES), "level", month)


def _drop_file_cache(report: Report) -> None:
    try:
        os.sync()
        Path("/proc/sys/vm/drop_caches").write_text("3")
        report.add("file cache of the kernel dropped before", "", [1.0])
    except OSError:
        report.add("file cache of the kernel dropped before", "", [0.0])


if __name__ == "__main__":
    sys.exit(run("report", measure))
