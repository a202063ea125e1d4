"""A gateway process as the supervisor starts it: ``python -m chengshu.engines.streams.gateway NUMBER``.

Reads its settings from the environment, keeps the credentials fresh, carries commands, and stops on SIGTERM after
everything it has taken is durable.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import resource
import signal
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chengshu.engines.streams.gateway.broker import Broker, Topics
from chengshu.engines.streams.gateway.commands import Carrier
from chengshu.engines.streams.gateway.credentials import CachedAdmission
from chengshu.engines.streams.gateway.database import COMMANDS, CREDENTIALS, Database, Listener
from chengshu.engines.streams.gateway.hub import Hub, SessionLimits
from chengshu.engines.streams.gateway.serving import Doors, gateway
from chengshu.engines.streams.spool import Limits
from chengshu.engines.streams.wire import Reason
from chengshu.foundation import config
from chengshu.foundation.asking import system
from chengshu.foundation.runtime.database import connection_parameters
from chengshu.foundation.runtime.layout import Layout
from chengshu.foundation.runtime.memory import collect_seldom

log = logging.getLogger(__name__)

_RELOAD_S = 1.0
_OPEN_FILES_FOR_OTHERS = 500


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says about the gateway."""

    doors: Doors
    limits: SessionLimits
    spool_limits: Limits
    spool: Path
    run: Path
    broker: Broker | None

    @classmethod
    def from_environment(cls) -> Settings:
        """:raises Misconfigured: naming the variable that is wrong"""
        layout = Layout.from_environment()
        files, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        return cls(
            _doors(),
            SessionLimits(
                largest_packet=config.number(
                    "CHENGSHU_GATEWAY_PACKET_BYTES", 256 << 10, least=1_024, most=1 << 22
                ),
                most_sessions=config.number(
                    "CHENGSHU_GATEWAY_SESSIONS",
                    max(files - _OPEN_FILES_FOR_OTHERS, 100),
                    least=1,
                    most=1_000_000,
                ),
                connects_per_s=config.number("CHENGSHU_GATEWAY_CONNECTS_PER_S", 1_500, least=1, most=100_000),
                messages_per_s=config.number("CHENGSHU_GATEWAY_MESSAGES_PER_S", 200, least=1, most=1_000_000),
            ),
            Limits(disk_bytes=config.number("CHENGSHU_SPOOL_MB", 4_096, least=64, most=1 << 20) << 20),
            layout.data / "streams" / "spool",
            layout.run,
            _broker(),
        )


def _doors() -> Doors:
    certificate, key = config.text("CHENGSHU_GATEWAY_CERTIFICATE"), config.text("CHENGSHU_GATEWAY_KEY")
    authorities = config.text("CHENGSHU_GATEWAY_CLIENT_AUTHORITIES")
    return Doors(
        bind=config.words("CHENGSHU_GATEWAY_BIND", ("127.0.0.1",)),
        mqtt=config.number("CHENGSHU_MQTT_PORT", 1883, least=0, most=65_535),
        mqtt_tls=config.number("CHENGSHU_MQTT_TLS_PORT", 8883, least=0, most=65_535),
        http=config.number("CHENGSHU_INGEST_PORT", 8086, least=0, most=65_535),
        syslog_tcp=config.number("CHENGSHU_SYSLOG_PORT", 0, least=0, most=65_535),
        syslog_tls=config.number("CHENGSHU_SYSLOG_TLS_PORT", 0, least=0, most=65_535),
        syslog_udp=config.number("CHENGSHU_SYSLOG_UDP_PORT", 0, least=0, most=65_535),
        certificate=(Path(certificate), Path(key)) if certificate and key else None,
        authorities=Path(authorities) if authorities else None,
    )


def _broker() -> Broker | None:
    usual = Topics.read("$share/chengshu/devices/+/up/#")
    authorities = config.text("CHENGSHU_BROKER_AUTHORITIES")
    found = config.read("CHENGSHU_BROKER_URL", lambda url: Broker.read(url, usual) if url else None, None)
    return found and replace(
        found,
        topics=config.read("CHENGSHU_BROKER_TOPIC", Topics.read, usual),
        username=config.text("CHENGSHU_BROKER_USER"),
        password=config.text("CHENGSHU_BROKER_PASSWORD"),
        authorities=Path(authorities) if authorities else None,
        client_id=config.text("CHENGSHU_BROKER_CLIENT", "chengshu"),
    )


def database_parameters() -> dict[str, Any]:
    """As the application's role, in the words of ``psycopg.connect``."""
    found = connection_parameters().app
    return {
        "dbname": found["NAME"],
        "user": found["USER"],
        "password": found["PASSWORD"],
        "host": found["HOST"],
        "port": found["PORT"],
        "application_name": "chengshu-gateway",
        "connect_timeout": 5,
        **found["OPTIONS"],
    }


class _Refresher:
    """Reads the credentials again after they have changed, at most once a second; tries until it works."""

    def __init__(self, hub: Hub, admission: CachedAdmission) -> None:
        self._hub, self._admission = hub, admission
        self._stale = asyncio.Event()
        self._stale.set()

    def call(self) -> None:
        self._stale.set()

    async def keep_fresh(self) -> None:
        """Until cancelled."""
        while True:
            await self._stale.wait()
            self._stale.clear()
            try:
                gone = await self._admission.reload()
                self._hub.end_clients(gone, Reason.NOT_AUTHORIZED)
            except Exception as error:
                log.warning("The credentials cannot be read (%s); known devices go on.", error)
                self._stale.set()
            await asyncio.sleep(_RELOAD_S)


async def serve(number: int, settings: Settings, stopping: asyncio.Event) -> None:
    """Run until ``stopping`` is set."""
    parameters = database_parameters()
    database = Database(parameters, system("streams.gateway", "worker").reading_scope_text)
    admission = CachedAdmission(database)
    with contextlib.suppress(Exception):  # the refresher goes on trying
        await admission.reload()
    async with gateway(
        settings.spool,
        admission,
        settings.doors,
        number=number,
        limits=settings.limits,
        spool_limits=settings.spool_limits,
        run=settings.run,
        broker=settings.broker
        and replace(settings.broker, client_id=f"{settings.broker.client_id}-{number}"),
    ) as running:
        refresher = _Refresher(running.hub, admission)
        carrier = Carrier(running.hub, database)
        running.hub.outbox = carrier
        running.hub.run(refresher.keep_fresh())
        running.hub.run(carrier.keep_carrying())
        listener = Listener(parameters, {CREDENTIALS: refresher.call, COMMANDS: carrier.look})
        listener.start()
        log.info("Gateway %d listens on %s.", number, running.ports)
        await stopping.wait()
        await asyncio.to_thread(listener.stop)
    with contextlib.suppress(Exception):
        await carrier.finish()
    await database.close()


def main(number: int) -> None:
    """Run this process until SIGTERM or SIGINT."""
    import uvloop

    logging.basicConfig(level=logging.INFO, format="%(message)s")
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    settings = Settings.from_environment()
    collect_seldom()

    async def until_told() -> None:
        stopping = asyncio.Event()
        for each in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(each, stopping.set)
        await serve(number, settings, stopping)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(until_told())
