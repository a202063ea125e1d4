"""The rule engine at work: fed by the pump, remembering across restarts, told what people do.

Its memory is saved with the position of every spool that it has read up to, in the transaction that writes the alarms.
After a crash it goes on from there; events that it says again are recognised (``alarming``). Saving costs more than
feeding, so it is done once in ``SAVE_EVERY_MS`` of arrivals, and what was fed since is read again.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from chengshu.engines.streams import alarming
from chengshu.engines.streams.data import Reading
from chengshu.engines.streams.machine import as_machine
from chengshu.engines.streams.models_rules import Alarm, AlarmStep, AlarmStepKind, RuleMemory
from chengshu.engines.streams.rules import AlarmEvent, Engine

SAVE_EVERY_MS = 30_000
BY_PEOPLE = (AlarmStepKind.ACKNOWLEDGED, AlarmStepKind.ENDED, AlarmStepKind.HIDDEN)
LOOK_BACK = timedelta(days=1)


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
            saved = json.loads(zlib.decompress(bytes(memory.saved))) if memory else None
            self.positions: dict[str, int] = dict(memory.positions) if memory else {}
            self._engine = self._fresh(now, saved["engine"] if saved else None)
            self._last_step = saved["last_step"] if saved else 0

    def feed(self, readings: Sequence[Reading], positions: Mapping[str, int]) -> int:
        """Judge readings; returns how many alarms were touched.

        :param positions: for each spool the position after the last of these readings
        """
        with as_machine(self._consumer):
            events = self._take_in_doings() + self._engine.feed(readings)
            return self._write(events, positions)

    def tick(self, now_ms: int) -> int:
        """Let time pass up to ``now_ms``: not later than the arrival of what is still to be fed."""
        with as_machine(self._consumer):
            return self._write(self._take_in_doings() + self._engine.tick(now_ms), {})

    def reload(self, now: datetime) -> None:
        """Take rules, devices and maintenance from the tables anew, and go on."""
        with as_machine(self._consumer):
            self._engine = self._fresh(now, self._engine.save())

    def _fresh(self, now: datetime, saved: Mapping[str, Any] | None) -> Engine:
        return Engine(
            alarming.rules_in_force(),
            alarming.device_facts(),
            alarming.maintenance_planned(now - LOOK_BACK),
            saved,
        )

    def _write(self, events: list[AlarmEvent], positions: Mapping[str, int]) -> int:
        touched = alarming.apply_events(events) if events else []
        self.positions.update(positions)
        clock = self._engine.conditions.clock
        if clock - self._saved_at >= SAVE_EVERY_MS:
            self._save()
            self._saved_at = clock
        return len(touched)

    def _save(self) -> None:
        memory = {"engine": self._engine.save(), "last_step": self._last_step}
        RuleMemory.objects.update_or_create(
            consumer=self._consumer,
            defaults={"positions": self.positions, "saved": zlib.compress(json.dumps(memory).encode(), 1)},
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
