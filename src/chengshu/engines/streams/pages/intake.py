"""The intake: gateways, what waits, and what is wrong with the next step."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from clickhouse_connect.driver.exceptions import DatabaseError
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from chengshu.engines.streams import intake_state
from chengshu.engines.streams.columns.client import columns
from chengshu.engines.streams.intake_state import Trouble
from chengshu.engines.streams.models import Device
from chengshu.engines.streams.pumping import spool_root
from chengshu.foundation.errors import Unavailable
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.foundation.runtime.layout import Layout
from chengshu.foundation.web.shell import Column

COLUMNS: Final = (
    Column("number", gettext_lazy("Gateway"), header=True),
    Column("sessions", gettext_lazy("Devices connected"), kind="number", places=0),
    Column("messages", gettext_lazy("Messages"), kind="number", places=0),
    Column("confirmed", gettext_lazy("Acknowledged"), kind="number", places=0),
    Column("denied", gettext_lazy("Denied"), kind="number", places=0),
    Column("waiting_kb", gettext_lazy("Not on disk yet (kB)"), kind="number", places=0),
    Column("behind_kb", gettext_lazy("Not moved yet (kB)"), kind="number", places=0),
)
TONES: Final = dict.fromkeys((Trouble.CLOCK, Trouble.FLOOD, Trouble.BEHIND, Trouble.STRANGERS), "caution")
MOST_NAMED: Final = 10


@dataclass(frozen=True)
class Row:
    """A gateway as the table shows it; messages are counted since its start."""

    number: str
    sessions: int
    messages: int
    confirmed: int
    denied: int
    waiting_kb: float
    behind_kb: float


@door("streams.view")
def intake(request: HttpRequest) -> HttpResponse:
    layout = Layout(Path(settings.DATA_DIR))
    gateways, spools = intake_state.reports(layout), intake_state.waiting(spool_root(layout))
    found = intake_state.notices(gateways, spools, is_store_there=_is_store_there(), now_s=time.time())
    behind = {each.stream: each.size / 1000 for each in spools}
    context = {
        "notices": found,
        "tones": TONES,
        "devices": {index: _named(each.devices) for index, each in enumerate(found)},
        "columns": COLUMNS,
        "rows": [_row(each, behind) for each in gateways],
    }
    return render(request, "streams/intake.html", context)


def _row(report: dict[str, Any], behind: dict[str, float]) -> Row:
    return Row(
        report["number"],
        report["sessions"],
        report["messages"],
        report["confirmed"],
        report["denied"],
        report["waiting_bytes"] / 1000,
        behind.get(f"gateway-{report['number']}", 0.0),
    )


def _named(ids: Sequence[int]) -> list[Device]:
    """Those that the asker may see."""
    return list(Device.objects.filter(pk__in=ids).order_by("code")[:MOST_NAMED]) if ids else []


def _is_store_there() -> bool:
    try:
        columns().rows("SELECT 1")
    except (Unavailable, DatabaseError):
        return False
    return True
