"""The life of an alarm, from the change of a condition to its end.

    condition on ──► raised ──acknowledge──► acknowledged ──off──► closed
          │            ├──off──► cleared ──acknowledge──► closed
          │            └──parent's alarm, by hand──► suppressed
          └─(maintenance, parent's alarm, by hand)──► suppressed ──reason gone──► raised, or closed if off

There is one alarm for a rule and subject until it recovers. Five changes within ten minutes make it flapping: it stays
as it is until it has been still for ten minutes, whatever it changes to meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import islice
from typing import Any

from chengshu.engines.streams.rules.definition import (
    MINUTE,
    AlarmEvent,
    Change,
    Device,
    EventKind,
    Maintenance,
    Rule,
    Status,
    Subject,
)

FLAPPING_CHANGES = 5
FLAPPING_MS = 10 * MINUTE
DEEPEST = 8
"""Devices above one another that are looked at for a parent's alarm."""

Key = tuple[int, Subject]
Emit = Callable[[AlarmEvent], None]
OPEN = frozenset({Status.RAISED, Status.ACKNOWLEDGED, Status.SUPPRESSED})


@dataclass(slots=True)
class Alarm:
    """The present or latest alarm of a rule and subject.

    :param announced_at: when somebody could first know of it; escalation counts from there
    """

    key: Key
    raised_at: int = -1
    announced_at: int = -1
    status: Status = Status.CLOSED
    on: bool = False
    value: float = float("nan")
    step: int = 0
    reason: str = ""
    suppressed_until: int = -1
    flapping: bool = False
    changes: list[int] = field(default_factory=list)


class Alarms:
    """Every alarm; tells every event to ``emit``.

    Changes carry their own moments, by the devices' clocks; ``tick`` says how far the platform's clock has come.
    """

    def __init__(
        self,
        rules: Iterable[Rule],
        devices: Mapping[int, Device],
        maintenance: Iterable[Maintenance],
        emit: Emit,
    ) -> None:
        self._rules = {rule.id: rule for rule in rules}
        self._devices = devices
        self._children: dict[int, list[int]] = {}
        for device in devices.values():
            if device.parent:
                self._children.setdefault(device.parent, []).append(device.id)
        self._maintenance = list(maintenance)
        self._emit = emit
        self._alarms: dict[Key, Alarm] = {}
        self._by_device: dict[int, set[Key]] = {}
        self._due: list[tuple[int, int, Subject]] = []
        self.clock = 0

    # What happens to conditions -------------------------------------------------------------------------------

    def change(self, change: Change) -> None:
        """A condition came true or ceased. Of what follows from it, all that is due already happens at once."""
        key = (change.rule.id, change.subject)
        alarm = self._alarms.setdefault(key, Alarm(key))
        if alarm.on == change.on:
            return
        alarm.on = change.on
        self._count_change(alarm, change.at)
        if change.on and alarm.status not in OPEN:
            self._begin(alarm, change)
        elif not change.on and alarm.status in OPEN and not alarm.flapping:
            self._recover(alarm, change.at)
        if not alarm.flapping and len(alarm.changes) >= FLAPPING_CHANGES and alarm.status in OPEN:
            alarm.flapping = True
            self._tell(alarm, EventKind.FLAPPING, change.at)
        self.tick(self.clock)

    def _count_change(self, alarm: Alarm, at: int) -> None:
        alarm.changes = [one for one in alarm.changes if one > at - FLAPPING_MS] + [at]
        self._wake(at + FLAPPING_MS, alarm.key)

    def _begin(self, alarm: Alarm, change: Change) -> None:
        alarm.raised_at, alarm.value, alarm.step = change.at, change.value, 0
        self._by_device.setdefault(change.subject.id, set()).add(alarm.key)
        self._show_or_hide(alarm, change.at)

    def _show_or_hide(self, alarm: Alarm, at: int) -> None:
        reason, until = self._reason_to_hide(alarm, at)
        if reason:
            if until > at:
                self._wake(until, alarm.key)
            if alarm.status is Status.SUPPRESSED and alarm.reason == reason:
                return
            alarm.status, alarm.reason = Status.SUPPRESSED, reason
            self._tell(alarm, EventKind.SUPPRESSED, at, reason=reason)
            self._hide_children(alarm, at)
            return
        alarm.status, alarm.reason, alarm.announced_at, alarm.step = Status.RAISED, "", at, 0
        self._tell(alarm, EventKind.RAISED, at)
        self._plan_escalation(alarm)
        self._hide_children(alarm, at)

    def _recover(self, alarm: Alarm, at: int) -> None:
        was = alarm.status
        alarm.status = Status.CLEARED if was is Status.RAISED else Status.CLOSED
        alarm.flapping, alarm.reason = False, ""
        self._by_device.get(alarm.key[1].id, set()).discard(alarm.key)
        self._tell(alarm, EventKind.CLEARED, at)
        if self._hides(alarm):
            self._reconsider_children(alarm.key[1].id, at)

    # What people do -------------------------------------------------------------------------------------------

    def acknowledge(self, key: Key, raised_at: int, at: int) -> bool:
        """Somebody has seen it. False if this very alarm is not waiting for that."""
        alarm = self._alarms.get(key)
        if (
            alarm is None
            or alarm.raised_at != raised_at
            or alarm.status not in (Status.RAISED, Status.CLEARED)
        ):
            return False
        alarm.status = Status.ACKNOWLEDGED if alarm.status is Status.RAISED else Status.CLOSED
        return True

    def clear(self, key: Key, raised_at: int, at: int) -> bool:
        """Somebody ends it by hand; it is raised anew only after its condition has ceased and come back."""
        alarm = self._alarms.get(key)
        if alarm is None or alarm.raised_at != raised_at or alarm.status not in OPEN:
            return False
        self._recover(alarm, at)
        alarm.status = Status.CLOSED
        return True

    def suppress(self, key: Key, until: int, at: int) -> None:
        """Hide this rule's alarms of this subject up to ``until``, those now open as well as those to come."""
        alarm = self._alarms.setdefault(key, Alarm(key))
        alarm.suppressed_until = until
        if alarm.status in OPEN:
            self._show_or_hide(alarm, at)

    def add_maintenance(self, window: Maintenance) -> None:
        """Alarms that are open already stay as they are."""
        self._maintenance = [one for one in self._maintenance if one.id != window.id] + [window]

    # What time does -------------------------------------------------------------------------------------------

    def clock_was_set(self, by: int) -> None:
        """The platform's clock shows ``by`` milliseconds more; what is planned stays at its moment."""
        self.clock = max(0, self.clock + by)

    def tick(self, now: int) -> None:
        """Let every moment up to and including ``now`` pass, in order."""
        while self._due and self._due[0][0] <= now:
            at, rule, subject = heappop(self._due)
            self.clock = max(self.clock, at)
            alarm = self._alarms.get((rule, subject))
            if alarm is not None:
                self._look_at(alarm, at)
        self.clock = max(self.clock, now)

    def _look_at(self, alarm: Alarm, at: int) -> None:
        if alarm.flapping and alarm.changes[-1] + FLAPPING_MS <= at:
            alarm.flapping = False
            self._tell(alarm, EventKind.SETTLED, at)
            if not alarm.on:
                self._recover(alarm, at)
        if alarm.status is Status.SUPPRESSED:
            self._show_or_hide(alarm, at)
        if alarm.status is Status.RAISED:
            self._escalate(alarm, at)

    def _escalate(self, alarm: Alarm, at: int) -> None:
        steps = self._rules[alarm.key[0]].escalate_ms
        while alarm.step < len(steps) and alarm.announced_at + steps[alarm.step] <= at:
            window = self._window(alarm.key[1], at)
            if window:
                self._wake(window.end, alarm.key)
                return
            alarm.step += 1
            self._tell(alarm, EventKind.ESCALATED, at, step=alarm.step)
        self._plan_escalation(alarm)

    def _plan_escalation(self, alarm: Alarm) -> None:
        steps = self._rules[alarm.key[0]].escalate_ms
        if alarm.step < len(steps):
            self._wake(alarm.announced_at + steps[alarm.step], alarm.key)

    def _wake(self, at: int, key: Key) -> None:
        entry = (at, key[0], key[1])
        heappush(self._due, entry)

    # Reasons to hide ------------------------------------------------------------------------------------------

    def _reason_to_hide(self, alarm: Alarm, at: int) -> tuple[str, int]:
        """Why an alarm is hidden and until when, -1 for until somebody says so; empty if it is not."""
        if at < alarm.suppressed_until:
            return "hand", alarm.suppressed_until
        window = self._window(alarm.key[1], at)
        if window:
            return "maintenance", window.end
        if self._parent_alarm(alarm.key[1]):
            return "parent", -1
        return "", -1

    def _window(self, subject: Subject, at: int) -> Maintenance | None:
        """Of the device itself, or of one above it: whoever works on a gateway has its sensors fall silent."""
        if subject.kind != "device" or not self._maintenance:
            return None
        at_work = (self._at_work(device, at) for device in self._and_above(subject.id))
        return next((window for window in at_work if window), None)

    def _at_work(self, device: Device, at: int) -> Maintenance | None:
        return next((window for window in self._maintenance if window.covers(device, at)), None)

    def _parent_alarm(self, subject: Subject) -> bool:
        if subject.kind != "device":
            return False
        return any(
            self._hides(self._alarms[key])
            for device in islice(self._and_above(subject.id), 1, None)
            for key in self._by_device.get(device.id, ())
        )

    def _and_above(self, number: int) -> Iterator[Device]:
        """The device, and those above it from the nearest on."""
        device = self._devices.get(number) or Device(number)
        yield device
        for _level in range(DEEPEST):
            above = self._devices.get(device.parent)
            if above is None:
                return
            yield above
            device = above

    def _hides(self, alarm: Alarm) -> bool:
        return alarm.key[1].kind == "device" and self._rules[alarm.key[0]].hides_children

    def _hide_children(self, alarm: Alarm, at: int) -> None:
        """What was raised below before the alarm above came: the gateway's silence is noticed after its sensors'."""
        if self._hides(alarm):
            for key in self._keys_below(alarm.key[1].id):
                if self._alarms[key].status is Status.RAISED:
                    self._show_or_hide(self._alarms[key], at)

    def _reconsider_children(self, device: int, at: int) -> None:
        for key in self._keys_below(device):
            if self._alarms[key].status is Status.SUPPRESSED:
                self._show_or_hide(self._alarms[key], at)

    def _keys_below(self, device: int) -> list[Key]:
        below, keys = [device], []
        for _level in range(DEEPEST):
            below = [child for parent in below for child in self._children.get(parent, ())]
            keys += [
                key for child in below for key in self._by_device.get(child, ()) if key[1].kind == "device"
            ]
        return sorted(keys)

    # Telling and keeping --------------------------------------------------------------------------------------

    def _tell(self, alarm: Alarm, kind: EventKind, at: int, step: int = 0, reason: str = "") -> None:
        rule, subject = alarm.key
        self._emit(AlarmEvent(kind, rule, subject, alarm.raised_at, at, alarm.value, step, reason))

    def alarm(self, key: Key) -> Alarm | None:
        """The present or latest alarm of a rule and subject."""
        return self._alarms.get(key)

    def open(self) -> list[Alarm]:
        """Every alarm that is not over, by rule and subject."""
        return [alarm for _key, alarm in sorted(self._alarms.items()) if alarm.status in OPEN]

    def save(self) -> dict[str, Any]:
        """Every alarm as JSON values."""
        due = [[at, rule, subject.kind, subject.id] for at, rule, subject in sorted(self._due)]
        return {
            "clock": self.clock,
            "alarms": [_saved(alarm) for alarm in self._alarms.values()],
            "due": due,
        }

    def load(self, saved: Mapping[str, Any]) -> None:
        """Go on from a saved state; alarms of rules no longer in force are dropped."""
        self.clock = saved["clock"]
        for one in saved["alarms"]:
            alarm = _loaded(one)
            if alarm.key[0] not in self._rules:
                continue
            self._alarms[alarm.key] = alarm
            if alarm.status in OPEN:
                self._by_device.setdefault(alarm.key[1].id, set()).add(alarm.key)
        for at, rule, kind, number in saved["due"]:
            self._wake(at, (rule, Subject(kind, number)))
        for alarm in self._alarms.values():
            self._wake_again(alarm)

    def _wake_again(self, alarm: Alarm) -> None:
        """Maintenance may be another than when the state was saved; looking once more than needed changes nothing."""
        if alarm.changes:
            self._wake(alarm.changes[-1] + FLAPPING_MS, alarm.key)
        if alarm.status is Status.RAISED:
            self._plan_escalation(alarm)
        if alarm.status is Status.SUPPRESSED:
            _reason, until = self._reason_to_hide(alarm, self.clock)
            self._wake(max(until, self.clock), alarm.key)


_PLAIN = (
    "raised_at",
    "announced_at",
    "on",
    "value",
    "step",
    "reason",
    "suppressed_until",
    "flapping",
    "changes",
)


def _saved(alarm: Alarm) -> dict[str, Any]:
    rule, subject = alarm.key
    return {
        "key": [rule, subject.kind, subject.id],
        "status": alarm.status.value,
        **{name: getattr(alarm, name) for name in _PLAIN},
    }


def _loaded(saved: Mapping[str, Any]) -> Alarm:
    rule, kind, number = saved["key"]
    alarm = Alarm((rule, Subject(kind, number)), status=Status(saved["status"]))
    for name in _PLAIN:
        setattr(alarm, name, saved[name])
    alarm.changes = list(saved["changes"])
    return alarm
