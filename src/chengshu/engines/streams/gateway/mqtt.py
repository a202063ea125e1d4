"""The network side of an MQTT session: asyncio's protocol on one hand, the session on the other."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from typing import Any, cast

from chengshu.engines.streams.gateway.hub import Hub
from chengshu.engines.streams.gateway.session import Session

_UNSENT_BYTES = 64 << 10


class MqttProtocol(asyncio.Protocol):
    """One connection. Stops reading from a peer that does not read our answers."""

    __slots__ = ("_hub", "_paused_for_peer", "_session", "_transport")

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._session: Session | None = None
        self._transport: asyncio.Transport | None = None
        self._paused_for_peer = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if self._hub.stopping or len(self._hub.members) >= self._hub.limits.most_sessions * 1.02 + 16:
            self._hub.counters.refused["TOO_MANY_CONNECTIONS"] += 1
            self._transport.abort()
            return
        self._transport.set_write_buffer_limits(_UNSENT_BYTES)
        address = str((transport.get_extra_info("peername") or ("",))[0])
        self._session = Session(self._hub, self._transport, address, certificate_of(transport))

    def data_received(self, data: bytes) -> None:
        if self._session is not None:
            self._session.received(data)

    def pause_writing(self) -> None:
        if self._transport is not None and self._transport.is_reading():
            self._paused_for_peer = True
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        if not self._paused_for_peer or self._transport is None or self._session is None:
            return
        self._paused_for_peer = False
        if not self._transport.is_closing() and not self._session.waits:
            self._transport.resume_reading()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        if self._session is not None:
            self._session.lost()


def certificate_of(transport: Any) -> bytes:
    """SHA-256 of the client's certificate, which TLS has verified; empty without one."""
    tls: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
    given = tls.getpeercert(binary_form=True) if tls is not None else None
    return hashlib.sha256(given).digest() if given else b""
