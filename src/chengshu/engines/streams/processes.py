"""The processes that take in, store and judge what devices send; the supervisor starts them beside the web."""

from __future__ import annotations

import sys
from typing import Final

from chengshu.foundation import config
from chengshu.foundation.runtime.layout import Layout
from chengshu.foundation.runtime.probes import PortFileProbe
from chengshu.foundation.runtime.processes import ProcessDescription

FINISHING_S: Final = 30.0
"""What each gets to finish what it has begun, before it is killed."""
GATEWAY_NICENESS: Final = 3
"""Where processors are short, what was acknowledged is stored and judged before more is taken: devices wait a little
for their acknowledgement, instead of alarms for their turn."""


def processes(layout: Layout) -> tuple[ProcessDescription, ...]:
    """One pump, ``CHENGSHU_GATEWAYS`` gateways, and the owner of the columns unless ``CLICKHOUSE_URL`` is set."""
    own_columns = () if config.text("CLICKHOUSE_URL", "") else (columns(layout),)
    gateways = config.number("CHENGSHU_GATEWAYS", 1, most=64)
    return (*own_columns, pump(), *(gateway(number) for number in range(gateways)))


def columns(layout: Layout) -> ProcessDescription:
    """The owner of the columnar store; it stops after those who write to it."""
    return ProcessDescription(
        name="columns",
        command=(sys.executable, "-m", "chengshu.engines.streams.columns.owner"),
        probe=lambda: PortFileProbe(layout.run / "columns-port", "/ping"),
        patience_s=FINISHING_S,
        order=5,
    )


def pump() -> ProcessDescription:
    """From the spools into the stores; a batch that was begun is finished first."""
    return ProcessDescription(
        name="pump",
        command=(sys.executable, "-m", "chengshu.engines.streams.pumping"),
        patience_s=FINISHING_S,
    )


def gateway(number: int) -> ProcessDescription:
    """One of the processes that take what devices send; they share their ports, so the number is all that differs."""
    return ProcessDescription(
        name=f"gateway-{number}",
        command=(sys.executable, "-m", "chengshu.engines.streams.gateway", str(number)),
        patience_s=FINISHING_S,
        niceness=GATEWAY_NICENESS,
    )
