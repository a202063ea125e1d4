"""Simulated devices against a real gateway: every acknowledged number is in the spool."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import typer
from typer.testing import CliRunner

from chengshu.engines.streams.gateway.serving import Doors
from chengshu.engines.streams.gateway_commands import read_secrets, register
from chengshu.engines.streams.simulating import Fleet, simulate
from chengshu.engines.streams.tests import gateway_process
from chengshu.engines.streams.tests.gateway_process import SimulatedDevices
from chengshu.engines.streams.tests.gateways import run, serving, spooled
from chengshu.engines.streams.wire import V5
from chengshu.foundation.errors import InvalidFile, Missing


def test_devices_with_a_wrong_secret_are_counted_as_refused(tmp_path: Path) -> None:
    async def play() -> None:
        async with serving(tmp_path, SimulatedDevices()) as gateway:
            plan = Fleet(
                port=gateway.ports["mqtt"], sessions=2, for_s=0.05, secret="wrong", patience_s=0.2, rate=10
            )
            outcome = await simulate(plan)
            assert outcome.connected == 0
            assert outcome.refused >= 2
            assert outcome.acknowledged == 0

    run(play())
    assert spooled(tmp_path) == []


def test_every_acknowledged_number_of_every_device_is_in_the_spool(tmp_path: Path) -> None:
    file = tmp_path / "acknowledged"

    async def play() -> None:
        async with serving(tmp_path, SimulatedDevices()) as gateway:
            plan = Fleet(
                port=gateway.ports["mqtt"],
                first=20_001,
                sessions=30,
                rate=600,
                for_s=0.5,
                version=V5,
                metrics=("level", "flow"),
                acknowledged=str(file),
            )
            outcome = await simulate(plan)
            assert outcome.simulated
            assert outcome.connected == 30
            assert outcome.acknowledged == outcome.published > 100
            assert outcome.unacknowledged == 0

    run(play())
    acknowledged = msgspec.msgpack.decode(file.read_bytes(), type=dict[int, list[int]])
    found = [(raw.device, json.loads(raw.payload)) for raw in spooled(tmp_path)]
    assert {(device, content["seq"]) for device, content in found} == {
        (device, number) for device, numbers in acknowledged.items() for number in numbers
    }
    assert set(found[0][1]["values"]) == {"level", "flow"}


def test_devices_send_again_what_was_not_acknowledged_when_the_gateway_goes(tmp_path: Path) -> None:
    async def play() -> None:
        async with serving(tmp_path, SimulatedDevices()) as first:
            port = first.ports["mqtt"]
            plan = Fleet(port=port, sessions=5, rate=100, for_s=1.0)
            playing = asyncio.ensure_future(simulate(plan))
            while first.hub.counters.confirmed < 20:
                await asyncio.sleep(0.01)
        async with serving(tmp_path, SimulatedDevices(), doors=Doors(mqtt=port)):
            outcome = await playing
        assert outcome.reconnects >= 5
        assert outcome.acknowledged == outcome.published
        assert outcome.unacknowledged == 0

    run(play())
    numbers = {(raw.device, json.loads(raw.payload)["seq"]) for raw in spooled(tmp_path)}
    assert all((device, 1) in numbers for device in range(1, 6))
    for device in range(1, 6):
        mine = sorted(number for each, number in numbers if each == device)
        assert mine == list(range(1, len(mine) + 1))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def gateway_killed_at_the_end(folder: Path, port: int) -> Iterator[None]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, gateway_process.__file__, folder, str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    assert process.stdout.readline() == b"listening\n"
    try:
        yield
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_nothing_acknowledged_is_lost_when_gateway_processes_are_killed(tmp_path: Path) -> None:
    port, file, chance = free_port(), tmp_path / "acknowledged", random.Random(5)  # noqa: S311
    plan = Fleet(port=port, sessions=20, rate=400, for_s=4.0, acknowledged=str(file))

    async def play() -> None:
        with gateway_killed_at_the_end(tmp_path, port):
            playing = asyncio.ensure_future(simulate(plan))
            await asyncio.sleep(1.0)
        for _life in range(2):
            with gateway_killed_at_the_end(tmp_path, port):
                await asyncio.sleep(chance.uniform(0.8, 1.5))
        with gateway_killed_at_the_end(tmp_path, port):
            outcome = await playing
        assert outcome.reconnects >= 20
        assert outcome.unacknowledged == 0

    run(play())
    acknowledged = msgspec.msgpack.decode(file.read_bytes(), type=dict[int, list[int]])
    found = {(raw.device, json.loads(raw.payload)["seq"]) for raw in spooled(tmp_path)}
    assert sum(map(len, acknowledged.values())) > 500
    assert {(device, number) for device, numbers in acknowledged.items() for number in numbers} <= found


def test_a_file_of_secrets_without_its_columns_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secrets.csv"
    file.write_text("device,password\nsim-1,x\n", encoding="utf-8")
    with pytest.raises(InvalidFile):
        read_secrets(file)


def test_only_simulated_devices_are_taken_from_a_file_of_secrets(tmp_path: Path) -> None:
    file = tmp_path / "secrets.csv"
    file.write_text("\ufeffcode,title,secret\nsim-1,一号,x\nreal-1,真,y\n", encoding="utf-8")
    assert read_secrets(file) == {"sim-1": "x"}


def commands() -> typer.Typer:
    cli = typer.Typer()
    register(cli)
    return cli


def test_the_counters_of_a_gateway_that_never_ran_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHENGSHU_DATA_DIR", str(tmp_path))
    assert isinstance(CliRunner().invoke(commands(), ["gateway", "--json"]).exception, Missing)


def test_the_command_simulates_and_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    port = free_port()
    with gateway_killed_at_the_end(tmp_path, port):
        given = ["simulate", "--sessions", "3", "--rate", "30", "--for", "0.5", "--port", str(port), "--json"]
        result = CliRunner().invoke(commands(), given)
    assert result.exit_code == 0
    [outcome] = json.loads(result.stdout)
    assert outcome["simulated"] is True
    assert outcome["acknowledged"] == outcome["published"] > 0
    assert len(spooled(tmp_path)) == outcome["acknowledged"]
