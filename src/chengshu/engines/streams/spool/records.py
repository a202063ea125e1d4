"""What one record of the spool says: who sent what, when it came and through which door."""

from __future__ import annotations

import msgspec

from chengshu.foundation.errors import InvalidInput


class Raw(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One message exactly as it came in.

    :param received: when the gateway had it, milliseconds since 1970 (UTC)
    :param device: the registry's id of the sender, as authenticated
    :param channel: ``mqtt``, ``http`` or ``syslog``
    :param name: the kind of message: the topic without the sender's own prefix, such as ``up/properties``
    :param payload: the body, not looked into
    """

    received: int
    device: int
    channel: str
    name: str
    payload: bytes


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Raw)

encode = _ENCODER.encode


def decode(record: bytes) -> Raw:
    """A record of the spool as it was given to :func:`encode`.

    :raises InvalidInput: if the record was not made by :func:`encode`
    """
    try:
        return _DECODER.decode(record)
    except msgspec.MsgspecError as error:
        raise InvalidInput(
            "This record of the spool is none of ours.", code="streams.foreign_record"
        ) from error
