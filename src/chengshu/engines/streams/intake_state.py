"""What an operator has to know of the intake: each gateway, what waits in the spools, and what is wrong, in words.

A gateway writes its counters every second into the run directory; how far the pump is says its checkpoint. Both are
facts of the installation and no unit's rows; devices are named by whoever shows them, as far as the asker sees them.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams.models import Checkpoint
from chengshu.engines.streams.spool import SpoolReader, decode, streams
from chengshu.engines.streams.spool.segments import HEADER, segments
from chengshu.foundation.errors import InvalidInput, Words
from chengshu.foundation.runtime.layout import Layout

STALE_S: Final = 10.0
"""A gateway writes every second."""
BEHIND_S: Final = 30.0
PUMP: Final = "pump"


class Trouble(StrEnum):
    """What can be wrong with the intake."""

    SILENT = "silent"
    DISK = "disk"
    BROKER = "broker"
    CLOCK = "clock"
    FLOOD = "flood"
    BEHIND = "behind"
    STORE = "store"
    STRANGERS = "strangers"


@dataclass(frozen=True)
class Notice:
    """One trouble: what is wrong, what happens meanwhile, and what to do.

    :param devices: ids of those that it comes from, if it comes from devices
    """

    trouble: Trouble
    what: Words
    meanwhile: Words
    next_step: Words
    devices: tuple[int, ...] = ()


@dataclass(frozen=True)
class Waiting:
    """What the pump has not moved yet of a spool.

    :param since_ms: when the first of it came, milliseconds since 1970; 0 if nothing waits
    """

    stream: str
    size: int
    since_ms: int


def reports(layout: Layout) -> list[dict[str, Any]]:
    """The newest counters of each gateway of this machine, by number; a report in the middle of writing is none."""
    found = []
    for path in sorted(layout.run.glob("gateway-*.json")):
        with contextlib.suppress(OSError, ValueError):
            found.append({"number": path.stem.removeprefix("gateway-"), **json.loads(path.read_bytes())})
    return found


def waiting(root: Path) -> list[Waiting]:
    """Each spool under ``root`` with what is behind the pump's checkpoint."""
    places = dict(Checkpoint.objects.filter(consumer=PUMP).values_list("stream", "position"))
    return [_waiting(root, stream, places.get(stream, 0)) for stream in streams(root)]


def _waiting(root: Path, stream: str, position: int) -> Waiting:
    size = 0
    for segment in segments(root / stream):
        with contextlib.suppress(FileNotFoundError):
            end = segment.first + segment.path.stat().st_size - HEADER.size
            size += max(0, end - max(position, segment.first))
    since = 0
    for _offset, record in SpoolReader(root / stream).read(position, 1).records if size else ():
        with contextlib.suppress(InvalidInput):
            since = decode(record).received
    return Waiting(stream, size, since)


def notices(
    gateways: Sequence[dict[str, Any]], spools: Iterable[Waiting], *, is_store_there: bool, now_s: float
) -> list[Notice]:
    """What is wrong now, the gravest first.

    :param now_s: seconds since 1970
    """
    found = [notice for gateway in gateways for notice in _of_gateway(gateway, now_s)]
    if not is_store_there:
        found.append(_STORE)
    late_s = max((now_s - each.since_ms / 1000 for each in spools if each.since_ms), default=0.0)
    if late_s > BEHIND_S:
        found.append(_behind(late_s))
    return sorted(found, key=lambda each: list(Trouble).index(each.trouble))


def _of_gateway(gateway: dict[str, Any], now_s: float) -> Iterator[Notice]:
    number = gateway["number"]
    if abs(now_s - float(gateway.get("at", 0))) > STALE_S:
        yield Notice(
            Trouble.SILENT,
            _("Gateway %(number)s has not reported for more than %(seconds)d seconds.")
            % {"number": number, "seconds": STALE_S},
            _("Devices that are connected to it are not acknowledged and will send again."),
            _("Look at its log, and run ./chengshu status."),
        )
        yield from _of_clock(gateway)
        return
    if gateway["trouble"]:
        yield Notice(
            Trouble.DISK,
            _("Gateway %(number)s cannot write to its disk: %(reason)s")
            % {"number": number, "reason": gateway["trouble"]},
            _(
                "Nothing acknowledged is lost. Nothing new is acknowledged; devices keep it and send it again."
            ),
            _("Free space in the data directory; it goes on by itself within a second."),
        )
    yield from _of_clock(gateway)
    yield from _of_broker(number, gateway.get("broker"))
    if slowed := tuple(int(each) for each in gateway.get("slowed_devices", ())):
        yield Notice(
            Trouble.FLOOD,
            _("%(count)d devices send faster than they may.") % {"count": len(slowed)},
            _("They are read more slowly; nothing of theirs is dropped, and other devices are not held up."),
            _("Check these devices. If they are right, raise CHENGSHU_GATEWAY_MESSAGES_PER_S."),
            slowed,
        )


def _of_broker(number: str, broker: dict[str, Any] | None) -> Iterator[Notice]:
    if broker is None:
        return
    if broker["connected_at"] is None:
        yield Notice(
            Trouble.BROKER,
            _("Gateway %(number)s has no subscription at the outside broker %(host)s. %(reason)s")
            % {"number": number, "host": broker["host"], "reason": _reason(broker)},
            _("The broker keeps messages for this gateway for a day, as far as its own limits go."),
            _("Look whether the broker runs and lets this gateway in; it tries again by itself."),
        )
    if strangers := broker["strangers"]:
        yield Notice(
            Trouble.STRANGERS,
            _("Messages of devices that are not taken come through the outside broker: %(codes)s")
            % {"codes": ", ".join(strangers)},
            _("They are counted as denied and not kept."),
            _(
                "Register these devices, put them in service or give them a credential; or stop them at the broker."
            ),
        )


def _reason(broker: dict[str, Any]) -> Words:
    if broker["code"]:
        return _("It refuses the gateway (MQTT code %(code)d).") % {"code": broker["code"]}
    return str(broker["trouble"])


def _of_clock(gateway: dict[str, Any]) -> Iterator[Notice]:
    for jump in gateway.get("clock_jumps", ()):
        yield Notice(
            Trouble.CLOCK,
            _("The clock of this machine was set by %(seconds)+d seconds, as gateway %(number)s noticed.")
            % {"number": gateway["number"], "seconds": round(jump["by_s"])},
            _(
                "No message is lost and silences are counted on from where they were. Readings that seem to come from"
                " the future are kept in the quarantine, and open alarms may be escalated early or late."
            ),
            _("Check the synchronisation of the clock: ./chengshu doctor. This note goes after an hour."),
        )


def _behind(late_s: float) -> Notice:
    return Notice(
        Trouble.BEHIND,
        _("Readings show %(seconds)d seconds late.") % {"seconds": late_s},
        _("Nothing is lost: what came waits on the disk of the gateways, and larger batches work it off."),
        _("If it stays, give the machine more processors, or look at the log of the pump."),
    )


_STORE: Final = Notice(
    Trouble.STORE,
    _("The columnar store does not answer."),
    _("Nothing is lost: what comes waits on the disk of the gateways."),
    _("It is started anew by itself; look at its log if it stays away."),
)
