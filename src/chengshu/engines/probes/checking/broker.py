"""Asking a message broker (MQTT 3.1.1): connect, subscribe, take leave."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import struct
import time
from typing import Final

from chengshu.engines.probes.checking.answers import Answer, Asked, Surroundings, Unanswered

REFUSALS: Final = {1: "protocol", 2: "identifier", 3: "unavailable", 4: "credentials", 5: "not authorised"}


async def ask(asked: Asked, around: Surroundings) -> Answer:
    """The kind ``mqtt``."""
    told = asked.parameters
    if told["secret"] and told["secret"] not in asked.secrets:
        raise Unanswered("no_secret", told["secret"], outcome="impossible")
    address = await around.guard.resolve(told["host"], told["port"])
    begun = time.perf_counter()
    reader, writer = await asyncio.open_connection(
        address,
        told["port"],
        ssl=around.context(told) if told["tls"] else None,
        server_hostname=told["host"] if told["tls"] else None,
    )
    try:
        writer.write(_connect(told["username"], asked.secrets.get(told["secret"], "")))
        kind, body = await _packet(reader)
        if kind != 0x20 or len(body) != 2:
            raise Unanswered("broken_answer", "MQTT")
        if body[1]:
            raise Unanswered("broker_refused", REFUSALS.get(body[1], str(body[1])))
        writer.write(_subscribe(told["topic"]))
        while True:
            kind, body = await _packet(reader)
            if kind == 0x90:
                break
        if body[-1] == 0x80:
            raise Unanswered("broker_refused", told["topic"])
        writer.write(b"\xe0\x00")
        await writer.drain()
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    return Answer("ok", latency_us=round((time.perf_counter() - begun) * 1_000_000))


def _text(text: str) -> bytes:
    content = text.encode()
    return struct.pack("!H", len(content)) + content


def _sized(kind: int, body: bytes) -> bytes:
    length, size = len(body), bytearray()
    while True:
        length, part = length >> 7, length & 0x7F
        size.append(part | (0x80 if length else 0))
        if not length:
            return bytes([kind]) + bytes(size) + body


def _connect(username: str, password: str) -> bytes:
    flags = 0x02 | (0x80 if username else 0) | (0x40 if username and password else 0)
    body = _text("MQTT") + bytes([4, flags]) + struct.pack("!H", 30)
    body += _text(f"chengshu-probe-{secrets.token_hex(4)}")
    if username:
        body += _text(username) + (_text(password) if password else b"")
    return _sized(0x10, body)


def _subscribe(topic: str) -> bytes:
    return _sized(0x82, struct.pack("!H", 1) + _text(topic) + b"\0")


async def _packet(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    kind = (await reader.readexactly(1))[0]
    length = shift = 0
    for _byte in range(4):
        part = (await reader.readexactly(1))[0]
        length |= (part & 0x7F) << shift
        shift += 7
        if not part & 0x80:
            break
    if length > 1 << 20:
        raise Unanswered("broken_answer", "MQTT")
    return kind & 0xF0, await reader.readexactly(length)
