"""Devices behind an outside broker: who is not taken, then that what is acknowledged is durable, then the rest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from chengshu.engines.streams import wire
from chengshu.engines.streams.gateway import broker as outside
from chengshu.engines.streams.gateway.broker import Broker, BrokerDoor, Topics
from chengshu.engines.streams.gateway.commands import Carrier
from chengshu.engines.streams.gateway.hub import Command
from chengshu.engines.streams.gateway.serving import Gateway
from chengshu.engines.streams.tests.gateways import KnownDevices, run, serving, signed_in, spooled
from chengshu.engines.streams.tests.spooling import FailingDisk
from chengshu.engines.streams.tests.test_gateway_commands import Table
from chengshu.engines.streams.wire import V5, V311, Reason

TOPICS = Topics.read("devices/+/up/#")
UP = "devices/sensor-1/up/properties"


class OutsideBroker:
    """As much of a broker as a subscriber sees; what it sent and was not acknowledged it sends again."""

    def __init__(self, version: int = V5, code: int = 0) -> None:
        self.version, self.code = version, code
        self.hello: wire.Connect | None = None
        self.pattern = ""
        self.waiting: dict[int, wire.Publish] = {}
        self.acknowledged: list[int] = []
        self.heard: list[wire.Publish] = []
        self.answer = 0
        self.connections = 0
        self._writer: asyncio.StreamWriter | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        decoder = wire.Decoder()
        self.connections += 1
        try:
            while data := await reader.read(65_536):
                decoder.feed(data)
                while (packet := decoder.take()) is not None:
                    if not self._take(packet, writer):
                        return
        finally:
            writer.close()

    def _take(self, packet: wire.Packet, writer: asyncio.StreamWriter) -> bool:
        if isinstance(packet, wire.Connect):
            if packet.version > self.version:
                return False
            self.hello = packet
            writer.write(wire.encode(wire.Connack(code=self.code), packet.version))
            return not self.code
        if isinstance(packet, wire.Subscribe):
            self.pattern = packet.subscriptions[0].pattern
            self._writer = writer
            writer.write(wire.encode(wire.Suback(packet.packet_id, (1,)), self.version))
            for message in self.waiting.values():
                writer.write(wire.encode(message, self.version))
        elif isinstance(packet, wire.Puback):
            self.acknowledged.append(packet.packet_id)
            del self.waiting[packet.packet_id]
        elif isinstance(packet, wire.Publish):
            self.heard.append(packet)
            writer.write(wire.encode(wire.Puback(packet.packet_id, self.answer), self.version))
        return True

    def send(self, topic: str, payload: bytes = b"{}", qos: int = 1, number: int = 1) -> None:
        message = wire.Publish(topic, payload, qos, number if qos else 0)
        if qos:
            self.waiting[number] = message
        if self._writer is not None:
            self._writer.write(wire.encode(message, self.version))

    def cut(self) -> None:
        assert self._writer is not None
        self._writer.transport.abort()
        self._writer = None


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.001)


@asynccontextmanager
async def subscribed(
    folder: Path,
    broker: OutsideBroker,
    admission: KnownDevices | None = None,
    disk: FailingDisk | None = None,
) -> AsyncIterator[tuple[Gateway, BrokerDoor]]:
    server = await asyncio.start_server(broker.serve, "127.0.0.1", 0)
    async with serving(folder, admission, disk=disk) as gateway:
        port = server.sockets[0].getsockname()[1]
        door = BrokerDoor(
            gateway.hub, Broker("127.0.0.1", port, TOPICS, username="us", password="word"), soon_s=0.01
        )
        gateway.hub.run(door.keep_subscribed())
        yield gateway, door
    server.close()


def names(folder: Path) -> list[tuple[int, str, bytes]]:
    return [(each.device, each.name, each.payload) for each in spooled(folder)]


@pytest.mark.parametrize(
    "topic",
    [
        "devices/stranger/up/properties",
        "devices/sensor-10/up/properties",
        "devices/sensor-1/down/commands",
        "devices//up/properties",
        "elsewhere/sensor-1/up/properties",
        "devices",
    ],
)
def test_what_is_no_devices_own_is_not_kept_and_the_operator_is_told(tmp_path: Path, topic: str) -> None:
    async def talk() -> None:
        broker = OutsideBroker()
        async with subscribed(tmp_path, broker) as (gateway, door):
            broker.send(topic)
            await until(lambda: broker.acknowledged == [1])
            assert gateway.hub.counters.denied == 1
            assert len(door.as_data()["strangers"]) == 1

    run(talk())
    assert spooled(tmp_path) == []


def test_too_large_a_message_is_left_out_and_disturbs_nobody(tmp_path: Path) -> None:
    async def talk() -> None:
        broker = OutsideBroker(V311)
        async with subscribed(tmp_path, broker):
            broker.send(UP, b"x" * 300_000)
            broker.send(UP, b"small", number=2)
            await until(lambda: broker.acknowledged == [1, 2])

    run(talk())
    assert names(tmp_path) == [(1, "up/properties", b"small")]


def test_nothing_is_acknowledged_before_it_is_durable(tmp_path: Path) -> None:
    async def talk() -> None:
        broker, disk = OutsideBroker(), FailingDisk(bytes_left=0)
        async with subscribed(tmp_path, broker, disk=disk) as (gateway, _door):
            broker.send(UP, b"kept")
            await until(lambda: gateway.hub.counters.messages == 1 and gateway.hub.intake.spool.trouble)
            assert broker.acknowledged == []
            disk.bytes_left = 1_000_000
            await until(lambda: broker.acknowledged == [1])

    run(talk())
    assert names(tmp_path) == [(1, "up/properties", b"kept")]


def test_after_a_lost_connection_it_subscribes_again_and_what_was_not_acknowledged_comes_again(
    tmp_path: Path,
) -> None:
    async def talk() -> None:
        broker, disk = OutsideBroker(), FailingDisk(bytes_left=0)
        async with subscribed(tmp_path, broker, disk=disk) as (gateway, door):
            broker.send(UP, b"first")
            await until(lambda: gateway.hub.counters.messages == 1)
            broker.cut()
            await until(lambda: broker.connections == 2 and gateway.hub.counters.messages == 2)
            disk.bytes_left = 1_000_000
            await until(lambda: broker.acknowledged == [1])
            assert door.as_data()["connected_at"]

    run(talk())
    assert {payload for _device, _name, payload in names(tmp_path)} == {b"first"}


def test_while_nobody_can_say_whose_a_message_is_it_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "SOON_S", 0.005)

    async def talk() -> None:
        broker, admission = OutsideBroker(), KnownDevices(is_away=True)
        async with subscribed(tmp_path, broker, admission) as (gateway, _door):
            await until(lambda: broker.pattern)
            broker.send(UP, b"who is it")
            await asyncio.sleep(0.05)
            assert (broker.acknowledged, gateway.hub.counters.denied) == ([], 0)
            admission.is_away = False
            await until(lambda: broker.acknowledged == [1])

    run(talk())
    assert names(tmp_path) == [(1, "up/properties", b"who is it")]


@pytest.mark.parametrize("version", [V5, V311])
def test_it_asks_for_a_lasting_session_in_the_version_that_the_broker_speaks(
    tmp_path: Path, version: int
) -> None:
    async def talk() -> None:
        broker = OutsideBroker(version)
        async with subscribed(tmp_path, broker):
            broker.send(UP, b"unconfirmed", qos=0)
            broker.send(UP, b"confirmed")
            await until(lambda: broker.acknowledged == [1])
        assert broker.hello is not None
        assert (broker.hello.version, broker.hello.clean_start) == (version, False)
        assert (broker.hello.username, broker.hello.password) == ("us", b"word")
        assert broker.pattern == "devices/+/up/#"

    run(talk())
    assert [payload for _device, _name, payload in names(tmp_path)][-1] == b"confirmed"


def test_a_refusal_is_told_and_tried_again(tmp_path: Path) -> None:
    async def talk() -> None:
        broker = OutsideBroker(code=Reason.BAD_USER_NAME_OR_PASSWORD)
        async with subscribed(tmp_path, broker) as (_gateway, door):
            await until(lambda: broker.connections > 2)
            assert door.as_data()["code"] == 134
            assert door.as_data()["connected_at"] is None
            broker.code = 0
            await until(lambda: door.as_data()["connected_at"])
            assert door.trouble == ""

    run(talk())


def test_commands_go_to_devices_that_were_heard_and_wait_where_nobody_listens(tmp_path: Path) -> None:
    async def talk() -> None:
        broker, table = OutsideBroker(), Table(Command(1, 1, b"open"), Command(2, 2, b"not heard yet"))
        async with subscribed(tmp_path, broker) as (gateway, _door):
            gateway.hub.outbox = carrier = Carrier(gateway.hub, table)
            gateway.hub.run(carrier.keep_carrying())
            broker.answer = Reason.NO_MATCHING_SUBSCRIBERS
            broker.send(UP)
            await until(lambda: broker.heard and 1 in table.queued and not table.sent)
            assert [each.topic for each in broker.heard] == ["devices/sensor-1/down/commands"]
            broker.answer = 0
            broker.send(UP, number=2)
            await until(lambda: gateway.hub.counters.commands_confirmed == 1)
            assert set(table.queued) == {2}
            assert [each.payload for each in broker.heard] == [b"open", b"open"]

    run(talk())


def test_a_device_that_connects_by_itself_gets_its_commands_there(tmp_path: Path) -> None:
    async def talk() -> None:
        broker, table = OutsideBroker(), Table()
        async with subscribed(tmp_path, broker) as (gateway, _door):
            gateway.hub.outbox = carrier = Carrier(gateway.hub, table)
            gateway.hub.run(carrier.keep_carrying())
            broker.send(UP)
            await until(lambda: broker.acknowledged)
            async with signed_in(gateway.ports["mqtt"], 1) as client:
                client.send(wire.Subscribe(1, (wire.Subscription("down/commands", 1),)))
                await client.receive()
                broker.send(UP, number=2)
                await until(lambda: len(broker.acknowledged) == 2)
                table.queued[7] = Command(7, 1, b"here")
                carrier.look()
                assert await client.receive() == wire.Publish("down/commands", b"here", 1, 1)
            assert broker.heard == []

    run(talk())


@pytest.mark.parametrize(
    "wrong", ["", "devices/up", "#", "devices/#", "+", "a/#/+/up", "$share/x", "devices/+x/up"]
)
def test_a_filter_that_names_no_device_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"one \+"):
        Topics.read(wrong)


@pytest.mark.parametrize(
    ("pattern", "topic", "expected"),
    [
        ("devices/+/up/#", "devices/a/up/x", ("a", "up/x")),
        ("$share/chengshu/city/water/+/up/#", "city/water/WL-1/up/properties", ("WL-1", "up/properties")),
        ("+/up/#", "WL-1/up/events", ("WL-1", "up/events")),
        ("devices/+/up/#", "other/a/up/x", ("", "")),
    ],
)
def test_the_code_stands_where_the_first_wildcard_is(
    pattern: str, topic: str, expected: tuple[str, str]
) -> None:
    assert Topics.read(pattern).device_and_name(topic) == expected


@pytest.mark.parametrize(
    "wrong", ["http://a", "mqtt://", "broker.example", "mqtt://user:word@host", "mqtt://host/path"]
)
def test_an_address_that_is_no_brokers_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="mqtt://"):
        Broker.read(wrong, TOPICS)
