"""The spool keeps what it has confirmed: through kills, full disks, failing devices and power cuts."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengshu.engines.streams.spool import (
    Disk,
    Limits,
    Raw,
    SpoolFull,
    SpoolReader,
    SpoolWriter,
    decode,
    discard,
    encode,
    streams,
)
from chengshu.engines.streams.spool.segments import HEADER, SPAN, segments
from chengshu.engines.streams.tests.spooling import (
    QUICK,
    FailingDisk,
    LyingDisk,
    PowerCut,
    read_all,
)
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.testing import looping

PROCESS = Path(__file__).with_name("appending_process.py")


def write(folder: Path, records: list[bytes], limits: Limits = QUICK, disk: Disk | None = None) -> int:
    """Append each record in a group of its own, and close."""

    async def run() -> int:
        end = 0
        async with SpoolWriter(folder, limits, disk, clock=lambda: 0.0) as writer:
            for record in records:
                end = await writer.append([record])
        return end

    return looping.run(run())


def numbered(count: int, first: int = 0) -> list[bytes]:
    return [b"record %d" % number for number in range(first, first + count)]


# -- refusals


@pytest.mark.parametrize("record", [b"", bytes((4 << 20) + 1)])
def test_an_empty_or_huge_record_is_refused(tmp_path: Path, record: bytes) -> None:
    with pytest.raises(InvalidInput):
        write(tmp_path / "s", [record])


def test_a_second_writer_of_the_same_stream_is_refused(tmp_path: Path) -> None:
    async def run() -> None:
        async with SpoolWriter(tmp_path / "s", QUICK):
            with pytest.raises(Conflict):
                SpoolWriter(tmp_path / "s", QUICK)

    looping.run(run())


def test_segments_and_memory_that_do_not_fit_the_offsets_are_refused() -> None:
    with pytest.raises(InvalidInput):
        Limits(segment_bytes=60 << 20)


def test_a_place_beyond_everything_written_is_refused(tmp_path: Path) -> None:
    end = write(tmp_path / "s", numbered(3))
    with pytest.raises(Conflict):
        SpoolReader(tmp_path / "s").read(end + 2 * SPAN)


def test_a_foreign_record_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput):
        decode(b"\x01garbage")


# -- reading back


def test_records_come_back_in_order_and_from_any_noted_place(tmp_path: Path) -> None:
    records = numbered(50)
    write(tmp_path / "s", records)
    batch = SpoolReader(tmp_path / "s").read(0, 20)
    assert [record for _offset, record in batch.records] == records[:20]
    assert read_all(tmp_path / "s", batch.next_offset) == records[20:]
    assert read_all(tmp_path / "s", batch.records[5][0]) == records[5:]


def test_a_stream_that_does_not_exist_yet_is_empty(tmp_path: Path) -> None:
    assert SpoolReader(tmp_path / "s").read(0).records == []
    assert streams(tmp_path) == []


def test_raw_messages_survive_encoding() -> None:
    raw = Raw(1_767_225_600_123, 42, "mqtt", "up/properties", b'{"values":{"\xe6":1}}')
    assert decode(encode(raw)) == raw


def test_one_sync_covers_everything_that_waits(tmp_path: Path) -> None:
    class Counting(Disk):
        syncs = 0

        def sync(self, handle: int) -> None:
            self.syncs += 1
            super().sync(handle)

    async def run(disk: Disk) -> None:
        async with SpoolWriter(tmp_path / "s", QUICK, disk) as writer:
            futures = {id(future): future for future in map(writer.add, numbered(500))}
            assert len(futures) == 1
            await next(iter(futures.values()))

    disk = Counting()
    looping.run(run(disk))
    assert disk.syncs == 1
    assert len(read_all(tmp_path / "s")) == 500


def test_large_records_across_block_borders_are_read(tmp_path: Path) -> None:
    records = [os.urandom(size) for size in (1, 700_000, 900_000, 3_000_000, 5, 1_048_560, 16)]
    write(tmp_path / "s", records)
    assert read_all(tmp_path / "s") == records


def test_an_offset_is_never_used_twice(tmp_path: Path) -> None:
    first = write(tmp_path / "s", numbered(5))
    second = write(tmp_path / "s", numbered(1))
    assert second > first
    assert SpoolReader(tmp_path / "s").read(first).records[0][0] == SPAN


def test_a_stream_made_anew_begins_after_every_place_of_the_old_one(tmp_path: Path) -> None:
    async def run(folder: Path, now_s: float) -> int:
        async with SpoolWriter(folder, QUICK, clock=lambda: now_s) as writer:
            return await writer.append([b"x"])

    old = looping.run(run(tmp_path / "old", 1_800_000_000))
    new = looping.run(run(tmp_path / "new", 1_800_000_060))
    assert new > old + 60 * (10 << 20)
    assert new < 2**53


# -- discarding


def test_only_segments_that_everyone_has_read_are_discarded(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    write(folder, numbered(100), replace(QUICK, segment_bytes=200))
    batch = SpoolReader(folder).read(0, 30)
    assert discard(folder, batch.next_offset) > 0
    assert read_all(folder, batch.next_offset) == numbered(70, 30)


def test_the_newest_segment_stays_and_so_do_the_offsets(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    end = write(folder, numbered(100), replace(QUICK, segment_bytes=200))
    discard(folder, end)
    assert len(segments(folder)) == 1
    assert write(folder, [b"later"]) > end


# -- torn and damaged files


@pytest.mark.parametrize("torn", [b"\x07", b"\x07\x00\x00\x00abcd", b"\x03\x00\x00\x00abcdxyz", bytes(30)])
def test_a_torn_tail_is_not_read_and_is_cut_by_the_next_writer(tmp_path: Path, torn: bytes) -> None:
    folder = tmp_path / "s"
    write(folder, numbered(3))
    path = segments(folder)[0].path
    whole = path.stat().st_size
    with path.open("ab") as file:
        file.write(torn)
    assert read_all(folder) == numbered(3)
    write(folder, [b"next"])
    assert path.stat().st_size == whole
    assert read_all(folder) == [*numbered(3), b"next"]


def test_a_damaged_record_costs_only_itself_and_is_reported(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    write(folder, numbered(20))
    path = segments(folder)[0].path
    content = bytearray(path.read_bytes())
    place = HEADER.size + content[HEADER.size :].index(b"record 7")
    content[place] ^= 0x40
    path.write_bytes(content)
    write(folder, [b"next"])
    batch = SpoolReader(folder).read(0)
    found = [record for _offset, record in batch.records]
    assert found == [*numbered(7), *numbered(12, 8), b"next"]
    assert batch.damaged_bytes == len(b"record 7") + 8


def test_sound_records_behind_a_broken_place_are_never_cut(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    write(folder, numbered(20))
    path = segments(folder)[0].path
    content = bytearray(path.read_bytes())
    content[HEADER.size + 2] = 0xFF
    path.write_bytes(content)
    write(folder, [b"next"])
    assert path.stat().st_size == len(content)
    assert read_all(folder) == [*numbered(19, 1), b"next"]


@given(place=st.integers(0, 400), flip=st.integers(1, 255))
@settings(max_examples=60, deadline=None)
def test_whatever_byte_is_damaged_at_most_one_record_is_lost(
    tmp_path_factory: pytest.TempPathFactory, place: int, flip: int
) -> None:
    folder = tmp_path_factory.mktemp("spool") / "s"
    write(folder, numbered(20))
    write(folder, [b"next"])
    path = segments(folder)[0].path
    content = bytearray(path.read_bytes())
    place = HEADER.size + place % (len(content) - HEADER.size)
    content[place] ^= flip
    path.write_bytes(content)
    found = read_all(folder)
    assert len(found) >= 20
    assert set(found) <= {*numbered(20), b"next"}


# -- a full or failing disk


def test_a_full_disk_confirms_nothing_and_loses_nothing(tmp_path: Path) -> None:
    async def run() -> list[bytes]:
        disk = FailingDisk(bytes_left=150)
        writer = SpoolWriter(tmp_path / "s", QUICK, disk, clock=lambda: 0.0)
        confirmed = [record for record in numbered(5) if await writer.append([record])]
        stuck = asyncio.ensure_future(writer.append([b"stuck" * 20]))
        while disk.refusals < 3:
            await asyncio.sleep(0.001)
        assert not stuck.done()
        assert "No space left" in writer.trouble
        disk.bytes_left = 1_000
        await stuck
        assert writer.trouble == ""
        await writer.close()
        return [*confirmed, b"stuck" * 20]

    expected = looping.run(run())
    assert read_all(tmp_path / "s") == expected


def test_memory_is_bounded_while_the_disk_refuses(tmp_path: Path) -> None:
    async def run() -> None:
        limits = replace(QUICK, waiting_bytes=1_000)
        disk = FailingDisk(bytes_left=20)
        writer = SpoolWriter(tmp_path / "s", limits, disk)
        taken = []
        with pytest.raises(SpoolFull):
            taken.extend(writer.add(bytes(92)) for _ in range(11))
        assert not writer.room.is_set()
        assert writer.waiting_bytes <= 1_000
        disk.bytes_left = 100_000
        await writer.room.wait()
        await writer.append([b"again"])
        await writer.close()

    looping.run(run())
    assert read_all(tmp_path / "s")[-1] == b"again"


def test_closing_on_a_full_disk_says_what_was_not_written(tmp_path: Path) -> None:
    async def run() -> None:
        writer = SpoolWriter(tmp_path / "s", QUICK, FailingDisk(bytes_left=0))
        future = writer.add(b"never")
        await writer.close()
        with pytest.raises(SpoolFull):
            await future

    looping.run(run())
    assert read_all(tmp_path / "s") == []


def test_the_stream_never_outgrows_its_limit(tmp_path: Path) -> None:
    folder = tmp_path / "s"

    async def run() -> None:
        limits = replace(QUICK, segment_bytes=300, disk_bytes=1_000)
        async with SpoolWriter(folder, limits, clock=lambda: 0.0) as writer:
            futures = []
            while not writer.trouble:
                futures.append(writer.add(bytes(90)))
                await asyncio.sleep(0.001)
            assert "limit of 1000 bytes" in writer.trouble
            assert futures[0].done()
            assert not futures[-1].done()

    looping.run(run())
    assert sum(path.stat().st_size for path in folder.glob("*.seg")) <= 1_000


def test_discarding_makes_room_even_when_one_segment_fills_the_limit(tmp_path: Path) -> None:
    folder = tmp_path / "s"

    async def run() -> None:
        limits = replace(QUICK, segment_bytes=1_000_000, disk_bytes=1_000)
        async with SpoolWriter(folder, limits, clock=lambda: 0.0) as writer:
            for _number in range(8):
                await writer.append([bytes(100)])
            waiting = asyncio.ensure_future(writer.append([bytes(300)]))
            while not writer.trouble:
                await asyncio.sleep(0.001)
            assert not waiting.done()
            batch = SpoolReader(folder).read(0)
            assert len(batch.records) == 8
            discard(folder, batch.next_offset)
            await waiting

    looping.run(run())
    assert read_all(folder) == [bytes(300)]


def test_a_failed_sync_is_never_trusted_on_a_second_try(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    write(folder, numbered(30), disk=LyingDisk())
    found = read_all(folder)
    assert set(found) == set(numbered(30))
    assert list(dict.fromkeys(found)) == numbered(30)
    assert len(segments(folder)) > 5


@given(seed=st.integers(0, 10**9), counts=st.lists(st.integers(1, 12), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_after_a_power_cut_everything_confirmed_is_there(
    tmp_path_factory: pytest.TempPathFactory, seed: int, counts: list[int]
) -> None:
    folder, chance = tmp_path_factory.mktemp("spool") / "s", random.Random(seed)  # noqa: S311
    confirmed: list[bytes] = []

    async def live(count: int) -> None:
        disk = PowerCut(chance)
        writer = SpoolWriter(folder, replace(QUICK, segment_bytes=120), disk, clock=lambda: 0.0)
        for record in numbered(count, len(confirmed)):
            await writer.append([record])
            confirmed.append(record)
        store = writer._store
        disk.append(store._handle, b"\x08\x00\x00\x00half a group that nobody was told about")
        disk.strike()
        await writer.close()

    for count in counts:
        looping.run(live(count))
        assert read_all(folder) == confirmed


# -- several processes and threads at once


def kill_after(folder: Path, first: int, confirmations: int) -> list[int]:
    """Let a real process append until it has confirmed so many records, kill it, and return what it confirmed."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, PROCESS, folder, str(first)], stdout=subprocess.PIPE, env=environment
    )
    assert process.stdout is not None
    confirmed = []
    while len(confirmed) < confirmations:
        confirmed.append(int(process.stdout.readline()))
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read()
    process.wait()
    process.stdout.close()
    whole = rest[: rest.rfind(b"\n") + 1]
    return confirmed + [int(line) for line in whole.split()]


def test_everything_confirmed_is_read_back_after_kill_9(tmp_path: Path) -> None:
    folder, confirmed = tmp_path / "s", list[int]()
    for attempt in range(3):
        confirmed += kill_after(folder, 1_000_000 * attempt, 400 + 137 * attempt)
    found = [int(record.rstrip(b".")) for record in read_all(folder, limit=1_000)]
    assert len(found) == len(set(found))
    assert set(confirmed) <= set(found)
    assert found == sorted(found)
    assert len(segments(folder)) > 3


def test_a_reader_beside_the_writer_sees_every_record_once_and_in_order(tmp_path: Path) -> None:
    folder, found, done = tmp_path / "s", list[bytes](), threading.Event()

    def follow() -> None:
        reader, at = SpoolReader(folder), 0
        while True:
            finished = done.is_set()
            batch = reader.read(at, 50)
            found.extend(record for _offset, record in batch.records)
            if finished and not batch.records and at == batch.next_offset:
                return
            at = batch.next_offset
            discard(folder, at)

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        write(folder, numbered(600), replace(QUICK, segment_bytes=700))
    finally:
        done.set()
        thread.join()
    assert found == numbered(600)
