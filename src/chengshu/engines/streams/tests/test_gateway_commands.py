"""Commands on their way: nothing is forgotten when the table is away or the device goes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from chengshu.engines.streams import wire
from chengshu.engines.streams.gateway.commands import Carrier
from chengshu.engines.streams.gateway.database import payload_of
from chengshu.engines.streams.gateway.hub import Command
from chengshu.engines.streams.tests.gateways import run, serving, signed_in


class Table:
    """Commands in memory, as the database keeps them."""

    def __init__(self, *queued: Command) -> None:
        self.queued = {each.id: each for each in queued}
        self.sent: dict[int, Command] = {}
        self.is_away = False

    def _reach(self) -> None:
        if self.is_away:
            raise OSError("the table is away")

    async def waiting_commands(self, devices: Sequence[int]) -> list[Command]:
        self._reach()
        return [each for each in self.queued.values() if each.device in devices]

    async def note_sent(self, commands: Sequence[int]) -> None:
        self._reach()
        self.sent |= {each: self.queued.pop(each) for each in commands}

    async def note_unsent(self, commands: Sequence[int]) -> None:
        self._reach()
        self.queued |= {each: self.sent.pop(each) for each in commands}


SUBSCRIBE = wire.Subscribe(1, (wire.Subscription("down/commands", 1),))


def test_what_waited_is_sent_on_subscribing_and_what_comes_later_when_it_comes(tmp_path: Path) -> None:
    async def talk() -> None:
        table = Table(Command(1, 1, b"waited"), Command(2, 2, b"not here"))
        async with serving(tmp_path) as gateway, signed_in(gateway.ports["mqtt"], 1) as client:
            gateway.hub.outbox = carrier = Carrier(gateway.hub, table)
            gateway.hub.run(carrier.keep_carrying())
            client.send(SUBSCRIBE)
            await client.receive()
            assert await client.receive() == wire.Publish("down/commands", b"waited", 1, 1)
            table.queued[3] = Command(3, 1, b"later")
            carrier.look()
            assert await client.receive() == wire.Publish("down/commands", b"later", 1, 2)
            while set(table.sent) != {1, 3}:
                await asyncio.sleep(0.001)
            assert set(table.queued) == {2}

    run(talk())


def test_a_command_that_the_device_did_not_acknowledge_is_queued_again(tmp_path: Path) -> None:
    async def talk() -> None:
        table = Table(Command(1, 1, b"x"))
        async with serving(tmp_path) as gateway:
            gateway.hub.outbox = carrier = Carrier(gateway.hub, table)
            gateway.hub.run(carrier.keep_carrying())
            for acknowledges in (False, True):
                async with signed_in(gateway.ports["mqtt"], 1) as client:
                    client.send(SUBSCRIBE)
                    await client.receive()
                    got = await client.receive()
                    assert isinstance(got, wire.Publish)
                    assert got.payload == b"x"
                    while 1 not in table.sent:
                        await asyncio.sleep(0.001)
                    if acknowledges:
                        client.send(wire.Puback(got.packet_id), wire.Pingreq())
                        await client.receive()
            assert gateway.hub.counters.commands_confirmed == 1
        assert set(table.sent) == {1}

    run(talk())


def test_a_table_that_is_away_is_asked_again(tmp_path: Path) -> None:
    async def talk() -> None:
        table = Table(Command(1, 1, b"x"))
        table.is_away = True
        async with serving(tmp_path) as gateway, signed_in(gateway.ports["mqtt"], 1) as client:
            gateway.hub.outbox = carrier = Carrier(gateway.hub, table)
            client.send(SUBSCRIBE)
            await client.receive()
            await carrier._carry()
            table.is_away = False
            await carrier._carry()
            got = await client.receive()
            assert isinstance(got, wire.Publish)
            assert set(table.sent) == {1}

    run(talk())


def test_what_a_device_reads_names_the_command_and_its_number() -> None:
    assert (
        payload_of(7, "开闸", {"height": 0.5})
        == '{"id":7,"name":"开闸","parameters":{"height":0.5}}'.encode()
    )
