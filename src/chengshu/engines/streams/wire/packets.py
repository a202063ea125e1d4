"""The packets of MQTT as values. One class for both versions; what a version does not have keeps its default."""

from __future__ import annotations

import msgspec

from chengshu.engines.streams.wire.properties import Properties


class Will(msgspec.Struct, frozen=True, gc=False):
    """The message to publish for a client that vanishes."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    properties: Properties = ()


class Connect(msgspec.Struct, frozen=True, gc=False):
    """:param keep_alive_s: seconds, 0 for none"""

    version: int
    client_id: str
    clean_start: bool = True
    keep_alive_s: int = 0
    username: str | None = None
    password: bytes | None = None
    will: Will | None = None
    properties: Properties = ()


class Connack(msgspec.Struct, frozen=True, gc=False):
    """:param code: a reason code in MQTT 5, a return code from 0 to 5 in 3.1.1"""

    session_present: bool = False
    code: int = 0
    properties: Properties = ()


class Publish(msgspec.Struct, frozen=True, gc=False):
    """:param packet_id: 0 if and only if ``qos`` is 0"""

    topic: str
    payload: bytes
    qos: int = 0
    packet_id: int = 0
    retain: bool = False
    dup: bool = False
    properties: Properties = ()


class Puback(msgspec.Struct, frozen=True, gc=False):
    packet_id: int
    code: int = 0
    properties: Properties = ()


class Pubrec(msgspec.Struct, frozen=True, gc=False):
    packet_id: int
    code: int = 0
    properties: Properties = ()


class Pubrel(msgspec.Struct, frozen=True, gc=False):
    packet_id: int
    code: int = 0
    properties: Properties = ()


class Pubcomp(msgspec.Struct, frozen=True, gc=False):
    packet_id: int
    code: int = 0
    properties: Properties = ()


class Subscription(msgspec.Struct, frozen=True, gc=False):
    """:param retain_handling: 0, 1 or 2, MQTT 5.0 §3.8.3.1"""

    pattern: str
    qos: int = 0
    no_local: bool = False
    retain_as_published: bool = False
    retain_handling: int = 0


class Subscribe(msgspec.Struct, frozen=True, gc=False):
    packet_id: int
    subscriptions: tuple[Subscription, ...]
    properties: Properties = ()


class Suback(msgspec.Struct, frozen=True, gc=False):
    packet_id: int
    codes: tuple[int, ...]
    properties: Properties = ()


class Unsubscribe(msgspec.Struct, frozen=True, gc=False):
    packet_id: int
    patterns: tuple[str, ...]
    properties: Properties = ()


class Unsuback(msgspec.Struct, frozen=True, gc=False):
    """:param codes: one for each pattern in MQTT 5, none in 3.1.1"""

    packet_id: int
    codes: tuple[int, ...] = ()
    properties: Properties = ()


class Pingreq(msgspec.Struct, frozen=True, gc=False):
    pass


class Pingresp(msgspec.Struct, frozen=True, gc=False):
    pass


class Disconnect(msgspec.Struct, frozen=True, gc=False):
    code: int = 0
    properties: Properties = ()


class Auth(msgspec.Struct, frozen=True, gc=False):
    code: int = 0
    properties: Properties = ()


Packet = (
    Connect
    | Connack
    | Publish
    | Puback
    | Pubrec
    | Pubrel
    | Pubcomp
    | Subscribe
    | Suback
    | Unsubscribe
    | Unsuback
    | Pingreq
    | Pingresp
    | Disconnect
    | Auth
)
