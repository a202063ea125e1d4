"""The gateway process as the supervisor starts it, beside a real PostgreSQL: registry, rotation, commands, outage."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from chengshu.engines.streams import actions, wire
from chengshu.engines.streams.models import Command, CommandState, Device
from chengshu.engines.streams.tests.builders import a_device
from chengshu.engines.streams.tests.gateways import PATIENCE_S, Client, connected, run, spooled
from chengshu.foundation.asking import asking, system
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.testing import browser, database


@dataclass
class Running:
    """A gateway process with the database it reads."""

    port: int
    data: Path

    def spooled(self) -> list[Any]:
        return spooled(self.data / "streams" / "spool")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def gateway(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    data, port = tmp_path_factory.mktemp("gateway"), free_port()
    with django_db_blocker.unblock(), browser.own_database(f"chengshu_test_gateway_{os.getpid()}"):
        with asking(system("test", "cli")):
            load_base_data()
        environment = {
            **browser._environment(data, ""),
            "PYTHONPATH": os.pathsep.join(sys.path),
            "CHENGSHU_DATA_DIR": str(data),
            "CHENGSHU_MQTT_PORT": str(port),
            "CHENGSHU_INGEST_PORT": "0",
        }
        command = [sys.executable, "-m", "chengshu.engines.streams.gateway", "0"]
        process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
        assert process.stderr is not None
        try:
            while b"listens" not in (line := process.stderr.readline()):
                assert line, "the gateway ended before it listened"
            yield Running(port, data)
        finally:
            process.send_signal(signal.SIGTERM)
            process.stderr.read()
            assert process.wait() == 0
            process.stderr.close()


def act(work: Callable[[], Any]) -> Any:
    """Do something as the platform, committed."""
    with asking(system("test", "cli")):
        return work()


async def act_beside(work: Callable[[], Any]) -> Any:
    """The same from a running event loop, in a thread whose connections end with it."""

    def act_and_close() -> Any:
        try:
            return act(work)
        finally:
            for connection in connections.all():
                connection.close()

    return await asyncio.to_thread(act_and_close)


def registered(code: str) -> tuple[Device, str]:
    """A device and its secret."""

    def register() -> tuple[Device, str]:
        device = a_device(code)
        return device, actions.issue_credential(device=device, overlap_h=0).secret

    result: tuple[Device, str] = act(register)
    return result


def as_device(code: str, secret: str) -> wire.Connect:
    return wire.Connect(wire.V5, code, username=code, password=secret.encode())


async def answer_of(port: int, packet: wire.Connect) -> wire.Packet | None:
    async with connected(port, wire.V5) as client:
        client.send(packet)
        return await client.receive()


def code_of(packet: wire.Packet | None) -> int:
    assert isinstance(packet, wire.Connack)
    return packet.code


async def until_ended(client: Client) -> wire.Packet | None:
    """The last packet before the gateway closes."""
    last = None
    while (packet := await client.receive()) is not None:
        last = packet
    return last


def test_a_stranger_and_a_wrong_secret_are_refused(gateway: Running) -> None:
    registered("GP-1")
    for packet in (as_device("GP-0", "x"), as_device("GP-1", "x")):
        assert code_of(run(answer_of(gateway.port, packet))) == wire.Reason.BAD_USER_NAME_OR_PASSWORD


def test_what_a_registered_device_sends_is_in_the_spool_under_its_id(gateway: Running) -> None:
    device, secret = registered("GP-2")

    async def talk() -> None:
        async with connected(gateway.port, wire.V5) as client:
            client.send(as_device("GP-2", secret), wire.Publish("up/properties", b"{}", 1, 1))
            assert code_of(await client.receive()) == 0
            assert await client.receive() == wire.Puback(1)

    run(talk())
    assert [raw.payload for raw in gateway.spooled() if raw.device == device.pk] == [b"{}"]


def test_revoking_a_credential_ends_the_session_and_bars_the_door(gateway: Running) -> None:
    device, secret = registered("GP-3")

    async def talk() -> None:
        async with connected(gateway.port, wire.V5) as client:
            client.send(as_device("GP-3", secret))
            assert code_of(await client.receive()) == 0
            await act_beside(lambda: actions.revoke_credential(device=device, reason="被盗"))
            last = await until_ended(client)
            assert isinstance(last, wire.Disconnect)
            assert last.code == wire.Reason.NOT_AUTHORIZED

    run(talk())
    refused = run(answer_of(gateway.port, as_device("GP-3", secret)))
    assert code_of(refused) == wire.Reason.BAD_USER_NAME_OR_PASSWORD


def test_a_queued_command_reaches_the_device_and_is_marked_as_sent(gateway: Running) -> None:
    device, secret = registered("GP-4")

    async def talk() -> bytes:
        async with connected(gateway.port, wire.V5) as client:
            client.send(
                as_device("GP-4", secret), wire.Subscribe(1, (wire.Subscription("down/commands", 1),))
            )
            await client.receive()
            await client.receive()
            await act_beside(lambda: actions.send_command(device=device, name="reboot"))
            got = await client.receive()
            assert isinstance(got, wire.Publish)
            client.send(wire.Puback(got.packet_id))
            await until_sent(device)
            return got.payload

    assert b'"name":"reboot"' in run(talk())


async def until_sent(device: Device) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while (await act_beside(lambda: Command.objects.get(device=device))).state != CommandState.SENT:
            await asyncio.sleep(0.05)


def test_known_devices_go_on_while_the_connections_to_postgresql_are_cut(gateway: Running) -> None:
    _device, secret = registered("GP-5")
    assert code_of(run(answer_of(gateway.port, as_device("GP-5", secret)))) == 0
    with database._connected("default") as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'chengshu-gateway' AND datname = %s",
            [connections["default"].settings_dict["NAME"]],
        )
    assert code_of(run(answer_of(gateway.port, as_device("GP-5", secret)))) == 0
    _other, fresh = registered("GP-6")
    deadline = time.monotonic() + PATIENCE_S
    while code_of(run(answer_of(gateway.port, as_device("GP-6", fresh)))) != 0:
        assert time.monotonic() < deadline, "the gateway never found its way back to the registry"
        time.sleep(0.2)
