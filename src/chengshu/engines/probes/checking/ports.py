"""Asking below the web: a port, an echo, a certificate."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
import struct
import time
from datetime import UTC, datetime
from typing import Final

from cryptography import x509

from chengshu.engines.probes.checking.answers import Answer, Asked, Surroundings, Unanswered

_ECHO: Final = {4: (8, 0), 6: (128, 129)}
"""Type of the question and of the answer: RFC 792 and RFC 4443."""


async def ask_port(asked: Asked, around: Surroundings) -> Answer:
    """The kind ``tcp``: does somebody take the connection."""
    host, port = asked.parameters["host"], asked.parameters["port"]
    address = await around.guard.resolve(host, port)
    begun = time.perf_counter()
    _reader, writer = await asyncio.open_connection(address, port)
    took_us = round((time.perf_counter() - begun) * 1_000_000)
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return Answer("ok", facts={"address": address}, latency_us=took_us)


async def ask_echo(asked: Asked, around: Surroundings) -> Answer:
    """The kind ``icmp``."""
    address = await around.guard.resolve(asked.parameters["host"], 0)
    version = 6 if ":" in address else 4
    with _echo_socket(version) as link:
        link.setblocking(False)
        mark = os.urandom(16)
        loop, begun = asyncio.get_running_loop(), time.perf_counter()
        await loop.sock_sendto(link, _question(version, mark), (address, 0))
        while True:
            packet, _sender = await loop.sock_recvfrom(link, 2048)
            if _is_answer(version, packet, mark):
                break
    took_us = round((time.perf_counter() - begun) * 1_000_000)
    return Answer("ok", facts={"address": address}, latency_us=took_us)


def _echo_socket(version: int) -> socket.socket:
    """The unprivileged kind where the kernel lets this group have it, else the raw one.

    :raises Unanswered: if this machine allows neither
    """
    family, protocol = (
        (socket.AF_INET, socket.IPPROTO_ICMP) if version == 4 else (socket.AF_INET6, socket.IPPROTO_ICMPV6)
    )
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        with contextlib.suppress(OSError):
            return socket.socket(family, kind, protocol)
    raise Unanswered("no_echo_here", "net.ipv4.ping_group_range", outcome="impossible")


def _question(version: int, mark: bytes) -> bytes:
    """The kernel fills in the checksum of ICMPv6, and of both where the socket is the unprivileged kind."""
    head = struct.pack("!BBHHH", _ECHO[version][0], 0, 0, os.getpid() & 0xFFFF, 1)
    total = sum(struct.unpack(f"!{(len(head) + len(mark)) // 2}H", head + mark))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return head[:2] + struct.pack("!H", ~total & 0xFFFF) + head[4:] + mark


def _is_answer(version: int, packet: bytes, mark: bytes) -> bool:
    """A raw socket of version 4 hands out the IP header too, and every echo of the machine."""
    body = packet[(packet[0] & 0x0F) * 4 :] if version == 4 and packet and packet[0] >> 4 == 4 else packet
    return len(body) >= 8 and body[0] == _ECHO[version][1] and body.endswith(mark)


async def ask_certificate(asked: Asked, around: Surroundings) -> Answer:
    """The kind ``tls``: is it trusted, is it for this name, for how many days yet."""
    told = asked.parameters
    name = told["server_name"] or told["host"]
    address = await around.guard.resolve(told["host"], told["port"])
    begun = time.perf_counter()
    shown = await _shown(address, told["port"], name, around.looking)
    took_us = round((time.perf_counter() - begun) * 1_000_000)
    days = (shown.not_valid_after_utc - datetime.now(UTC)).days
    facts = {
        "days_left": days,
        "until": shown.not_valid_after_utc.isoformat(),
        "serial": f"{shown.serial_number:x}"[:64],
    }
    if told["verify"] and (wrong := await _distrusted(address, told["port"], name, around.trusting)):
        return Answer("failed", "tls", wrong, facts, took_us)
    if days < told["days_left"]:
        return Answer("failed", "expires", str(days), facts, took_us)
    return Answer("ok", facts=facts, latency_us=took_us)


async def _shown(address: str, port: int, name: str, context: ssl.SSLContext) -> x509.Certificate:
    _reader, writer = await asyncio.open_connection(address, port, ssl=context, server_hostname=name)
    try:
        link: ssl.SSLObject = writer.get_extra_info("ssl_object")
        content = link.getpeercert(binary_form=True)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    if not content:
        raise Unanswered("tls", "")
    return x509.load_der_x509_certificate(content)


async def _distrusted(address: str, port: int, name: str, context: ssl.SSLContext) -> str:
    """Why chain or name do not hold; empty if they do."""
    try:
        await _shown(address, port, name, context)
    except ssl.SSLCertVerificationError as error:
        return error.verify_message
    return ""
