"""The properties of MQTT 5.0 (§2.2.2.2): what type each has and in which packets it may stand."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any, Final, NamedTuple

from chengshu.engines.streams.wire.body import Body, binary_bytes, text_bytes, variable_bytes
from chengshu.engines.streams.wire.reasons import ProtocolError, Reason, malformed
from chengshu.engines.streams.wire.topics import is_name

Value = int | str | bytes | tuple[str, str]
Properties = tuple[tuple[int, Value], ...]
"""Identifier and value of each property, in the order in which they stand in the packet."""


class Property(IntEnum):
    PAYLOAD_FORMAT = 0x01
    MESSAGE_EXPIRY_S = 0x02
    CONTENT_TYPE = 0x03
    RESPONSE_TOPIC = 0x08
    CORRELATION_DATA = 0x09
    SUBSCRIPTION_ID = 0x0B
    SESSION_EXPIRY_S = 0x11
    ASSIGNED_CLIENT_ID = 0x12
    SERVER_KEEP_ALIVE_S = 0x13
    AUTHENTICATION_METHOD = 0x15
    AUTHENTICATION_DATA = 0x16
    REQUEST_PROBLEM_INFORMATION = 0x17
    WILL_DELAY_S = 0x18
    REQUEST_RESPONSE_INFORMATION = 0x19
    RESPONSE_INFORMATION = 0x1A
    SERVER_REFERENCE = 0x1C
    REASON_STRING = 0x1F
    RECEIVE_MAXIMUM = 0x21
    TOPIC_ALIAS_MAXIMUM = 0x22
    TOPIC_ALIAS = 0x23
    MAXIMUM_QOS = 0x24
    RETAIN_AVAILABLE = 0x25
    USER_PROPERTY = 0x26
    MAXIMUM_PACKET_SIZE = 0x27
    WILDCARDS_AVAILABLE = 0x28
    SUBSCRIPTION_IDS_AVAILABLE = 0x29
    SHARED_SUBSCRIPTIONS_AVAILABLE = 0x2A


class Kind(NamedTuple):
    """A data type: how it is read and written."""

    read: Callable[[Body], Value]
    write: Callable[[Any], bytes]


def _positive(read: Callable[[Body], int]) -> Callable[[Body], int]:
    def positive(body: Body) -> int:
        value = read(body)
        if value == 0:
            raise ProtocolError(Reason.PROTOCOL_ERROR, "A property that must not be 0 is 0.")
        return value

    return positive


def _flag(body: Body) -> int:
    value = body.byte()
    if value > 1:
        raise ProtocolError(Reason.PROTOCOL_ERROR, "A property that is 0 or 1 is neither.")
    return value


def _pair(body: Body) -> tuple[str, str]:
    return body.text(), body.text()


def _topic(body: Body) -> str:
    value = body.text()
    if not is_name(value):
        raise ProtocolError(Reason.TOPIC_NAME_INVALID, "The response topic is no topic name.")
    return value


def _pair_bytes(value: tuple[str, str]) -> bytes:
    return text_bytes(value[0]) + text_bytes(value[1])


FLAG: Final = Kind(_flag, lambda value: int(value).to_bytes(1))
TWO: Final = Kind(Body.two_bytes, lambda value: int(value).to_bytes(2))
TWO_POSITIVE: Final = Kind(_positive(Body.two_bytes), TWO.write)
FOUR: Final = Kind(Body.four_bytes, lambda value: int(value).to_bytes(4))
FOUR_POSITIVE: Final = Kind(_positive(Body.four_bytes), FOUR.write)
VARIABLE_POSITIVE: Final = Kind(_positive(Body.variable), variable_bytes)
TEXT: Final = Kind(Body.text, text_bytes)
TOPIC: Final = Kind(_topic, text_bytes)
BINARY: Final = Kind(Body.binary, binary_bytes)
PAIR: Final = Kind(_pair, _pair_bytes)

_REASONED: Final = "connack puback pubrec pubrel pubcomp suback unsuback disconnect auth"
_EVERYWHERE: Final = f"connect will publish subscribe unsubscribe {_REASONED}"

TABLE: Final[dict[int, tuple[Kind, frozenset[str]]]] = {
    property_: (kind, frozenset(where.split()))
    for property_, kind, where in (
        (Property.PAYLOAD_FORMAT, FLAG, "publish will"),
        (Property.MESSAGE_EXPIRY_S, FOUR, "publish will"),
        (Property.CONTENT_TYPE, TEXT, "publish will"),
        (Property.RESPONSE_TOPIC, TOPIC, "publish will"),
        (Property.CORRELATION_DATA, BINARY, "publish will"),
        (Property.SUBSCRIPTION_ID, VARIABLE_POSITIVE, "publish subscribe"),
        (Property.SESSION_EXPIRY_S, FOUR, "connect connack disconnect"),
        (Property.ASSIGNED_CLIENT_ID, TEXT, "connack"),
        (Property.SERVER_KEEP_ALIVE_S, TWO, "connack"),
        (Property.AUTHENTICATION_METHOD, TEXT, "connect connack auth"),
        (Property.AUTHENTICATION_DATA, BINARY, "connect connack auth"),
        (Property.REQUEST_PROBLEM_INFORMATION, FLAG, "connect"),
        (Property.WILL_DELAY_S, FOUR, "will"),
        (Property.REQUEST_RESPONSE_INFORMATION, FLAG, "connect"),
        (Property.RESPONSE_INFORMATION, TEXT, "connack"),
        (Property.SERVER_REFERENCE, TEXT, "connack disconnect"),
        (Property.REASON_STRING, TEXT, _REASONED),
        (Property.RECEIVE_MAXIMUM, TWO_POSITIVE, "connect connack"),
        (Property.TOPIC_ALIAS_MAXIMUM, TWO, "connect connack"),
        (Property.TOPIC_ALIAS, TWO, "publish"),
        (Property.MAXIMUM_QOS, FLAG, "connack"),
        (Property.RETAIN_AVAILABLE, FLAG, "connack"),
        (Property.USER_PROPERTY, PAIR, _EVERYWHERE),
        (Property.MAXIMUM_PACKET_SIZE, FOUR_POSITIVE, "connect connack"),
        (Property.WILDCARDS_AVAILABLE, FLAG, "connack"),
        (Property.SUBSCRIPTION_IDS_AVAILABLE, FLAG, "connack"),
        (Property.SHARED_SUBSCRIPTIONS_AVAILABLE, FLAG, "connack"),
    )
}
"""Topic alias 0 is left to the session: it has a reason code of its own."""


def read_properties(body: Body, where: str) -> Properties:
    """The properties that stand at the cursor of a packet called ``where``."""
    length = body.variable()
    if length == 0:
        return ()
    part = Body(body.take(length))
    result: list[tuple[int, Value]] = []
    seen: set[int] = set()
    while part.at < part.end:
        identifier = part.variable()
        kind, places = TABLE.get(identifier, (None, frozenset[str]()))
        if kind is None or where not in places:
            raise malformed(f"Property {identifier} has no place in {where.upper()}.")
        if identifier in seen and not _repeats(identifier, where):
            raise ProtocolError(
                Reason.PROTOCOL_ERROR, f"Property {identifier} stands twice in {where.upper()}."
            )
        seen.add(identifier)
        result.append((identifier, kind.read(part)))
    if Property.AUTHENTICATION_DATA in seen and Property.AUTHENTICATION_METHOD not in seen:
        raise ProtocolError(Reason.PROTOCOL_ERROR, "Authentication data stand there without a method.")
    return tuple(result)


def _repeats(identifier: int, where: str) -> bool:
    return identifier == Property.USER_PROPERTY or (
        identifier == Property.SUBSCRIPTION_ID and where == "publish"
    )


def property_bytes(properties: Properties) -> bytes:
    """Length and properties, as they stand in a packet."""
    if not properties:
        return b"\0"
    content = b"".join(
        bytes((identifier,)) + TABLE[identifier][0].write(value) for identifier, value in properties
    )
    return variable_bytes(len(content)) + content


def found(properties: Properties, wanted: Property) -> Any:
    """The value of the first such property, or ``None``; its type is the property's."""
    for identifier, value in properties:
        if identifier == wanted:
            return value
    return None
