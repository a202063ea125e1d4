"""Health checks that never block: the supervisor polls them between two lines of log."""

from __future__ import annotations

import errno
import selectors
import socket
import struct
import time
from pathlib import Path
from typing import Final, Protocol

_SSL_REQUEST: Final = struct.pack("!ii", 8, 80877103)
"""PostgreSQL answers this with one letter even when every connection is taken."""


class Probe(Protocol):
    """One check in flight."""

    def healthy(self) -> bool | None:
        """True or False once known, ``None`` until then."""

    def close(self) -> None: ...


class _SocketProbe:
    """Connect, send a question, judge the first bytes of the answer."""

    def __init__(self, family: int, address: object, question: bytes, patience_s: float) -> None:
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        self._question = question
        self._deadline = time.monotonic() + patience_s
        self._refused = self._socket.connect_ex(address) not in (0, errno.EINPROGRESS)  # type: ignore[arg-type]
        self._asked = False

    def healthy(self) -> bool | None:
        if self._refused or time.monotonic() > self._deadline:
            return False
        try:
            return self._step()
        except OSError:
            return False

    def _step(self) -> bool | None:
        if not self._asked:
            if self._ready(selectors.EVENT_WRITE):
                self._socket.sendall(self._question)
                self._asked = True
            return None
        return self.good(self._socket.recv(64)) if self._ready(selectors.EVENT_READ) else None

    def good(self, answer: bytes) -> bool:
        raise NotImplementedError

    def _ready(self, event: int) -> bool:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, event)
            return bool(selector.select(0))

    def close(self) -> None:
        self._socket.close()


class WebProbe(_SocketProbe):
    """Any answer but a server error is a sign of life."""

    def __init__(self, host: str, port: int, path: str, patience_s: float = 20.0) -> None:
        reach = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
        family = socket.AF_INET6 if ":" in reach else socket.AF_INET
        question = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
        super().__init__(family, (reach, port), question, patience_s)

    def good(self, answer: bytes) -> bool:
        return answer.startswith(b"HTTP/1.") and answer[9:10] in (b"2", b"3", b"4")


class PortFileProbe:
    """Asks a process on loopback that has written its port to a file; without the file it is not well."""

    def __init__(self, port_file: Path, path: str) -> None:
        self._probe: WebProbe | None = None
        try:
            port = int(port_file.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return
        if 0 < port < 1 << 16:
            self._probe = WebProbe("127.0.0.1", port, path)

    def healthy(self) -> bool | None:
        return self._probe.healthy() if self._probe else False

    def close(self) -> None:
        if self._probe:
            self._probe.close()


class PostgresProbe(_SocketProbe):
    """Whether the postmaster takes connections."""

    def __init__(self, directory: Path, patience_s: float = 10.0) -> None:
        super().__init__(socket.AF_UNIX, str(directory / ".s.PGSQL.5432"), _SSL_REQUEST, patience_s)

    def good(self, answer: bytes) -> bool:
        return answer[:1] in (b"N", b"S")
