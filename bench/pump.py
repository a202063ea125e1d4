"""What a message costs between the spool and its latest value: the pump alone, judging by 50 rules.

    python -m bench.pump [--json]      (CHENGSHU_BENCH_ROUNDS for another number of messages for each device)

20,000 simulated devices in two spools, as two gateways leave them; each device sends once in a round. The spools are
full before the clock starts, so the pump takes the largest batches it takes; then the same with one round at a time,
as when it keeps up. Processor time is that of this process and of its PostgreSQL backend; the columnar store has its
own. Durable (fsync on).
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.measuring import Report, run
from bench.report import store_in

ROUNDS = int(os.environ.get("CHENGSHU_BENCH_ROUNDS", "12"))
DEVICES = 20_000
STREAMS = 2
RULES = 50
BEGUN_MS = time.time_ns() // 1_000_000 - 3_600_000
_TICKS = os.sysconf("SC_CLK_TCK")


def measure(report: Report, folder: Path) -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from chengshu.engines.streams.pump import Pump
    from chengshu.engines.streams.rule_runner import RuleRunner

    call_command("load_base_data", verbosity=0)
    first = _furnished()
    with store_in(folder / "site") as store:
        rules = RuleRunner("bench", timezone.now())
        pump = Pump(store, folder / "spool", [rules.listen])
        _send(folder / "spool", first, 0, 1)
        _emptied(pump)
        backend = connection.connection.info.backend_pid
        _send(folder / "spool", first, 1, ROUNDS)
        _add(report, "behind", ROUNDS * DEVICES, *_spent(pump, backend))
        figures = []
        for number in range(ROUNDS):
            _send(folder / "spool", first, 1 + ROUNDS + number, 1)
            figures.append(_spent(pump, backend))
        _add(report, "keeping up", ROUNDS * DEVICES, *(sum(each) for each in zip(*figures, strict=True)))
        _send(folder / "spool", first, 1, 2, late_ms=500)
        _add(report, "late, half a second between two known ones", 2 * DEVICES, *_spent(pump, backend))
        held, different = store.rows(
            f"SELECT count(), uniqExact(device, seq) FROM {store.database}.readings"
        )[0]
        report.add(
            "readings stored", "", [float(held)], f"{different} different of {(3 + 2 * ROUNDS) * DEVICES}"
        )


def _add(report: Report, name: str, messages: int, wall_s: float, own_s: float, backend_s: float) -> None:
    report.add(f"{name}: messages a second", "1/s", [messages / wall_s])
    report.add(f"{name}: pump's processor for a message", "µs", [own_s * 1e6 / messages])
    report.add(f"{name}: PostgreSQL's processor for a message", "µs", [backend_s * 1e6 / messages])


def _spent(pump: Any, backend: int) -> tuple[float, float, float]:
    """Seconds of wall clock, of this process and of the backend until the spools are empty."""
    begun, own, its = time.perf_counter(), _own_s(), _cpu_s(backend)
    _emptied(pump)
    return time.perf_counter() - begun, _own_s() - own, _cpu_s(backend) - its


def _emptied(pump: Any) -> None:
    while pump.turn():
        pass


def _own_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _furnished() -> int:
    """The devices and the rules, committed; the id of the first device."""
    from bench.report import devices
    from chengshu.engines.streams import actions
    from chengshu.engines.streams.models import ThingModel
    from chengshu.foundation.asking import asking, system

    first = devices(DEVICES)
    with asking(system("bench", "cli")):
        model = ThingModel.objects.select_related("unit").get(key="bench-level")
        for number in range(RULES):
            condition = {"kind": "threshold", "metric": "level", "compare": "above", "limit": 9.0 + number}
            actions.define_rule(
                unit=model.unit,
                key=f"bench-{number}",
                title=f"水位过高 {number}",
                level=3,
                condition=condition | {"clear": 8.0},
                model=model,
            )
    return first


def _send(root: Path, first: int, start: int, rounds: int, late_ms: int = 0) -> None:
    """Messages of every device, one a second from ``BEGUN_MS`` on."""
    from chengshu.engines.streams.spool import Raw, SpoolWriter, encode

    async def write(stream: int) -> None:
        spool = SpoolWriter(root / f"gateway-{stream}")
        for number in range(start, start + rounds):
            at = BEGUN_MS + number * 1000 - late_ms
            records = [
                encode(
                    Raw(
                        at,
                        device,
                        "mqtt",
                        "up/properties",
                        b'{"ts":%d,"seq":%d,"values":{"level":%.2f}}'
                        % (at, number + late_ms, 1 + (device * 7 + number) % 700 / 100),
                    )
                )
                for device in range(first + stream, first + DEVICES, STREAMS)
            ]
            await spool.append(records)
        await spool.close()

    for stream in range(STREAMS):
        asyncio.run(write(stream))


if __name__ == "__main__":
    sys.exit(run("pump", measure))
