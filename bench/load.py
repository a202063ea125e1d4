"""Many requests at once from one process: keep-alive connections over asyncio streams, nothing parsed beyond need.

A client library would use more of the machine than the server under measurement; this one spends about 0.1 ms of
processor time on a request.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Request:
    """One request of a mix.

    :param name: under which its times are reported
    """

    name: str
    path: str
    method: str = "GET"
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()

    def head(self, host: str) -> bytes:
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}", "Accept-Encoding: identity"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.body or self.method != "GET":
            lines.append(f"Content-Length: {len(self.body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + self.body


@dataclass
class Outcome:
    """What a run saw.

    :ivar taken_ms: of answered requests, by the request's name
    :ivar statuses: how often each status was answered; 0 stands for a connection that broke
    """

    elapsed_s: float = 0.0
    taken_ms: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def all_ms(self) -> list[float]:
        return sorted(itertools.chain.from_iterable(self.taken_ms.values()))

    @property
    def per_second(self) -> float:
        return len(self.all_ms) / self.elapsed_s if self.elapsed_s else 0.0

    @property
    def failures(self) -> int:
        return sum(count for status, count in self.statuses.items() if not 200 <= status < 400)


def drive(url: str, requests: Callable[[int], Request], *, at_once: int, total: int) -> Outcome:
    """Send ``total`` requests, never more than ``at_once`` in flight.

    :param requests: the request with this number; called once for each
    """
    return asyncio.run(_drive(url, requests, at_once, total))


async def _drive(url: str, requests: Callable[[int], Request], at_once: int, total: int) -> Outcome:
    outcome, numbers = Outcome(), iter(range(total))
    begun = time.perf_counter()
    await asyncio.gather(*(_connection(url, requests, numbers, outcome) for _one in range(at_once)))
    outcome.elapsed_s = time.perf_counter() - begun
    return outcome


async def _connection(
    url: str, requests: Callable[[int], Request], numbers: Iterator[int], outcome: Outcome
) -> None:
    """One connection that asks again as soon as it was answered; opened anew after it broke."""
    address = urlsplit(url)
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    for number in numbers:
        request = requests(number)
        begun = time.perf_counter()
        try:
            if streams is None:
                streams = await asyncio.open_connection(address.hostname, address.port)
            streams[1].write(request.head(address.netloc))
            status, stays_open = await _answer(streams[0])
        except (OSError, asyncio.IncompleteReadError):
            outcome.statuses[0] += 1
            streams = None
            continue
        outcome.statuses[status] += 1
        outcome.taken_ms.setdefault(request.name, []).append((time.perf_counter() - begun) * 1000)
        if not stays_open:
            streams[1].close()
            streams = None
    if streams is not None:
        streams[1].close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """Read one answer to its end; its status and whether the connection stays open."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"transfer-encoding: chunked" in head:
        while size := int(await reader.readuntil(b"\r\n"), 16):
            await reader.readexactly(size + 2)
        await reader.readexactly(2)
    elif b"content-length: " in head:
        await reader.readexactly(int(head.split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0]))
    return int(head.split(b" ", 2)[1]), b"connection: close" not in head
