"""A message as it came in, read against the thing model of its device: readings, events, answers, or why not.

Pure. One bad value keeps the good ones beside it from nothing; one bad message keeps no other from anything.

    up/properties           {"ts": 1763778600000, "seq": 17, "values": {"level": 1.25}}, or a list of such
    up/events               {"ts": 1763778600000, "event": "opened", "detail": {…}}, or a list of such
    up/commands/41/ack      {"ok": true, "detail": …}
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from chengshu.engines.streams.data import Reading
from chengshu.engines.streams.models import QuarantineReason
from chengshu.engines.streams.spool import Raw
from chengshu.engines.streams.things import Definition, ValueFate, value_of

FUTURE_MS: Final = 5 * 60 * 1000
"""A device's clock may be so far ahead; the same five minutes bound what may raise an alarm."""
PAST_MS: Final = 7 * 86_400 * 1000
"""So late may a device hand in what it kept while it was cut off; what is older is back-filled by people."""
MOST_IN_MESSAGE: Final = 1000
LONGEST_DETAIL: Final = 4000
_SEQ_END: Final = 2**62
_ACK: Final = re.compile(r"up/commands/(\d{1,18})/ack")


@dataclass(frozen=True, slots=True)
class Event:
    """Something a device told; times are milliseconds since 1970 (UTC), ``detail`` is JSON or text."""

    device: int
    event: str
    at: int
    detail: str
    received: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device says of a command."""

    device: int
    command: int
    is_done: bool
    detail: Any


@dataclass(frozen=True, slots=True)
class Rejected:
    """A message, or one ``item`` of it, that is kept apart."""

    reason: QuarantineReason
    item: str = ""
    detail: str = ""


@dataclass(slots=True)
class Decoded:
    """What a message holds."""

    readings: list[Reading] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


class _Sent(msgspec.Struct, gc=False):
    """A message of properties as nearly all are: one object with what it should have."""

    values: dict[str, Any]
    ts: int | msgspec.UnsetType = msgspec.UNSET
    seq: int = -1


_SENT: Final = msgspec.json.Decoder(_Sent)


def decoded(raw: Raw, definition: Definition | None) -> Decoded:
    """Read a message; nothing in it raises.

    :param definition: None for a device that is not registered, or whose model is not in use
    """
    if definition is not None and raw.name == "up/properties":
        readings = _all_right(raw, definition)
        if readings is not None:
            return Decoded(readings)
    found = Decoded()
    if definition is None:
        found.rejected.append(Rejected(QuarantineReason.UNKNOWN_DEVICE))
        return found
    if raw.channel == "syslog":
        detail = raw.payload.decode("utf-8", "replace")[:LONGEST_DETAIL]
        found.events.append(Event(raw.device, "syslog", raw.received, detail, raw.received))
        return found
    try:
        content = msgspec.json.decode(raw.payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        found.rejected.append(Rejected(QuarantineReason.UNDECODABLE, detail=str(error)[:300]))
        return found
    if raw.name == "up/properties":
        _properties(raw, definition, content, found)
    elif raw.name == "up/events":
        _events(raw, definition, content, found)
    elif acknowledged := _ACK.fullmatch(raw.name):
        _answer(raw, int(acknowledged[1]), content, found)
    else:
        found.rejected.append(Rejected(QuarantineReason.UNDECODABLE, detail=f"name {raw.name}"[:300]))
    return found


def _all_right(raw: Raw, definition: Definition) -> list[Reading] | None:
    """The readings of a message of which nothing is wrong; None for any other, which is then read step by step."""
    try:
        sent = _SENT.decode(raw.payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    at = raw.received if sent.ts is msgspec.UNSET else sent.ts
    if not -PAST_MS <= at - raw.received <= FUTURE_MS or not -1 <= sent.seq < _SEQ_END:
        return None
    readings = []
    for metric, value in sent.values.items():
        declared = definition.properties.get(metric)
        if declared is None:
            return None
        read = value_of(declared, value)
        if isinstance(read, ValueFate):
            return None
        readings.append(Reading(raw.device, metric, at, read[0], read[1], sent.seq, raw.received))
    return readings


def _properties(raw: Raw, definition: Definition, content: object, found: Decoded) -> None:
    for number, given in _entries(content, found):
        values, at = given.get("values"), _time(raw, given, number, found)
        if not isinstance(values, dict):
            found.rejected.append(Rejected(QuarantineReason.UNDECODABLE, f"{number}", "no object “values”"))
        elif at is not None:
            _values(raw, definition, values, at, _seq(given), number, found)


def _values(
    raw: Raw, definition: Definition, values: dict[str, Any], at: int, seq: int, number: int, found: Decoded
) -> None:
    for metric, value in values.items():
        declared = definition.properties.get(metric)
        item = f"{number}.{metric}"[:80]
        if declared is None:
            found.rejected.append(Rejected(QuarantineReason.UNKNOWN_METRIC, item))
            continue
        read = value_of(declared, value)
        if isinstance(read, ValueFate):
            found.rejected.append(Rejected(QuarantineReason(read.value), item, repr(value)[:300]))
            continue
        found.readings.append(Reading(raw.device, metric, at, read[0], read[1], seq, raw.received))


def _events(raw: Raw, definition: Definition, content: object, found: Decoded) -> None:
    for number, given in _entries(content, found):
        event, at = given.get("event"), _time(raw, given, number, found)
        if not isinstance(event, str) or event not in definition.events:
            found.rejected.append(Rejected(QuarantineReason.UNKNOWN_METRIC, f"{number}", repr(event)[:300]))
        elif at is not None:
            detail = msgspec.json.encode(given.get("detail")).decode()[:LONGEST_DETAIL]
            found.events.append(Event(raw.device, event, at, detail, raw.received))


def _answer(raw: Raw, command: int, content: object, found: Decoded) -> None:
    if not isinstance(content, dict) or not isinstance(content.get("ok"), bool):
        found.rejected.append(Rejected(QuarantineReason.UNDECODABLE, detail="no truth value “ok”"))
        return
    found.answers.append(Answer(raw.device, command, content["ok"], content.get("detail")))


def _entries(content: object, found: Decoded) -> Iterator[tuple[int, Mapping[str, Any]]]:
    entries = content if isinstance(content, list) else [content]
    if len(entries) > MOST_IN_MESSAGE:
        found.rejected.append(Rejected(QuarantineReason.UNDECODABLE, detail=f"{len(entries)} entries"))
        return
    for number, given in enumerate(entries):
        if isinstance(given, dict):
            yield number, given
        else:
            found.rejected.append(Rejected(QuarantineReason.UNDECODABLE, f"{number}", "no object"))


def _time(raw: Raw, given: Mapping[str, Any], number: int, found: Decoded) -> int | None:
    """The device's own time, or when the message came if it has no clock; None if the clock is wrong."""
    at = given.get("ts", raw.received)
    if not isinstance(at, int) or isinstance(at, bool):
        found.rejected.append(Rejected(QuarantineReason.UNDECODABLE, f"{number}.ts", repr(at)[:300]))
        return None
    if not -PAST_MS <= at - raw.received <= FUTURE_MS:
        found.rejected.append(
            Rejected(QuarantineReason.SKEWED, f"{number}.ts", f"{(at - raw.received) / 1000:+.0f} s")
        )
        return None
    return at


def _seq(given: Mapping[str, Any]) -> int:
    seq = given.get("seq", -1)
    return seq if isinstance(seq, int) and not isinstance(seq, bool) and 0 <= seq < _SEQ_END else -1
