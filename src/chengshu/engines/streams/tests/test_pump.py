"""The pump: every message has a fate, nothing counts twice, a crash at any step changes nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chengshu.engines.streams import actions, latest, pump, writing
from chengshu.engines.streams.backfill import fill
from chengshu.engines.streams.columns.client import Columns
from chengshu.engines.streams.data import Reading
from chengshu.engines.streams.decoding import FUTURE_MS, PAST_MS, decoded
from chengshu.engines.streams.machine import as_machine
from chengshu.engines.streams.models import (
    Checkpoint,
    Command,
    LatestValue,
    Presence,
    Quarantined,
    Twin,
)
from chengshu.engines.streams.pump import Pump
from chengshu.engines.streams.spool import Batch, Raw, SpoolWriter, encode
from chengshu.engines.streams.tests.builders import DEFINITION, a_device
from chengshu.engines.streams.tests.test_columns import computed, rolled
from chengshu.engines.streams.things import read_definition
from chengshu.foundation.errors import Unavailable
from chengshu.foundation.testing import looping

NOW = time.time_ns() // 1_000_000
READ = read_definition(DEFINITION)


def message(values: Any, *, ts: int | None = NOW, device: int = 1, received: int = NOW, seq: int = -1) -> Raw:
    body = {"values": values, "seq": seq, **({"ts": ts} if ts is not None else {})}
    return Raw(received, device, "mqtt", "up/properties", msgspec.json.encode(body))


def raw(payload: bytes, *, name: str = "up/properties", channel: str = "mqtt", device: int = 1) -> Raw:
    return Raw(NOW, device, channel, name, payload)


class Kept:
    """A spool in memory: each record one further on."""

    def __init__(self, *records: bytes) -> None:
        self.records = list(records)

    def read(self, from_offset: int, limit: int = 5000, most_bytes: int = 1 << 30) -> Batch:
        part = self.records[from_offset : from_offset + limit]
        return Batch([(from_offset + at, record) for at, record in enumerate(part)], from_offset + len(part))


# -- decoding


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "undecodable"),
        (b"{", "undecodable"),
        (b"\xff\xfe", "undecodable"),
        (b"null", "undecodable"),
        (b"7", "undecodable"),
        (b'{"values": []}', "undecodable"),
        (b'{"ts": "now", "values": {"level": 1}}', "undecodable"),
        (b'{"ts": true, "values": {"level": 1}}', "undecodable"),
        (b"[" * 100_000, "undecodable"),
        (b"[" + b"{}," * 1000 + b"{}]", "undecodable"),
        (b'{"values": {"depth": 1}}', "unknown_metric"),
        (b'{"values": {"level": "1"}}', "unreadable"),
        (b'{"values": {"level": 1e999}}', "undecodable"),
        (b'{"values": {"level": 9}}', "out_of_range"),
        (b'{"values": {"mode": "fast"}}', "out_of_range"),
        (b'{"ts": 0, "values": {"level": 1}}', "skewed"),
    ],
)
def test_what_cannot_be_taken_says_why(payload: bytes, reason: str) -> None:
    found = decoded(raw(payload), READ)
    assert found.readings == []
    assert [why.reason.value for why in found.rejected] == [reason]


@pytest.mark.parametrize(
    ("ahead_ms", "is_taken"),
    [(FUTURE_MS, True), (FUTURE_MS + 1, False), (-PAST_MS, True), (-PAST_MS - 1, False)],
)
def test_a_clock_may_be_wrong_within_limits(ahead_ms: int, is_taken: bool) -> None:
    found = decoded(message({"level": 1}, ts=NOW + ahead_ms), READ)
    assert (len(found.readings), len(found.rejected)) == ((1, 0) if is_taken else (0, 1))


def test_one_bad_value_keeps_no_good_one_out() -> None:
    found = decoded(message({"level": 1, "battery": 1.5, "flooded": True, "depth": 2}, seq=7), READ)
    assert [(each.metric, each.value, each.seq) for each in found.readings] == [
        ("level", 1.0, 7),
        ("flooded", 1.0, 7),
    ]
    assert [(why.item, why.reason.value) for why in found.rejected] == [
        ("0.battery", "unreadable"),
        ("0.depth", "unknown_metric"),
    ]


def test_a_device_without_a_clock_gets_the_time_of_arrival() -> None:
    assert [each.at for each in decoded(message({"level": 1}, ts=None), READ).readings] == [NOW]


def test_events_answers_and_log_lines_are_told_apart() -> None:
    event = decoded(raw(b'{"event": "opened", "detail": {"by": 1}}', name="up/events"), READ)
    assert [(each.event, each.detail) for each in event.events] == [("opened", '{"by":1}')]
    assert (
        decoded(raw(b'{"event": "sang"}', name="up/events"), READ).rejected[0].reason.value
        == "unknown_metric"
    )
    answer = decoded(raw(b'{"ok": true, "detail": "done"}', name="up/commands/41/ack"), READ)
    assert [(each.command, each.is_done) for each in answer.answers] == [(41, True)]
    line = decoded(raw(b"<34>1 - - su: failed", channel="syslog"), READ)
    assert [each.event for each in line.events] == ["syslog"]
    assert decoded(raw(b"{}", name="up/songs"), READ).rejected[0].reason.value == "undecodable"
    assert decoded(raw(b"{}"), None).rejected[0].reason.value == "unknown_device"


# -- pumping

pumping = pytest.mark.usefixtures("district")


@pytest.fixture
def spool() -> Kept:
    return Kept()


@pytest.fixture
def working(own_store: Columns, tmp_path: Path) -> Iterator[Pump]:
    return Pump(own_store, tmp_path)


def stored(store: Columns) -> int:
    return int(store.rows(f"SELECT count() FROM {store.database}.readings")[0][0])


def sent(spool: Kept, *messages: Raw) -> None:
    spool.records += [encode(each) for each in messages]


def newest(device: int, metric: str = "level") -> float:
    return LatestValue.objects.get(device=device, metric=metric).value


@pumping
def test_readings_reach_the_store_and_the_newest_is_known(
    own_store: Columns, spool: Kept, working: Pump
) -> None:
    device = a_device().pk
    sent(
        spool,
        *(
            message({"level": at / 100, "flooded": False}, ts=NOW - 60_000 + at, device=device)
            for at in range(200)
        ),
    )
    assert working.pump("g-0", spool) == 200
    assert working.pump("g-0", spool) == 0
    assert stored(own_store) == 400
    assert newest(device) == 1.99
    presence = Presence.objects.get()
    assert (presence.accepted, presence.late, presence.duplicate, presence.quarantined) == (400, 0, 0, 0)
    place = Checkpoint.objects.get(consumer="pump")
    assert (place.position, place.pending) == (200, 0)


@pumping
def test_each_fate_is_counted_and_what_is_not_taken_is_kept_apart(
    own_store: Columns, spool: Kept, working: Pump
) -> None:
    device = a_device().pk
    sent(spool, message({"level": 1}, device=device), message({"level": 2}, device=device))
    working.pump("g-0", spool)
    sent(
        spool,
        message({"level": 3}, device=device),  # the same moment again
        message({"level": 4}, ts=NOW - 5000, device=device),  # late
        message({"level": 5}, ts=NOW + 1000, device=device),
        message({"level": 99}, device=device),
        message({"level": 1}, ts=NOW - PAST_MS - 1, device=device),
        raw(b"\x00\xff", device=device),
        message({"level": 1}, device=987_654_321),
    )
    spool.records.append(b"no record of ours")
    working.pump("g-0", spool)
    working.note_presence()
    assert stored(own_store) == 3
    assert newest(device) == 5
    presence = Presence.objects.get()
    assert (presence.accepted, presence.late, presence.duplicate, presence.quarantined) == (3, 1, 2, 3)
    kept = {each.reason: each for each in Quarantined.objects.all()}
    assert sorted(kept) == ["out_of_range", "skewed", "undecodable", "unknown_device"]
    assert bytes(kept["undecodable"].payload) == b"\x00\xff"
    assert kept["unknown_device"].device is None


@pumping
def test_an_older_value_never_takes_the_place_of_a_newer_one(
    own_store: Columns, spool: Kept, working: Pump
) -> None:
    device = a_device().pk
    sent(spool, message({"level": 2}, ts=NOW, device=device))
    working.pump("g-0", spool)
    sent(spool, message({"level": 1}, ts=NOW - 60_000, device=device))
    working.pump("g-1", Kept(spool.records[-1]))
    assert newest(device) == 2
    assert stored(own_store) == 2


@pumping
def test_since_when_a_value_stands_is_known_over_batches(spool: Kept, working: Pump) -> None:
    device = a_device().pk

    def since() -> int:
        row = LatestValue.objects.get(device=device, metric="level")
        return round(row.since.timestamp() * 1000) - NOW

    for step, (values, expected) in enumerate(
        [([1, 1, 1], 0), ([1, 1], 0), ([2, 2], 5000), ([2, 3, 3], 8000), ([3, 4, 3], 12_000)]
    ):
        at = NOW + 1000 * [0, 3, 5, 7, 10][step]
        sent(
            spool,
            *(
                message({"level": each}, ts=at + 1000 * n, device=device, received=at)
                for n, each in enumerate(values)
            ),
        )
        working.pump("g-0", spool)
        assert since() == expected


@pumping
def test_twins_hear_what_devices_report_and_commands_end(spool: Kept, working: Pump) -> None:
    device, other = a_device(), a_device("WL-2")
    actions.set_desired(device=device, values={"mode": "manual"})
    command = Command.objects.get()
    ack = f"up/commands/{command.pk}/ack"
    sent(
        spool,
        message({"mode": "manual", "level": 1}, device=device.pk),
        raw(b'{"ok": false}', name=ack, device=other.pk),
        raw(b'{"ok": true, "detail": {"took_ms": 5}}', name=ack, device=device.pk),
        raw(b'{"ok": false}', name=ack, device=device.pk),
    )
    working.pump("g-0", spool)
    twin = Twin.objects.get(device=device)
    assert (twin.desired, twin.reported) == ({"mode": "manual"}, {"mode": "manual"})
    command.refresh_from_db()
    assert command.state in ("done", "failed")
    assert command.ended_at is not None


class Crash(Exception):
    """The process ends here."""


STEPS = {
    "before the store": (pump, "insert_readings"),
    "after the store": (pump, "insert_events"),
    "before the newest values": (latest, "remember_newest"),
    "before the quarantine": (latest, "keep_apart"),
    "before the checkpoint": (latest, "end_commands"),
}


@pumping
@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_neither_loses_nor_doubles(
    step: str, own_store: Columns, spool: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Late readings and duplicates are among them: what the first attempt stored must not count as known."""
    device = a_device().pk
    heard: list[tuple[int, int]] = []
    working = Pump(
        own_store, tmp_path, [lambda number, fates, _events: heard.append((number, len(fates.stored)))]
    )
    sent(spool, *(message({"level": 1}, ts=NOW - 10_000 + 1000 * n, device=device) for n in range(0, 10, 2)))
    working.pump("g-0", spool)
    sent(spool, *(message({"level": 2}, ts=NOW - 10_000 + 1000 * n, device=device) for n in range(12)))
    sent(spool, message({"level": 99}, device=device))

    def crash(*_given: Any, **_named: Any) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(*STEPS[step], crash)
        with pytest.raises(Crash):
            working.pump("g-0", spool)
    sent(spool, message({"level": 3}, ts=NOW + 60_000, device=device))  # came while the process was away
    begun_anew = Pump(
        own_store, tmp_path, [lambda number, fates, _events: heard.append((number, len(fates.stored)))]
    )
    while begun_anew.pump("g-0", spool):
        pass
    begun_anew.note_presence()
    assert stored(own_store) == 13
    for table in ("minutes", "hours"):
        assert rolled(own_store, table) == computed(own_store, table)
    presence = Presence.objects.get()
    assert (presence.accepted, presence.late, presence.duplicate, presence.quarantined) == (13, 4, 5, 1)
    assert Quarantined.objects.count() == 1
    assert newest(device) == 3
    assert list(dict(heard).values()) == [5, 7, 1], "told again after a failure, under the same number"


def presence_of(device: int) -> tuple[int, int, int, int]:
    row = Presence.objects.get(device=device)
    return row.accepted, row.late, row.duplicate, row.quarantined


@pumping
def test_presence_is_noted_now_and_then_and_a_crash_in_between_loses_no_count(
    own_store: Columns, spool: Kept, working: Pump, tmp_path: Path
) -> None:
    device, newcomer = a_device().pk, a_device("WL-2").pk
    sent(spool, message({"level": 1}, ts=NOW - 9000, device=device))
    working.pump("g-0", spool)
    assert presence_of(device) == (1, 0, 0, 0)
    sent(
        spool,
        message({"level": 1}, ts=NOW - 8000, device=device, received=NOW + 7),
        message({"level": 1}, ts=NOW - 9500, device=device),
        message({"level": 1}, ts=NOW - 9000, device=device),
        message({"level": 99}, device=device),
        message({"level": 1}, device=newcomer),
    )
    working.pump("g-0", spool)
    assert presence_of(device) == (1, 1, 1, 1), "what the store cannot tell again is counted at once"
    assert presence_of(newcomer)[1:] == (0, 0, 0), "who was never heard is there at once"
    begun_anew = Pump(own_store, tmp_path)
    sent(spool, message({"level": 1}, ts=NOW - 7000, device=device))
    begun_anew.pump("g-0", spool)
    assert (presence_of(device), presence_of(newcomer)) == ((4, 1, 1, 1), (1, 0, 0, 0))
    assert Presence.objects.get(device=device).last_received.timestamp() * 1000 == NOW + 7
    once_more = Pump(own_store, tmp_path)
    sent(spool, message({"level": 1}, ts=NOW + 6000, device=newcomer))
    once_more.pump("g-0", spool)
    assert (presence_of(device), presence_of(newcomer)) == ((4, 1, 1, 1), (2, 0, 0, 0))


@pumping
def test_a_turn_without_messages_notes_what_waits(own_store: Columns, spool: Kept, working: Pump) -> None:
    device = a_device().pk
    for number in range(3):
        sent(spool, message({"level": number}, ts=NOW + number, device=device))
        working.pump("g-0", spool)
    assert presence_of(device)[0] == 1
    working.turn()
    assert presence_of(device)[0] == 3


@pumping
def test_readings_handed_in_afterwards_are_known_to_the_next_batch(
    own_store: Columns, spool: Kept, working: Pump
) -> None:
    device = a_device().pk
    sent(spool, message({"level": 1}, ts=NOW - 9000, device=device))
    working.pump("g-0", spool)
    with as_machine("streams.backfill"):
        fill(own_store, [Reading(device, "level", NOW - 5000, 2.0, received=NOW)])
    sent(
        spool,
        message({"level": 3}, ts=NOW - 5000, device=device),
        message({"level": 4}, ts=NOW - 7000, device=device),
    )
    working.pump("g-0", spool)
    working.note_presence()
    assert presence_of(device) == (2, 1, 1, 0)
    assert (stored(own_store), newest(device)) == (3, 2)


@pumping
def test_a_value_that_vanished_is_there_again_with_the_next_reading(
    own_store: Columns, spool: Kept, working: Pump
) -> None:
    device = a_device().pk
    sent(spool, message({"level": 1}, ts=NOW - 9000, device=device))
    working.pump("g-0", spool)
    with as_machine("test"):
        LatestValue.objects.all().delete()
    assert not LatestValue.objects.exists()
    sent(spool, message({"level": 2}, device=device))
    working.pump("g-0", spool)
    assert newest(device) == 2


@pumping
def test_while_the_store_is_away_nothing_moves_on(
    own_store: Columns, spool: Kept, working: Pump, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = a_device().pk
    sent(spool, message({"level": 1}, device=device))

    def away(*_given: Any, **_named: Any) -> None:
        raise Unavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(Columns, "insert", away)
        for _attempt in range(2):
            with pytest.raises(Unavailable):
                working.pump("g-0", spool)
    place = Checkpoint.objects.get(consumer="pump")
    assert (place.position, place.pending) == (0, 1)
    assert not LatestValue.objects.exists()
    working.pump("g-0", spool)
    assert (stored(own_store), newest(device)) == (1, 1)


@pumping
def test_a_batch_begun_with_other_bounds_ends_where_it_was_to(
    own_store: Columns, spool: Kept, working: Pump, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = a_device().pk
    sent(spool, *(message({"level": 1}, ts=NOW - 1000 * n, device=device) for n in range(9)))

    def crash(*_given: Any, **_named: Any) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(latest, "remember_newest", crash)
        with pytest.raises(Crash):
            working.pump("g-0", spool)
    sent(spool, message({"level": 3}, ts=NOW + 60_000, device=device))
    monkeypatch.setattr(pump, "BATCH", 2)
    assert [working.pump("g-0", spool) for _turn in range(3)] == [9, 1, 0]
    assert stored(own_store) == 10


@pumping
def test_a_turn_that_ended_by_its_bytes_says_that_more_may_wait(
    own_store: Columns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = a_device().pk
    records = [encode(message({"level": 1}, ts=NOW - 30_000 + n, device=device)) for n in range(30_000)]

    async def write() -> None:
        async with SpoolWriter(tmp_path / "g-0") as writer:
            await writer.append(records)

    looping.run(write())
    monkeypatch.setattr(pump, "BATCH_BYTES", 1)
    working, turns = Pump(own_store, tmp_path), [True]
    while turns[-1]:
        turns.append(working.turn())
    assert turns.count(True) > 2
    assert stored(own_store) == len(records)


def test_stretches_join_what_lies_close() -> None:
    hour = writing.GAP_MS
    keys: Sequence[writing.Key] = [
        (1, "a", 0),
        (1, "a", hour),
        (1, "a", 2 * hour + 1),
        (1, "b", 5),
        (2, "a", 5),
    ]
    assert writing.stretches(reversed(keys)) == [
        (1, "a", 0, hour),
        (1, "a", 2 * hour + 1, 2 * hour + 1),
        (1, "b", 5, 5),
        (2, "a", 5, 5),
    ]
