"""The prober's process: ``python -m chengshu.engines.probes.probing``. Run one of them.

It asks what is due, many at once, and writes the answers once a second. What was asked and not yet written when it dies
is asked again: what is due follows from the tables alone.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Final, TypeVar

import django
from django.conf import settings

from chengshu.engines.probes.checking.answers import Asked, Surroundings
from chengshu.engines.probes.guarding import configured
from chengshu.foundation import config

if TYPE_CHECKING:
    from chengshu.engines.probes.recording import Done

T = TypeVar("T")
LOG = logging.getLogger(__name__)
NAME: Final = "probes"
TURN_S: Final = 1.0
PATIENCE_S: Final = 3.0
JITTER: Final = 0.05
"""So that checks of one interval do not come to ask all at once."""
_RANDOM: Final = SystemRandom()


@dataclass(frozen=True, slots=True)
class Due:
    """A check as it is to be performed."""

    check: int
    version: int
    interval_s: int
    asked: Asked


def surroundings() -> Surroundings:
    """As the environment says.

    :raises Misconfigured: if it says something wrong
    """
    own = settings.DATABASES["default"]
    given = {
        "host": own.get("HOST"),
        "port": own.get("PORT"),
        "dbname": own.get("NAME"),
        "user": own.get("USER"),
        "password": own.get("PASSWORD"),
    }
    authorities = config.text("CHENGSHU_PROBES_AUTHORITIES")
    return Surroundings(
        configured(),
        Path(authorities) if authorities else None,
        lambda: {name: value for name, value in given.items() if value},
    )


def main() -> int:
    """Ask until told to stop."""
    django.setup()
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line for every question, with its address
    prober = Prober(surroundings(), config.number("CHENGSHU_PROBES_AT_ONCE", 50, least=1, most=1000))
    asyncio.run(prober.run())
    return 0


class Prober:
    """Asks what is due.

    :param at_once: so many checks at the same time at most
    """

    def __init__(self, around: Surroundings, at_once: int = 50) -> None:
        self._around = around
        self._room = asyncio.Semaphore(at_once)
        self._stopping = asyncio.Event()
        self._running: dict[int, asyncio.Task[None]] = {}
        self._waits: dict[int, float] = {}
        self._done: list[Done] = []
        self._tables = ThreadPoolExecutor(1, "probes-tables")

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        """Turn by turn; asked to stop, it writes what has been answered."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        while not self._stopping.is_set():
            begun = time.monotonic()
            try:
                await self.turn()
            except Exception as error:
                if not _is_away(error):
                    raise
                LOG.warning("The prober waits: %s", error)
                await self._pause(PATIENCE_S)
            await self._pause(max(0.0, TURN_S - (time.monotonic() - begun)))
        for task in self._running.values():
            task.cancel()
        await self._write()
        self._tables.shutdown()

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    async def turn(self) -> None:
        """Begin what is due, and write what was answered."""
        await self._write()
        from chengshu.engines.probes import queries

        for due in await self._in_tables(lambda: queries.due_checks(self._leading)):
            if due.check not in self._running:
                self._running[due.check] = asyncio.create_task(self._perform(due))

    def _leading(self, check: int, interval_s: int) -> timedelta:
        """By how much a check is asked before its interval is over, newly drawn each time; at most a twentieth."""
        drawn = self._waits.setdefault(check, _RANDOM.uniform(-JITTER, JITTER))
        return timedelta(seconds=interval_s * drawn)

    async def _perform(self, due: Due) -> None:
        from chengshu.engines.probes.checking import perform
        from chengshu.engines.probes.recording import Done

        try:
            async with self._room:
                at = datetime.now(UTC)
                answer = await perform(due.asked, self._around)
            self._done.append(Done(due.check, due.version, at, answer))
        finally:
            self._waits.pop(due.check, None)
            if self._stopping.is_set():
                self._running.pop(due.check, None)

    async def _write(self) -> None:
        """Nothing that was answered is asked again before it is written."""
        from chengshu.engines.probes import recording

        while self._done:
            some = self._done[: recording.MOST]
            await self._in_tables(lambda: recording.record(some, NAME))  # noqa: B023
            del self._done[: len(some)]
        for check in [number for number, task in self._running.items() if task.done()]:
            self._running.pop(check, None)

    async def _in_tables(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._tables, work)


def ask_all(some: Sequence[Due], around: Surroundings) -> list[Done]:
    """Ask these now, for the command line; gives what is to be recorded."""
    from chengshu.engines.probes.checking import perform
    from chengshu.engines.probes.recording import Done

    async def asking() -> list[Done]:
        at = datetime.now(UTC)
        answers = await asyncio.gather(*(perform(one.asked, around) for one in some))
        return [Done(one.check, one.version, at, answer) for one, answer in zip(some, answers, strict=True)]

    with ThreadPoolExecutor(1) as pool:  # the caller's thread may have a loop of its own
        return pool.submit(asyncio.run, asking()).result()


def _is_away(error: Exception) -> bool:
    """Whether the database is away for a while, after which the connection is made anew."""
    from django.db import InterfaceError, OperationalError

    return isinstance(error, OperationalError | InterfaceError)


if __name__ == "__main__":
    raise SystemExit(main())
