"""The pump's process: ``python -m chengshu.engines.streams.pumping``. Run one of them."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Final

import django

from chengshu.foundation.errors import Unavailable
from chengshu.foundation.runtime.layout import Layout
from chengshu.foundation.runtime.memory import collect_seldom

LOG = logging.getLogger(__name__)
RULES: Final = "streams.rules"
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
    from chengshu.engines.streams.pump import TURN_S, Pump, last_batch
    from chengshu.engines.streams.rule_runner import RuleRunner

    store = columns()
    prepare(store)
    rules = RuleRunner(RULES, timezone.now())
    rules.catch_up(store, last_batch())
    pump = Pump(store, spool_root(Layout.from_environment()), [rules.listen])
    loaded = time.monotonic()
    while not must_stop():
        begun, asked_ms = time.monotonic(), time.time_ns() // 1_000_000
        more_waits = pump.turn()
        if time.monotonic() - loaded > RELOAD_S:
            rules.reload(timezone.now())
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
