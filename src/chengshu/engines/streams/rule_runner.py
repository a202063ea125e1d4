"""The rule engine at work: told of batches by the pump, remembering across restarts, told what people do.

``RuleRunner.listen`` is a listener of the pump, so alarms and the pump's checkpoint are one transaction. The memory is
saved with the number of the last batch, once in ``SAVE_EVERY_MS`` of arrivals, as saving costs more than feeding.
After a crash ``catch_up`` feeds the batches since from the columnar store; events that are said again are recognised
(``alarming``). A batch that comes again because its transaction was undone is not fed again, but written again.
"""

from __future__ import annotations

import json
import logging
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Protocol

from chengshu.engines.streams import alarming
from chengshu.engines.streams.data import Reading
from chengshu.engines.streams.machine import as_machine
from chengshu.engines.streams.models_rules import Alarm, AlarmStep, AlarmStepKind, RuleMemory
from chengshu.engines.streams.rules import Absence, AlarmEvent, Engine

LOG = logging.getLogger(__name__)
FORMAT = 1
SAVE_EVERY_MS = 30_000
BY_PEOPLE = (AlarmStepKind.ACKNOWLEDGED, AlarmStepKind.ENDED, AlarmStepKind.HIDDEN)
LOOK_BACK = timedelta(days=1)
IN_ORDER = "received, at, device, metric"
_ORDER = attrgetter("received", "at", "device", "metric")
"""As ``IN_ORDER``: what is caught up comes in the order in which it came at first."""


class Store(Protocol):
    """What catching up needs of the columnar store."""

    database: str

    def rows(
        self, statement: str, parameters: Mapping[str, Any] | None = None
    ) -> Sequence[Sequence[Any]]: ...


class Judged(Protocol):
    """What the pump tells of a batch: the readings that were stored."""

    @property
    def stored(self) -> list[Reading]: ...


class RuleRunner:
    """One runner for a deployment: rules that look at several devices need all readings.

    :param consumer: the name under which the memory is kept
    :param now: maintenance that ended more than a day before is not looked at
    """

    def __init__(self, consumer: str, now: datetime) -> None:
        self._consumer = consumer
        self._saved_at = 0
        self._last_step = 0
        with as_machine(consumer):
            memory = RuleMemory.objects.filter(consumer=consumer).first()
            saved = _readable(memory)
            self.batch = memory.batch if memory else 0
            self._events: list[AlarmEvent] = []
            self._engine = self._fresh(now, saved["engine"] if saved else None)
            self._last_step = saved["last_step"] if saved else 0

    def listen(self, batch: int, fates: Judged, _events: Sequence[object] = ()) -> None:
        """Judge a batch, inside the pump's transaction."""
        if batch != self.batch:
            doings = self._take_in_doings()
            self._events = doings + self._engine.feed(sorted(fates.stored, key=_ORDER))
            self.batch = batch
        self._write(self._events)

    def catch_up(self, store: Store, checkpoint: int) -> int:
        """Feed what the store holds of the batches after the remembered one, up to ``checkpoint``; says how many."""
        readings = [
            Reading(device, metric, at, value, text, seq, received)
            for device, metric, at, value, text, seq, received in store.rows(
                "SELECT device, metric, toUnixTimestamp64Milli(at), value, text, seq,"
                f" toUnixTimestamp64Milli(received) FROM {store.database}.readings"
                " WHERE batch > {after:UInt64} AND batch <= {until:UInt64}"
                f" ORDER BY batch, {IN_ORDER}",
                {"after": self.batch, "until": checkpoint},
            )
        ]
        self.batch = max(self.batch, checkpoint)
        with as_machine(self._consumer):
            self._write(self._engine.feed(readings))
        return len(readings)

    def tick(self, now_ms: int) -> int:
        """Let time pass up to ``now_ms``: not later than the arrival of what is still to be fed."""
        with as_machine(self._consumer):
            return self._write(self._take_in_doings() + self._engine.tick(now_ms))

    def clock_was_set(self, by_ms: int) -> None:
        """Go on with a clock that was set while this ran, before anything stamped by it is fed."""
        self._engine.clock_was_set(by_ms)
        self._saved_at = min(self._saved_at, self._engine.conditions.clock)

    def reload(self, now: datetime) -> None:
        """Take rules, devices and maintenance from the tables anew if they changed, and go on.

        Devices that are waited for and were heard otherwise than by a reading are no longer waited for.
        """
        with as_machine(self._consumer):
            if alarming.facts_digest() != self._facts:
                self._engine = self._fresh(now, self._engine.save())
            elif waited_for := self._engine.conditions.expected():
                self._engine.conditions.came(alarming.heard_of(waited_for))

    def _fresh(self, now: datetime, saved: Mapping[str, Any] | None) -> Engine:
        self._facts = alarming.facts_digest()
        rules, devices = alarming.rules_in_force(), alarming.device_facts()
        engine = Engine(rules, devices, alarming.maintenance_planned(now - LOOK_BACK), saved)
        if any(isinstance(rule.condition, Absence) for rule in rules):
            known = {device.id: device for device in devices}
            for one in alarming.never_heard():
                engine.expect(known[one.device], one.since, one.interval, one.metrics)
        return engine

    def _write(self, events: list[AlarmEvent]) -> int:
        touched = alarming.apply_events(events) if events else []
        clock = self._engine.conditions.clock
        if clock - self._saved_at >= SAVE_EVERY_MS:
            self._save()
            self._saved_at = clock
        return len(touched)

    def _save(self) -> None:
        memory = {"format": FORMAT, "engine": self._engine.save(), "last_step": self._last_step}
        RuleMemory.objects.update_or_create(
            consumer=self._consumer,
            defaults={"batch": self.batch, "saved": zlib.compress(json.dumps(memory).encode(), 1)},
        )

    def _take_in_doings(self) -> list[AlarmEvent]:
        """What people did since: the engine then does not escalate what somebody has acknowledged."""
        steps = AlarmStep.objects.filter(pk__gt=self._last_step, kind__in=BY_PEOPLE).select_related("alarm")
        events: list[AlarmEvent] = []
        for step in steps.order_by("pk"):
            events += self._tell(step, step.alarm)
            self._last_step = step.pk
        return [event for event in events if event.reason != "hand" and event.kind != "cleared"]

    def _tell(self, step: AlarmStep, alarm: Alarm) -> list[AlarmEvent]:
        key = (alarm.rule_id, alarming.subject_of(alarm))
        raised_at, at = alarming.milliseconds(alarm.raised_at), alarming.milliseconds(step.at)
        if step.kind == AlarmStepKind.ACKNOWLEDGED:
            return self._engine.acknowledge(key, raised_at, at)
        if step.kind == AlarmStepKind.ENDED:
            return self._engine.clear(key, raised_at, at)
        until = alarming.milliseconds(alarm.suppressed_until) if alarm.suppressed_until else at
        return self._engine.suppress(key, until, at)


def _readable(memory: RuleMemory | None) -> dict[str, Any] | None:
    """What was saved; nothing of another format, after which every rule begins anew with what comes next."""
    saved = json.loads(zlib.decompress(bytes(memory.saved))) if memory else {}
    if memory and saved.get("format") != FORMAT:
        LOG.warning("The memory of the rules was saved in another format and is left out.")
    return saved if saved.get("format") == FORMAT else None
