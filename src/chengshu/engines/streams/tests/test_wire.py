"""MQTT on the wire: what the standard forbids is refused with its reason; everything else survives a round trip."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengshu.engines.streams import wire
from chengshu.engines.streams.tests.packet_strategies import packets, versioned, versions
from chengshu.engines.streams.wire import Decoder, ProtocolError, Reason, encode, matches
from chengshu.engines.streams.wire.body import Body, variable_bytes
from chengshu.engines.streams.wire.topics import is_filter, is_name
from chengshu.foundation.errors import InvalidInput


def refusal(data: bytes, version: int = wire.V5, largest: int = 1 << 20) -> Reason:
    decoder = Decoder(largest, version)
    decoder.feed(data)
    with pytest.raises(ProtocolError) as caught:
        decoder.take()
    return caught.value.reason


def connect(flags: int = 2, name: bytes = b"MQTT", level: int = 4, rest: bytes = b"\0\x0a\0\x01a") -> bytes:
    body = len(name).to_bytes(2) + name + bytes((level, flags)) + rest
    return b"\x10" + variable_bytes(len(body)) + body


MALFORMED = {
    "type 0": b"\x00\x00",
    "AUTH flags": b"\xf1\x00",
    "PINGREQ flags": b"\xc1\x00",
    "PINGREQ with a body": b"\xc0\x01\x00",
    "SUBSCRIBE flags": b"\x80\x07\x00\x01\x00\x00\x01a\x00",
    "a length of five bytes": b"\x30\xff\xff\xff\xff\x01",
    "a padded length": b"\xc0\x80\x00",
    "QoS 3": b"\x36\x06\x00\x01a\x00\x01\x00",
    "DUP with QoS 0": b"\x38\x04\x00\x01a\x00",
    "packet identifier 0": b"\x32\x06\x00\x01a\x00\x00\x00",
    "a topic longer than the packet": b"\x30\x03\x00\x09a",
    "an empty PUBLISH": b"\x30\x00",
    "a topic that is no UTF-8": b"\x30\x05\x00\x02\xc3\x28\x00",
    "a surrogate in a topic": b"\x30\x06\x00\x03\xed\xa0\x80\x00",
    "U+0000 in a topic": b"\x30\x05\x00\x02a\x00\x00",
    "PUBACK with packet identifier 0": b"\x40\x02\x00\x00",
    "PUBACK with an unknown code": b"\x40\x03\x00\x01\x42",
    "PUBACK that goes on": b"\x40\x05\x00\x01\x00\x00\x00",
    "an unknown property": b"\x30\x06\x00\x01a\x02\x7f\x00",
    "a property of another packet": b"\x30\x07\x00\x01a\x03\x21\x00\x01",
    "properties longer than the packet": b"\x30\x05\x00\x01a\x09\x01",
    "a property cut short": b"\x30\x06\x00\x01a\x02\x02\x00",
    "SUBACK without codes": b"\x90\x03\x00\x01\x00",
    "DISCONNECT with an unknown code": b"\xe0\x01\x05",
    "CONNACK flags": b"\x20\x03\x02\x00\x00",
    "subscription options": b"\x82\x08\x00\x01\x00\x00\x01a\xc0\x00",
    "subscription QoS 3": b"\x82\x07\x00\x01\x00\x00\x01a\x03",
    "reserved CONNECT flag": connect(flags=3),
    "will QoS 3": connect(flags=0x1E),
    "will QoS without will": connect(flags=0x0A),
    "will retain without will": connect(flags=0x22),
    "password without user name": connect(flags=0x42, rest=b"\0\x0a\0\x01a\0\x01p"),
    "another protocol": connect(name=b"HTTP"),
    "CONNECT cut short": connect(rest=b"\0\x0a\0\x05a"),
    "CONNECT that goes on": connect(rest=b"\0\x0a\0\x01ab"),
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_packets_are_refused(data: bytes) -> None:
    assert refusal(data) is Reason.MALFORMED_PACKET


FORBIDDEN = {
    "an old version": (connect(name=b"MQIsdp", level=3), Reason.UNSUPPORTED_VERSION),
    "a future version": (connect(level=6), Reason.UNSUPPORTED_VERSION),
    "a wildcard in a topic": (b"\x30\x04\x00\x01+\x00", Reason.TOPIC_NAME_INVALID),
    "neither topic nor alias": (b"\x30\x03\x00\x00\x00", Reason.PROTOCOL_ERROR),
    "a property twice": (b"\x30\x08\x00\x01a\x04\x01\x00\x01\x00", Reason.PROTOCOL_ERROR),
    "payload format 2": (b"\x30\x06\x00\x01a\x02\x01\x02", Reason.PROTOCOL_ERROR),
    "receive maximum 0": (connect(level=5, rest=b"\0\x0a\x03\x21\0\0\0\x01a"), Reason.PROTOCOL_ERROR),
    "authentication data alone": (
        connect(level=5, rest=b"\0\x0a\x04\x16\0\x01x\0\x01a"),
        Reason.PROTOCOL_ERROR,
    ),
    "no filter": (b"\x82\x03\x00\x01\x00", Reason.PROTOCOL_ERROR),
    "nothing to unsubscribe": (b"\xa2\x03\x00\x01\x00", Reason.PROTOCOL_ERROR),
    "an invalid filter": (b"\x82\x08\x00\x01\x00\x00\x02a#\x00", Reason.TOPIC_FILTER_INVALID),
    "an invalid filter to leave": (b"\xa2\x07\x00\x01\x00\x00\x02#a", Reason.TOPIC_FILTER_INVALID),
    "retain handling 3": (b"\x82\x07\x00\x01\x00\x00\x01a\x30", Reason.PROTOCOL_ERROR),
    "no local and shared": (
        b"\x82\x10\x00\x01\x00\x00\x0a$share/g/a\x04",
        Reason.PROTOCOL_ERROR,
    ),
}


@pytest.mark.parametrize(("data", "reason"), FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_what_the_protocol_forbids_is_refused_with_its_reason(data: bytes, reason: Reason) -> None:
    assert refusal(data) is reason


def test_too_large_a_packet_is_refused_before_its_body_arrives() -> None:
    assert refusal(b"\x30\xff\xff\x7f", largest=100_000) is Reason.PACKET_TOO_LARGE


def test_there_is_no_auth_in_version_3() -> None:
    assert refusal(b"\xf0\x00", wire.V311) is Reason.MALFORMED_PACKET


def test_a_padded_length_is_tolerated_from_older_devices() -> None:
    decoder = Decoder(version=wire.V311)
    decoder.feed(b"\xc0\x80\x00")
    assert decoder.take() == wire.Pingreq()


def test_fields_longer_than_mqtt_can_say_are_not_written() -> None:
    with pytest.raises(InvalidInput):
        encode(wire.Publish("a" * 65_536, b""), wire.V5)
    with pytest.raises(InvalidInput):
        variable_bytes(268_435_456)


# The examples of the standards, byte by byte.


def test_the_connect_of_the_standard() -> None:
    data = bytes.fromhex("101000044d5154540502003c 05 110000000a 0000".replace(" ", ""))
    data = bytes((0x10, len(data) - 2)) + data[2:]
    decoder = Decoder()
    decoder.feed(data)
    expected = wire.Connect(5, "", True, 60, properties=((wire.Property.SESSION_EXPIRY_S, 10),))
    assert decoder.take() == expected
    assert encode(expected, wire.V5) == data


def test_the_publish_of_the_standard() -> None:
    data = bytes.fromhex("3207 0003612f62 000a".replace(" ", ""))
    decoder = Decoder(version=wire.V311)
    decoder.feed(data)
    assert decoder.take() == wire.Publish("a/b", b"", 1, 10)
    assert encode(wire.Publish("a/b", b"", 1, 10), wire.V311) == data


def test_the_subscribe_of_the_standard() -> None:
    data = bytes.fromhex("820e 000a 0003612f62 01 0003632f64 02".replace(" ", ""))
    decoder = Decoder(version=wire.V311)
    decoder.feed(data)
    wanted = (wire.Subscription("a/b", 1), wire.Subscription("c/d", 2))
    assert decoder.take() == wire.Subscribe(10, wanted)
    assert encode(wire.Subscribe(10, wanted), wire.V311) == data


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "00"), (127, "7f"), (128, "8001"), (16_383, "ff7f"), (16_384, "808001"), (268_435_455, "ffffff7f")],
)
def test_variable_byte_integers_of_the_standard(value: int, written: str) -> None:
    assert variable_bytes(value).hex() == written
    assert Body(bytes.fromhex(written)).variable() == value


# Properties of the codec.


@given(versioned)
@settings(max_examples=200, deadline=None)
def test_every_packet_survives_a_round_trip(each: tuple[int, wire.Packet]) -> None:
    version, packet = each
    decoder = Decoder(version=version)
    decoder.feed(encode(packet, version))
    assert decoder.take() == packet
    assert decoder.held_bytes == 0


@given(st.data(), versions)
@settings(max_examples=60, deadline=None)
def test_it_does_not_matter_how_the_bytes_are_cut(data: st.DataObject, version: int) -> None:
    sent = data.draw(
        st.lists(packets(version).filter(lambda each: type(each) is not wire.Connect), max_size=8)
    )
    stream = b"".join(encode(packet, version) for packet in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    decoder, got = Decoder(version=version), []
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        decoder.feed(stream[begin:end])
        while (packet := decoder.take()) is not None:
            got.append(packet)
    assert got == sent


@given(st.binary(max_size=200), versions)
@settings(max_examples=300, deadline=None)
def test_garbage_gives_packets_or_a_protocol_error(garbage: bytes, version: int) -> None:
    drain(Decoder(version=version), garbage)


@given(versioned, st.data())
@settings(max_examples=200, deadline=None)
def test_a_damaged_packet_gives_packets_or_a_protocol_error(
    each: tuple[int, wire.Packet], data: st.DataObject
) -> None:
    version, packet = each
    written = bytearray(encode(packet, version))
    for _damage in range(data.draw(st.integers(1, 3))):
        written[data.draw(st.integers(0, len(written) - 1))] = data.draw(st.integers(0, 255))
    drain(Decoder(version=version), bytes(written))


@given(versioned, st.data())
@settings(max_examples=300, deadline=None)
def test_a_packet_that_says_it_is_shorter_is_never_read_beyond_its_end(
    each: tuple[int, wire.Packet], data: st.DataObject
) -> None:
    version, packet = each
    body = encode(packet, version)
    head = 1 + next(number for number, byte in enumerate(body[1:], 1) if byte < 0x80)
    cut = data.draw(st.integers(0, len(body) - head))
    shorter = body[:1] + variable_bytes(cut) + body[head : head + cut]
    drain(Decoder(version=version), shorter)


def drain(decoder: Decoder, data: bytes) -> None:
    """Take all there is; anything but a ``ProtocolError`` ends the test."""
    decoder.feed(data)
    with contextlib.suppress(ProtocolError):
        while (packet := decoder.take()) is not None:
            assert encode(packet, decoder.version)


def test_the_version_is_learned_from_connect() -> None:
    decoder = Decoder()
    properties: wire.Properties = ((wire.Property.TOPIC_ALIAS, 3),)
    decoder.feed(encode(wire.Connect(5, "a"), 5) + encode(wire.Publish("t", b"", properties=properties), 5))
    assert decoder.take() == wire.Connect(5, "a")
    assert decoder.take() == wire.Publish("t", b"", properties=properties)


# Topics.


@pytest.mark.parametrize(
    ("pattern", "topic", "expected"),
    [
        ("sport/tennis/player1/#", "sport/tennis/player1", True),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", True),
        ("sport/#", "sport", True),
        ("#", "a/b", True),
        ("#", "$SYS/monitor", False),
        ("+/monitor", "$SYS/monitor", False),
        ("$SYS/#", "$SYS/monitor", True),
        ("sport/+", "sport", False),
        ("sport/+", "sport/", True),
        ("+/+", "/finance", True),
        ("/+", "/finance", True),
        ("+", "/finance", False),
        ("a/b", "a/b/c", False),
        ("a/b/c", "a/b", False),
        ("A", "a", False),
    ],
)
def test_matching_as_in_the_standard(pattern: str, topic: str, expected: bool) -> None:
    assert matches(pattern, topic) is expected


@pytest.mark.parametrize(
    "text",
    ["", "a#", "a/#/b", "a+", "+a/b", "a\0", "$share", "$share/g", "$share//a", "$share/g/", "$share/+/a"],
)
def test_invalid_filters(text: str) -> None:
    assert not is_filter(text)


@pytest.mark.parametrize("text", ["#", "+", "a/+/#", "/", "//", "+/+", "$share/g/#", "a b"])
def test_valid_filters(text: str) -> None:
    assert is_filter(text)


def test_names_have_no_wildcards() -> None:
    assert is_name("a/b")
    assert not any(map(is_name, ("", "a/+", "#", "a\0")))
