"""What PostgreSQL knows of the stream: newest values, presence, twins, quarantine, answers. Written by machines.

Each function is one statement for a whole batch. All of them belong into the transaction that moves the checkpoint.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Final

import msgspec
from django.db import connection

from chengshu.engines.streams.data import Reading
from chengshu.engines.streams.decoding import Answer, Rejected
from chengshu.engines.streams.spool import Raw
from chengshu.engines.streams.writing import Series

_LOCK: Final = 0x63_68_73_74
KEPT_BYTES: Final = 64 << 10
"""Of a quarantined message; a longer one shows by its beginning what it was, and cannot be taken in again."""


@contextmanager
def sole_writer() -> Iterator[None]:
    """Hold the one right to judge and write readings: the pump and a back-fill take turns.

    Within a transaction it is held until that ends, so that whoever comes next sees what was written.
    """
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def next_number() -> int:
    """Of a batch of readings or events; each is used once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('streams_batch')")
        return int(cursor.fetchone()[0])


def last_number() -> int:
    """The last that anybody took."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM streams_batch")
        return int(cursor.fetchone()[0])


def newest_of(devices: Iterable[int]) -> dict[Series, int]:
    """The time of the newest reading of every series of these devices, in milliseconds."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [numbers(set(devices))])
        return {(device, metric): at for device, metric, at in msgspec.json.decode(cursor.fetchone()[0])}


_NEWEST: Final = """
SELECT coalesce(json_agg(json_build_array(device_id, metric, (extract(epoch FROM at) * 1000)::bigint)), '[]')::text
FROM streams_latestvalue WHERE device_id = ANY(%s::bigint[])
"""


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


@dataclass(slots=True)
class _Run:
    """The newest value of a series within a batch, and since when it has been that value."""

    last: Reading
    since: int
    is_whole: bool = True
    """Whether the series had no other value in this batch, so that the run may have begun before it."""


def remember_newest(readings: Iterable[Reading], known: Container[Series] = frozenset()) -> None:
    """Put newer values in place of older ones; an older one changes nothing.

    :param known: series that have a value already, which is then found and changed at half the price
    """
    runs: dict[Series, _Run] = {}
    for reading in sorted(readings, key=attrgetter("at")):
        run = runs.get((reading.device, reading.metric))
        if run is None:
            runs[reading.device, reading.metric] = _Run(reading, reading.at)
        elif _is_same(run.last, reading):
            run.last = reading
        else:
            runs[reading.device, reading.metric] = _Run(reading, reading.at, is_whole=False)
    ordered = sorted(runs)
    there = [runs[series] for series in ordered if series in known]
    if there and execute(_RENEW, _columns_of(there)) == len(there):
        ordered = [series for series in ordered if series not in known]
    if ordered:
        execute(_REMEMBER, _columns_of([runs[series] for series in ordered]))


def _is_same(one: Reading, other: Reading) -> bool:
    """NaN, which stands beside words, is the same as NaN here."""
    both_words = math.isnan(one.value) and math.isnan(other.value)
    return one.text == other.text and (both_words or one.value == other.value)


def _columns_of(runs: Sequence[_Run]) -> list[Any]:
    newest = [run.last for run in runs]
    return [
        numbers([each.device for each in newest]),
        _words([each.metric for each in newest]),
        numbers([each.at for each in newest]),
        numbers([each.value for each in newest]),
        _words([each.text for each in newest]),
        numbers([each.received for each in newest]),
        numbers([run.since for run in runs]),
        numbers([run.is_whole for run in runs]),
    ]


def numbers(values: Iterable[float | bool]) -> str:
    """An array as PostgreSQL reads it; the driver would take ten times as long to write it."""
    return "{" + ",".join(map(str, values)) + "}"


def _words(values: Iterable[str]) -> str:
    """A JSON array; the statement unfolds it in the same order."""
    return msgspec.json.encode([_clean(each) if each else "" for each in values]).decode()


_CAME: Final = """
FROM unnest(%s::bigint[], ARRAY(SELECT json_array_elements_text(%s::json)), %s::bigint[], %s::float8[],
            ARRAY(SELECT json_array_elements_text(%s::json)), %s::bigint[], %s::bigint[], %s::bool[])
     AS came (device_id, metric, at, value, text, received, since, is_whole)
"""

_RENEW: Final = f"""
UPDATE streams_latestvalue AS known
SET at = to_timestamp(came.at / 1000.0), value = came.value, text = came.text,
    received = to_timestamp(came.received / 1000.0),
    since = CASE WHEN came.is_whole AND known.value = came.value AND known.text = came.text
                 THEN known.since ELSE to_timestamp(came.since / 1000.0) END
{_CAME}
WHERE known.device_id = came.device_id AND known.metric = came.metric
      AND known.at < to_timestamp(came.at / 1000.0)
"""

_REMEMBER: Final = f"""
INSERT INTO streams_latestvalue AS known (device_id, unit_id, metric, at, value, text, received, since)
SELECT came.device_id, device.unit_id, came.metric, to_timestamp(came.at / 1000.0), came.value, came.text,
       to_timestamp(came.received / 1000.0),
       CASE WHEN came.is_whole AND before.value = came.value AND before.text = came.text
            THEN before.since ELSE to_timestamp(came.since / 1000.0) END
{_CAME}
JOIN streams_device AS device ON device.id = came.device_id
LEFT JOIN streams_latestvalue AS before ON before.device_id = came.device_id AND before.metric = came.metric
ON CONFLICT (device_id, metric) DO UPDATE
SET at = excluded.at, value = excluded.value, text = excluded.text, received = excluded.received,
    since = excluded.since
WHERE known.at < excluded.at
"""


def keep_apart(stream: str, rejected: Sequence[tuple[int, Raw, Rejected]]) -> None:
    """Put messages into quarantine; those that are there already stay as they are.

    :param rejected: position in the spool, the message, and what is wrong with it
    """
    if not rejected:
        return
    execute(
        _QUARANTINE,
        [
            stream,
            [position for position, _raw, _why in rejected],
            [raw.device for _position, raw, _why in rejected],
            [_moment(raw.received) for _position, raw, _why in rejected],
            [raw.channel for _position, raw, _why in rejected],
            [_clean(raw.name)[:200] for _position, raw, _why in rejected],
            [raw.payload[:KEPT_BYTES] for _position, raw, _why in rejected],
            [_clean(why.item) for _position, _raw, why in rejected],
            [why.reason.value for _position, _raw, why in rejected],
            [_clean(why.detail) for _position, _raw, why in rejected],
        ],
    )


def _clean(text: str) -> str:
    """What PostgreSQL can keep as text."""
    return text.replace("\x00", "�").encode("utf-8", "replace").decode()


_QUARANTINE: Final = """
INSERT INTO streams_quarantined
    (stream, position, device_id, unit_id, received, channel, name, payload, item, reason, detail, state, note)
SELECT %s, came.position, device.id, device.unit_id, came.received, came.channel, came.name, came.payload,
       came.item, came.reason, came.detail, 'open', ''
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::bytea[], %s::text[],
            %s::text[], %s::text[])
     AS came (position, device_id, received, channel, name, payload, item, reason, detail)
LEFT JOIN streams_device AS device ON device.id = came.device_id
ON CONFLICT (stream, position, item) DO NOTHING
"""


def remember_reported(readings: Iterable[Reading], writable: Mapping[int, frozenset[str]]) -> None:
    """What devices report of their writable properties goes into their twins.

    :param writable: device → keys of its writable properties
    """
    if not writable:
        return
    reported: dict[int, dict[str, Any]] = {}
    newest: dict[int, int] = {}
    for reading in sorted(readings, key=attrgetter("at")):
        if reading.metric in writable.get(reading.device, ()):
            reported.setdefault(reading.device, {})[reading.metric] = reading.text or reading.value
            newest[reading.device] = reading.at
    devices = sorted(reported)
    if devices:
        told = [msgspec.json.encode(reported[each]).decode() for each in devices]
        execute(_TWIN, [devices, told, [_moment(newest[each]) for each in devices]])


_TWIN: Final = """
INSERT INTO streams_twin AS known (device_id, unit_id, desired, reported, reported_at)
SELECT came.device_id, device.unit_id, '{}', came.reported::jsonb, came.at
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS came (device_id, reported, at)
JOIN streams_device AS device ON device.id = came.device_id
ON CONFLICT (device_id) DO UPDATE
SET reported = known.reported || excluded.reported, reported_at = greatest(known.reported_at, excluded.reported_at)
"""


def end_commands(answers: Sequence[Answer], at_ms: int) -> None:
    """Commands that their own devices answered are done or failed; what has ended stays ended.

    A command that was sent and has expired meanwhile is done all the same: the device says so.
    """
    if answers:
        execute(
            _ANSWER,
            [
                _moment(at_ms),
                [each.command for each in answers],
                [each.device for each in answers],
                [each.is_done for each in answers],
                [msgspec.json.encode(each.detail).decode()[:4000] for each in answers],
            ],
        )


_ANSWER: Final = """
UPDATE streams_command AS command
SET state = CASE WHEN came.is_done THEN 'done' ELSE 'failed' END, ended_at = %s,
    answer = to_jsonb(came.detail)
FROM unnest(%s::bigint[], %s::bigint[], %s::bool[], %s::text[]) AS came (id, device_id, is_done, detail)
WHERE command.id = came.id AND command.device_id = came.device_id
      AND (command.state IN ('queued', 'sent') OR command.state = 'expired' AND command.sent_at IS NOT NULL)
"""


def execute(statement: str, values: Sequence[Any]) -> int:
    """How many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return int(cursor.rowcount)
