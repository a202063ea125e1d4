"""MQTT 3.1.1 and 5.0 on the wire: bytes to packets and packets to bytes, without any input or output.

Knows the form of packets (OASIS mqtt-v3.1.1-os and mqtt-v5.0-os), not what they mean in a session: the gateway and
the simulator decide that. Whatever bytes come in, decoding them gives packets or raises :class:`ProtocolError` with
the reason code that the standard names for the fault; nothing else.
"""

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
from chengshu.engines.streams.wire.properties import Properties, Property, found
from chengshu.engines.streams.wire.reading import Decoder
from chengshu.engines.streams.wire.reasons import ProtocolError, Reason
from chengshu.engines.streams.wire.topics import matches
from chengshu.engines.streams.wire.writing import encode

V311 = 4
V5 = 5

__all__ = [
    "V5",
    "V311",
    "Auth",
    "Connack",
    "Connect",
    "Decoder",
    "Disconnect",
    "Packet",
    "Pingreq",
    "Pingresp",
    "Properties",
    "Property",
    "ProtocolError",
    "Puback",
    "Pubcomp",
    "Publish",
    "Pubrec",
    "Pubrel",
    "Reason",
    "Suback",
    "Subscribe",
    "Subscription",
    "Unsuback",
    "Unsubscribe",
    "Will",
    "encode",
    "found",
    "matches",
]
