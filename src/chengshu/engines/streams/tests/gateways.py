"""What the tests of the gateway share: an admission in memory, a small MQTT client, a gateway on free ports."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvloop

from chengshu.engines.streams.gateway.admission import Admitted, Credentials
from chengshu.engines.streams.gateway.hub import SessionLimits
from chengshu.engines.streams.gateway.serving import Doors, Gateway, gateway
from chengshu.engines.streams.spool import Disk, Limits, Raw, SpoolReader, decode
from chengshu.engines.streams.wire import V5, V311, Connack, Connect, Decoder, Packet, Reason, encode
from chengshu.foundation.testing import looping

PATIENCE_S = 20.0
SPOOL = Limits(window_s=0.001, retry_s=0.01, spare_bytes=0)


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run as the gateway does: on uvloop."""
    return looping.run(work, loops=uvloop.new_event_loop)


@dataclass
class KnownDevices:
    """Devices ``sensor-1``, ``sensor-2`` … with the password ``secret``; whoever asks is remembered."""

    count: int = 9
    secret: bytes = b"secret"
    addresses: dict[str, int] = field(default_factory=dict)
    certificates: dict[bytes, int] = field(default_factory=dict)
    asked: list[Credentials] = field(default_factory=list)
    is_away: bool = False

    async def admit(self, shown: Credentials) -> Admitted | Reason:
        self.asked.append(shown)
        device = self.addresses.get(shown.address) if shown.channel in ("syslog", "http") else None
        device = device or self.certificates.get(shown.certificate)
        if device is not None:
            return Admitted(device, shown.client_id or f"sensor-{device}")
        name, _, number = shown.client_id.partition("-")
        if name != "sensor" or not number.isdigit() or not 1 <= int(number) <= self.count:
            return Reason.BAD_USER_NAME_OR_PASSWORD
        if shown.password != self.secret:
            return Reason.BAD_USER_NAME_OR_PASSWORD
        return Admitted(int(number), shown.client_id)

    async def known(self, code: str) -> Admitted | Reason:
        """What somebody else has admitted; while ``is_away``, nobody can say who that is."""
        number = code.removeprefix("sensor-")
        if self.is_away:
            return Reason.SERVER_UNAVAILABLE
        if not number.isdigit() or not 1 <= int(number) <= self.count:
            return Reason.NOT_AUTHORIZED
        return Admitted(int(number), code)


class Client:
    """One MQTT connection, packet by packet."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, version: int) -> None:
        self._reader, self._writer = reader, writer
        self.version = version
        self._decoder = Decoder(version=version)

    def send(self, *packets: Packet) -> None:
        self.send_bytes(b"".join(encode(packet, self.version) for packet in packets))

    def send_bytes(self, data: bytes) -> None:
        self._writer.write(data)

    async def receive(self) -> Packet | None:
        """The next packet, ``None`` when the gateway has closed the connection."""
        async with asyncio.timeout(PATIENCE_S):
            while (packet := self._decoder.take()) is None:
                try:
                    data = await self._reader.read(65_536)
                except ConnectionError:
                    return None
                if not data:
                    return None
                self._decoder.feed(data)
            return packet

    def abort(self) -> None:
        self._writer.transport.abort()

    async def close(self) -> None:
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            return


@asynccontextmanager
async def connected(port: int, version: int = V311, **tls: Any) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, **tls)
    client = Client(reader, writer, version)
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def signed_in(port: int, number: int = 1, version: int = V311, **more: Any) -> AsyncIterator[Client]:
    """A client of ``sensor-<number>`` whose CONNECT was accepted."""
    async with connected(port, version) as client:
        client.send(as_sensor(number, version, **more))
        answer = await client.receive()
        assert isinstance(answer, Connack)
        assert answer.code == 0
        yield client


def as_sensor(number: int = 1, version: int = V311, **more: Any) -> Connect:
    return Connect(version, f"sensor-{number}", username=f"sensor-{number}", password=b"secret", **more)


@asynccontextmanager
async def serving(
    folder: Path,
    admission: KnownDevices | None = None,
    limits: SessionLimits | None = None,
    spool_limits: Limits = SPOOL,
    disk: Disk | None = None,
    doors: Doors | None = None,
    **more: Any,
) -> AsyncIterator[Gateway]:
    async with gateway(
        folder,
        admission or KnownDevices(),
        doors or Doors(any_port=True),
        limits=limits,
        spool_limits=spool_limits,
        disk=disk,
        **more,
    ) as running:
        yield running


def spooled(folder: Path, number: int = 0) -> list[Raw]:
    """Everything in the spool of one gateway process."""
    batch = SpoolReader(folder / f"gateway-{number}").read(0, 1_000_000)
    return [decode(record) for _offset, record in batch.records]


__all__ = ["V5", "V311"]
