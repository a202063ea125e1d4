"""The one way into the spool for all channels: makes records, and tells those who wait when they are durable."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from chengshu.engines.streams.gateway.counters import Counters
from chengshu.engines.streams.spool import Raw, SpoolWriter, encode


class Waiter(Protocol):
    """Somebody who is told once a message is durable."""

    def durable(self, token: int) -> None: ...


class Intake:
    """:param now_ms: milliseconds since 1970"""

    def __init__(
        self,
        spool: SpoolWriter,
        counters: Counters,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self.spool = spool
        self.counters = counters
        self.now_ms = now_ms
        self._group: asyncio.Future[int] | None = None
        self._waiting: list[tuple[Waiter, int]] = []

    def put(self, device: int, channel: str, name: str, payload: bytes) -> asyncio.Future[int]:
        """Take a message; the future is the spool's, shared by a whole group.

        :raises SpoolFull: if the spool takes nothing for now; nothing was taken then
        """
        durable = self.spool.add(encode(Raw(self.now_ms(), device, channel, name, payload)))
        self.counters.messages += 1
        self.counters.payload_bytes += len(payload)
        return durable

    def put_and_tell(
        self, device: int, channel: str, name: str, payload: bytes, waiter: Waiter, token: int
    ) -> None:
        """The same, and ``waiter.durable(token)`` once it is durable; never if it cannot be made so.

        One callback serves a whole group; a future for each message would cost more than the message.
        """
        group = self.put(device, channel, name, payload)
        if group is not self._group:
            self._group, self._waiting = group, []
            waiting = self._waiting
            group.add_done_callback(lambda done: self._tell(done, waiting))
        self._waiting.append((waiter, token))

    def _tell(self, done: asyncio.Future[int], waiting: list[tuple[Waiter, int]]) -> None:
        if done.cancelled() or done.exception() is not None:
            return
        self.counters.confirmed += len(waiting)
        for waiter, token in waiting:
            waiter.durable(token)

    async def put_when_room(self, device: int, channel: str, name: str, payload: bytes) -> int:
        """Take a message as soon as there is room, and return once it is durable."""
        self.counters.messages += 1
        self.counters.payload_bytes += len(payload)
        return await self.spool.append([encode(Raw(self.now_ms(), device, channel, name, payload))])
