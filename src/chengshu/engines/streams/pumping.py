"""The pump's process: ``python -m chengshu.engines.streams.pumping``. Run one of them."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Final, Protocol

import django

from chengshu.engines.streams.clock_watch import ClockWatch
from chengshu.foundation.errors import Unavailable
from chengshu.foundation.runtime.layout import Layout
from chengshu.foundation.runtime.memory import collect_seldom

LOG = logging.getLogger(__name__)
RULES: Final = "streams.rules"
TURN_S: Final = 0.4
"""So long readings gather before a batch is written, unless one is full: the store likes few and large parts."""
RELOAD_S: Final = 15.0
"""How long a new rule, device or maintenance window may wait until it is looked at."""
PATIENCE_S: Final = 2.0
"""Before trying again while the columnar store or the database is away; the spool keeps what comes meanwhile."""


def spool_root(layout: Layout) -> Path:
    return layout.data / "streams" / "spool"


def main() -> int:
    """Pump until told to stop; what is away is waited for."""
    django.setup()
    from django.db import OperationalError, close_old_connections

    stopping = _Stopping()
    collect_seldom()
    while not stopping.asked:
        try:
            _pump(lambda: stopping.asked)
        except (Unavailable, OperationalError) as error:
            LOG.warning("The pump waits: %s", error)
            close_old_connections()
            time.sleep(PATIENCE_S)
    return 0


def _pump(must_stop: Callable[[], bool]) -> None:
    """Move what came, judge it by the rules, and let time pass where nothing came."""
    from django.utils import timezone

    from chengshu.engines.streams.columns.client import columns
    from chengshu.engines.streams.columns.schema import prepare
    from chengshu.engines.streams.pump import Pump, last_batch
    from chengshu.engines.streams.rule_runner import RuleRunner

    store = columns()
    prepare(store)
    rules = RuleRunner(RULES, timezone.now())
    rules.catch_up(store, last_batch())
    pump = Pump(store, spool_root(Layout.from_environment()), [rules.listen])
    keep_pumping(pump.turn, rules, must_stop, ClockWatch())


class Rules(Protocol):
    """What is told of time."""

    def clock_was_set(self, by_ms: int) -> None: ...
    def reload(self, now: datetime) -> None: ...
    def tick(self, now_ms: int) -> int: ...


def keep_pumping(
    turn: Callable[[], bool], rules: Rules, must_stop: Callable[[], bool], clock: ClockWatch
) -> None:
    """Turn by turn, until told to stop.

    :param turn: moves what waits; whether more may be waiting, so that time must not pass yet
    """
    loaded = time.monotonic()
    while not must_stop():
        begun, asked_ms = time.monotonic(), time.time_ns() // 1_000_000
        if by_s := clock.jumped_s():
            LOG.warning("The clock was set by %+.1f s; silences are counted on from where they were.", by_s)
            rules.clock_was_set(round(by_s * 1000))
        more_waits = turn()
        if time.monotonic() - loaded > RELOAD_S:
            rules.reload(datetime.now(UTC))
            loaded = time.monotonic()
        if not more_waits:
            rules.tick(asked_ms)
            time.sleep(max(0.0, TURN_S - (time.monotonic() - begun)))


class _Stopping:
    """Whether somebody asked for the end; a batch that was begun is finished first."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


if __name__ == "__main__":
    raise SystemExit(main())
