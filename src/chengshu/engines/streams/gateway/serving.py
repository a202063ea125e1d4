"""One gateway process from start to stop: its spool, its doors, and what it does every second."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chengshu.engines.streams.clock_watch import ClockWatch
from chengshu.engines.streams.gateway.admission import Admission
from chengshu.engines.streams.gateway.broker import Broker, BrokerDoor
from chengshu.engines.streams.gateway.counters import Counters
from chengshu.engines.streams.gateway.http import HttpDoor
from chengshu.engines.streams.gateway.hub import Hub, SessionLimits
from chengshu.engines.streams.gateway.intake import Intake
from chengshu.engines.streams.gateway.mqtt import MqttProtocol
from chengshu.engines.streams.gateway.peers import Peers
from chengshu.engines.streams.gateway.syslog import SyslogDatagrams, SyslogStreams
from chengshu.engines.streams.spool import Disk, Limits, SpoolWriter

_BACKLOG = 4_096


@dataclass(frozen=True, slots=True)
class Doors:
    """Where a process listens; port 0 keeps a door shut (but for ``any_port``).

    :param bind: addresses of this machine
    :param certificate: files with the server's certificate chain and key; without them the TLS doors stay shut
    :param authorities: a file with the authorities of client certificates, if clients may show one
    :param any_port: take any free port where 0 is given (for tests and measurements)
    """

    bind: tuple[str, ...] = ("127.0.0.1",)
    mqtt: int = 0
    mqtt_tls: int = 0
    http: int = 0
    syslog_tcp: int = 0
    syslog_tls: int = 0
    syslog_udp: int = 0
    certificate: tuple[Path, Path] | None = None
    authorities: Path | None = None
    any_port: bool = False

    def tls(self) -> ssl.SSLContext | None:
        if self.certificate is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(*self.certificate)
        if self.authorities is not None:
            context.load_verify_locations(self.authorities)
            context.verify_mode = ssl.CERT_OPTIONAL
        return context


@dataclass(slots=True)
class Gateway:
    """A running process."""

    hub: Hub
    spool: SpoolWriter
    ports: dict[str, int] = field(default_factory=dict)
    _servers: list[asyncio.Server] = field(default_factory=list)
    _datagrams: list[asyncio.DatagramTransport] = field(default_factory=list)

    async def open_doors(self, doors: Doors) -> None:
        """Begin to listen; several processes may share the ports."""
        tls, http, lines = doors.tls(), HttpDoor(self.hub), SyslogStreams(self.hub)
        await self._listen(doors, "mqtt", doors.mqtt, lambda: MqttProtocol(self.hub), None)
        await self._listen(doors, "http", doors.http, lambda: _streams(http.serve), None)
        await self._listen(doors, "syslog_tcp", doors.syslog_tcp, lambda: _streams(lines.serve), None)
        if tls is not None:
            await self._listen(doors, "mqtt_tls", doors.mqtt_tls, lambda: MqttProtocol(self.hub), tls)
            await self._listen(doors, "syslog_tls", doors.syslog_tls, lambda: _streams(lines.serve), tls)
        if doors.syslog_udp or doors.any_port:
            await self._hear_datagrams(doors)

    async def _listen(
        self, doors: Doors, name: str, port: int, made: Any, tls: ssl.SSLContext | None
    ) -> None:
        if not port and not doors.any_port:
            return
        for address in doors.bind:
            server = await self.hub.loop.create_server(
                made, address, port, ssl=tls, backlog=_BACKLOG, reuse_address=True, reuse_port=True
            )
            self._servers.append(server)
            self.ports[name] = port = server.sockets[0].getsockname()[1]

    async def _hear_datagrams(self, doors: Doors) -> None:
        for address in doors.bind:
            transport, _protocol = await self.hub.loop.create_datagram_endpoint(
                lambda: SyslogDatagrams(self.hub), (address, doors.syslog_udp), reuse_port=True
            )
            self._datagrams.append(transport)
            self.ports["syslog_udp"] = transport.get_extra_info("sockname")[1]

    async def close(self) -> None:
        """Stop listening, end every session, and make durable what has been taken."""
        for server in self._servers:
            server.close()
        for transport in self._datagrams:
            transport.close()
        await self.hub.stop()
        await self.spool.close()


def _streams(serve: Any) -> asyncio.StreamReaderProtocol:
    return asyncio.StreamReaderProtocol(asyncio.StreamReader(limit=128 << 10), serve)


@asynccontextmanager
async def gateway(
    spool: Path,
    admission: Admission,
    doors: Doors,
    *,
    number: int = 0,
    limits: SessionLimits | None = None,
    spool_limits: Limits | None = None,
    disk: Disk | None = None,
    run: Path | None = None,
    broker: Broker | None = None,
) -> AsyncIterator[Gateway]:
    """A gateway process that is open while the block runs.

    :param spool: the folder of all streams; this process writes ``gateway-<number>`` in it
    :param run: where the processes of this machine meet; without it this one is alone
    :param broker: an outside broker, if devices are connected to one
    """
    writer = SpoolWriter(spool / f"gateway-{number}", spool_limits, disk)
    hub = Hub(admission, Intake(writer, Counters()), limits)
    running = Gateway(hub, writer)
    peers = Peers(hub, run, number) if run is not None else None
    outside = BrokerDoor(hub, broker) if broker is not None else None
    hub.run(_keep_sweeping(hub))
    if outside is not None:
        hub.run(outside.keep_subscribed())
    if peers is not None and run is not None:
        hub.run(peers.keep_telling())
        hub.run(_keep_reporting(hub, run / f"gateway-{number}.json", outside))
    try:
        await running.open_doors(doors)
        yield running
    finally:
        await running.close()
        if peers is not None:
            peers.close()


async def _keep_sweeping(hub: Hub) -> None:
    while True:
        await asyncio.sleep(1)
        hub.sweep(hub.loop.time())


async def _keep_reporting(hub: Hub, path: Path, outside: BrokerDoor | None) -> None:
    """Write the counters where ``./chengshu streams gateway``, the page of the intake and measurements find them."""
    draft, clock = path.with_suffix(".draft"), ClockWatch()
    while True:
        report = hub.counters.as_data() | {
            "process": os.getpid(),
            "at": time.time(),
            "waiting_bytes": hub.intake.spool.waiting_bytes,
            "groups": hub.intake.spool.groups,
            "trouble": hub.intake.spool.trouble,
            "slowed_devices": hub.slowed_lately(),
            "clock_jumps": clock.look(),
            "broker": outside.as_data() if outside is not None else None,
        }
        with contextlib.suppress(OSError):
            draft.write_text(json.dumps(report), encoding="utf-8")
            draft.replace(path)
        await asyncio.sleep(1)
