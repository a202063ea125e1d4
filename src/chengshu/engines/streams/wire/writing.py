"""From packets to bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from chengshu.engines.streams.wire.body import binary_bytes, text_bytes, variable_bytes
from chengshu.engines.streams.wire.packets import (
    Auth,
    Connack,
    Connect,
    Disconnect,
    Packet,
    Pingreq,
    Pingresp,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    Suback,
    Subscribe,
    Subscription,
    Unsuback,
    Unsubscribe,
)
from chengshu.engines.streams.wire.properties import Properties, property_bytes

_V5: Final = 5


def encode(packet: Packet, version: int) -> bytes:
    """The packet as ``version`` writes it; what that version does not have is left out.

    :raises InvalidInput: if a field is longer than MQTT can say
    """
    first, body = _WRITERS[type(packet)](packet, version)
    return bytes((first,)) + variable_bytes(len(body)) + body


def _properties(properties: Properties, version: int) -> bytes:
    return property_bytes(properties) if version >= _V5 else b""


def _connect(packet: Connect, _version: int) -> tuple[int, bytes]:
    version, will = packet.version, packet.will
    flags = packet.clean_start << 1 | (packet.username is not None) << 7 | (packet.password is not None) << 6
    parts = [_properties(packet.properties, version), text_bytes(packet.client_id)]
    if will is not None:
        flags |= 4 | will.qos << 3 | will.retain << 5
        parts += [_properties(will.properties, version), text_bytes(will.topic), binary_bytes(will.payload)]
    if packet.username is not None:
        parts.append(text_bytes(packet.username))
    if packet.password is not None:
        parts.append(binary_bytes(packet.password))
    head = text_bytes("MQTT") + bytes((version, flags)) + packet.keep_alive_s.to_bytes(2)
    return 0x10, head + b"".join(parts)


def _connack(packet: Connack, version: int) -> tuple[int, bytes]:
    return 0x20, bytes((packet.session_present, packet.code)) + _properties(packet.properties, version)


def _publish(packet: Publish, version: int) -> tuple[int, bytes]:
    first = 0x30 | packet.dup << 3 | packet.qos << 1 | packet.retain
    packet_id = packet.packet_id.to_bytes(2) if packet.qos else b""
    head = text_bytes(packet.topic) + packet_id + _properties(packet.properties, version)
    return first, head + packet.payload


def _acknowledgement(first: int) -> Callable[[Any, int], tuple[int, bytes]]:
    def write(packet: Puback | Pubrec | Pubrel | Pubcomp, version: int) -> tuple[int, bytes]:
        packet_id = packet.packet_id.to_bytes(2)
        if version < _V5 or not (packet.code or packet.properties):
            return first, packet_id
        return first, packet_id + bytes((packet.code,)) + _properties(packet.properties, version)

    return write


def _subscribe(packet: Subscribe, version: int) -> tuple[int, bytes]:
    wanted = (text_bytes(each.pattern) + bytes((_options(each, version),)) for each in packet.subscriptions)
    head = packet.packet_id.to_bytes(2) + _properties(packet.properties, version)
    return 0x82, head + b"".join(wanted)


def _options(wanted: Subscription, version: int) -> int:
    if version < _V5:
        return wanted.qos
    return wanted.qos | wanted.no_local << 2 | wanted.retain_as_published << 3 | wanted.retain_handling << 4


def _suback(packet: Suback, version: int) -> tuple[int, bytes]:
    return 0x90, packet.packet_id.to_bytes(2) + _properties(packet.properties, version) + bytes(packet.codes)


def _unsubscribe(packet: Unsubscribe, version: int) -> tuple[int, bytes]:
    head = packet.packet_id.to_bytes(2) + _properties(packet.properties, version)
    return 0xA2, head + b"".join(map(text_bytes, packet.patterns))


def _unsuback(packet: Unsuback, version: int) -> tuple[int, bytes]:
    packet_id = packet.packet_id.to_bytes(2)
    if version < _V5:
        return 0xB0, packet_id
    return 0xB0, packet_id + _properties(packet.properties, version) + bytes(packet.codes)


def _ending(first: int) -> Callable[[Any, int], tuple[int, bytes]]:
    def write(packet: Disconnect | Auth, version: int) -> tuple[int, bytes]:
        if version < _V5 or not (packet.code or packet.properties):
            return first, b""
        return first, bytes((packet.code,)) + _properties(packet.properties, version)

    return write


_WRITERS: Final[dict[type, Callable[[Any, int], tuple[int, bytes]]]] = {
    Connect: _connect,
    Connack: _connack,
    Publish: _publish,
    Puback: _acknowledgement(0x40),
    Pubrec: _acknowledgement(0x50),
    Pubrel: _acknowledgement(0x62),
    Pubcomp: _acknowledgement(0x70),
    Subscribe: _subscribe,
    Suback: _suback,
    Unsubscribe: _unsubscribe,
    Unsuback: _unsuback,
    Pingreq: lambda _packet, _version: (0xC0, b""),
    Pingresp: lambda _packet, _version: (0xD0, b""),
    Disconnect: _ending(0xE0),
    Auth: _ending(0xF0),
}
