"""NDJSON over HTTP: ``POST /ingest`` with a device's token, one message a line, answered once all lines are durable.

    POST /ingest?name=up/properties HTTP/1.1
    Authorization: Bearer <client id>.<secret>

The lines are not looked into here. ``200 {"accepted": n}`` means that all are durable; after anything else the
sender has to send all of them again, which the pump recognises as duplicates. ``GET /healthz`` answers whether this
process takes messages.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import json
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit

import h11

from chengshu.engines.streams.gateway.admission import HTTP, Admitted, Credentials
from chengshu.engines.streams.gateway.hub import Hub
from chengshu.engines.streams.spool import Raw, SpoolFull, encode

LARGEST_BODY: Final = 8 << 20
LARGEST_LINE: Final = 256 << 10
MOST_AT_ONCE: Final = 64
IDLE_S: Final = 60.0
DEFAULT_NAME: Final = "up/properties"
_BLOCK: Final = 64 << 10
_RETRY_S: Final = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """A status with a JSON body; an error names its code and the next step."""

    status: int
    content: dict[str, object]
    close: bool = False


def refusal(status: int, code: str, hint: str, close: bool = True) -> Answer:
    return Answer(status, {"code": code, "hint": hint}, close)


class HttpDoor:
    """Serves the connections of one process."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._taking = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=16 << 10)
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            while await self._one_request(connection, reader, writer):
                connection.start_next_cycle()
        writer.close()

    async def _one_request(
        self, connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Whether another one may follow."""
        try:
            event = await _next(connection, reader, writer)
            if not isinstance(event, h11.Request):
                return False
            answer = await self._answer(event, connection, reader, writer)
        except h11.RemoteProtocolError as error:
            answer = refusal(error.error_status_hint or 400, "http.malformed", "Send well-formed HTTP/1.1.")
        if not _may_answer(connection):
            return False
        _send(connection, writer, answer)
        await writer.drain()
        return not answer.close and connection.states == {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}

    async def _answer(
        self,
        request: h11.Request,
        connection: h11.Connection,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> Answer:
        self._hub.counters.http_requests += 1
        target = urlsplit(request.target.decode("ascii"))
        if target.path == "/healthz":
            return self._health()
        if target.path != "/ingest":
            return refusal(404, "http.unknown_path", "POST to /ingest.")
        if request.method != b"POST":
            return refusal(405, "http.method", "POST to /ingest.")
        peer = str((writer.get_extra_info("peername") or ("",))[0])
        admitted = await self._admit(request, peer)
        if admitted is None:
            return refusal(401, "streams.token", "Send the device's token as Authorization: Bearer.")
        if self._hub.stopping or self._taking >= MOST_AT_ONCE or not self._hub.intake.spool.room.is_set():
            return refusal(503, "streams.busy", f"Send it again in {_RETRY_S} seconds.")
        self._taking += 1
        try:
            return await self._ingest(target.query, admitted, connection, reader, writer)
        finally:
            self._taking -= 1

    def _health(self) -> Answer:
        trouble = self._hub.intake.spool.trouble
        return Answer(503 if trouble else 200, {"taking": not trouble, "trouble": trouble}, close=True)

    async def _admit(self, request: h11.Request, peer: str) -> Admitted | None:
        """By its token; a sender that shows none may be known by its address."""
        shown = Credentials(HTTP, address=peer)
        for key, value in request.headers:
            if key == b"authorization":
                client_id, secret = _token(value)
                shown = Credentials(HTTP, client_id, client_id, secret, address=peer)
                break
        verdict = await self._hub.admission.admit(shown)
        return verdict if isinstance(verdict, Admitted) else None

    async def _ingest(
        self,
        query: str,
        admitted: Admitted,
        connection: h11.Connection,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> Answer:
        name = admitted.name_of(parse_qs(query).get("name", [DEFAULT_NAME])[0])
        if name is None:
            return refusal(403, "streams.topic", "This name is not among the device's own.")
        body = await _body(connection, reader, writer)
        if body is None:
            return refusal(413, "http.too_large", f"Send at most {LARGEST_BODY} bytes at a time.")
        lines = [line for line in body.split(b"\n") if line.strip()]
        if any(len(line) > LARGEST_LINE for line in lines):
            return refusal(
                413, "http.line_too_large", f"A line has at most {LARGEST_LINE} bytes.", close=False
            )
        intake = self._hub.intake
        now = intake.now_ms()
        try:
            await intake.spool.append(
                [encode(Raw(now, admitted.device, HTTP, name, line.rstrip(b"\r"))) for line in lines]
            )
        except SpoolFull:
            return refusal(503, "streams.busy", f"Send it again in {_RETRY_S} seconds.")
        intake.counters.messages += len(lines)
        intake.counters.confirmed += len(lines)
        intake.counters.http_lines += len(lines)
        return Answer(200, {"accepted": len(lines)})


def _token(value: bytes) -> tuple[str, bytes]:
    """Client id and secret of ``Bearer <client id>.<secret>`` or of HTTP's own ``Basic``; empty ones if neither."""
    scheme, _, given = value.partition(b" ")
    if scheme.lower() == b"basic":
        try:
            client_id, _, secret = base64.b64decode(given, validate=True).partition(b":")
        except binascii.Error:
            return "", b""
    elif scheme.lower() == b"bearer":
        client_id, _, secret = given.strip().rpartition(b".")
    else:
        return "", b""
    return client_id.decode("utf-8", "replace"), secret


def _may_answer(connection: h11.Connection) -> bool:
    return connection.our_state in (h11.IDLE, h11.SEND_RESPONSE)


async def _next(
    connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> h11.Event | type[h11.PAUSED]:
    while True:
        event = connection.next_event()
        if event is not h11.NEED_DATA:
            return event  # type: ignore[return-value]
        if connection.they_are_waiting_for_100_continue:
            told = h11.InformationalResponse(status_code=100, headers=[])
            writer.write(connection.send(told) or b"")
        async with asyncio.timeout(IDLE_S):
            connection.receive_data(await reader.read(_BLOCK))


async def _body(
    connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> bytes | None:
    """The whole body, ``None`` if it is too large."""
    parts, size = list[bytes](), 0
    while isinstance(event := await _next(connection, reader, writer), h11.Data):
        size += len(event.data)
        if size > LARGEST_BODY:
            return None
        parts.append(bytes(event.data))
    return b"".join(parts)


def _send(connection: h11.Connection, writer: asyncio.StreamWriter, answer: Answer) -> None:
    content = json.dumps(answer.content).encode() + b"\n"
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(content)))]
    if answer.status == 503:
        headers.append(("Retry-After", str(_RETRY_S)))
    if answer.status == 401:
        headers.append(("WWW-Authenticate", "Bearer"))
    if answer.close:
        headers.append(("Connection", "close"))
    parts = (
        h11.Response(status_code=answer.status, headers=headers),
        h11.Data(data=content),
        h11.EndOfMessage(),
    )
    writer.write(b"".join(connection.send(part) or b"" for part in parts))
