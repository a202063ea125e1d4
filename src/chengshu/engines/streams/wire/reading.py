"""From bytes to packets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from chengshu.engines.streams.wire import reasons
from chengshu.engines.streams.wire.body import Body
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
    Will,
)
from chengshu.engines.streams.wire.properties import Properties, Property, found, read_properties
from chengshu.engines.streams.wire.reasons import ProtocolError, Reason, malformed
from chengshu.engines.streams.wire.topics import is_filter, is_name

_V5: Final = 5
_V311: Final = 4
_PUBLISH: Final = 3
_FLAGS_OF_TWO: Final = frozenset({6, 8, 10})
"""PUBREL, SUBSCRIBE and UNSUBSCRIBE carry the reserved flags 0010."""


class Decoder:
    """Takes bytes as they arrive and gives packets, one at a time.

    Bytes after a packet wait inside until :meth:`take` is called again, so whoever is not ready for more simply
    stops taking. After a ``ProtocolError`` the decoder must not be used again.

    :param largest: the most bytes a whole packet may have
    :param version: of the protocol; a server learns it from CONNECT
    """

    __slots__ = ("_at", "_data", "largest", "version")

    def __init__(self, largest: int = 1 << 20, version: int = _V311) -> None:
        self.largest = largest
        self.version = version
        self._data = b""
        self._at = 0

    def feed(self, data: bytes) -> None:
        """Add what has arrived."""
        self._data = self._data[self._at :] + data if self._at < len(self._data) else data
        self._at = 0

    @property
    def held_bytes(self) -> int:
        """Bytes that have arrived and are not taken yet."""
        return len(self._data) - self._at

    def take(self) -> Packet | None:
        """The next whole packet, ``None`` if more bytes are needed.

        :raises ProtocolError: if what stands there is no packet, or too large a one
        """
        data, at = self._data, self._at
        if at >= len(data):
            return None
        first = data[at]
        length, begin = _remaining_length(data, at + 1, self.version)
        if begin == 0:
            return None
        end = begin + length
        if end - at > self.largest:
            raise ProtocolError(
                Reason.PACKET_TOO_LARGE, f"A packet of {end - at} bytes is larger than {self.largest}."
            )
        if end > len(data):
            return None
        self._at = end
        if first >> 4 == _PUBLISH:
            return _publish(first & 0x0F, data[begin:end], self.version)
        packet = _other(first, data[begin:end], self.version)
        if type(packet) is Connect:
            self.version = packet.version
        return packet


def _remaining_length(data: bytes, at: int, version: int) -> tuple[int, int]:
    """The length and where the body begins; the latter 0 if more bytes are needed.

    Some 3.1.1 devices pad the length to a fixed number of bytes; only MQTT 5 demands the shortest form.
    """
    length = 0
    end = len(data)
    for shift in (0, 7, 14, 21):
        if at >= end:
            return 0, 0
        byte = data[at]
        at += 1
        length |= (byte & 0x7F) << shift
        if byte < 0x80:
            if byte == 0 and shift and version >= _V5:
                raise malformed("The remaining length is not in its shortest form.")
            return length, at
    raise malformed("The remaining length has more than four bytes.")


def _publish(flags: int, data: bytes, version: int) -> Publish:
    """By hand rather than with a cursor: nearly every packet of a gateway is one of these."""
    qos = flags >> 1 & 3
    if qos == 3 or (flags & 8 and qos == 0):
        raise malformed("The flags of PUBLISH contradict each other.")
    begin = 2 + int.from_bytes(data[:2])
    at = begin + 2 if qos else begin
    if len(data) < max(at, 2):
        raise malformed("PUBLISH ends in the middle of a field.")
    try:
        topic = data[2:begin].decode()
    except UnicodeDecodeError:
        raise malformed("A topic is not valid UTF-8.") from None
    packet_id = int.from_bytes(data[begin:at]) if qos else 0
    if qos and packet_id == 0:
        raise malformed("A packet identifier is never 0.")
    properties: Properties = ()
    if version >= _V5:
        body = Body(data)
        body.at = at
        properties = read_properties(body, "publish")
        at = body.at
    _check_topic(topic, properties)
    return Publish(topic, data[at:], qos, packet_id, bool(flags & 1), bool(flags & 8), properties)


def _check_topic(topic: str, properties: Properties) -> None:
    if not topic:
        if found(properties, Property.TOPIC_ALIAS) is None:
            raise ProtocolError(Reason.PROTOCOL_ERROR, "PUBLISH names neither a topic nor an alias.")
    elif "\0" in topic:
        raise malformed("A topic contains the character U+0000.")
    elif not is_name(topic):
        raise ProtocolError(Reason.TOPIC_NAME_INVALID, "A topic to publish to contains a wildcard.")


def _other(first: int, data: bytes, version: int) -> Packet:
    kind, flags = first >> 4, first & 0x0F
    if flags != (2 if kind in _FLAGS_OF_TWO else 0):
        raise malformed("The reserved flags of the fixed header are set otherwise.")
    body = Body(data)
    packet = _READERS_BY_TYPE[kind](body, version)
    body.finish()
    return packet


def _connect(body: Body, _version: int) -> Connect:
    version = _protocol(body)
    flags = body.byte()
    if flags & 1:
        raise malformed("The reserved flag of CONNECT is set.")
    has_will, will_qos, will_retain = bool(flags & 4), flags >> 3 & 3, bool(flags & 0x20)
    if will_qos == 3 or (not has_will and (will_qos or will_retain)):
        raise malformed("The will flags of CONNECT contradict each other.")
    has_username, has_password = bool(flags & 0x80), bool(flags & 0x40)
    if version < _V5 and has_password and not has_username:
        raise malformed("CONNECT has a password without a user name.")
    keep_alive_s = body.two_bytes()
    properties = read_properties(body, "connect") if version >= _V5 else ()
    client_id = body.text()
    will = _will(body, version, will_qos, will_retain) if has_will else None
    username = body.text() if has_username else None
    password = body.binary() if has_password else None
    return Connect(version, client_id, bool(flags & 2), keep_alive_s, username, password, will, properties)


def _protocol(body: Body) -> int:
    name, level = body.binary(), body.byte()
    if name == b"MQTT" and level in (_V311, _V5):
        return level
    if name in (b"MQTT", b"MQIsdp"):
        raise ProtocolError(Reason.UNSUPPORTED_VERSION, "Only MQTT 3.1.1 and 5.0 are spoken here.")
    raise malformed("This is not MQTT.")


def _will(body: Body, version: int, qos: int, retain: bool) -> Will:
    properties = read_properties(body, "will") if version >= _V5 else ()
    topic = body.text()
    if not is_name(topic):
        raise ProtocolError(Reason.TOPIC_NAME_INVALID, "The topic of the will is no topic name.")
    return Will(topic, body.binary(), qos, retain, properties)


def _connack(body: Body, version: int) -> Connack:
    present, code = body.flag(), body.byte()
    if version < _V5:
        return Connack(present, _known(code, reasons.CONNACK_CODES_311))
    return Connack(present, _known(code, reasons.CONNACK_CODES), read_properties(body, "connack"))


def _acknowledgement(
    made: type[Puback] | type[Pubrec] | type[Pubrel] | type[Pubcomp], where: str, codes: frozenset[int]
) -> Callable[[Body, int], Packet]:
    """PUBACK and its kin may leave out a code of success and empty properties in MQTT 5."""

    def read(body: Body, version: int) -> Packet:
        packet_id = body.packet_id()
        if version < _V5 or body.at == body.end:
            return made(packet_id)
        code = _known(body.byte(), codes)
        return made(packet_id, code, read_properties(body, where) if body.at < body.end else ())

    return read


def _subscribe(body: Body, version: int) -> Subscribe:
    packet_id = body.packet_id()
    properties = read_properties(body, "subscribe") if version >= _V5 else ()
    subscriptions = []
    while body.at < body.end:
        subscriptions.append(_subscription(body.text(), body.byte(), version))
    if not subscriptions:
        raise ProtocolError(Reason.PROTOCOL_ERROR, "SUBSCRIBE names no topic filter.")
    return Subscribe(packet_id, tuple(subscriptions), properties)


def _subscription(pattern: str, options: int, version: int) -> Subscription:
    qos, handling = options & 3, options >> 4 & 3
    if not is_filter(pattern):
        raise ProtocolError(Reason.TOPIC_FILTER_INVALID, "A topic filter is not valid.")
    if qos == 3 or options & (0xC0 if version >= _V5 else 0xFC):
        raise malformed("The options of a subscription are not valid.")
    no_local = bool(options & 4)
    if handling == 3 or (no_local and pattern.startswith("$share/")):
        raise ProtocolError(Reason.PROTOCOL_ERROR, "The options of a subscription contradict each other.")
    return Subscription(pattern, qos, no_local, bool(options & 8), handling)


def _suback(body: Body, version: int) -> Suback:
    packet_id = body.packet_id()
    if version < _V5:
        return Suback(packet_id, _codes(body, reasons.SUBACK_CODES_311))
    properties = read_properties(body, "suback")
    return Suback(packet_id, _codes(body, reasons.SUBACK_CODES), properties)


def _unsubscribe(body: Body, version: int) -> Unsubscribe:
    packet_id = body.packet_id()
    properties = read_properties(body, "unsubscribe") if version >= _V5 else ()
    patterns = []
    while body.at < body.end:
        patterns.append(body.text())
        if not is_filter(patterns[-1]):
            raise ProtocolError(Reason.TOPIC_FILTER_INVALID, "A topic filter is not valid.")
    if not patterns:
        raise ProtocolError(Reason.PROTOCOL_ERROR, "UNSUBSCRIBE names no topic filter.")
    return Unsubscribe(packet_id, tuple(patterns), properties)


def _unsuback(body: Body, version: int) -> Unsuback:
    packet_id = body.packet_id()
    if version < _V5:
        return Unsuback(packet_id)
    properties = read_properties(body, "unsuback")
    return Unsuback(packet_id, _codes(body, reasons.UNSUBACK_CODES), properties)


def _disconnect(body: Body, version: int) -> Disconnect:
    if version < _V5 or body.at == body.end:
        return Disconnect()
    code = _known(body.byte(), reasons.DISCONNECT_CODES)
    return Disconnect(code, read_properties(body, "disconnect") if body.at < body.end else ())


def _auth(body: Body, version: int) -> Auth:
    if version < _V5:
        raise malformed("There is no AUTH before MQTT 5.")
    if body.at == body.end:
        return Auth()
    code = _known(body.byte(), reasons.AUTH_CODES)
    return Auth(code, read_properties(body, "auth") if body.at < body.end else ())


def _codes(body: Body, allowed: frozenset[int]) -> tuple[int, ...]:
    codes = tuple(_known(code, allowed) for code in body.rest())
    if not codes:
        raise malformed("An acknowledgement of topic filters holds no code.")
    return codes


def _known(code: int, allowed: frozenset[int]) -> int:
    if code not in allowed:
        raise malformed(f"Code {code} has no place here.")
    return code


def _nothing(_body: Body, _version: int) -> Packet:
    raise malformed("There is no packet of type 0.")


_READERS_BY_TYPE: Final[tuple[Callable[[Body, int], Packet], ...]] = (
    _nothing,
    _connect,
    _connack,
    _nothing,  # PUBLISH is read by hand
    _acknowledgement(Puback, "puback", reasons.PUBACK_CODES),
    _acknowledgement(Pubrec, "pubrec", reasons.PUBREC_CODES),
    _acknowledgement(Pubrel, "pubrel", reasons.PUBREL_CODES),
    _acknowledgement(Pubcomp, "pubcomp", reasons.PUBCOMP_CODES),
    _subscribe,
    _suback,
    _unsubscribe,
    _unsuback,
    lambda _body, _version: Pingreq(),
    lambda _body, _version: Pingresp(),
    _disconnect,
    _auth,
)
