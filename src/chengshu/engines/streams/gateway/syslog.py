"""Syslog into the spool: TCP and TLS (RFC 6587, RFC 5425) and UDP (RFC 5426); lines are kept as they came.

Syslog knows no acknowledgement. Over TCP nothing is lost while the connection lives, since reading stops when the
spool is full; over UDP what does not fit is dropped and counted. Senders are known by their address or certificate.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

from chengshu.engines.streams.gateway.admission import SYSLOG, Admitted, Credentials
from chengshu.engines.streams.gateway.hub import Hub
from chengshu.engines.streams.gateway.mqtt import certificate_of
from chengshu.engines.streams.spool import SpoolFull
from chengshu.foundation.errors import InvalidInput

LARGEST_LINE: Final = 64 << 10
NAME: Final = "syslog"
_BLOCK: Final = 64 << 10


class Lines:
    """Cuts a TCP stream into messages: by counted octets where a digit begins one, else by line feeds."""

    def __init__(self, largest: int = LARGEST_LINE) -> None:
        self._largest = largest
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are whole now.

        :raises InvalidInput: if one is longer than allowed, or its count makes no sense
        """
        self._rest += data
        found = []
        while (line := self._next()) is not None:
            if line:
                found.append(line)
        return found

    def finish(self) -> bytes:
        """What stands there when the connection ends: the last message, if its sender left out the line feed."""
        rest, self._rest = self._rest.strip(b"\r\n\0"), b""
        return b"" if rest[:1].isdigit() else rest

    def _next(self) -> bytes | None:
        if not self._rest:
            return None
        return self._counted() if self._rest[:1].isdigit() else self._delimited()

    def _counted(self) -> bytes | None:
        head, space, _ = self._rest[:11].partition(b" ")
        if not space:
            if len(self._rest) >= 11 or not self._rest.isdigit():
                raise InvalidInput("This is no syslog message.", code="syslog.framing")
            return None
        if not head.isdigit() or int(head) > self._largest:
            raise InvalidInput("This syslog message is too long.", code="syslog.too_long")
        begin, end = len(head) + 1, len(head) + 1 + int(head)
        if len(self._rest) < end:
            return None
        line, self._rest = self._rest[begin:end], self._rest[end:]
        return line.rstrip(b"\r\n\0")

    def _delimited(self) -> bytes | None:
        line, feed, rest = self._rest.partition(b"\n")
        if len(line) > self._largest:
            raise InvalidInput("This syslog message is too long.", code="syslog.too_long")
        if not feed:
            return None
        self._rest = rest
        return line.rstrip(b"\r\0")


class SyslogStreams:
    """Serves the TCP and TLS connections of one process."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        peer = str((writer.get_extra_info("peername") or ("",))[0])
        shown = Credentials(SYSLOG, certificate=certificate_of(writer), address=peer)
        admitted = await self._hub.admission.admit(shown)
        if isinstance(admitted, Admitted):
            with contextlib.suppress(OSError):
                await self._read(admitted, reader)
        else:
            self._hub.counters.refused[admitted.name] += 1
        writer.close()

    async def _read(self, admitted: Admitted, reader: asyncio.StreamReader) -> None:
        lines = Lines()
        while data := await reader.read(_BLOCK):
            try:
                found = lines.feed(data)
            except InvalidInput as error:
                self._hub.counters.broken[error.code] += 1
                return
            await self._keep(admitted, found)
        await self._keep(admitted, [last] if (last := lines.finish()) else [])

    async def _keep(self, admitted: Admitted, lines: list[bytes]) -> None:
        intake = self._hub.intake
        for line in lines:
            intake.counters.syslog_lines += 1
            while True:
                try:
                    intake.put(admitted.device, SYSLOG, NAME, line)
                    break
                except SpoolFull:
                    await intake.spool.room.wait()


class SyslogDatagrams(asyncio.DatagramProtocol):
    """Takes one message a datagram; a sender is asked for once and then remembered."""

    def __init__(self, hub: Hub, remembered: int = 10_000) -> None:
        self._hub = hub
        self._remembered = remembered
        self._senders: dict[str, tuple[float, Admitted | None]] = {}

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        now_s = self._hub.loop.time()
        until_s, admitted = self._senders.get(addr[0], (0.0, None))
        if now_s > until_s:
            self._hub.run(self._ask(addr[0], data))
        elif admitted is None:
            self._hub.counters.syslog_dropped += 1
        else:
            self._keep(admitted, data)

    async def _ask(self, address: str, data: bytes) -> None:
        verdict = await self._hub.admission.admit(Credentials(SYSLOG, address=address))
        if len(self._senders) >= self._remembered:
            self._senders.clear()
        admitted = verdict if isinstance(verdict, Admitted) else None
        self._senders[address] = (self._hub.loop.time() + 10.0, admitted)
        if admitted is None:
            self._hub.counters.syslog_dropped += 1
        else:
            self._keep(admitted, data)

    def _keep(self, admitted: Admitted, data: bytes) -> None:
        line = data[:LARGEST_LINE].rstrip(b"\r\n\0")
        if not line:
            return
        try:
            self._hub.intake.put(admitted.device, SYSLOG, NAME, line)
            self._hub.counters.syslog_lines += 1
        except SpoolFull:
            self._hub.counters.syslog_dropped += 1
