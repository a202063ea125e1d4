"""Readings into the columnar store, each once: told apart by device, metric and the device's own time.

What is newer than everything known of its series is new for sure. What is not is looked for in the store. Of two
readings of one moment the first stays. A batch that is written a second time under its token and number after a
crash is judged as it was the first time, for what it put there itself does not count as known.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from chengshu.engines.streams.columns.client import Columns
from chengshu.engines.streams.columns.schema import EVENT_TYPES, KEPT_DAYS, READING_TYPES
from chengshu.engines.streams.data import Reading
from chengshu.engines.streams.decoding import Event

Series = tuple[int, str]
Key = tuple[int, str, int]

GAP_MS: Final = 3_600_000
"""Late readings of a series that lie closer together are looked for in one stretch."""
FEW_STRETCHES: Final = 400
KEYS_AT_ONCE: Final = 20_000
LONGEST_QUERY: Final = 8 << 20
"""Bytes."""
OLDEST_MS: Final = (KEPT_DAYS["readings"] - 30) * 86_400_000
"""What is older would be dropped by its age, then no longer be known, and count twice when it came again."""
ONCE: Final = {"insert_deduplicate": 1, "deduplicate_blocks_in_dependent_materialized_views": 1}


@dataclass(slots=True)
class Fates:
    """What became of the readings of a batch.

    :ivar new: newer than anything of their series, in order
    :ivar late: not the newest of their series, and not known
    :ivar duplicate: known already, from before or from this very batch
    :ivar too_old: from before the time that the store keeps
    """

    new: list[Reading] = field(default_factory=list)
    late: list[Reading] = field(default_factory=list)
    duplicate: list[Reading] = field(default_factory=list)
    too_old: list[Reading] = field(default_factory=list)

    @property
    def stored(self) -> list[Reading]:
        return [*self.new, *self.late]


def judged(
    readings: Iterable[Reading], newest: Mapping[Series, int], known: frozenset[Key], now_ms: int
) -> Fates:
    """Tell new, late, duplicate and too old readings apart.

    :param newest: time of the newest known reading of each series
    :param known: which of those that are not newer are in the store
    """
    fates, seen = Fates(), set[Key]()
    for reading in readings:
        key = (reading.device, reading.metric, reading.at)
        if reading.at < now_ms - OLDEST_MS:
            fates.too_old.append(reading)
        elif key in seen or key in known:
            fates.duplicate.append(reading)
        elif reading.at > newest.get((reading.device, reading.metric), -1):
            fates.new.append(reading)
        else:
            fates.late.append(reading)
        seen.add(key)
    return fates


def stretches(keys: Iterable[Key]) -> list[tuple[int, str, int, int]]:
    """Where to look for readings: device, metric, first and last moment of each run without a long gap."""
    found: list[tuple[int, str, int, int]] = []
    for device, metric, at in sorted(keys):
        if found and found[-1][:2] == (device, metric) and at - found[-1][3] <= GAP_MS:
            found[-1] = (device, metric, found[-1][2], at)
        else:
            found.append((device, metric, at, at))
    return found


def known_of(store: Columns, keys: Iterable[Key], besides: int) -> frozenset[Key]:
    """Which of ``keys`` are in the store, those of batch ``besides`` not counted."""
    wanted = set(keys)
    places = stretches(wanted)
    conditions = _among_stretches(places) if len(places) <= FEW_STRETCHES else _among_moments(sorted(wanted))
    found: set[Key] = set()
    for condition in conditions:
        rows = store.rows(
            f"SELECT device, metric, toUnixTimestamp64Milli(at) FROM {store.database}.readings"
            f" WHERE batch != {int(besides)} AND ({condition})",
            settings={"max_query_size": LONGEST_QUERY},
        )
        found |= wanted.intersection((int(row[0]), str(row[1]), int(row[2])) for row in rows)
    return frozenset(found)


def _among_stretches(places: Sequence[tuple[int, str, int, int]]) -> Iterator[str]:
    """Few series, each over a while: as one handed in what it had kept."""
    if not places:
        return
    yield " OR ".join(
        f"(device = {int(device)} AND metric = '{_word(metric)}' AND at BETWEEN {_moment(first)} AND {_moment(last)})"
        for device, metric, first, last in places
    )


def _among_moments(keys: Sequence[Key]) -> Iterator[str]:
    """Many series, each for a moment: as after an outage that all devices were cut off by."""
    for start in range(0, len(keys), KEYS_AT_ONCE):
        asked = keys[start : start + KEYS_AT_ONCE]
        moments = [at for _device, _metric, at in asked]
        devices = ",".join(str(device) for device in sorted({int(device) for device, _metric, _at in asked}))
        exact = ",".join(f"({int(device)},'{_word(metric)}',{int(at)})" for device, metric, at in asked)
        yield (
            f"device IN ({devices}) AND at BETWEEN {_moment(min(moments))} AND {_moment(max(moments))}"
            f" AND (device, metric, toUnixTimestamp64Milli(at)) IN ({exact})"
        )


def _moment(milliseconds: int) -> str:
    return f"fromUnixTimestamp64Milli({int(milliseconds)}, 'UTC')"


def _word(metric: str) -> str:
    """Metrics are small letters, digits and underscores; a statement is no place for anything else."""
    if not metric.replace("_", "").isalnum() or not metric.isascii():
        raise ValueError(metric)
    return metric


def insert_readings(store: Columns, readings: Sequence[Reading], *, token: str, batch: int) -> None:
    """Add readings as one block; a repetition under the same token adds nothing, to the roll-ups neither."""
    if not readings:
        return
    columns: dict[str, list[Any]] = {
        name: [getattr(each, name) for each in readings] for name in READING_TYPES if name != "batch"
    }
    columns["batch"] = [batch] * len(readings)
    settings = {**ONCE, "insert_deduplication_token": token}
    store.insert(f"{store.database}.readings", columns, READING_TYPES, settings)


def insert_events(store: Columns, events: Sequence[Event], *, token: str, batch: int) -> None:
    """Add events as one block; a repetition under the same token adds nothing."""
    if not events:
        return
    columns: dict[str, list[Any]] = {
        name: [getattr(each, name) for each in events] for name in EVENT_TYPES if name != "batch"
    }
    columns["batch"] = [batch] * len(events)
    settings = {**ONCE, "insert_deduplication_token": f"{token}:events"}
    store.insert(f"{store.database}.events", columns, EVENT_TYPES, settings)


def now_ms() -> int:
    return time.time_ns() // 1_000_000
