"""Every kind of check against a server of the test's own on loopback; what nobody allowed is never connected to."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chengshu.engines.probes.checking import Answer, Asked, Surroundings, perform
from chengshu.engines.probes.checking import ports as asking_ports
from chengshu.engines.probes.guarding import Guard, read_networks
from chengshu.engines.probes.kinds import read_parameters
from chengshu.foundation.testing import looping

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
LOOPBACK = Guard(read_networks(["127.0.0.0/8"]))


async def ask(kind: str, guard: Guard = LOOPBACK, timeout_ms: int = 5_000, **given: Any) -> Answer:
    secrets = given.pop("secrets", {})
    around = given.pop("around", None) or Surroundings(guard)
    return await perform(Asked(kind, read_parameters(kind, given), timeout_ms, secrets), around)


@asynccontextmanager
async def serving(serve: Serve, **more: Any) -> Any:
    async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(closing, "127.0.0.1", 0, **more)
    async with server:
        yield server.sockets[0].getsockname()[1]


def pages(answers: dict[str, str], seen: list[str] | None = None) -> Serve:
    """A web server: first line and body of the request → status, headers and body of the answer."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            (int(line[15:]) for line in head.lower().splitlines() if line.startswith("content-length")), 0
        )
        body = (await reader.readexactly(length)).decode()
        if seen is not None:
            seen.append(f"{head}{body}")
        path = head.split()[1]
        status, _blank, text = answers.get(path, "404 Not Found\n\n").partition("\n\n")
        writer.write(
            f"HTTP/1.1 {status}\nContent-Length: {len(text.encode())}\nConnection: close\n\n".replace(
                "\n", "\r\n"
            ).encode()
            + text.encode()
        )

    return serve


def run(work: Awaitable[Any]) -> Any:
    async def doing() -> Any:
        return await work

    return looping.run(doing())


def told(answer: Answer) -> tuple[str, str, str]:
    return answer.outcome, answer.reason, answer.detail


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("http", {"url": "http://127.0.0.1:PORT/"}),
        ("tcp", {"host": "127.0.0.1", "port": "PORT"}),
        ("tcp", {"host": "localhost", "port": "PORT"}),
        ("tls", {"host": "127.0.0.1", "port": "PORT"}),
        ("mqtt", {"host": "127.0.0.1", "port": "PORT"}),
        ("dns", {"name": "example.com", "server": "127.0.0.1", "port": "PORT"}),
        ("postgres", {"host": "127.0.0.1", "port": "PORT", "database": "d", "username": "u"}),
        ("login", {"steps": '[{"url": "http://127.0.0.1:PORT/"}]'}),
        ("icmp", {"host": "127.0.0.1"}),
    ],
)
def test_what_nobody_allowed_is_not_connected_to(kind: str, given: dict[str, str]) -> None:
    async def work() -> Answer:
        touched = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            touched.append(1)

        async with serving(serve) as port:
            parts = {name: value.replace("PORT", str(port)) for name, value in given.items()}
            answer = await ask(kind, Guard(read_networks(["10.0.0.0/8"])), **parts)
            assert touched == []
            return answer

    answer = run(work())
    assert (answer.outcome, answer.reason, answer.latency_us) == ("impossible", "not_allowed", None)


def test_a_redirect_out_of_the_allowed_networks_is_not_followed() -> None:
    async def work() -> Answer:
        outside: list[str] = []
        async with (
            serving(pages({"/": "200 OK\n\nsecret"}, outside)) as inner,
            serving(pages({"/": f"302 Found\nLocation: http://127.0.0.1:{inner}/\n\n"})) as port,
        ):
            guard = Guard(read_networks([f"127.0.0.1:{port}"]))
            answer = await ask("http", guard, url=f"http://127.0.0.1:{port}/", redirects=3)
            assert outside == []
            return answer

    assert told(run(work()))[:2] == ("impossible", "not_allowed")


def test_a_redirect_to_a_file_is_not_followed() -> None:
    async def work() -> Answer:
        async with serving(pages({"/": "302 Found\nLocation: file:///etc/passwd\n\n"})) as port:
            return await ask("http", url=f"http://127.0.0.1:{port}/", redirects=3)

    assert told(run(work())) == ("failed", "redirects", "file")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ("ok", "", "")),
        ({"status": "404"}, ("failed", "status", "200")),
        ({"contains": "南沙"}, ("ok", "", "")),
        ({"contains": "番禺"}, ("failed", "content_missing", "番禺")),
        ({"contains_not": "南沙"}, ("failed", "content_found", "南沙")),
        ({"path": "/missing"}, ("failed", "status", "404")),
        ({"path": "/round", "redirects": 2}, ("failed", "redirects", "3")),
        ({"path": "/moved", "redirects": 1, "contains": "南沙"}, ("ok", "", "")),
    ],
)
def test_a_website_is_asked(given: dict[str, Any], expected: tuple[str, str, str]) -> None:
    answers = {
        "/": "200 OK\nContent-Type: text/html; charset=utf-8\n\n<h1>南沙</h1>",
        "/round": "302 Found\nLocation: /round\n\n",
        "/moved": "301 Moved Permanently\nLocation: /\n\n",
    }

    async def work() -> Answer:
        path = given.pop("path", "/")
        async with serving(pages(answers)) as port:
            return await ask("http", url=f"http://127.0.0.1:{port}{path}", **given)

    answer = run(work())
    assert told(answer) == expected
    assert answer.latency_us is not None


def test_an_answer_that_never_ends_is_cut_off_by_the_time_out() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def work() -> Answer:
        async with serving(silent) as port:
            return await ask("http", url=f"http://127.0.0.1:{port}/", timeout_ms=100)

    assert told(run(work())) == ("failed", "time_out", "100 ms")


def test_the_longest_answer_time_is_a_limit_of_its_own() -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.05)
        await pages({"/": "200 OK\n\n"})(reader, writer)

    async def work() -> Answer:
        async with serving(slow) as port:
            return await ask("http", url=f"http://127.0.0.1:{port}/", most_ms=1)

    assert told(run(work()))[:2] == ("failed", "slow")


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for kind, given in (
        ("tcp", {"host": "127.0.0.1", "port": port}),
        ("http", {"url": f"http://127.0.0.1:{port}/"}),
    ):
        assert told(run(ask(kind, **given)))[:2] == ("failed", "refused")


def test_a_port_that_takes_connections_is_up() -> None:
    async def work() -> Answer:
        async with serving(pages({})) as port:
            return await ask("tcp", host="127.0.0.1", port=port)

    assert told(run(work())) == ("ok", "", "")


FORM = (
    '200 OK\nSet-Cookie: visit=7; Path=/\n\n<form><input type="hidden" name="token" value="t&amp;1"></form>'
)
STEPS = [
    {"url": "http://127.0.0.1:PORT/sign-in"},
    {
        "url": "http://127.0.0.1:PORT/enter",
        "fields": {"name": "probe", "password": {"secret": "portal"}, "token": {"from_page": "token"}},
        "contains": "欢迎",
    },
]


def steps(port: int) -> str:
    import json

    return json.dumps(STEPS).replace("PORT", str(port))


def test_signing_in_carries_cookies_hidden_fields_and_the_secret() -> None:
    seen: list[str] = []

    async def work() -> Answer:
        answers = {"/sign-in": FORM, "/enter": "200 OK\n\n欢迎"}
        async with serving(pages(answers, seen)) as port:
            return await ask("login", steps=steps(port), secrets={"portal": "geheim-77"})

    answer = run(work())
    assert told(answer) == ("ok", "", "")
    assert "Cookie: visit=7" in seen[1]
    assert "name=probe&password=geheim-77&token=t%261" in seen[1]
    assert "geheim-77" not in repr(answer)


def test_a_secret_that_is_not_kept_is_no_failure_of_the_target() -> None:
    async def work() -> Answer:
        async with serving(pages({"/sign-in": FORM})) as port:
            return await ask("login", steps=steps(port))

    assert told(run(work())) == ("impossible", "no_secret", "2: portal")


def test_a_secret_is_in_no_representation() -> None:
    assert "geheim" not in repr(Asked("mqtt", {}, 1, {"portal": "geheim"}))


# -- names


def name_server(port_of: Callable[[bytes], bytes]) -> Any:
    class Server(asyncio.DatagramProtocol):
        def connection_made(self, transport: Any) -> None:
            self.transport = transport

        def datagram_received(self, data: bytes, sender: Any) -> None:
            self.transport.sendto(port_of(data), sender)

    return Server


def replying(code: int, *addresses: str) -> Callable[[bytes], bytes]:
    def reply(question: bytes) -> bytes:
        head = question[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, len(addresses), 0, 0)
        records = b"".join(
            b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + socket.inet_aton(one) for one in addresses
        )
        return head + question[12:] + records

    return reply


@pytest.mark.parametrize(
    ("reply", "expected", "outcome"),
    [
        (replying(0, "10.1.2.3"), "", ("ok", "", "")),
        (replying(0, "10.1.2.3", "10.1.2.4"), "10.1.2.4", ("ok", "", "")),
        (replying(0, "10.1.2.3"), "10.9.9.9", ("failed", "name_answer", "10.9.9.9")),
        (replying(0), "", ("failed", "name_answer", "www.example.gov.cn")),
        (replying(3), "", ("failed", "name_refused", "NXDOMAIN")),
        (
            lambda question: question[:2] + b"\x81\x80\x00\x01\x00\x09\xff\xff",
            "",
            ("failed", "time_out", "200 ms"),
        ),
        (
            lambda question: question[:2] + b"\x81\x80\0\1\0\1\0\0\0\0\xc0\x0c",
            "",
            ("failed", "broken_answer", "DNS"),
        ),
    ],
)
def test_a_name_is_asked_for(
    reply: Callable[[bytes], bytes], expected: str, outcome: tuple[str, str, str]
) -> None:
    async def work() -> Answer:
        loop = asyncio.get_running_loop()
        link, _server = await loop.create_datagram_endpoint(name_server(reply), ("127.0.0.1", 0))
        try:
            port = link.get_extra_info("sockname")[1]
            return await ask(
                "dns",
                name="www.example.gov.cn",
                server="127.0.0.1",
                port=port,
                expected=expected,
                timeout_ms=200 if outcome[1] == "time_out" else 5_000,
            )
        finally:
            link.close()

    assert told(run(work())) == outcome


# -- certificates


@contextmanager
def certificate(folder: Path, days: int) -> Iterator[Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "pair.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    yield path


@pytest.mark.parametrize(
    ("days", "given", "outcome"),
    [
        (90, {}, ("ok", "")),
        (10, {}, ("failed", "expires")),
        (10, {"days_left": 5}, ("ok", "")),
        (-2, {}, ("failed", "tls")),
        (90, {"server_name": "www.example.gov.cn"}, ("failed", "tls")),
        (-2, {"verify": False, "days_left": 0}, ("failed", "expires")),
    ],
)
def test_a_certificate_is_looked_at(
    tmp_path: Path, days: int, given: dict[str, Any], outcome: tuple[str, str]
) -> None:
    async def work() -> Answer:
        with certificate(tmp_path, days) as pair:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pair)
            async with serving(pages({}), ssl=context) as port:
                around = Surroundings(LOOPBACK, pair)
                facts = {"server_name": "localhost", **given}
                return await ask("tls", around=around, host="127.0.0.1", port=port, **facts)

    answer = run(work())
    assert (answer.outcome, answer.reason) == outcome
    assert answer.facts["days_left"] == days if days >= 0 else answer.facts["days_left"] < 0


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tmp_path: Path) -> None:
    async def work() -> Answer:
        with certificate(tmp_path, 90) as pair:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pair)
            async with serving(pages({}), ssl=context) as port:
                return await ask("tls", host="127.0.0.1", port=port, server_name="localhost")

    assert told(run(work()))[:2] == ("failed", "tls")


# -- brokers, databases, echoes


def broker(connected: int, subscribed: int) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def packet() -> bytes:
            head = await reader.readexactly(2)
            return head + await reader.readexactly(head[1])

        await packet()
        writer.write(bytes([0x20, 2, 0, connected]))
        if connected == 0:
            await packet()
            writer.write(bytes([0x90, 3, 0, 1, subscribed]))
            await packet()

    return serve


@pytest.mark.parametrize(
    ("connected", "subscribed", "outcome"),
    [
        (0, 0, ("ok", "", "")),
        (5, 0, ("failed", "broker_refused", "not authorised")),
        (0, 0x80, ("failed", "broker_refused", "$SYS/#")),
    ],
)
def test_a_broker_is_asked(connected: int, subscribed: int, outcome: tuple[str, str, str]) -> None:
    async def work() -> Answer:
        async with serving(broker(connected, subscribed)) as port:
            return await ask("mqtt", host="127.0.0.1", port=port)

    assert told(run(work())) == outcome


def test_something_that_is_no_database_is_no_database() -> None:
    async def work() -> Answer:
        async with serving(pages({})) as port:
            return await ask(
                "postgres", host="127.0.0.1", port=port, database="d", username="u", timeout_ms=2_000
            )

    assert run(work()).outcome == "failed"


def test_where_the_machine_allows_no_echo_nothing_is_said_of_the_target(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(*_given: object) -> Any:
        raise PermissionError

    monkeypatch.setattr(asking_ports.socket, "socket", refused)
    with pytest.raises(asking_ports.Unanswered) as caught:
        asking_ports._echo_socket(4)
    assert told(caught.value.answer)[:2] == ("impossible", "no_echo_here")


def test_an_echo_comes_back_or_is_said_to_be_impossible_here() -> None:
    answer = run(ask("icmp", host="127.0.0.1"))
    assert told(answer)[:2] in (("ok", ""), ("impossible", "no_echo_here"))
