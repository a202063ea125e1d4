"""The pump: from the spools into the columnar store, then latest values and checkpoint, then whoever listens.

Nothing acknowledged is lost and nothing counts twice. The bounds of a batch are noted before anything of it is written;
after a crash the very same batch is written again under the same token. The store takes a token once; latest values,
presence, quarantine, answers, listeners and the checkpoint are one transaction of PostgreSQL, which is prepared while
the store writes and ends once that has it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from chengshu.engines.streams import latest
from chengshu.engines.streams.columns.client import Columns
from chengshu.engines.streams.data import Reading
from chengshu.engines.streams.decoding import Answer, Decoded, Event, Rejected, decoded
from chengshu.engines.streams.machine import as_machine
from chengshu.engines.streams.models import Checkpoint, Device, ThingModelVersion, VersionState
from chengshu.engines.streams.newest import Newest
from chengshu.engines.streams.presence import Notes
from chengshu.engines.streams.spool import Batch as Read
from chengshu.engines.streams.spool import Raw, SpoolReader, decode, discard, streams
from chengshu.engines.streams.things import Definition, read_definition
from chengshu.engines.streams.writing import (
    Fates,
    insert_events,
    insert_readings,
    judged,
    known_of,
    now_ms,
)
from chengshu.foundation.errors import InvalidInput

CONSUMER: Final = "pump"
BATCH: Final = 60_000
"""Messages at once, if so many wait: of a device that sent several only the newest value is written."""
BATCH_BYTES: Final = 32 << 20
Listener = Callable[[int, Fates, Sequence[Event]], None]
"""Told the number of a batch, its readings by fate and its events, within the transaction of the checkpoint.

If that fails, the batch comes again under its number."""


class Spool(Protocol):
    """What the pump needs of a spool's reader."""

    def read(self, from_offset: int, limit: int = ..., most_bytes: int = ...) -> Read: ...


@dataclass(slots=True)
class Gathered:
    """Everything that the messages of a batch hold."""

    readings: list[Reading] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    rejected: list[tuple[int, Raw, Rejected]] = field(default_factory=list)
    heard: dict[int, int] = field(default_factory=dict)

    def add(self, position: int, raw: Raw, found: Decoded) -> None:
        self.readings += found.readings
        self.events += found.events
        self.answers += found.answers
        self.rejected += [(position, raw, why) for why in found.rejected]
        self.heard[raw.device] = max(self.heard.get(raw.device, 0), raw.received)


@dataclass(frozen=True, slots=True)
class Bounds:
    """A batch: which messages of which stream, under which number."""

    stream: str
    first: int
    end: int
    number: int

    @property
    def token(self) -> str:
        return f"{self.stream}:{self.first}-{self.end}"


class Definitions:
    """The thing models in use, by device; read anew when a version is put in use. A device keeps its model for good.

    :ivar writable: the keys of the writable properties of each device asked for that has any
    """

    def __init__(self) -> None:
        self._read: dict[int, Definition] = {}
        self._models: dict[int, int] = {}
        self._in_use: dict[int, int] = {}
        self._known: dict[int, Definition] = {}
        self.writable: dict[int, frozenset[str]] = {}

    def of(self, devices: Collection[int]) -> Mapping[int, Definition]:
        """Of these devices at least; one without a model in use has none."""
        published = ThingModelVersion.objects.filter(state=VersionState.PUBLISHED)
        in_use = dict(published.values_list("model_id", "pk"))
        if in_use != self._in_use:
            self._in_use, self._known, self.writable = in_use, {}, {}
        if unknown := [device for device in devices if device not in self._known]:
            self._add(unknown)
        return self._known

    def _add(self, devices: Sequence[int]) -> None:
        unknown = [device for device in devices if device not in self._models]
        self._models |= dict(Device.objects.filter(pk__in=unknown).values_list("pk", "model_id"))
        for device in devices:
            if (version := self._in_use.get(self._models.get(device, 0))) is None:
                continue
            self._known[device] = definition = self._definition(version)
            keys = frozenset(key for key, each in definition.properties.items() if each.is_writable)
            if keys:
                self.writable[device] = keys

    def _definition(self, version: int) -> Definition:
        if version not in self._read:
            row = ThingModelVersion.objects.get(pk=version)
            self._read[version] = read_definition(row.definition)
        return self._read[version]


class Pump:
    """Moves what the spools hold.

    :param root: folder of the spools, one folder each
    :param listeners: such as the rules; a listener that raises holds the batch back, so it must not for bad data
    """

    def __init__(self, store: Columns, root: Path, listeners: Sequence[Listener] = ()) -> None:
        self._store, self._root, self._listeners = store, root, tuple(listeners)
        self._definitions = Definitions()
        self._newest = Newest()
        self._notes: Notes | None = None

    def turn(self) -> bool:
        """One batch of every spool; whether one was full, so that more may be waiting."""
        moved = [self._moved(stream, SpoolReader(self._root / stream)) for stream in streams(self._root)]
        if not any(read.records for read in moved):
            self.note_presence()
        return any(read.is_full for read in moved)

    def note_presence(self) -> None:
        """Note when devices were last heard, without waiting for what carries it."""
        notes, self._notes = self._notes, None
        if notes is not None and notes.waiting:
            with as_machine("streams.pump"):
                notes.note()
        self._notes = notes

    def pump(self, stream: str, spool: Spool) -> int:
        """Move one batch; says how many messages it had.

        :raises Unavailable: if the columnar store does not answer; then the same batch comes again
        """
        return len(self._moved(stream, spool).records)

    def _moved(self, stream: str, spool: Spool) -> Read:
        with as_machine("streams.pump"):
            place = self._place(stream)
            read = _read(spool, place)
            if read.next_offset == place.position:
                return read
            notes = self._notes or Notes.since_noted(self._store, last_batch())
            bounds = self._begin(place, read)
        # What is remembered of a transaction that failed is remembered wrongly.
        newest, self._newest, self._notes = self._newest, Newest(), None
        with latest.sole_writer():
            self._move(bounds, read, newest, notes)
        self._newest, self._notes = newest, notes
        discard(self._root / stream, bounds.end)
        return read

    def _place(self, stream: str) -> Checkpoint:
        found = Checkpoint.objects.filter(consumer=CONSUMER, stream=stream).first()
        return found or Checkpoint(consumer=CONSUMER, stream=stream)

    def _begin(self, place: Checkpoint, read: Read) -> Bounds:
        """Note the bounds, unless this batch was begun before."""
        if not place.pending:
            place.pending, place.batch = read.next_offset, latest.next_number()
            place.save()
        return Bounds(place.stream, place.position, place.pending, place.batch)

    def _move(self, bounds: Bounds, read: Read, newest: Newest, notes: Notes) -> None:
        messages = [(position, raw) for position, record in read.records if (raw := _raw(record))]
        devices = {raw.device for _position, raw in messages}
        with as_machine("streams.pump"):
            definitions = self._definitions.of(devices)
            known, others_wrote = newest.of(devices, bounds.number)
        gathered = Gathered()
        for position, raw in messages:
            gathered.add(position, raw, decoded(raw, definitions.get(raw.device)))
        fates = self._judged(bounds, gathered.readings, known)
        if others_wrote:
            notes.hurry()  # a batch that is not the pump's must not be taken for its own after a crash
        with as_machine("streams.pump"), self._storing(bounds, fates, gathered.events):
            self._remember(bounds, gathered, fates, known, notes)
        newest.came(fates.new)

    def _judged(
        self, bounds: Bounds, readings: Sequence[Reading], newest: Mapping[tuple[int, str], int]
    ) -> Fates:
        doubtful = [
            (each.device, each.metric, each.at)
            for each in readings
            if each.at <= newest.get((each.device, each.metric), -1)
        ]
        known = known_of(self._store, doubtful, bounds.number) if doubtful else frozenset()
        return judged(readings, newest, known, now_ms())

    @contextmanager
    def _storing(self, bounds: Bounds, fates: Fates, events: Sequence[Event]) -> Iterator[None]:
        """Write into the columnar store meanwhile; the block's transaction ends once that has succeeded."""
        with ThreadPoolExecutor(1) as aside:
            readings = aside.submit(
                insert_readings, self._store, fates.stored, token=bounds.token, batch=bounds.number
            )
            told = aside.submit(insert_events, self._store, events, token=bounds.token, batch=bounds.number)
            yield
            readings.result()
            told.result()

    def _remember(
        self,
        bounds: Bounds,
        gathered: Gathered,
        fates: Fates,
        known: Mapping[tuple[int, str], int],
        notes: Notes,
    ) -> None:
        latest.remember_newest(fates.new, known)
        notes.add(
            bounds.number,
            gathered.heard,
            fates,
            Counter(raw.device for _position, raw, _why in gathered.rejected),
        )
        latest.remember_reported(fates.new, self._definitions.writable)
        latest.keep_apart(bounds.stream, gathered.rejected)
        latest.end_commands(gathered.answers, now_ms())
        for listener in self._listeners:
            listener(bounds.number, fates, gathered.events)
        Checkpoint.objects.filter(consumer=CONSUMER, stream=bounds.stream).update(
            position=bounds.end, pending=0
        )


def _read(spool: Spool, place: Checkpoint) -> Read:
    """The batch that comes next; one that was begun ends where it ended then, whatever fits into one today."""
    read = spool.read(place.position, BATCH, BATCH_BYTES)
    if not place.pending:
        return read
    while read.next_offset < place.pending:
        more = spool.read(read.next_offset, BATCH, BATCH_BYTES)
        if more.next_offset == read.next_offset:
            break
        read = Read([*read.records, *more.records], more.next_offset)
    begun = [(position, record) for position, record in read.records if position < place.pending]
    return Read(begun, place.pending, is_full=True)


def last_batch() -> int:
    """The number of the last batch that was finished: all up to it are in the stores."""
    begun = Checkpoint.objects.filter(consumer=CONSUMER, pending__gt=0).order_by("batch").first()
    if begun is not None:
        return begun.batch - 1
    newest = Checkpoint.objects.filter(consumer=CONSUMER).order_by("-batch").first()
    return newest.batch if newest is not None else 0


def _raw(record: bytes) -> Raw | None:
    try:
        return decode(record)
    except InvalidInput:
        return None
