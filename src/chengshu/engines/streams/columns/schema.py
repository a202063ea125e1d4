"""The tables of the columnar store, made when they are missing.

``readings`` holds each reading once: whoever writes sees to that (``writing``). So the roll-ups, which grow with every
insert through materialized views, count nothing twice, and late or back-filled readings land in their own minute,
hour and day. An insert that is repeated under the same token adds nothing, neither there nor in a roll-up, even if
the first attempt broke off between the two.
"""

from __future__ import annotations

from typing import Final

from chengshu.engines.streams.columns.client import Columns

KEPT_DAYS: Final = {"readings": 400, "minutes": 1200, "events": 1200}
"""Days after which rows go; hours and days stay."""
TOKENS_KEPT: Final = 10_000
"""Inserts per table of which a repetition is known."""

_STATES: Final = """
    device UInt64,
    metric LowCardinality(String),
    start DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    count SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    total SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    least SimpleAggregateFunction(min, Float64) CODEC(ZSTD(1)),
    most SimpleAggregateFunction(max, Float64) CODEC(ZSTD(1)),
    first AggregateFunction(argMin, Float64, DateTime64(3, 'UTC')),
    last AggregateFunction(argMax, Float64, DateTime64(3, 'UTC'))
"""
_ROLLED: Final = """
    SELECT device, metric, {start} AS start, count() AS count, sum(value) AS total, min(value) AS least,
        max(value) AS most, argMinState(value, at) AS first, argMaxState(value, at) AS last
    FROM {database}.readings WHERE NOT isNaN(value)
"""
READING_TYPES: Final = {
    "device": "UInt64",
    "metric": "LowCardinality(String)",
    "at": "DateTime64(3, 'UTC')",
    "value": "Float64",
    "text": "String",
    "seq": "Int64",
    "received": "DateTime64(3, 'UTC')",
    "batch": "UInt64",
}
EVENT_TYPES: Final = {
    "device": "UInt64",
    "event": "LowCardinality(String)",
    "at": "DateTime64(3, 'UTC')",
    "detail": "String",
    "received": "DateTime64(3, 'UTC')",
    "batch": "UInt64",
}
STARTS: Final = {
    "minutes": "toStartOfMinute(toDateTime(at, 'UTC'))",
    "hours": "toStartOfHour(toDateTime(at, 'UTC'))",
    "days": "toDateTime(toStartOfDay(at, 'Asia/Shanghai'), 'UTC')",
}
"""When the step of a reading begins, by roll-up; days are those of China."""


def statements(database: str) -> list[str]:
    """What makes the tables, in order; each may be run again."""
    return [
        f"CREATE DATABASE IF NOT EXISTS {database}",
        f"""CREATE TABLE IF NOT EXISTS {database}.readings (
            device UInt64,
            metric LowCardinality(String),
            at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
            value Float64 CODEC(ZSTD(1)),
            text String CODEC(ZSTD(1)),
            seq Int64 CODEC(Delta, ZSTD(1)),
            received DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
            batch UInt64 CODEC(Delta, ZSTD(1))
        ) ENGINE = MergeTree PARTITION BY toYYYYMM(at) ORDER BY (device, metric, at)
        TTL toDateTime(at, 'UTC') + INTERVAL {KEPT_DAYS["readings"]} DAY
        SETTINGS non_replicated_deduplication_window = {TOKENS_KEPT}, ttl_only_drop_parts = 1""",
        f"""CREATE TABLE IF NOT EXISTS {database}.events (
            device UInt64,
            event LowCardinality(String),
            at DateTime64(3, 'UTC'),
            detail String CODEC(ZSTD(1)),
            received DateTime64(3, 'UTC'),
            batch UInt64
        ) ENGINE = MergeTree PARTITION BY toYYYYMM(at) ORDER BY (device, at, event)
        TTL toDateTime(at, 'UTC') + INTERVAL {KEPT_DAYS["events"]} DAY
        SETTINGS non_replicated_deduplication_window = {TOKENS_KEPT}, ttl_only_drop_parts = 1""",
        *_rollup(database, "minutes", "toYYYYMM(start)", KEPT_DAYS["minutes"]),
        *_rollup(database, "hours", "toYear(start)", 0),
        *_rollup(database, "days", "toYear(start)", 0, _days_of_hours(database)),
    ]


def _days_of_hours(database: str) -> str:
    """Fills the days of a store that has had hours for longer; rows of one day are merged by the table itself."""
    return f"""INSERT INTO {database}.days
        SELECT device, metric, toDateTime(toStartOfDay(start, 'Asia/Shanghai'), 'UTC'), count, total, least, most,
            first, last
        FROM {database}.hours WHERE (SELECT count() FROM {database}.days) = 0"""


def _rollup(database: str, table: str, partition: str, kept_days: int, *filled: str) -> list[str]:
    ttl = f"TTL start + INTERVAL {kept_days} DAY" if kept_days else ""
    rolled = _ROLLED.format(start=STARTS[table], database=database)
    return [
        f"""CREATE TABLE IF NOT EXISTS {database}.{table} ({_STATES})
        ENGINE = AggregatingMergeTree PARTITION BY {partition} ORDER BY (device, metric, start) {ttl}
        SETTINGS non_replicated_deduplication_window = {TOKENS_KEPT}""",
        *filled,
        f"""CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.{table}_fed TO {database}.{table}
        AS {rolled} GROUP BY device, metric, start""",
    ]


def prepare(store: Columns) -> None:
    """Make what is missing."""
    for statement in statements(store.database):
        store.run(statement)
