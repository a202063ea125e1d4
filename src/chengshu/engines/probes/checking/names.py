"""Asking a name server for one record (RFC 1035): over UDP, and over TCP where the answer was cut short."""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
import socket
import struct
import time
from pathlib import Path
from typing import Final

from chengshu.engines.probes.checking.answers import Answer, Asked, Surroundings, Unanswered

TYPES: Final = {"A": 1, "NS": 2, "CNAME": 5, "MX": 15, "TXT": 16, "AAAA": 28}
SAID: Final = {1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}
_MOST_HOPS: Final = 40


async def ask(asked: Asked, around: Surroundings) -> Answer:
    """The kind ``dns``: the expected answers must all be there."""
    told = asked.parameters
    port = told["port"]
    server = await around.guard.resolve(told["server"], port) if told["server"] else own_server()
    begun = time.perf_counter()
    question, number = _question(told["name"], TYPES[told["record"]])
    reply = await _over_udp(server, port, question, number)
    if reply[2] & 0x02:
        reply = await _over_tcp(server, port, question)
    took_us = round((time.perf_counter() - begun) * 1_000_000)
    code, found = read_reply(reply, told["record"])
    facts = {"answers": sorted(found)[:20], "server": server}
    if code:
        return Answer("failed", "name_refused", SAID.get(code, str(code)), facts, took_us)
    missing = sorted({_plain(one) for one in told["expected"]} - {_plain(one) for one in found})
    if missing or not found:
        detail = ", ".join(missing) if missing else told["name"]
        return Answer("failed", "name_answer", detail, facts, took_us)
    return Answer("ok", facts=facts, latency_us=took_us)


def _plain(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return text.rstrip(".").lower()


def own_server(path: Path = Path("/etc/resolv.conf")) -> str:
    """The name server of this machine, which may always be asked.

    :raises Unanswered: if it names none
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    for line in lines:
        parts = line.split()
        if len(parts) > 1 and parts[0] == "nameserver":
            return parts[1].partition("%")[0]
    raise Unanswered("no_name_server", str(path), outcome="impossible")


def _question(name: str, kind: int) -> tuple[bytes, int]:
    number = secrets.randbelow(1 << 16)
    labels = b"".join(
        bytes([len(label)]) + label for label in name.encode("idna").rstrip(b".").split(b".") if label
    )
    return struct.pack("!HHHHHH", number, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(
        "!HH", kind, 1
    ), number


async def _over_udp(server: str, port: int, question: bytes, number: int) -> bytes:
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    loop = asyncio.get_running_loop()
    with socket.socket(family, socket.SOCK_DGRAM) as link:
        link.setblocking(False)
        await loop.sock_connect(link, (server, port))
        await loop.sock_sendall(link, question)
        while True:
            reply = await loop.sock_recv(link, 4096)
            if len(reply) >= 12 and reply[:2] == struct.pack("!H", number) and reply[2] & 0x80:
                return reply


async def _over_tcp(server: str, port: int, question: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(server, port)
    try:
        writer.write(struct.pack("!H", len(question)) + question)
        await writer.drain()
        (length,) = struct.unpack("!H", await reader.readexactly(2))
        return await reader.readexactly(length)
    finally:
        writer.close()


def read_reply(reply: bytes, record: str) -> tuple[int, set[str]]:
    """The server's code, 0 if all is well, and the values of the records of that type.

    :raises Unanswered: if it cannot be read
    """
    try:
        return _read_reply(reply, TYPES[record])
    except (struct.error, IndexError, ValueError) as error:
        raise Unanswered("broken_answer", "DNS") from error


def _read_reply(reply: bytes, wanted: int) -> tuple[int, set[str]]:
    _number, flags, questions, answers, _authority, _more = struct.unpack_from("!HHHHHH", reply)
    at, found = 12, set()
    for _question_number in range(questions):
        _name, at = _name_at(reply, at)
        at += 4
    for _answer in range(answers):
        _name, at = _name_at(reply, at)
        kind, _klass, _ttl, length = struct.unpack_from("!HHIH", reply, at)
        at += 10
        if kind == wanted:
            found.add(_value(reply, at, length, kind))
        at += length
    return flags & 0x0F, found


def _value(reply: bytes, at: int, length: int, kind: int) -> str:
    content = reply[at : at + length]
    if kind in (1, 28):
        return str(ipaddress.ip_address(content))
    if kind == 15:
        (preference,) = struct.unpack_from("!H", reply, at)
        return f"{preference} {_name_at(reply, at + 2)[0]}"
    if kind == 16:
        parts, here = [], 0
        while here < len(content):
            parts.append(content[here + 1 : here + 1 + content[here]])
            here += 1 + content[here]
        return b"".join(parts).decode("utf-8", errors="replace")
    return _name_at(reply, at)[0]


def _name_at(reply: bytes, at: int) -> tuple[str, int]:
    """A name, which may go on elsewhere, and where what follows it begins."""
    labels: list[str] = []
    end = 0
    for _hop in range(_MOST_HOPS):
        length = reply[at]
        if length == 0:
            return ".".join(labels), end or at + 1
        if length & 0xC0 == 0xC0:
            end = end or at + 2
            at = struct.unpack_from("!H", reply, at)[0] & 0x3FFF
        else:
            labels.append(reply[at + 1 : at + 1 + length].decode("ascii", errors="replace"))
            at += 1 + length
    raise ValueError("a name that does not end")
