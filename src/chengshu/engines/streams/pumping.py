"""The pump's process: ``python -m chengshu.engines.streams.pumping``. Run one of them."""

from __future__ import annotations

import logging
import signal
import time
from pathlib import Path
from types import FrameType
from typing import Final

import django

from chengshu.foundation.errors import Unavailable
from chengshu.foundation.runtime.layout import Layout

LOG = logging.getLogger(__name__)
PATIENCE_S: Final = 2.0
"""Before trying again while the columnar store or the database is away; the spool keeps what comes meanwhile."""


def spool_root(layout: Layout) -> Path:
    return layout.data / "streams" / "spool"


def main() -> int:
    """Pump until told to stop; what is away is waited for."""
    django.setup()
    from django.db import OperationalError, close_old_connections

    from chengshu.engines.streams.columns.client import columns
    from chengshu.engines.streams.columns.schema import prepare
    from chengshu.engines.streams.pump import Pump

    stopping = _Stopping()
    store = columns()
    is_prepared = False
    while not stopping.asked:
        try:
            if not is_prepared:
                prepare(store)
                is_prepared = True
            Pump(store, spool_root(Layout.from_environment())).run(lambda: stopping.asked)
        except (Unavailable, OperationalError) as error:
            LOG.warning("The pump waits: %s", error)
            close_old_connections()
            time.sleep(PATIENCE_S)
    return 0


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
