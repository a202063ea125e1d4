"""Simulated devices against a real gateway: every acknowledged number is in the spool."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from chengshu.engines.streams.gateway.admission import Admitted, Credentials
from chengshu.engines.streams.simulating import PREFIX, Fleet, simulate
from chengshu.engines.streams.tests.gateways import KnownDevices, run, serving, spooled
from chengshu.engines.streams.wire import V5, Reason


class SimulatedDevices(KnownDevices):
    async def admit(self, shown: Credentials) -> Admitted | Reason:
        if not shown.client_id.startswith(PREFIX) or shown.password != b"simulated":
            return Reason.BAD_USER_NAME_OR_PASSWORD
        return Admitted(int(shown.client_id.removeprefix(PREFIX)), shown.client_id)


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
    import asyncio

    async def play() -> None:
        async with serving(tmp_path, SimulatedDevices()) as first:
            port = first.ports["mqtt"]
            plan = Fleet(port=port, sessions=5, rate=100, for_s=1.0)
            playing = asyncio.ensure_future(simulate(plan))
            while first.hub.counters.confirmed < 20:
                await asyncio.sleep(0.01)
        from chengshu.engines.streams.gateway.serving import Doors

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
