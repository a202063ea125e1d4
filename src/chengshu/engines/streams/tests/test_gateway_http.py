"""NDJSON over HTTP: refused with a status and a next step, or answered once every line is durable."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest

from chengshu.engines.streams.gateway import http
from chengshu.engines.streams.tests.gateways import PATIENCE_S, SPOOL, run, serving, spooled
from chengshu.engines.streams.tests.spooling import FailingDisk

BEARER = b"Authorization: Bearer sensor-1.secret\r\n"


def request(body: bytes = b"", head: bytes = BEARER, line: bytes = b"POST /ingest HTTP/1.1") -> bytes:
    length = b"Content-Length: %d\r\n" % len(body)
    return line + b"\r\nHost: gateway\r\n" + head + length + b"\r\n" + body


async def answers(port: int, *requests: bytes) -> list[tuple[int, dict[str, Any]]]:
    """Send requests over one connection and read their answers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found = []
    for each in requests:
        writer.write(each)
        found.append(await answer(reader))
    writer.close()
    await writer.wait_closed()
    return found


async def answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, Any]]:
    async with asyncio.timeout(PATIENCE_S):
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length")
        )
        return int(head.split(b" ")[1]), json.loads(await reader.readexactly(length))


def ask(folder: Path, *requests: bytes) -> list[tuple[int, dict[str, Any]]]:
    async def talk() -> list[tuple[int, dict[str, Any]]]:
        async with serving(folder) as gateway:
            return await answers(gateway.ports["http"], *requests)

    result: list[tuple[int, dict[str, Any]]] = run(talk())
    return result


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (request(b"{}", head=b""), 401, "streams.token"),
        (request(b"{}", head=b"Authorization: Bearer sensor-1.wrong\r\n"), 401, "streams.token"),
        (request(b"{}", head=b"Authorization: Bearer nodots\r\n"), 401, "streams.token"),
        (request(b"{}", head=b"Authorization: Basic !!!\r\n"), 401, "streams.token"),
        (request(b"{}", head=b"Authorization: Digest x\r\n"), 401, "streams.token"),
        (request(line=b"GET /ingest HTTP/1.1"), 405, "http.method"),
        (request(line=b"POST /elsewhere HTTP/1.1"), 404, "http.unknown_path"),
        (request(b"{}", line=b"POST /ingest?name=down/commands HTTP/1.1"), 403, "streams.topic"),
        (
            request(b"{}", line=b"POST /ingest?name=devices/sensor-2/up/properties HTTP/1.1"),
            403,
            "streams.topic",
        ),
        (b"this is not http\r\n\r\n", 400, "http.malformed"),
        (request(head=BEARER + b"Content-Length: 7\r\n"), 400, "http.malformed"),
        (request(bytes(http.LARGEST_LINE + 1).replace(b"\0", b"x")), 413, "http.line_too_large"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_next_step(
    tmp_path: Path, sent: bytes, status: int, code: str
) -> None:
    [(got, content)] = ask(tmp_path, sent)
    assert (got, content["code"]) == (status, code)
    assert content["hint"]
    assert spooled(tmp_path) == []


def test_too_large_a_body_is_refused_without_reading_it_all(tmp_path: Path) -> None:
    async def talk() -> None:
        async with serving(tmp_path) as gateway:
            reader, writer = await asyncio.open_connection("127.0.0.1", gateway.ports["http"])
            writer.write(
                b"POST /ingest HTTP/1.1\r\nHost: g\r\n" + BEARER + b"Content-Length: 999999999\r\n\r\n"
            )
            for _block in range(http.LARGEST_BODY // 65_536 + 1):
                writer.write(b"x" * 65_535 + b"\n")
            assert (await answer(reader))[0] == 413
            writer.close()

    run(talk())
    assert spooled(tmp_path) == []


def test_a_full_spool_answers_that_it_is_busy(tmp_path: Path) -> None:
    async def talk() -> None:
        disk = FailingDisk(bytes_left=0)
        limits = SPOOL.__class__(window_s=0.0, retry_s=0.005, spare_bytes=0, waiting_bytes=3_000)
        async with serving(tmp_path, disk=disk, spool_limits=limits) as gateway:
            while gateway.spool.room.is_set():
                try:
                    gateway.hub.intake.put(1, "mqtt", "up/properties", bytes(500))
                except Exception:
                    break
            [(status, content)] = await answers(gateway.ports["http"], request(b"{}"))
            assert (status, content["code"]) == (503, "streams.busy")
            disk.bytes_left = 100_000

    run(talk())


def test_every_line_is_a_message_of_the_device(tmp_path: Path) -> None:
    body = b'{"values":{"a":1}}\r\n\n{"values":{"a":2}}\nnot json at all'
    assert ask(tmp_path, request(body)) == [(200, {"accepted": 3})]
    found = [(raw.device, raw.channel, raw.name, raw.payload) for raw in spooled(tmp_path)]
    assert found == [
        (1, "http", "up/properties", b'{"values":{"a":1}}'),
        (1, "http", "up/properties", b'{"values":{"a":2}}'),
        (1, "http", "up/properties", b"not json at all"),
    ]


def test_one_connection_serves_many_requests_with_either_kind_of_credential(tmp_path: Path) -> None:
    basic = b"Authorization: Basic " + base64.b64encode(b"sensor-2:secret") + b"\r\n"
    named = request(b"x", line=b"POST /ingest?name=up/events HTTP/1.1")
    got = ask(tmp_path, request(b"1\n2"), request(b"3", head=basic), named, request(b""))
    assert got == [(200, {"accepted": count}) for count in (2, 1, 1, 0)]
    assert [(raw.device, raw.name) for raw in spooled(tmp_path)] == [
        (1, "up/properties"),
        (1, "up/properties"),
        (2, "up/properties"),
        (1, "up/events"),
    ]


def test_chunked_bodies_and_expectations_are_understood(tmp_path: Path) -> None:
    async def talk() -> None:
        async with serving(tmp_path) as gateway:
            reader, writer = await asyncio.open_connection("127.0.0.1", gateway.ports["http"])
            head = b"Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n"
            writer.write(b"POST /ingest HTTP/1.1\r\nHost: g\r\n" + BEARER + head + b"\r\n")
            assert b"100" in await reader.readuntil(b"\r\n\r\n")
            writer.write(b"3\r\none\r\n4\r\n\ntwo\r\n0\r\n\r\n")
            assert await answer(reader) == (200, {"accepted": 2})
            writer.close()

    run(talk())
    assert [raw.payload for raw in spooled(tmp_path)] == [b"one", b"two"]


def test_health_says_whether_messages_are_taken(tmp_path: Path) -> None:
    healthy = b"GET /healthz HTTP/1.1\r\nHost: g\r\n\r\n"
    assert ask(tmp_path, healthy) == [(200, {"taking": True, "trouble": ""})]
