"""The ClickHouse HTTP protocol on loopback, a thread per connection over :class:`Engine`.

Bounded everywhere: connections, queries at a time, queries that wait, size of what is sent. An answer leaves as the
engine has it; when the client goes away its query is broken off.
"""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from typing import Any, Final

from chengshu.engines.streams.columns.engine import Engine, EngineRefusal, Running
from chengshu.engines.streams.columns.requests import (
    LONGEST_BODY,
    ProtocolRefusal,
    Question,
    is_admitted,
    question_in,
)

AT_A_TIME: Final = 4
WAITING: Final = 64
PATIENCE_S: Final = 10.0
CONNECTIONS: Final = 256
WATCH_EVERY_S: Final = 0.2
_PIECE: Final = 256 * 1024


class Gate:
    """Lets so many in at a time; a bounded number waits, for a bounded time."""

    def __init__(
        self, at_a_time: int = AT_A_TIME, waiting: int = WAITING, patience_s: float = PATIENCE_S
    ) -> None:
        self._slots = threading.Semaphore(at_a_time)
        self._places = threading.Semaphore(at_a_time + waiting)
        self._patience_s = patience_s

    @contextlib.contextmanager
    def passed(self) -> Iterator[None]:
        """Within the block a slot is held.

        :raises ProtocolRefusal: if too many wait, or waiting took too long
        """
        if not self._places.acquire(blocking=False):
            raise ProtocolRefusal("Too many queries wait.", status=503, number=202)
        try:
            if not self._slots.acquire(timeout=self._patience_s):
                raise ProtocolRefusal("The query waited too long.", status=503, number=202)
            try:
                yield
            finally:
                self._slots.release()
        finally:
            self._places.release()


class Watch(threading.Thread):
    """Sees which clients have gone away and has their queries broken off."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(daemon=True, name="watch")
        self._engine = engine
        self._running: dict[str, socket.socket] = {}
        self._over = threading.Event()

    @contextlib.contextmanager
    def over(self, running: Running, client: socket.socket) -> Iterator[None]:
        self._running[running.mark] = client
        try:
            yield
        finally:
            self._running.pop(running.mark, None)

    def run(self) -> None:
        while not self._over.wait(WATCH_EVERY_S):
            for mark, client in list(self._running.items()):
                if _is_gone(client):
                    self._break_off(mark)

    def end(self) -> None:
        """Break everything off that still runs."""
        self._over.set()
        for mark in list(self._running):
            self._break_off(mark)

    def _break_off(self, mark: str) -> None:
        with contextlib.suppress(EngineRefusal):
            self._engine.break_off(mark)


def _is_gone(client: socket.socket) -> bool:
    try:
        return client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


class ColumnsServer(ThreadingHTTPServer):
    """Serves an engine on a loopback port.

    :param port: 0 for any free one
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, engine: Engine, password: str, port: int = 0) -> None:
        self.engine, self.password = engine, password
        self.gate, self.watch = Gate(), Watch(engine)
        self._connections = threading.Semaphore(CONNECTIONS)
        super().__init__(("127.0.0.1", port), Handler)
        self.watch.start()

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._connections.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._connections.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no error of ours."""

    def end(self) -> None:
        self.watch.end()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    """One connection; requests on it come one after the other."""

    protocol_version = "HTTP/1.1"
    server_version = "chengshu-columns"
    sys_version = ""
    timeout = 75
    server: ColumnsServer

    def setup(self) -> None:
        super().setup()
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Requests are not logged: a statement may name what is nobody's business."""

    def do_GET(self) -> None:
        if self.path == "/ping":
            self._send(200, b"Ok.\n")
        else:
            self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        try:
            headers = {name.lower(): value for name, value in self.headers.items()}
            if not is_admitted(self.path, headers, self.server.password):
                self.close_connection = True
                raise ProtocolRefusal("Authentication failed.", status=401, number=516)
            body = self._body(headers)
            self._run(question_in(self.path, headers, body))
        except ProtocolRefusal as refused:
            self._refuse(refused.status, refused.number, str(refused))
        except EngineRefusal as refused:
            self._refuse(404 if refused.number in (60, 81) else 500, refused.number, str(refused))
        except (UnicodeDecodeError, ValueError):
            self._refuse(400, 36, "The request cannot be understood.")

    def _run(self, question: Question) -> None:
        server = self.server
        with (
            server.gate.passed(),
            server.engine.asked(question) as running,
            server.watch.over(running, self.connection),
            contextlib.closing(running.pieces()) as pieces,
        ):
            first = next(pieces, b"")  # an error is answered as one while nothing has left
            self._stream(question, chain((first,), pieces))

    def _stream(self, question: Question, pieces: Iterator[bytes]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("X-ClickHouse-Format", question.output)
        self.send_header("X-ClickHouse-Timezone", "UTC")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for piece in pieces:
                for at in range(0, len(piece), _PIECE):
                    part = piece[at : at + _PIECE]
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")
        except EngineRefusal:
            self.close_connection = True  # the end of the answer is missing, which the client notices

    # -- what comes in

    def _body(self, headers: dict[str, str]) -> bytes:
        if "multipart/form-data" in headers.get("content-type", ""):
            self.close_connection = True
            raise ProtocolRefusal("Data beside the query are not taken here.", number=48)
        raw = self._chunked() if "chunked" in headers.get("transfer-encoding", "") else self._sized(headers)
        encoding = headers.get("content-encoding", "identity")
        if encoding == "gzip":
            return _unzipped(raw)
        if encoding != "identity":
            raise ProtocolRefusal(f"The encoding {encoding} is not taken here.", status=415, number=432)
        return raw

    def _sized(self, headers: dict[str, str]) -> bytes:
        size = int(headers.get("content-length", "0"))
        if not 0 <= size <= LONGEST_BODY:
            raise self._too_long()
        return self.rfile.read(size)

    def _chunked(self) -> bytes:
        parts, total = [], 0
        while size := int(self.rfile.readline(64).partition(b";")[0], 16):
            total += size
            if size < 0 or total > LONGEST_BODY:
                raise self._too_long()
            parts.append(self.rfile.read(size))
            self.rfile.readline(64)
        while self.rfile.readline(8192) not in (b"\r\n", b"\n", b""):
            pass
        return b"".join(parts)

    def _too_long(self) -> ProtocolRefusal:
        self.close_connection = True
        return ProtocolRefusal(f"More than {LONGEST_BODY} bytes are not taken.", status=413, number=307)

    # -- what goes out

    def _refuse(self, status: int, number: int, message: str) -> None:
        text = message if message.startswith("Code: ") else f"Code: {number}. DB::Exception: {message}"
        self._send(status, f"{text}\n".encode(), {"X-ClickHouse-Exception-Code": str(number)})

    def _send(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)


def _unzipped(raw: bytes) -> bytes:
    """What was packed, but no more than may be sent unpacked."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        content = unpacker.decompress(raw, LONGEST_BODY + 1)
    except (zlib.error, gzip.BadGzipFile) as error:
        raise ProtocolRefusal("The body is no gzip.", number=354) from error
    if len(content) > LONGEST_BODY:
        raise ProtocolRefusal(f"More than {LONGEST_BODY} bytes are not taken.", status=413, number=307)
    return content
