"""Simulated devices: many MQTT sessions that publish numbered measurements and notice what is acknowledged.

They are told apart from real ones by their client ids, ``sim-1``, ``sim-2`` …; in the registry such devices are
marked as simulated. Each keeps what is not acknowledged and sends it again after a lost connection, as a careful
device does. The measured time runs from handing a message to the network until its PUBACK is read.
"""

from __future__ import annotations

import asyncio
import math
import random
import resource
import socket
import sys
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import msgspec

from chengshu.engines.streams.data import SIMULATED
from chengshu.engines.streams.wire import V311, Connack, Connect, Decoder, Publish, encode
from chengshu.foundation.runtime.memory import collect_seldom

_TICK_S: Final = 0.01
_MOST_PENDING: Final = 200
_BIND_ADDRESS_NO_PORT: Final = 24
"""Linux: choose the port at connecting, when the destination is known; Python has no name for it."""
_PORTS_OF_AN_ADDRESS: Final = 14_000
"""Of the 28,000 that Linux gives to outgoing connections by default; the rest is left to others."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """What one process simulates.

    :param host: the gateway's IP address
    :param first: the number of the first device
    :param rate: messages a second of all devices together
    :param for_s: how long they publish, once all are connected
    :param connects_per_s: how fast they connect
    :param metrics: names of what each message measures
    :param whole_topics: name the device in every topic, as a broker of many devices wants it
    :param acknowledged: file for the sequence numbers acknowledged to each device (MessagePack), for proofs
    :param seed: of what they measure
    """

    host: str = "127.0.0.1"
    port: int = 1883
    first: int = 1
    sessions: int = 100
    rate: float = 100.0
    for_s: float = 10.0
    connects_per_s: float = 1_000.0
    keep_alive_s: int = 120
    version: int = V311
    metrics: tuple[str, ...] = ("level",)
    secret: str = "simulated"  # noqa: S105
    secrets: dict[str, str] | None = None
    whole_topics: bool = False
    acknowledged: str = ""
    patience_s: float = 30.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it; ``ms`` are percentiles from publishing to PUBACK.

    :param unacknowledged: messages that were sent and still wait for PUBACK at the end
    :param skipped: messages not sent because too many of the device's earlier ones were unacknowledged
    """

    simulated: bool
    sessions: int
    connected: int
    refused: int
    reconnects: int
    published: int
    acknowledged: int
    unacknowledged: int
    skipped: int
    seconds: float
    ms: dict[str, float]


class _Device(asyncio.Protocol):
    """One simulated device on one connection after the other."""

    __slots__ = (
        "_decoder",
        "_fleet",
        "_ready",
        "_sequence",
        "_transport",
        "acknowledged",
        "number",
        "pending",
    )

    def __init__(self, fleet: _Running, number: int) -> None:
        self._fleet, self.number = fleet, number
        self._sequence = 0
        self._ready = False
        self._transport: asyncio.Transport | None = None
        self._decoder = Decoder(version=fleet.plan.version)
        self.pending: dict[int, tuple[float, bytes]] = {}
        self.acknowledged = array("I")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._decoder = Decoder(version=self._fleet.plan.version)
        self._transport.write(self._fleet.connect(self.number))

    def data_received(self, data: bytes) -> None:
        if self._ready and len(data) == 4 and data[0] == 0x40:
            self._durable(data[2] << 8 | data[3])
            return
        self._decoder.feed(data)
        while (packet := self._decoder.take()) is not None:
            if isinstance(packet, Connack):
                self._welcomed(packet.code)
            elif (packet_id := getattr(packet, "packet_id", 0)) and getattr(packet, "code", 1) == 0:
                self._durable(packet_id)

    def _welcomed(self, code: int) -> None:
        assert self._transport is not None
        if code:
            self._fleet.refused += 1
            self._transport.close()
            return
        self._ready = True
        self._fleet.connected += 1
        for _sent_s, packet in self.pending.values():
            self._transport.write(bytes((packet[0] | 0x08,)) + packet[1:])

    def _durable(self, packet_id: int) -> None:
        sent = self.pending.pop(packet_id, None)
        if sent is not None:
            self._fleet.waited.append(time.perf_counter() - sent[0])
            self.acknowledged.append(
                int(sent[1][sent[1].rindex(b'"seq":') + 6 : sent[1].index(b',"values"')])
            )

    def connection_lost(self, exc: Exception | None) -> None:
        if self._ready:
            self._ready = False
            self._fleet.connected -= 1
        self._transport = None
        if not self._fleet.over:
            self._fleet.reconnects += 1
            self._fleet.loop.call_later(random.uniform(0.2, 2.0), self._fleet.reconnect, self)  # noqa: S311

    def publish(self) -> bool:
        """Send the next message, or keep it until there is a connection; ``False`` if too many wait."""
        if len(self.pending) >= _MOST_PENDING:
            return False
        self._sequence += 1
        packet_id = self._sequence % 65_535 + 1
        payload = self._fleet.payload(self.number, self._sequence)
        packet = encode(
            Publish(self._fleet.topic(self.number), payload, 1, packet_id), self._fleet.plan.version
        )
        self.pending[packet_id] = (time.perf_counter(), packet)
        if self._ready and self._transport is not None:
            self._transport.write(packet)
        return True

    def leave(self) -> None:
        if self._transport is not None:
            self._transport.write(b"\xe0\x00")
            self._transport.close()


class _Running:
    """The devices of one process while they run."""

    def __init__(self, plan: Fleet) -> None:
        self.plan = plan
        self.loop = asyncio.get_running_loop()
        self.devices = [_Device(self, plan.first + number) for number in range(plan.sessions)]
        self.connected = self.refused = self.reconnects = self.published = self.skipped = 0
        self.waited = array("d")
        self.over = False
        self._tasks: set[asyncio.Task[Any]] = set()

    def connect(self, number: int) -> bytes:
        name = f"{SIMULATED}{number}"
        secret = (self.plan.secrets or {}).get(name, self.plan.secret)
        packet = Connect(self.plan.version, name, True, self.plan.keep_alive_s, name, secret.encode())
        return encode(packet, self.plan.version)

    def topic(self, number: int) -> str:
        return f"devices/{SIMULATED}{number}/up/properties" if self.plan.whole_topics else "up/properties"

    def payload(self, number: int, sequence: int) -> bytes:
        """A slow wave with a phase of its own, in the gateway's default format."""
        now_ms = time.time_ns() // 1_000_000
        value = 10 + 3 * math.sin(now_ms / 600_000 + number + self.plan.seed)
        values = ",".join(f'"{metric}":{value:.3f}' for metric in self.plan.metrics)
        return b'{"ts":%d,"seq":%d,"values":{%s}}' % (now_ms, sequence, values.encode())

    def reconnect(self, device: _Device) -> None:
        if not self.over:
            task = self.loop.create_task(self._open(device))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _open(self, device: _Device) -> None:
        """From one of several loopback addresses, since an address has no more than so many ports."""
        line = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            line.setblocking(False)
            line.setsockopt(socket.IPPROTO_IP, _BIND_ADDRESS_NO_PORT, 1)
            if self.plan.host.startswith("127."):
                line.bind((_source(device.number), 0))
            await self.loop.sock_connect(line, (self.plan.host, self.plan.port))
            await self.loop.create_connection(lambda: device, sock=line)
        except OSError:
            line.close()
            device.connection_lost(None)

    async def ramp(self) -> None:
        """Connect everybody, evenly, and wait until they are or patience ends."""
        begun = self.loop.time()
        for number, device in enumerate(self.devices):
            ahead_s = number / self.plan.connects_per_s - (self.loop.time() - begun)
            if ahead_s > _TICK_S:
                await asyncio.sleep(ahead_s)
            self.reconnect(device)
        deadline = self.loop.time() + self.plan.patience_s
        while self.connected < len(self.devices) and self.loop.time() < deadline:
            await asyncio.sleep(0.05)

    async def publish(self) -> float:
        """Publish at the rate, device after device; seconds it took."""
        begun, turn = self.loop.time(), 0
        while (elapsed := self.loop.time() - begun) < self.plan.for_s:
            while turn < elapsed * self.plan.rate:
                sent = self.devices[turn % len(self.devices)].publish()
                self.published += sent
                self.skipped += not sent
                turn += 1
            await asyncio.sleep(_TICK_S)
        return self.loop.time() - begun

    async def settle(self) -> int:
        """Wait for the last acknowledgements; how many messages still have none."""
        deadline = self.loop.time() + self.plan.patience_s
        while (left := sum(len(each.pending) for each in self.devices)) and self.loop.time() < deadline:
            await asyncio.sleep(0.05)
        return left

    def leave(self) -> None:
        self.over = True
        for device in self.devices:
            device.leave()

    def write_acknowledged(self) -> None:
        numbers = {device.number: device.acknowledged.tolist() for device in self.devices}
        Path(self.plan.acknowledged).write_bytes(msgspec.msgpack.encode(numbers))


def _source(number: int) -> str:
    """127.0.0.2 for the first devices, then 127.0.0.3 and so on."""
    block = number // _PORTS_OF_AN_ADDRESS
    return f"127.0.{block // 200}.{block % 200 + 2}"


async def simulate(plan: Fleet, tell: Callable[[str], None] = lambda _line: None) -> Outcome:
    """Connect, publish, wait for the acknowledgements and leave.

    :param tell: called with a line for people at each stage
    """
    fleet = _Running(plan)
    tell(f"Connecting {plan.sessions} simulated devices to {plan.host}:{plan.port}.")
    await fleet.ramp()
    connected = fleet.connected
    tell(f"{connected} are connected; publishing {plan.rate:g} messages a second for {plan.for_s:g} s.")
    seconds = await fleet.publish()
    left = await fleet.settle()
    fleet.leave()
    await asyncio.sleep(0.2)
    if plan.acknowledged:
        fleet.write_acknowledged()
    return Outcome(
        True, plan.sessions, connected, fleet.refused, fleet.reconnects, fleet.published,
        len(fleet.waited), left, fleet.skipped, round(seconds, 2), _percentiles(fleet.waited),
    )  # fmt: skip


def _percentiles(waited: array[float]) -> dict[str, float]:
    ordered = sorted(waited)
    if not ordered:
        return {}
    picked = {
        f"p{percent}": ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
        for percent in (50, 95, 99)
    }
    return {name: round(value * 1000, 1) for name, value in (picked | {"max": ordered[-1]}).items()}


def run(plan: Fleet, tell: Callable[[str], None] = lambda _line: None) -> Outcome:
    """Simulate in this process, with as many connections as the system lets it have."""
    import uvloop

    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    collect_seldom()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(simulate(plan, tell))


if __name__ == "__main__":
    outcome = run(msgspec.json.decode(sys.stdin.buffer.read(), type=Fleet))
    sys.stdout.write(msgspec.json.encode(outcome).decode() + "\n")
