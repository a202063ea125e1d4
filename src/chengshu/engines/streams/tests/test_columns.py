"""The contract of a columnar store, held by the owner process and any ClickHouse; then what the owner promises."""

from __future__ import annotations

import math
import os
import socket
import time
from base64 import b64encode
from pathlib import Path

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

from chengshu.engines.streams.columns.client import Columns
from chengshu.engines.streams.columns.engine import EngineRefusal
from chengshu.engines.streams.columns.owner import port_file
from chengshu.engines.streams.columns.requests import LONGEST_BODY
from chengshu.engines.streams.columns.schema import STARTS, prepare
from chengshu.engines.streams.columns.serving import Gate, ProtocolRefusal
from chengshu.engines.streams.data import Reading
from chengshu.engines.streams.tests.owning import OwnerProcess
from chengshu.engines.streams.writing import FEW_STRETCHES, insert_readings, judged, known_of
from chengshu.foundation.errors import Unavailable
from chengshu.foundation.runtime.layout import Layout
from chengshu.foundation.runtime.secrets import secret

HOUR = 3_600_000
START = (time.time_ns() // 1_000_000 // HOUR - 48) * HOUR
"""Two days ago, at a full hour: within what the store keeps."""


def series(count: int, *, step_ms: int = 10_000, start: int = START, device: int = 1) -> list[Reading]:
    return [
        Reading(device, "level", start + step_ms * number, float(number), received=start)
        for number in range(count)
    ]


def rolled(store: Columns, table: str) -> list[tuple[object, ...]]:
    """Everything in a roll-up."""
    return [
        tuple(row)
        for row in store.rows(
            "SELECT device, toUnixTimestamp(start), sum(count), sum(total), min(least), max(most), argMinMerge(first),"
            f" argMaxMerge(last) FROM {store.database}.{table} GROUP BY device, start ORDER BY device, start"
        )
    ]


def computed(store: Columns, table: str) -> list[tuple[object, ...]]:
    """The same from the readings themselves."""
    return [
        tuple(row)
        for row in store.rows(
            f"SELECT device, toUnixTimestamp({STARTS[table]}) AS start, count(), sum(value), min(value),"
            f" max(value), argMin(value, at), argMax(value, at) FROM {store.database}.readings"
            " WHERE NOT isNaN(value) GROUP BY device, start ORDER BY device, start"
        )
    ]


def count(store: Columns) -> int:
    return int(store.rows(f"SELECT count() FROM {store.database}.readings")[0][0])


def test_values_come_back_as_they_were_sent(store: Columns) -> None:
    text = "it's \\ 水位\n\t"
    (row,) = store.rows(
        "SELECT {a:String}, {b:Array(UInt64)}, {c:Nullable(String)}", {"a": text, "b": [1, 2**63], "c": None}
    )
    assert row == (text, [1, 2**63], None)
    assert len(store.rows("SELECT number, toString(number) FROM numbers(200000)")) == 200_000
    assert store.rows("SELECT number FROM numbers(0)") == []


def test_what_is_wrong_is_told_and_the_next_question_answered(store: Columns) -> None:
    for wrong in ("SELECT * FROM nowhere", "SELEC 1", "SELECT throwIf(number = 70000) FROM numbers(100000)"):
        with pytest.raises(DatabaseError):
            store.rows(wrong)
    assert store.rows("SELECT 1") == [(1,)]


def test_a_query_that_takes_too_long_or_too_much_is_ended(store: Columns) -> None:
    with pytest.raises(DatabaseError, match=r"159|TIMEOUT_EXCEEDED"):
        store.rows(
            "SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 1",
            settings={"max_execution_time": 1},
        )
    with pytest.raises(DatabaseError, match=r"241|MEMORY_LIMIT"):
        store.rows(
            "SELECT groupArray(number) FROM numbers(50000000)", settings={"max_memory_usage": 20_000_000}
        )


def test_making_the_tables_again_changes_nothing(store: Columns) -> None:
    insert_readings(store, series(3), token="a", batch=1)
    prepare(store)
    assert count(store) == 3


def test_a_large_block_arrives_whole(store: Columns) -> None:
    """Bytes of every value, more than any buffer of the engine holds."""
    many = [Reading(number % 97, "level", START + number * 40, number * 0.37) for number in range(60_000)]
    insert_readings(store, many, token="a", batch=1)
    insert_readings(store, many, token="a", batch=1)
    assert count(store) == 60_000
    assert store.rows(f"SELECT sum(count) FROM {store.database}.hours") == [(60_000,)]


def test_roll_ups_follow_the_readings(store: Columns) -> None:
    insert_readings(store, series(1000), token="a", batch=1)
    insert_readings(store, [Reading(2, "mode", START, math.nan, "auto")], token="b", batch=2)
    for table in STARTS:
        assert rolled(store, table) == computed(store, table)
    assert len(rolled(store, "hours")) == 3
    assert len(rolled(store, "days")) in (1, 2)
    assert len(rolled(store, "minutes")) == 167


def test_an_insert_that_is_repeated_under_its_token_adds_nothing(store: Columns) -> None:
    for _attempt in range(3):
        insert_readings(store, series(100), token="gateway-0:0-100", batch=1)
    insert_readings(store, series(5, start=START + HOUR), token="gateway-0:100-105", batch=2)
    assert count(store) == 105
    for table in STARTS:
        assert rolled(store, table) == computed(store, table)


def test_an_insert_that_broke_off_before_the_roll_ups_is_made_whole(store: Columns) -> None:
    """The readings are there, a roll-up failed: repeating under the token completes it and doubles nothing."""
    name = store.database
    store.run(f"DROP VIEW {name}.hours_fed")
    store.run(
        f"CREATE MATERIALIZED VIEW {name}.hours_fed TO {name}.hours AS SELECT device, metric,"
        f" toStartOfHour(toDateTime(at, 'UTC')) AS start, toUInt64(throwIf(device = 1)) AS count FROM {name}.readings"
    )
    with pytest.raises(DatabaseError):
        insert_readings(store, series(400), token="a", batch=1)
    store.run(f"DROP VIEW {name}.hours_fed")
    prepare(store)
    insert_readings(store, series(400), token="a", batch=1)
    assert count(store) == 400
    for table in STARTS:
        assert rolled(store, table) == computed(store, table)


def test_late_and_back_filled_readings_land_in_their_own_hour(store: Columns) -> None:
    everything = series(720)
    insert_readings(store, everything[360:], token="a", batch=1)
    insert_readings(store, everything[:180:2], token="b", batch=2)
    insert_readings(store, [*everything[1:180:2], *everything[180:360]], token="c", batch=3)
    assert count(store) == 720
    for table in STARTS:
        assert rolled(store, table) == computed(store, table)


def test_known_readings_are_found_but_not_those_of_the_same_batch(store: Columns) -> None:
    insert_readings(store, series(100), token="a", batch=1)
    insert_readings(store, series(1, start=START + 5 * HOUR), token="b", batch=2)
    asked = [
        (1, "level", START),
        (1, "level", START + 1),
        (1, "level", START + 5 * HOUR),
        (2, "level", START),
    ]
    assert known_of(store, asked, besides=3) == {asked[0], asked[2]}
    assert known_of(store, asked, besides=2) == {asked[0]}
    assert known_of(store, [], besides=0) == frozenset()


def test_known_readings_of_more_series_than_are_asked_one_by_one_are_found_to_the_moment(
    store: Columns,
) -> None:
    devices = range(1, FEW_STRETCHES + 102)
    there = [Reading(each, "level", START + each, 1.0, "", 0, START) for each in devices]
    insert_readings(store, there, token="a", batch=1)
    keys = [(each.device, each.metric, each.at) for each in there]
    beside = [(device, metric, at + 1) for device, metric, at in keys]
    other = [(device, "flow", at) for device, _metric, at in keys]
    assert known_of(store, [*keys, *beside, *other], besides=2) == set(keys)
    assert known_of(store, [*beside, *keys], besides=1) == frozenset()


def test_duplicates_are_written_once_whatever_the_order(store: Columns) -> None:
    first, again = series(200), [*series(150), *series(50), *series(250)]
    insert_readings(store, first, token="a", batch=1)
    newest = {(1, "level"): first[-1].at}
    keys = [(each.device, each.metric, each.at) for each in again]
    fates = judged(again, newest, known_of(store, keys, besides=2), START + 50 * HOUR)
    assert (len(fates.new), len(fates.late), len(fates.duplicate)) == (50, 0, 400)
    insert_readings(store, fates.stored, token="b", batch=2)
    assert count(store) == 250
    for table in STARTS:
        assert rolled(store, table) == computed(store, table)


def test_a_store_older_than_its_days_gets_them_from_its_hours(store: Columns) -> None:
    name = store.database
    for statement in (f"DROP VIEW {name}.days_fed", f"DROP TABLE {name}.days"):
        store.run(statement)
    insert_readings(store, series(20_000), token="a", batch=1)
    for _start in range(2):
        prepare(store)
    insert_readings(store, series(500, device=2), token="b", batch=2)
    assert rolled(store, "days") == computed(store, "days")
    assert len(rolled(store, "days")) > 2


# -- what only the owner process promises


def asked_raw(owner: OwnerProcess, request: bytes) -> bytes:
    """What the process answers to bytes, to the end of the connection."""
    with socket.create_connection(("127.0.0.1", owner.port), timeout=30) as client:
        client.sendall(request)
        parts = []
        while part := client.recv(65536):
            parts.append(part)
    return b"".join(parts)


def login(owner: OwnerProcess) -> bytes:
    shown = b64encode(f"chengshu:{secret('columns', owner.layout)}".encode()).decode()
    return f"Authorization: Basic {shown}\r\nConnection: close\r\n".encode()


def test_strangers_are_turned_away(owner: OwnerProcess) -> None:
    answer = asked_raw(owner, b"GET /?query=SELECT+1 HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 401")
    assert b"516" in answer
    default = b"GET /?query=SELECT+1&user=default HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert asked_raw(owner, default).startswith(b"HTTP/1.1 401")


def test_a_body_beyond_the_limit_is_not_read(owner: OwnerProcess) -> None:
    head = b"POST /?query=INSERT+INTO+t+FORMAT+CSV HTTP/1.1\r\nHost: x\r\n" + login(owner)
    sized = asked_raw(owner, head + b"Content-Length: %d\r\n\r\n" % (LONGEST_BODY + 1))
    assert sized.startswith(b"HTTP/1.1 413")
    chunked = asked_raw(owner, head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % (LONGEST_BODY + 1))
    assert chunked.startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (b"Content-Length: -5\r\n\r\n", b"413"),
        (b"Content-Length: many\r\n\r\n", b"400"),
        (b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (b"Content-Encoding: br\r\nContent-Length: 3\r\n\r\nabc", b"415"),
        (b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", b"400"),
        (b"Content-Type: multipart/form-data; boundary=a\r\nContent-Length: 0\r\n\r\n", b"400"),
        (b"Content-Length: 0\r\n\r\n", b"400"),
    ],
)
def test_a_request_that_is_none_is_refused_and_the_process_lives(
    owner: OwnerProcess, lines: bytes, status: bytes
) -> None:
    answer = asked_raw(owner, b"POST / HTTP/1.1\r\nHost: x\r\n" + login(owner) + lines)
    assert answer.split(b" ", 2)[1] == status
    assert b"200 OK" in asked_raw(owner, b"GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")


def test_a_query_whose_client_goes_away_is_broken_off(owner: OwnerProcess, own_store: Columns) -> None:
    mark = own_store.database
    query = f"SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number, '{mark}') = 1"
    head = b"POST / HTTP/1.1\r\nHost: x\r\n" + login(owner) + b"Content-Length: %d\r\n\r\n" % len(query)
    running = (
        f"SELECT count() FROM system.processes WHERE query LIKE '%{mark}%' AND query NOT LIKE '%processes%'"
    )
    client = socket.create_connection(("127.0.0.1", owner.port))
    client.sendall(head + query.encode())
    assert becomes(own_store, running, 1)
    client.close()
    assert becomes(own_store, running, 0)


def becomes(store: Columns, question: str, value: int) -> bool:
    """Whether a count takes a value before patience ends."""
    for _turn in range(200):
        if store.rows(question) == [(value,)]:
            return True
        time.sleep(0.05)
    return False


def test_too_many_are_turned_away_instead_of_piling_up() -> None:
    gate = Gate(at_a_time=1, waiting=1, patience_s=0.01)
    with gate.passed():
        with pytest.raises(ProtocolRefusal) as waited, gate.passed():
            pass
        assert waited.value.status == 503
    full = Gate(at_a_time=1, waiting=0, patience_s=60)
    with full.passed():
        with pytest.raises(ProtocolRefusal) as refused, full.passed():
            pass
        assert refused.value.number == 202
    with gate.passed():
        assert waited.value.number == 202


def test_a_second_process_finds_the_store_locked(owner: OwnerProcess) -> None:
    second = owner.launched()
    _out, complaint = second.communicate(timeout=60)
    assert second.returncode == 1
    assert b"cannot be opened" in complaint
    assert port_file(owner.layout).exists()


def test_what_was_answered_survives_a_kill_and_the_client_finds_the_new_port(tmp_path: Path) -> None:
    own = OwnerProcess(tmp_path)
    own.start()
    store = Columns("", own.layout)
    prepare(store)
    for number in range(20):
        insert_readings(store, series(50, start=START + number * HOUR), token=f"t{number}", batch=number)
    own.kill()
    with pytest.raises(Unavailable):
        store.rows("SELECT 1")
    own.start()
    insert_readings(store, series(50, start=START + 19 * HOUR), token="t19", batch=19)
    assert count(store) == 1000
    for table in STARTS:
        assert rolled(store, table) == computed(store, table)
    store.close()
    assert own.stop() == 0
    assert not port_file(own.layout).exists()


def test_merging_gives_way_to_whoever_inserts_or_asks(owner: OwnerProcess, own_store: Columns) -> None:
    own_store.run("SELECT 1")
    assert owner.process is not None
    tasks = Path(f"/proc/{owner.process.pid}/task")
    merging = [each.parent for each in tasks.glob("*/comm") if each.read_text().strip() == "MergeMutate"]
    assert merging
    assert {os.getpriority(os.PRIO_PROCESS, int(each.name)) for each in merging} == {10}


def test_without_a_process_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as away:
        Columns("", Layout(tmp_path)).rows("SELECT 1")
    assert away.value.code == "columns.away"


def test_an_engines_error_keeps_its_number() -> None:
    assert EngineRefusal("Code: 60. DB::Exception: no").number == 60
    assert EngineRefusal("something else").number == 1000
