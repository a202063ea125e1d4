"""From a device to the latest value, through everything that ``./chengshu up`` starts; with kill -9 if asked for.

    python -m bench.telemetry [--json] [--sessions 20000] [--rate 20000] [--seconds 600] [--rules 50] [--gateways 2]
                              [--moments 0] [--seed 7]

Simulated devices publish numbered messages at QoS 1 to the gateways of a platform with a data directory, cluster and
ports of its own, whose pump judges every message by the rules. They begin when the worker has computed what a first
start makes it compute. Every 100 ms somebody looks which values of every tenth device have become visible; the time
from a message's arrival at the gateway until then is what is shown. At the end every acknowledged number of every
device is looked for in the columnar store, where it must stand exactly once. With ``--moments N`` gateway, pump,
columnar owner, worker and PostgreSQL are killed in turn, N times in all; then alarms are counted too: none may be there
twice, and each must have been raised that the stored readings call for. Exits with 1 if something is missing or
doubled.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengshu.settings")

from bench.measuring import Report, _table, percentile  # noqa: E402
from bench.streams import MOST_OF_A_PROCESS, Process, _started, free_port  # noqa: E402

KILLED = ("gateway-0", "pump", "columns", "worker", "postgres")
HIGH = 12.5
"""The simulated level swings between 7 and 13, so that some devices cross it while we look."""
LOOK_S = 0.1
LOOKED_AT = 100
"""Every hundredth device is looked at, by its number, so that looking takes little of the machine."""
SAMPLE_S = 2.0
SETTLE_S = 300.0
CALM_S = 10.0
CALM_SHARE = 0.2


@dataclass
class Seen:
    """What the onlooker saw, in milliseconds from arrival to visibility; gaps while the database was down count."""

    ms: list[float] = field(default_factory=list)
    devices: list[int] = field(default_factory=list)


@dataclass
class Platform:
    """A running platform and what its processes cost."""

    folder: Path
    mqtt: int
    url: str

    def pids(self) -> dict[str, int]:
        state = json.loads((self.folder / "var/run/running.json").read_text(encoding="utf-8"))
        return {str(name): int(pid) for name, pid in state["pids"].items()}

    def processes(self) -> list[Process]:
        return [Process(_Known(pid), name) for name, pid in self.pids().items() if pid]  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Known:
    pid: int


@dataclass
class Spending:
    """Processor time of every process of the machine from now on, by what it is; looked at every ``SAMPLE_S``."""

    names: dict[int, str]
    families: dict[int, str] = field(default_factory=dict)
    before: dict[int, float] = field(default_factory=dict)
    last: dict[int, tuple[str, float]] = field(default_factory=dict)
    has_begun: bool = False

    def sample(self) -> None:
        for file in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                self._take(int(file.parent.name), file.read_text(encoding="utf-8").rpartition(")")[2].split())
        self.has_begun = True

    def _take(self, pid: int, fields: list[str]) -> None:
        name = self.names.get(pid) or self.families.get(int(fields[1]), "everything else")
        used = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        self.before.setdefault(pid, 0.0 if self.has_begun else used)
        self.last[pid] = name, used

    def by_name(self) -> dict[str, float]:
        spent: dict[str, float] = {}
        for pid, (name, used) in self.last.items():
            spent[name] = spent.get(name, 0.0) + used - self.before[pid]
        return spent


@contextmanager
def platform_in(folder: Path, gateways: int) -> Iterator[Platform]:
    """``./chengshu up`` in a folder of its own."""
    web, mqtt = free_port(), free_port()
    os.environ |= {
        "CHENGSHU_DATA_DIR": str(folder / "var"),
        "CHENGSHU_PORT": str(web),
        "CHENGSHU_MQTT_PORT": str(mqtt),
        "CHENGSHU_INGEST_PORT": str(free_port()),
        "CHENGSHU_GATEWAYS": str(gateways),
    }
    os.environ.pop("DATABASE_URL", None)
    log = (folder / "log").open("wb")
    up = subprocess.Popen([str(ROOT / "chengshu"), "up"], stdout=log, stderr=log, start_new_session=True)
    platform = Platform(folder, mqtt, f"http://127.0.0.1:{web}/")
    try:
        _await(lambda: httpx.get(f"{platform.url}healthz", timeout=2).status_code == 200, 600)
        _await(lambda: "pump" in platform.pids(), 60)
        yield platform
    finally:
        up.send_signal(signal.SIGTERM)
        up.wait(120)


def _await(holds: Any, patience_s: float) -> None:
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError, KeyError, httpx.HTTPError):
            if holds():
                return
        time.sleep(0.5)
    raise TimeoutError("The platform did not come up.")


def _await_calm(platform: Platform) -> None:
    """Until the worker has computed what a first start makes it compute: little work for ten seconds on end."""

    def is_calm() -> bool:
        worker = next(each for each in platform.processes() if each.name == "worker")
        before = worker.cpu_s()
        time.sleep(CALM_S)
        return worker.cpu_s() - before < CALM_SHARE * CALM_S

    _await(is_calm, 900)


def prepare(folder: Path, sessions: int, rules: int) -> None:
    """Onboard the devices and define the rules, as people do; secrets go into a file for the simulator."""
    from chengshu.engines.streams import actions
    from chengshu.engines.streams.onboarding import DeviceRow
    from chengshu.foundation.asking import asking, system
    from chengshu.foundation.orgs.models import Unit

    definition = {
        "heartbeat_s": 60,
        "properties": [
            {"key": "level", "title": "水位", "kind": "number", "unit": "m", "least": -50, "most": 50}
        ],
    }
    with asking(system("bench", "cli")):
        unit = Unit.objects.get(key="data-bureau")
        version = actions.create_thing_model(
            unit=unit, key="bench", title="模拟水位计", definition=definition
        )
        model = actions.publish_model_version(version=version).model
        secrets: dict[str, str] = {}
        for start in range(0, sessions, 20_000):
            rows = [
                DeviceRow(number, f"sim-{start + number}", f"模拟设备 {start + number}", "bench")
                for number in range(1, min(20_000, sessions - start) + 1)
            ]
            issued = actions.onboard_devices(unit=unit, rows=rows)
            secrets |= {row.code: each.secret for row, each in zip(rows, issued, strict=True)}
        for number in range(rules):
            condition = {
                "kind": "threshold",
                "metric": "level",
                "compare": "above",
                "limit": HIGH,
                "clear": 12,
            }
            if number:
                condition |= {"limit": HIGH + 10 + number, "clear": 20}
            actions.define_rule(
                unit=unit,
                key=f"bench-{number}",
                title=f"水位过高 {number}",
                level=3,
                condition=condition,
                model=model,
            )
    (folder / "secrets.json").write_text(json.dumps(secrets), encoding="utf-8")


def look(seen: Seen, stopping: threading.Event) -> None:
    """Note how old each value is when it becomes visible."""
    from django.db import DatabaseError, connection

    newest = None
    while not stopping.wait(LOOK_S):
        try:
            newest = _looked(seen, newest)
        except DatabaseError:
            with contextlib.suppress(DatabaseError):
                connection.close()


def _looked(seen: Seen, newest: Any) -> Any:
    from datetime import UTC, datetime

    from chengshu.engines.streams.models import Device, LatestValue
    from chengshu.foundation.asking import asking, system

    with asking(system("bench", "cli")):
        if not seen.devices:
            seen.devices = list(Device.objects.order_by("pk").values_list("pk", flat=True))[::LOOKED_AT]
        rows = LatestValue.objects.order_by().filter(device__in=seen.devices)
        came = list((rows.filter(received__gt=newest) if newest else rows).values_list("received", flat=True))
    now = datetime.now(UTC)
    if newest is not None:
        seen.ms += [(now - each).total_seconds() * 1000 for each in came]
    return max([*came, *([newest] if newest else [])], default=None)


def kill(platform: Platform, moments: int, seed: int, stopping: threading.Event) -> list[str]:
    """kill -9 of one process after the other at random moments; whose turn it is while it is away is passed over."""
    chance, killed = random.Random(seed), list[str]()
    turns = itertools.cycle(KILLED)
    while len(killed) < moments and not stopping.wait(chance.uniform(1.0, 4.0)):
        name = next((each for each in itertools.islice(turns, len(KILLED)) if _killed(platform, each)), "")
        if name:
            killed.append(name)
    return killed


def _killed(platform: Platform, name: str) -> bool:
    """Whether it was there to be killed."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        if pid := platform.pids()[name]:  # 0 while it is being started, which would be ourselves
            os.kill(pid, signal.SIGKILL)
            return True
    return False


def stored() -> dict[int, tuple[int, int]]:
    """Of each simulated device: how many readings the columnar store holds, and how many different numbers."""
    from chengshu.engines.streams.columns.client import columns
    from chengshu.engines.streams.models import Device
    from chengshu.foundation.asking import asking, system

    with asking(system("bench", "cli")):
        numbers = dict(Device.objects.values_list("pk", "code"))
    store = columns()
    rows = store.rows(
        f"SELECT device, count(), uniqExact(seq) FROM {store.database}.readings GROUP BY device"
    )
    return {
        int(numbers[int(device)].removeprefix("sim-")): (int(count), int(unique))
        for device, count, unique in rows
    }


def missing_numbers(acknowledged: dict[int, list[int]], found: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """Acknowledged messages that are not stored, and readings that stand there more than once.

    Whatever is stored but not acknowledged was sent and its PUBACK was lost on the way, which is no fault. Devices
    whose counts alone do not prove that everything is there are looked at number by number.
    """
    lost = 0
    for device, numbers in acknowledged.items():
        if found.get(device, (0, 0))[1] < len(set(numbers)):
            lost += len(set(numbers)) - found.get(device, (0, 0))[1]
        elif found[device][1] > len(set(numbers)):
            lost += len(set(numbers) - _numbers_of(device))
    return lost, sum(count - unique for count, unique in found.values())


def _numbers_of(device: int) -> set[int]:
    from chengshu.engines.streams.columns.client import columns
    from chengshu.engines.streams.models import Device
    from chengshu.foundation.asking import asking, system

    with asking(system("bench", "cli")):
        pk = Device.objects.get(code=f"sim-{device}").pk
    store = columns()
    return {
        int(row[0]) for row in store.rows(f"SELECT seq FROM {store.database}.readings WHERE device = {pk}")
    }


def alarms() -> tuple[int, int]:
    """Alarms that the stored readings call for and that were never raised, and those raised twice without recovery."""
    from chengshu.engines.streams.columns.client import columns
    from chengshu.engines.streams.models_rules import Alarm
    from chengshu.foundation.asking import asking, system

    store = columns()
    over = {
        int(row[0])
        for row in store.rows(
            f"SELECT DISTINCT device FROM {store.database}.readings WHERE value > {HIGH} AND metric = 'level'"
        )
    }
    with asking(system("bench", "cli")):
        raised = list(
            Alarm.objects.filter(rule__key="bench-0")
            .order_by("device_id", "raised_at")
            .values_list("device_id", "raised_at", "cleared_at")
        )
    devices = {device for device, _raised, _cleared in raised}
    twice = sum(
        one[0] == other[0] and (one[2] is None or one[2] > other[1])
        for one, other in itertools.pairwise(raised)
    )
    return len(over - devices), twice


def measure(report: Report, folder: Path, options: argparse.Namespace) -> int:
    with platform_in(folder, options.gateways) as platform:
        begun = time.monotonic()
        _await_calm(platform)
        report.add("first computations of the worker, waited for", "s", [time.monotonic() - begun])
        begun = time.monotonic()
        subprocess.run(
            [sys.executable, __file__, "--prepare", str(folder), str(options.sessions), str(options.rules)],
            check=True,
        )
        report.add("onboarding and defining rules", "s", [time.monotonic() - begun])
        import django

        django.setup()
        return _judged(report, platform, options, *_play(platform, options))


def _play(
    platform: Platform, options: argparse.Namespace
) -> tuple[list[dict[str, Any]], Seen, list[str], Spending]:
    seen, stopping = Seen(), threading.Event()
    secrets = json.loads((platform.folder / "secrets.json").read_text(encoding="utf-8"))
    parts = -(-options.sessions // MOST_OF_A_PROCESS)
    fleets = [
        _started(
            [sys.executable, "-m", "chengshu.engines.streams.simulating"],
            {
                "port": platform.mqtt,
                "first": 1 + part * MOST_OF_A_PROCESS,
                "sessions": min(MOST_OF_A_PROCESS, options.sessions - part * MOST_OF_A_PROCESS),
                "rate": options.rate / parts,
                "for_s": options.seconds,
                "connects_per_s": 1_000 / parts,
                "keep_alive_s": 600,
                "secrets": secrets,
                "acknowledged": str(platform.folder / f"acknowledged-{part}"),
                "patience_s": 120.0,
            },
        )
        for part in range(parts)
    ]
    killed: list[str] = []
    spending = Spending({each.pid: "simulator" for each in fleets} | {os.getpid(): "this onlooker"})
    sampler = threading.Thread(target=_sample, args=(spending, platform, stopping))
    sampler.start()
    onlooker = threading.Thread(target=look, args=(seen, stopping))
    killer = threading.Thread(
        target=lambda: killed.extend(kill(platform, options.moments, options.seed, stopping))
    )
    onlooker.start()
    killer.start()
    try:
        outcomes = [json.loads(fleet.communicate()[0]) for fleet in fleets]
    finally:
        stopping.set()
        for thread in (onlooker, killer, sampler):
            thread.join()
    return outcomes, seen, killed, spending


def _sample(spending: Spending, platform: Platform, stopping: threading.Event) -> None:
    is_over = False
    while not is_over:
        with contextlib.suppress(OSError, ValueError, KeyError):
            pids = platform.pids()
            spending.names |= {pid: name for name, pid in pids.items() if pid}
            spending.families[pids["postgres"]] = "postgres"
        spending.sample()
        is_over = stopping.wait(SAMPLE_S)


def _judged(
    report: Report,
    platform: Platform,
    options: argparse.Namespace,
    outcomes: list[dict[str, Any]],
    seen: Seen,
    killed: list[str],
    spending: Spending,
) -> int:
    _await(
        lambda: all(platform.pids().values()) and httpx.get(f"{platform.url}healthz").status_code == 200, 300
    )
    memory = _memory(platform)
    acknowledged = _acknowledged(platform.folder)
    count = sum(len(set(numbers)) for numbers in acknowledged.values())
    found = _settled(count)
    lost, twice = missing_numbers(acknowledged, found)
    unraised, doubled = alarms()
    for key in (
        "connected",
        "refused",
        "reconnects",
        "published",
        "acknowledged",
        "unacknowledged",
        "skipped",
    ):
        report.add(f"devices: {key}", "", [sum(each[key] for each in outcomes)])
    report.add("acknowledged a second", "/s", [count / options.seconds])
    report.add("devices: publish to PUBACK, p95", "ms", [max(each["ms"].get("p95", 0) for each in outcomes)])
    if seen.ms:
        ordered = sorted(seen.ms)
        for percent in (50, 95, 99, 100):
            report.add(f"arrival to latest value, p{percent}", "ms", [percentile(ordered, percent)])
    report.add("acknowledged and not stored", "", [lost])
    report.add("stored twice", "", [twice])
    report.add("alarms called for and not raised", "", [unraised])
    report.add("alarms raised twice", "", [doubled])
    for name, seconds in sorted(spending.by_name().items(), key=lambda each: -each[1]):
        held = f"{memory[name]:.0f} MB" if name in memory else ""
        report.add(f"{name}: processor time meanwhile", "s", [seconds], held)
    if killed:
        report.add("processes killed", "", [len(killed)], " ".join(sorted(set(killed))))
    return int(lost or twice or unraised or doubled or not count)


def _memory(platform: Platform) -> dict[str, float]:
    """Of the processes that are there; one that was just killed is not."""
    held = {}
    for each in platform.processes():
        with contextlib.suppress(OSError):
            held[each.name] = each.memory_mb()
    return held


def _acknowledged(folder: Path) -> dict[int, list[int]]:
    import msgspec

    known: dict[int, list[int]] = {}
    for file in folder.glob("acknowledged-*"):
        known |= msgspec.msgpack.decode(file.read_bytes(), type=dict[int, list[int]])
    return known


def _settled(count: int) -> dict[int, tuple[int, int]]:
    """What is stored once nothing more comes."""
    from django.db import DatabaseError

    from chengshu.foundation.errors import Unavailable

    deadline, before, found = time.monotonic() + SETTLE_S, -1, {}
    while time.monotonic() < deadline:
        with contextlib.suppress(Unavailable, DatabaseError):
            found = stored()
        now = sum(unique for _count, unique in found.values())
        if now >= count and now == before:
            break
        before = now
        time.sleep(3)
    return found


def main() -> int:
    if sys.argv[1:2] == ["--prepare"]:
        import django

        django.setup()
        prepare(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
        return 0
    parser = argparse.ArgumentParser(prog="bench/telemetry.py", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--sessions", type=int, default=20_000)
    parser.add_argument("--rate", type=float, default=20_000, help="messages a second")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--rules", type=int, default=50)
    parser.add_argument("--gateways", type=int, default=2)
    parser.add_argument("--moments", type=int, default=0, help="how often a process is killed")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    report = Report("telemetry")
    with tempfile.TemporaryDirectory(prefix="chengshu-bench-", dir=os.environ.get("BENCH_DIR")) as name:
        failed = measure(report, Path(name), options)
    data = report.as_data()
    print(json.dumps(data, ensure_ascii=False, indent=2) if options.json else _table(report, data))
    return failed


if __name__ == "__main__":
    sys.exit(main())
