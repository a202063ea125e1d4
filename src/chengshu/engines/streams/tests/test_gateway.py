"""The gateway's MQTT: refusals first, then that nothing is acknowledged before it is durable, then all the rest."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from chengshu.engines.streams import wire
from chengshu.engines.streams.gateway.hub import Command, SessionLimits
from chengshu.engines.streams.gateway.serving import Gateway
from chengshu.engines.streams.spool import Disk
from chengshu.engines.streams.tests.gateways import (
    SPOOL,
    KnownDevices,
    as_sensor,
    connected,
    run,
    serving,
    signed_in,
    spooled,
)
from chengshu.engines.streams.tests.spooling import FailingDisk
from chengshu.engines.streams.wire import V5, V311, Property, Reason

UP = "up/properties"


async def answer_to(port: int, *packets: wire.Packet, version: int = V311) -> list[wire.Packet]:
    """Everything the gateway answers until it closes."""
    answers = []
    async with connected(port, version) as client:
        client.send(*packets)
        while (packet := await client.receive()) is not None:
            answers.append(packet)
    return answers


# -- refusals


@pytest.mark.parametrize(
    ("packet", "code"),
    [
        (wire.Connect(V311, "sensor-1"), 4),
        (wire.Connect(V311, "sensor-1", username="sensor-1", password=b"wrong"), 4),
        (wire.Connect(V311, "stranger", username="a", password=b"secret"), 4),
        (wire.Connect(V311, "", username="a", password=b"secret"), 2),
        (wire.Connect(V5, "sensor-1"), Reason.BAD_USER_NAME_OR_PASSWORD),
        (wire.Connect(V5, "", password=b"secret"), Reason.CLIENT_ID_NOT_VALID),
        (
            as_sensor(version=V5, properties=((Property.AUTHENTICATION_METHOD, "SCRAM"),)),
            Reason.BAD_AUTHENTICATION_METHOD,
        ),
        (as_sensor(version=V5, will=wire.Will("up/events", b"", qos=2)), Reason.QOS_NOT_SUPPORTED),
        (as_sensor(version=V5, will=wire.Will("up/events", b"", retain=True)), Reason.RETAIN_NOT_SUPPORTED),
        (as_sensor(version=V5, will=wire.Will("down/commands", b"")), Reason.NOT_AUTHORIZED),
        (as_sensor(will=wire.Will("devices/sensor-2/up/events", b"")), 5),
    ],
)
def test_who_may_not_connect_is_told_why(tmp_path: Path, packet: wire.Connect, code: int) -> None:
    async def talk() -> None:
        async with serving(tmp_path) as gateway:
            answers = await answer_to(gateway.ports["mqtt"], packet, version=packet.version)
            assert answers == [wire.Connack(code=code)]
            assert gateway.hub.counters.sessions == 0

    run(talk())


def test_an_old_version_is_refused_in_its_own_words(tmp_path: Path) -> None:
    async def talk() -> None:
        async with serving(tmp_path) as gateway, connected(gateway.ports["mqtt"]) as client:
            client.send_bytes(bytes.fromhex("100f00064d51497364700302003c000161"))
            assert await client.receive() == wire.Connack(code=1)
            assert await client.receive() is None

    run(talk())


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        b"\xc0\x00",
        b"\x30\x05\x00\x03a/bx",
        b"\x10\xff\xff\xff\x7f",
    ],
)
def test_what_does_not_begin_with_connect_is_closed(tmp_path: Path, data: bytes) -> None:
    async def talk() -> None:
        async with serving(tmp_path) as gateway, connected(gateway.ports["mqtt"]) as client:
            client.send_bytes(data)
            assert await client.receive() is None

    run(talk())
    assert spooled(tmp_path) == []


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (wire.Publish(UP, b"", 2, 1), Reason.QOS_NOT_SUPPORTED),
        (wire.Publish(UP, b"", retain=True), Reason.RETAIN_NOT_SUPPORTED),
        (wire.Publish("devices/sensor-2/up/properties", b""), Reason.NOT_AUTHORIZED),
        (wire.Publish(UP, b"", properties=((Property.TOPIC_ALIAS, 0),)), Reason.TOPIC_ALIAS_INVALID),
        (wire.Publish(UP, b"", properties=((Property.TOPIC_ALIAS, 17),)), Reason.TOPIC_ALIAS_INVALID),
        (wire.Publish("", b"", properties=((Property.TOPIC_ALIAS, 1),)), Reason.PROTOCOL_ERROR),
        (as_sensor(version=V5), Reason.PROTOCOL_ERROR),
        (wire.Connack(), Reason.PROTOCOL_ERROR),
        (wire.Auth(Reason.RE_AUTHENTICATE), Reason.PROTOCOL_ERROR),
        (
            wire.Subscribe(1, (wire.Subscription("down/commands"),), ((Property.SUBSCRIPTION_ID, 1),)),
            Reason.SUBSCRIPTION_IDS_NOT_SUPPORTED,
        ),
    ],
)
def test_mqtt_5_clients_are_told_what_they_broke(tmp_path: Path, packet: wire.Packet, reason: Reason) -> None:
    async def talk() -> None:
        async with serving(tmp_path) as gateway, signed_in(gateway.ports["mqtt"], 1, V5) as client:
            client.send(packet)
            answer = await client.receive()
            assert isinstance(answer, wire.Disconnect)
            assert answer.code == reason
            assert await client.receive() is None

    run(talk())
    assert spooled(tmp_path) == []


@pytest.mark.parametrize(
    "packet",
    [
        wire.Publish(UP, b"", 2, 1),
        wire.Publish("devices/sensor-2/up/properties", b"", 1, 1),
        wire.Publish("down/commands", b"", 1, 1),
        wire.Pingresp(),
    ],
)
def test_older_clients_are_disconnected_for_the_same(tmp_path: Path, packet: wire.Packet) -> None:
    async def talk() -> None:
        async with serving(tmp_path) as gateway, signed_in(gateway.ports["mqtt"]) as client:
            client.send(packet)
            assert await client.receive() is None

    run(talk())
    assert spooled(tmp_path) == []


def test_a_foreign_topic_is_denied_without_ending_an_mqtt_5_session(tmp_path: Path) -> None:
    async def talk() -> None:
        async with serving(tmp_path) as gateway, signed_in(gateway.ports["mqtt"], 1, V5) as client:
            client.send(wire.Publish("devices/sensor-2/up/properties", b"", 1, 7))
            assert await client.receive() == wire.Puback(7, Reason.NOT_AUTHORIZED)
            client.send(wire.Publish("devices/sensor-1/up/properties", b"mine", 1, 8))
            assert await client.receive() == wire.Puback(8)

    run(talk())
    assert [raw.payload for raw in spooled(tmp_path)] == [b"mine"]


@pytest.mark.parametrize(
    "pattern", ["#", "+/commands", "devices/sensor-2/down/commands", "devices/+/down/commands", "up/#"]
)
def test_only_the_devices_own_commands_can_be_heard(tmp_path: Path, pattern: str) -> None:
    async def talk() -> None:
        async with serving(tmp_path) as gateway:
            async with signed_in(gateway.ports["mqtt"], 1, V5) as client:
                client.send(wire.Subscribe(3, (wire.Subscription(pattern),)))
                assert await client.receive() == wire.Suback(3, (Reason.NOT_AUTHORIZED,))
            async with signed_in(gateway.ports["mqtt"], 1, V311) as client:
                client.send(wire.Subscribe(3, (wire.Subscription(pattern),)))
                assert await client.receive() == wire.Suback(3, (0x80,))

    run(talk())


def test_shared_subscriptions_are_refused_by_name(tmp_path: Path) -> None:
    async def talk() -> None:
        async with serving(tmp_path) as gateway, signed_in(gateway.ports["mqtt"], 1, V5) as client:
            client.send(wire.Subscribe(3, (wire.Subscription("$share/g/down/commands"),)))
            refused = (Reason.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,)
            assert await client.receive() == wire.Suback(3, refused)

    run(talk())


def test_too_many_unconfirmed_messages_break_the_protocol(tmp_path: Path) -> None:
    async def talk() -> None:
        limits, disk = SessionLimits(receive_maximum=3), FailingDisk(bytes_left=0)
        async with serving(tmp_path, limits=limits, disk=disk) as gateway:
            async with signed_in(gateway.ports["mqtt"], 1, V5) as client:
                client.send(*(wire.Publish(UP, b"x", 1, number) for number in range(1, 5)))
                answer = await client.receive()
                assert isinstance(answer, wire.Disconnect)
                assert answer.code == Reason.RECEIVE_MAXIMUM_EXCEEDED
            disk.bytes_left = 10_000

    run(talk())


def test_too_large_a_packet_ends_the_session_with_its_reason(tmp_path: Path) -> None:
    async def talk() -> None:
        async with (
            serving(tmp_path, limits=SessionLimits(largest_packet=1_000)) as gateway,
            signed_in(gateway.ports["mqtt"], 1, V5) as client,
        ):
            client.send(wire.Publish(UP, bytes(1_000)))
            answer = await client.receive()
            assert isinstance(answer, wire.Disconnect)
            assert answer.code == Reason.PACKET_TOO_LARGE

    run(talk())


def test_more_sessions_than_allowed_are_refused(tmp_path: Path) -> None:
    async def talk() -> None:
        async with (
            serving(tmp_path, limits=SessionLimits(most_sessions=1)) as gateway,
            signed_in(gateway.ports["mqtt"], 1),
        ):
            packet = as_sensor(2, V5)
            answers = await answer_to(gateway.ports["mqtt"], packet, version=V5)
            assert answers == [wire.Connack(code=Reason.QUOTA_EXCEEDED)]

    run(talk())


def test_newcomers_wait_their_turn_and_are_refused_beyond_patience(tmp_path: Path) -> None:
    async def talk() -> None:
        limits = SessionLimits(connects_per_s=0.001, connect_burst=1, patience_s=1.0)
        async with serving(tmp_path, limits=limits) as gateway, signed_in(gateway.ports["mqtt"], 1):
            answers = await answer_to(gateway.ports["mqtt"], as_sensor(2, V5), version=V5)
            assert answers == [wire.Connack(code=Reason.CONNECTION_RATE_EXCEEDED)]

    run(talk())


def test_who_sends_too_fast_is_read_more_slowly_and_loses_nothing(tmp_path: Path) -> None:
    async def talk() -> None:
        limits = SessionLimits(messages_per_s=50, message_burst=10)
        async with (
            serving(tmp_path, limits=limits) as gateway,
            signed_in(gateway.ports["mqtt"], 1) as flooding,
            signed_in(gateway.ports["mqtt"], 2) as other,
        ):
            flooding.send(*(wire.Publish(UP, b"x", 1, number) for number in range(1, 31)))
            flooding.send(wire.Publish(UP, b"x"))
            assert await flooding.receive() == wire.Puback(1)
            other.send(wire.Publish(UP, b"y", 1, 1))
            assert await other.receive() == wire.Puback(1)
            assert [await flooding.receive() for _message in range(29)] == [
                wire.Puback(number) for number in range(2, 31)
            ]
            flooding.send(wire.Pingreq())
            assert await flooding.receive() == wire.Pingresp()
            assert gateway.hub.counters.slowed > 0
            assert gateway.hub.slowed_lately() == [1]
            assert gateway.hub.slowed_lately(within_s=-1) == []

    run(talk())
    assert [raw.device for raw in spooled(tmp_path)].count(1) == 31


# -- durable before acknowledged


class Gate(Disk):
    """Holds every fsync until the gate is opened."""

    def __init__(self) -> None:
        import threading

        self.opened = threading.Event()
        self.synced = 0

    def sync(self, handle: int) -> None:
        self.opened.wait()
        super().sync(handle)
        self.synced += 1


def test_puback_comes_only_after_the_sync(tmp_path: Path) -> None:
    async def talk() -> None:
        disk = Gate()
        async with serving(tmp_path, disk=disk) as gateway, signed_in(gateway.ports["mqtt"]) as client:
            client.send(wire.Publish(UP, b"1", 1, 10), wire.Pingreq())
            assert await client.receive() == wire.Pingresp()
            assert disk.synced == 0
            disk.opened.set()
            assert await client.receive() == wire.Puback(10)
            assert disk.synced == 1

    run(talk())
    assert [raw.payload for raw in spooled(tmp_path)] == [b"1"]


def test_what_was_published_is_in_the_spool_as_it_came(tmp_path: Path) -> None:
    async def talk() -> None:
        async with serving(tmp_path) as gateway, signed_in(gateway.ports["mqtt"], 4) as client:
            client.send(
                wire.Publish(UP, b"\xff not json", 1, 1),
                wire.Publish("devices/sensor-4/up/events", b"", 0),
                wire.Publish("up/commands/17/ack", "是".encode(), 1, 2),
            )
            assert await client.receive() == wire.Puback(1)
            assert await client.receive() == wire.Puback(2)

    run(talk())
    found = [(raw.device, raw.channel, raw.name, raw.payload) for raw in spooled(tmp_path)]
    assert found == [
        (4, "mqtt", UP, b"\xff not json"),
        (4, "mqtt", "up/events", b""),
        (4, "mqtt", "up/commands/17/ack", "是".encode()),
    ]
    assert all(raw.received > 1_700_000_000_000 for raw in spooled(tmp_path))


def test_topic_aliases_stand_for_their_topic(tmp_path: Path) -> None:
    async def talk() -> None:
        async with serving(tmp_path) as gateway, signed_in(gateway.ports["mqtt"], 1, V5) as client:
            alias: wire.Properties = ((Property.TOPIC_ALIAS, 2),)
            client.send(
                wire.Publish("up/events", b"1", 1, 1, properties=alias),
                wire.Publish(UP, b"2", 1, 2),
                wire.Publish("", b"3", 1, 3, properties=alias),
            )
            assert [await client.receive() for _ in range(3)] == [wire.Puback(n) for n in (1, 2, 3)]

    run(talk())
    assert [raw.name for raw in spooled(tmp_path)] == ["up/events", UP, "up/events"]


def test_a_full_disk_stops_reading_and_acknowledging_but_loses_nothing(tmp_path: Path) -> None:
    count = 300

    async def talk() -> None:
        disk = FailingDisk(bytes_left=2_000)
        limits = SPOOL.__class__(window_s=0.0, retry_s=0.005, spare_bytes=0, waiting_bytes=4_000)
        async with (
            serving(tmp_path, disk=disk, spool_limits=limits) as gateway,
            signed_in(gateway.ports["mqtt"]) as client,
        ):
            for number in range(1, count + 1):
                client.send(wire.Publish(UP, b"%d" % number + bytes(50), 1, number))
            while not gateway.hub.counters.held:
                await asyncio.sleep(0.001)
            assert gateway.spool.waiting_bytes <= 4_000
            gateway.hub.sweep(gateway.hub.loop.time() + 10_000)
            assert gateway.hub.counters.sessions == 1
            disk.bytes_left = 1_000_000
            acknowledged = [await client.receive() for _number in range(count)]
            assert acknowledged == [wire.Puback(number) for number in range(1, count + 1)]

    run(talk())
    assert [int(raw.payload.rstrip(b"\0")) for raw in spooled(tmp_path)] == list(range(1, count + 1))


def test_a_broken_peer_disturbs_nobody_else(tmp_path: Path) -> None:
    async def talk() -> None:
        async with serving(tmp_path) as gateway, signed_in(gateway.ports["mqtt"], 1) as good:
            async with signed_in(gateway.ports["mqtt"], 2) as bad:
                bad.send_bytes(b"\x30\x00\xff\xff\xff\xff")
                assert await bad.receive() is None
            good.send(wire.Publish(UP, b"fine", 1, 1))
            assert await good.receive() == wire.Puback(1)
            assert gateway.hub.counters.broken == {"MALFORMED_PACKET": 1}

    run(talk())


def test_packets_sent_right_behind_connect_are_not_lost(tmp_path: Path) -> None:
    async def talk() -> None:
        async with serving(tmp_path) as gateway, connected(gateway.ports["mqtt"]) as client:
            client.send(as_sensor(), wire.Publish(UP, b"early", 1, 1), wire.Pingreq())
            answers = [await client.receive() for _ in range(3)]
            assert answers[0] == wire.Connack()
            assert wire.Puback(1) in answers
            assert wire.Pingresp() in answers

    run(talk())


# -- session


def test_mqtt_5_clients_are_told_what_is_offered(tmp_path: Path) -> None:
    async def talk() -> None:
        async with serving(tmp_path) as gateway, connected(gateway.ports["mqtt"], V5) as client:
            asked: wire.Properties = ((Property.SESSION_EXPIRY_S, 600),)
            client.send(as_sensor(version=V5, properties=asked))
            answer = await client.receive()
            assert isinstance(answer, wire.Connack)
            assert not answer.session_present
            offered = dict(answer.properties)
            assert offered[Property.MAXIMUM_QOS] == 1
            assert offered[Property.RETAIN_AVAILABLE] == 0
            assert offered[Property.SESSION_EXPIRY_S] == 0
            assert offered[Property.SERVER_KEEP_ALIVE_S] == 3_600

    run(talk())


@pytest.mark.parametrize("version", [V311, V5])
def test_a_second_connection_of_the_same_client_takes_over(tmp_path: Path, version: int) -> None:
    async def talk() -> None:
        async with serving(tmp_path) as gateway:
            port = gateway.ports["mqtt"]
            async with signed_in(port, 1, version) as first, signed_in(port, 1, version) as second:
                if version == V5:
                    told = await first.receive()
                    assert isinstance(told, wire.Disconnect)
                    assert told.code == Reason.SESSION_TAKEN_OVER
                assert await first.receive() is None
                second.send(wire.Publish(UP, b"x", 1, 1))
                assert await second.receive() == wire.Puback(1)
                assert gateway.hub.counters.sessions == 1
                assert gateway.hub.counters.takeovers == 1

    run(talk())


def test_a_takeover_reaches_the_other_processes_of_the_machine(tmp_path: Path) -> None:
    async def talk() -> None:
        meeting = tmp_path / "run"
        async with (
            serving(tmp_path, number=0, run=meeting) as one,
            serving(tmp_path, number=1, run=meeting) as other,
            signed_in(one.ports["mqtt"], 1, V5) as first,
        ):
            await asyncio.sleep(0.01)
            async with signed_in(other.ports["mqtt"], 1, V5) as second:
                told = await first.receive()
                assert isinstance(told, wire.Disconnect)
                assert told.code == Reason.SESSION_TAKEN_OVER
                second.send(wire.Pingreq())
                assert await second.receive() == wire.Pingresp()

    run(talk())


def test_a_silent_client_is_ended_after_one_and_a_half_keep_alives(tmp_path: Path) -> None:
    async def talk() -> None:
        async with serving(tmp_path) as gateway:
            port = gateway.ports["mqtt"]
            async with signed_in(port, 1, V5, keep_alive_s=60) as silent, signed_in(port, 2) as free:
                now = gateway.hub.loop.time()
                gateway.hub.sweep(now + 80)
                assert gateway.hub.counters.timed_out == 0
                gateway.hub.sweep(now + 100)
                told = await silent.receive()
                assert isinstance(told, wire.Disconnect)
                assert told.code == Reason.KEEP_ALIVE_TIMEOUT
                free.send(wire.Pingreq())
                assert await free.receive() == wire.Pingresp()

    run(talk())


def test_a_connection_without_connect_is_closed_after_a_while(tmp_path: Path) -> None:
    async def talk() -> None:
        async with serving(tmp_path) as gateway, connected(gateway.ports["mqtt"]) as client:
            while not gateway.hub.members:
                await asyncio.sleep(0.001)
            gateway.hub.sweep(gateway.hub.loop.time() + 11)
            assert await client.receive() is None

    run(talk())


WILL = wire.Will("up/events", b"gone")


async def until_left(gateway: Gateway) -> None:
    while gateway.hub.members:
        await asyncio.sleep(0.001)


@pytest.mark.parametrize("version", [V311, V5])
def test_the_will_of_a_client_that_vanishes_is_kept(tmp_path: Path, version: int) -> None:
    async def talk() -> None:
        async with serving(tmp_path) as gateway:
            async with signed_in(gateway.ports["mqtt"], 3, version, will=WILL) as client:
                client.abort()
            await until_left(gateway)
            while not gateway.hub.counters.wills:
                await asyncio.sleep(0.001)
            await gateway.spool.append([b"\x95\x00\x00\xa1m\xa1n\xc4\x00"])

    run(talk())
    found = [(raw.device, raw.name, raw.payload) for raw in spooled(tmp_path)]
    assert (3, "up/events", b"gone") in found


@pytest.mark.parametrize(
    ("good_bye", "kept"), [(wire.Disconnect(), 0), (wire.Disconnect(Reason.DISCONNECT_WITH_WILL), 1)]
)
def test_a_good_bye_takes_the_will_with_it_unless_it_says_otherwise(
    tmp_path: Path, good_bye: wire.Disconnect, kept: int
) -> None:
    async def talk() -> None:
        async with serving(tmp_path) as gateway:
            async with signed_in(gateway.ports["mqtt"], 3, V5, will=WILL) as client:
                client.send(good_bye)
                assert await client.receive() is None
            await until_left(gateway)
            assert gateway.hub.counters.wills == kept

    run(talk())


# -- commands


class Notes:
    """An outbox that remembers."""

    def __init__(self) -> None:
        self.devices: list[int] = []
        self.done: list[int] = []

    def listening(self, device: int) -> None:
        self.devices.append(device)

    def confirmed(self, command_id: int) -> None:
        self.done.append(command_id)


@pytest.mark.parametrize("topic", ["down/commands", "devices/sensor-1/down/commands"])
@pytest.mark.parametrize("version", [V311, V5])
def test_a_command_reaches_the_device_that_listens(tmp_path: Path, version: int, topic: str) -> None:
    async def talk() -> None:
        async with serving(tmp_path) as gateway, signed_in(gateway.ports["mqtt"], 1, version) as client:
            gateway.hub.outbox = notes = Notes()
            assert gateway.hub.send([Command(5, 1, b"{}")]) == []
            client.send(wire.Subscribe(1, (wire.Subscription(topic, 2),)))
            assert await client.receive() == wire.Suback(1, (1,))
            assert notes.devices == [1]
            assert gateway.hub.send([Command(5, 1, b'{"open":1}'), Command(6, 2, b"{}")]) == [5]
            got = await client.receive()
            assert got == wire.Publish(topic, b'{"open":1}', 1, 1)
            client.send(wire.Puback(1), wire.Pingreq())
            assert await client.receive() == wire.Pingresp()
            assert notes.done == [5]

    run(talk())


def test_commands_respect_what_the_client_can_take(tmp_path: Path) -> None:
    async def talk() -> None:
        able: wire.Properties = ((Property.RECEIVE_MAXIMUM, 1), (Property.MAXIMUM_PACKET_SIZE, 60))
        async with (
            serving(tmp_path) as gateway,
            signed_in(gateway.ports["mqtt"], 1, V5, properties=able) as client,
        ):
            client.send(wire.Subscribe(1, (wire.Subscription("down/commands"),)))
            await client.receive()
            assert gateway.hub.send([Command(1, 1, bytes(60))]) == []
            soon = gateway.hub.intake.now_ms() + 60_000
            assert gateway.hub.send([Command(2, 1, b"a", soon), Command(3, 1, b"b")]) == [2]
            got = await client.receive()
            assert isinstance(got, wire.Publish)
            assert 50 <= dict(got.properties)[Property.MESSAGE_EXPIRY_S] <= 60

    run(talk())


def test_nothing_is_sent_after_unsubscribing(tmp_path: Path) -> None:
    async def talk() -> None:
        async with serving(tmp_path) as gateway, signed_in(gateway.ports["mqtt"], 1, V5) as client:
            client.send(
                wire.Subscribe(1, (wire.Subscription("down/#"),)),
                wire.Unsubscribe(2, ("down/#", "down/#")),
            )
            await client.receive()
            gone = (Reason.SUCCESS, Reason.NO_SUBSCRIPTION_EXISTED)
            assert await client.receive() == wire.Unsuback(2, gone)
            assert gateway.hub.send([Command(1, 1, b"")]) == []

    run(talk())


def test_stopping_tells_the_clients_and_keeps_what_was_taken(tmp_path: Path) -> None:
    async def talk() -> None:
        async with (
            serving(tmp_path, KnownDevices()) as gateway,
            signed_in(gateway.ports["mqtt"], 1, V5, will=WILL) as client,
        ):
            client.send(wire.Publish(UP, b"last"))
            client.send(wire.Pingreq())
            await client.receive()
            await gateway.hub.stop()
            told = await client.receive()
            assert isinstance(told, wire.Disconnect)
            assert told.code == Reason.SERVER_SHUTTING_DOWN

    run(talk())
    assert [raw.payload for raw in spooled(tmp_path)] == [b"last"]
