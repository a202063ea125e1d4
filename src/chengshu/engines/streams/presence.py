"""When devices were last heard and what became of what they sent, noted every few seconds.

A row for every device with every batch costs as much as their newest values. So what the columnar store can tell
again, the accepted readings of devices that have a row already, is gathered and noted every ``NOTED_EVERY_S``;
everything else at once. A checkpoint says up to which batch everything is noted. After a crash ``Notes.since_noted``
asks the store for what came after it, so that no count is lost or doubled; the moment at which a device that also
sends readings was heard by something else may then be some seconds too early, until it is heard again.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from chengshu.engines.streams.columns.client import Columns
from chengshu.engines.streams.data import Reading
from chengshu.engines.streams.latest import execute, numbers
from chengshu.engines.streams.models import Checkpoint
from chengshu.engines.streams.writing import Fates

NOTED_EVERY_S: Final = 5.0
"""So much later than it was heard may a device show as heard."""
CONSUMER: Final = "pump.presence"


@dataclass(slots=True)
class Heard:
    """What is to be noted of a device; times are milliseconds since 1970 (UTC), ``at`` is 0 without a reading."""

    received: int
    at: int = 0
    accepted: int = 0


@dataclass(slots=True)
class Notes:
    """What waits to be noted; forget it when a transaction failed, and begin with :meth:`since_noted` again.

    :ivar batch: the newest batch that is in ``waiting`` or noted
    """

    waiting: dict[int, Heard] = field(default_factory=dict)
    present: set[int] = field(default_factory=set)
    batch: int = 0
    noted_at: float = float("-inf")

    @classmethod
    def since_noted(cls, store: Columns, last_batch: int) -> Notes:
        """What the store holds of batches up to ``last_batch`` that was not noted; within :func:`as_machine`."""
        place, _is_new = Checkpoint.objects.get_or_create(
            consumer=CONSUMER, stream="", defaults={"batch": last_batch}
        )
        notes = cls(batch=max(last_batch, place.batch))
        if place.batch < last_batch:
            rows = store.rows(
                "SELECT device, toUnixTimestamp64Milli(max(received)), toUnixTimestamp64Milli(max(at)), count()"
                f" FROM {store.database}.readings"
                " WHERE batch > {noted:UInt64} AND batch <= {last:UInt64} GROUP BY device",
                {"noted": place.batch, "last": last_batch},
            )
            notes.waiting = {int(device): Heard(received, at, count) for device, received, at, count in rows}
        return notes

    def add(self, batch: int, heard: Mapping[int, int], fates: Fates, quarantined: Mapping[int, int]) -> None:
        """Take in a batch and note what must not wait, inside the transaction of its checkpoint.

        :param heard: device → milliseconds at which its last message came
        """
        self.batch = batch
        self._gather(fates.new)
        self._gather(fates.late)
        late, duplicate = _counted(fates.late), _counted([*fates.duplicate, *fates.too_old])
        now = {*late, *duplicate, *quarantined}
        for device, received in heard.items():
            known = self.waiting.get(device)
            if known is None or device not in self.present:
                now.add(device)
            elif received > known.received:
                known.received = received
        if time.monotonic() - self.noted_at >= NOTED_EVERY_S:
            now |= set(self.waiting)
            self._note(now, heard, self.waiting, late, duplicate, quarantined)
            self._noted()
        elif now:
            self._note(now, heard, {}, late, duplicate, quarantined)
        self.present |= now

    def note(self) -> None:
        """Note what waits, because nothing comes that would carry it."""
        if self.waiting:
            self._note(self.waiting.keys(), {}, self.waiting, {}, {}, {})
            self._noted()

    def hurry(self) -> None:
        """Note everything with the next batch."""
        self.noted_at = float("-inf")

    def _gather(self, readings: Iterable[Reading]) -> None:
        waiting = self.waiting
        for reading in readings:
            known = waiting.get(reading.device)
            if known is None:
                waiting[reading.device] = Heard(reading.received, reading.at, 1)
                continue
            known.accepted += 1
            if reading.at > known.at:
                known.at = reading.at
            if reading.received > known.received:
                known.received = reading.received

    def _noted(self) -> None:
        Checkpoint.objects.filter(consumer=CONSUMER, stream="").update(batch=self.batch)
        self.waiting = {}
        self.noted_at = time.monotonic()

    @staticmethod
    def _note(
        devices: Iterable[int],
        heard: Mapping[int, int],
        waiting: Mapping[int, Heard],
        *counts: Mapping[int, int],
    ) -> None:
        ordered = sorted(devices)
        told = [waiting.get(each) or Heard(0) for each in ordered]
        execute(
            _PRESENCE,
            [
                numbers(ordered),
                numbers(
                    [max(heard.get(each, 0), one.received) for each, one in zip(ordered, told, strict=True)]
                ),
                "{" + ",".join(str(one.at) if one.at else "NULL" for one in told) + "}",
                numbers([one.accepted for one in told]),
                *(numbers([each.get(device, 0) for device in ordered]) for each in counts),
            ],
        )


def _counted(readings: Iterable[Reading]) -> Counter[int]:
    return Counter(reading.device for reading in readings)


_PRESENCE: Final = """
INSERT INTO streams_presence AS known
    (device_id, unit_id, last_received, last_at, accepted, late, duplicate, quarantined)
SELECT came.device_id, device.unit_id, to_timestamp(came.last_received / 1000.0),
       to_timestamp(came.last_at / 1000.0), came.accepted, came.late, came.duplicate, came.quarantined
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
            %s::bigint[])
     AS came (device_id, last_received, last_at, accepted, late, duplicate, quarantined)
JOIN streams_device AS device ON device.id = came.device_id
ON CONFLICT (device_id) DO UPDATE
SET last_received = greatest(known.last_received, excluded.last_received),
    last_at = greatest(known.last_at, excluded.last_at),
    accepted = known.accepted + excluded.accepted, late = known.late + excluded.late,
    duplicate = known.duplicate + excluded.duplicate, quarantined = known.quarantined + excluded.quarantined
"""
