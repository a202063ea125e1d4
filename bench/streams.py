"""Devices at the gateway: nothing acknowledged is lost, how long until it is durable, and what that costs.

    python -m bench.streams [--json] [--sessions 20000] [--rate 2000] [--seconds 20] [--processes 1] [--most 0]

Simulated devices publish at QoS 1 to real gateway processes over loopback. Afterwards each device's acknowledged
sequence numbers are looked for in the spool, one by one; a missing one is a loss, and the measurement exits with 1.
With ``--most N`` a second round holds N sessions at a tenth of a message a second each. Where a mosquitto is
installed, the devices then connect to it and a gateway takes their messages in from there, once as mosquitto is
configured when nothing is said, once without its limits; what mosquitto acknowledged and never delivered is counted.
The devices run on the same processors; their share is shown too.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[1] / "src")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengshu.settings")

from bench.measuring import Report, _table  # noqa: E402
from chengshu.engines.streams.data import SIMULATED  # noqa: E402
from chengshu.engines.streams.gateway.admission import Admitted, Credentials  # noqa: E402
from chengshu.engines.streams.wire import Reason  # noqa: E402

MOST_OF_A_PROCESS = 18_500
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Everybody:
    """Admits every simulated device; the password is digested as in production, so that it costs the same."""

    async def admit(self, shown: Credentials) -> Admitted | Reason:
        import hashlib
        import hmac

        digest = hashlib.sha256(b"salt" + (shown.password or b"")).hexdigest()
        if not hmac.compare_digest(digest, hashlib.sha256(b"saltsimulated").hexdigest()):
            return Reason.BAD_USER_NAME_OR_PASSWORD
        return Admitted(int(shown.client_id.removeprefix(SIMULATED)), shown.client_id)

    async def known(self, code: str) -> Admitted | Reason:
        return Admitted(int(code.removeprefix(SIMULATED)), code)


async def serve(folder: Path, number: int, port: int, broker_port: int) -> None:
    """A gateway process, until SIGTERM; it subscribes to a broker if there is one."""
    from chengshu.engines.streams.gateway.broker import Broker, Topics
    from chengshu.engines.streams.gateway.serving import Doors, gateway

    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    topics = Topics.read("$share/bench/devices/+/up/#")
    broker = Broker("127.0.0.1", broker_port, topics) if broker_port else None
    doors, run = Doors(mqtt=port), folder / "run"
    async with gateway(folder / "spool", Everybody(), doors, number=number, run=run, broker=broker):
        await stopping.wait()


@dataclass
class Process:
    """A child whose processor time and memory are watched."""

    child: subprocess.Popen[bytes]
    name: str

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.child.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory_mb(self) -> float:
        return int(Path(f"/proc/{self.child.pid}/statm").read_text().split()[1]) * _PAGE / 1e6


@contextmanager
def running(command: list[str], name: str, port: int) -> Iterator[Process]:
    """The process, once its port answers."""
    process = Process(subprocess.Popen(command, env=_environment()), name)
    try:
        _await_port(port)
        yield process
    finally:
        process.child.terminate()
        process.child.wait()


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def _await_port(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"Nothing answers on port {port}.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Round:
    """One load and what came of it."""

    outcomes: list[dict[str, Any]]
    devices_cpu_s: float
    server_cpu_s: float
    memory_mb: float
    wall_s: float

    def total(self, key: str) -> int:
        return int(sum(outcome[key] for outcome in self.outcomes))

    def worst(self, percentile: str) -> float:
        return max((outcome["ms"].get(percentile, 0.0) for outcome in self.outcomes), default=0.0)


def play(
    folder: Path,
    port: int,
    servers: list[Process],
    sessions: int,
    rate: float,
    seconds: float,
    *,
    whole_topics: bool = False,
) -> Round:
    """Let the devices loose, in as many processes as their connections need."""
    parts = -(-sessions // MOST_OF_A_PROCESS)
    plans = [
        {
            "port": port,
            "first": 1 + number * MOST_OF_A_PROCESS,
            "sessions": min(MOST_OF_A_PROCESS, sessions - number * MOST_OF_A_PROCESS),
            "rate": rate / parts,
            "for_s": seconds,
            "connects_per_s": 1_200 / parts,
            "keep_alive_s": 600,
            "acknowledged": str(folder / f"acknowledged-{number}"),
            "patience_s": 60.0,
            "whole_topics": whole_topics,
        }
        for number in range(parts)
    ]
    before, begun, own = sum(each.cpu_s() for each in servers), time.monotonic(), _children_cpu_s()
    command = [sys.executable, "-m", "chengshu.engines.streams.simulating"]
    fleets = [_started(command, plan) for plan in plans]
    memory = [0.0]
    while any(fleet.poll() is None for fleet in fleets):
        memory.append(sum(each.memory_mb() for each in servers))
        time.sleep(0.25)
    outcomes = [json.loads(fleet.communicate()[0]) for fleet in fleets]
    return Round(
        outcomes,
        _children_cpu_s() - own,
        sum(each.cpu_s() for each in servers) - before,
        max(memory),
        time.monotonic() - begun,
    )


def _started(command: list[str], plan: dict[str, Any]) -> subprocess.Popen[bytes]:
    fleet = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment())
    assert fleet.stdin is not None
    fleet.stdin.write(json.dumps(plan).encode())
    fleet.stdin.close()
    fleet.stdin = None
    return fleet


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def lost(folder: Path) -> tuple[int, int, int]:
    """Acknowledged messages, those of them not in the spool, and messages that stand there more than once."""
    import msgspec

    from chengshu.engines.streams.spool import SpoolReader, decode, streams

    stored: dict[int, set[int]] = {}
    twice = 0
    for name in streams(folder / "spool"):
        reader, at = SpoolReader(folder / "spool" / name), 0
        while (batch := reader.read(at)).records:
            for _offset, record in batch.records:
                raw = decode(record)
                numbers = stored.setdefault(raw.device, set())
                number = msgspec.json.decode(raw.payload)["seq"]
                twice += number in numbers
                numbers.add(number)
            at = batch.next_offset
    acknowledged = missing = 0
    for file in folder.glob("acknowledged-*"):
        for device, numbers in msgspec.msgpack.decode(file.read_bytes()).items():
            acknowledged += len(numbers)
            missing += len(set(numbers) - stored.get(device, set()))
    return acknowledged, missing, twice


def measure_gateway(report: Report, processes: int, sessions: int, rate: float, seconds: float) -> int:
    """One round against our own gateway; how many acknowledged messages are lost."""
    with tempfile.TemporaryDirectory(prefix="chengshu-bench-", dir=os.environ.get("BENCH_DIR")) as name:
        folder, port = Path(name), free_port()
        with contextlib.ExitStack() as stack:
            servers = [
                stack.enter_context(
                    running(
                        [sys.executable, __file__, "--serve", str(folder), str(number), str(port), "0"],
                        f"gateway-{number}",
                        port,
                    )
                )
                for number in range(processes)
            ]
            result = play(folder, port, servers, sessions, rate, seconds)
        acknowledged, missing, twice = lost(folder)
    title = f"gateway ×{processes}, {sessions:,} sessions"
    add(report, title, result, seconds)
    report.add(f"{title}: acknowledged and looked for in the spool", "", [acknowledged])
    report.add(f"{title}: lost of these", "", [missing])
    report.add(f"{title}: stored twice (sent again)", "", [twice])
    return missing


MOSQUITTOS = {
    "mosquitto as it comes": "",
    "mosquitto without limits": "max_inflight_messages 0\nmax_queued_messages 0\n",
}


def measure_mosquitto(report: Report, sessions: int, rate: float, seconds: float) -> None:
    """The same round with the devices at a mosquitto and our gateway behind it."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        report.add("mosquitto: is not on this machine", "", [0])
        return
    for name, limits in MOSQUITTOS.items():
        _measure_behind(report, f"{name}, {sessions:,} sessions", program, limits, sessions, rate, seconds)


def _measure_behind(
    report: Report, title: str, program: str, limits: str, sessions: int, rate: float, seconds: float
) -> None:
    with tempfile.TemporaryDirectory(prefix="chengshu-bench-", dir=os.environ.get("BENCH_DIR")) as name:
        folder, port, own = Path(name), free_port(), free_port()
        settings = folder / "mosquitto.conf"
        settings.write_text(
            f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_type error\n{limits}"
        )
        gateway = [sys.executable, __file__, "--serve", str(folder), "0", str(own), str(port)]
        with (
            running([program, "-c", str(settings)], "mosquitto", port) as server,
            running(gateway, "gateway-0", own) as behind,
        ):
            _await_subscription(folder)
            result = play(folder, port, [server, behind], sessions, rate, seconds, whole_topics=True)
            _await_quiet(folder)
        acknowledged, missing, twice = lost(folder)
    add(report, title, result, seconds)
    report.add(f"{title}: acknowledged and looked for in the spool", "", [acknowledged])
    report.add(f"{title}: lost of these", "", [missing])
    report.add(f"{title}: stored twice", "", [twice])


def _await_subscription(folder: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError, KeyError):
            if json.loads((folder / "run/gateway-0.json").read_text())["broker"]["connected_at"]:
                return
        time.sleep(0.1)
    raise TimeoutError("The gateway has not subscribed.")


def _await_quiet(folder: Path) -> None:
    """Until nothing more comes out of the broker."""
    before = -1
    while (now := _confirmed(folder)) != before:
        before = now
        time.sleep(5)


def _confirmed(folder: Path) -> int:
    with contextlib.suppress(OSError, ValueError):
        return int(json.loads((folder / "run/gateway-0.json").read_text())["confirmed"])
    return 0


def add(report: Report, title: str, result: Round, seconds: float) -> None:
    messages = max(result.total("acknowledged"), 1)
    report.add(f"{title}: connected", "", [result.total("connected")])
    report.add(f"{title}: published", "/s", [result.total("published") / seconds])
    report.add(f"{title}: unacknowledged at the end", "", [result.total("unacknowledged")])
    for percentile in ("p50", "p95", "p99", "max"):
        report.add(f"{title}: publish to PUBACK, {percentile}", "ms", [result.worst(percentile)])
    report.add(
        f"{title}: server processor time",
        "µs/msg",
        [result.server_cpu_s / messages * 1e6],
        "connecting included",
    )
    report.add(f"{title}: server, of one processor", "%", [result.server_cpu_s / result.wall_s * 100])
    report.add(f"{title}: devices, of one processor", "%", [result.devices_cpu_s / result.wall_s * 100])
    report.add(f"{title}: server memory, most", "MB", [result.memory_mb])


def main() -> int:
    if sys.argv[1:2] == ["--serve"]:
        import uvloop

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(Path(sys.argv[2]), *map(int, sys.argv[3:6])))
        return 0
    parser = argparse.ArgumentParser(prog="bench/streams.py", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--sessions", type=int, default=20_000)
    parser.add_argument("--rate", type=float, default=2_000, help="messages a second")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--processes", type=int, default=2, help="gateway processes on one port")
    parser.add_argument(
        "--most", type=int, default=0, help="sessions of a second round, a tenth of a message a second each"
    )
    options = parser.parse_args()
    report = Report("streams")
    missing = measure_gateway(report, options.processes, options.sessions, options.rate, options.seconds)
    if options.most:
        processes = -(-options.most // 15_000)
        missing += measure_gateway(report, processes, options.most, options.most / 10, options.seconds)
    measure_mosquitto(report, min(options.sessions, MOST_OF_A_PROCESS), options.rate, options.seconds)
    data = report.as_data()
    print(json.dumps(data, ensure_ascii=False, indent=2) if options.json else _table(report, data))
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
