"""Syslog over TCP and UDP: framing, and who may send."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengshu.engines.streams.gateway.syslog import Lines
from chengshu.engines.streams.tests.gateways import KnownDevices, run, serving, spooled
from chengshu.foundation.errors import InvalidInput

RFC_5424 = b"<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 - An event"
RFC_3164 = b"<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8"


@pytest.mark.parametrize("data", [b"12345678901 x", b"9999999 x", b"12x <34>", b"<34>" + bytes(200) + b"\n"])
def test_what_is_too_long_or_miscounted_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        Lines(largest=100).feed(data)


@given(
    st.lists(st.tuples(st.booleans(), st.text("abc <>", min_size=1, max_size=20)), max_size=8),
    st.integers(1, 9),
)
def test_either_framing_however_the_bytes_are_cut(messages: list[tuple[bool, str]], step: int) -> None:
    bodies = [b"<34>" + text.encode() for _counted, text in messages]
    stream = b"".join(
        b"%d %b" % (len(body), body) if counted else body + b"\n"
        for body, (counted, _text) in zip(bodies, messages, strict=True)
    )
    lines, found = Lines(), list[bytes]()
    for begin in range(0, len(stream), step):
        found += lines.feed(stream[begin : begin + step])
    assert found == bodies
    assert lines.finish() == b""


async def send_tcp(port: int, data: bytes) -> None:
    """Send, end, and wait until the gateway has ended too."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    writer.write_eof()
    with contextlib.suppress(ConnectionResetError):
        await reader.read()
    writer.close()


def test_an_unknown_sender_is_not_heard(tmp_path: Path) -> None:
    async def talk() -> None:
        async with serving(tmp_path) as gateway:
            await send_tcp(gateway.ports["syslog_tcp"], RFC_3164 + b"\n")
            assert gateway.hub.counters.refused == {"BAD_USER_NAME_OR_PASSWORD": 1}

    run(talk())
    assert spooled(tmp_path) == []


def test_lines_over_tcp_are_kept_as_they_came_even_the_last_without_its_end(tmp_path: Path) -> None:
    async def talk() -> None:
        async with serving(tmp_path, KnownDevices(addresses={"127.0.0.1": 7})) as gateway:
            counted = b"%d %b" % (len(RFC_5424), RFC_5424)
            await send_tcp(gateway.ports["syslog_tcp"], counted + RFC_3164 + b"\n" + RFC_3164)

    run(talk())
    found = [(raw.device, raw.channel, raw.name, raw.payload) for raw in spooled(tmp_path)]
    assert found == [(7, "syslog", "syslog", line) for line in (RFC_5424, RFC_3164, RFC_3164)]


def test_datagrams_of_known_senders_are_kept_and_others_counted(tmp_path: Path) -> None:
    async def talk() -> None:
        devices = KnownDevices(addresses={"127.0.0.1": 7})
        async with serving(tmp_path, devices) as gateway:
            address = ("127.0.0.1", gateway.ports["syslog_udp"])
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as known:
                known.bind(("127.0.0.1", 0))
                known.sendto(RFC_5424, address)
                while gateway.hub.counters.syslog_lines < 1:
                    await asyncio.sleep(0.001)
                known.sendto(RFC_3164 + b"\n", address)
                while gateway.hub.counters.syslog_lines < 2:
                    await asyncio.sleep(0.001)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
                stranger.bind(("127.0.0.9", 0))
                stranger.sendto(b"<34>let me in", address)
                while not gateway.hub.counters.syslog_dropped:
                    await asyncio.sleep(0.001)
            assert len(devices.asked) == 2

    run(talk())
    assert [raw.payload for raw in spooled(tmp_path)] == [RFC_5424, RFC_3164]
