"""Which states a reading moves, and the order in which moments pass.

For each device and metric a ``Track`` holds the states of the rules that apply. Readings that are not newer than the
newest of their track are late or duplicates: they move no state, and are counted. While all thresholds of a track are
quiet one comparison with the narrowest band of their limits spares them all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from heapq import heappop, heappush
from typing import Any

from chengshu.engines.streams.data import Reading
from chengshu.engines.streams.rules.absence import Presence
from chengshu.engines.streams.rules.conditions import State, ThresholdState, state_of
from chengshu.engines.streams.rules.definition import (
    Absence,
    Change,
    Compare,
    Device,
    Rule,
    Subject,
    Threshold,
    Together,
)

Emit = Callable[[Change], None]
Pass = Callable[[int], None]


class Slot:
    """One rule for one subject."""

    __slots__ = ("rule", "state", "subject")

    def __init__(self, rule: Rule, subject: Subject, state: State) -> None:
        self.rule = rule
        self.subject = subject
        self.state = state


class SilenceSlot:
    """One absence rule for one device; ``number`` orders equal deadlines."""

    __slots__ = ("number", "presence", "rule", "scheduled", "subject")

    def __init__(self, rule: Rule, subject: Subject, presence: Presence, number: int) -> None:
        self.rule = rule
        self.subject = subject
        self.presence = presence
        self.number = number
        self.scheduled = -1


class Plan:
    """The rules that watch one metric of devices alike: of the same kind, groups, area and units."""

    __slots__ = ("high", "low", "others", "silences", "thresholds")

    def __init__(self, covering: Iterable[Rule], metric: str) -> None:
        self.thresholds: list[Rule] = []
        self.others: list[Rule] = []
        self.silences: list[tuple[Rule, Absence]] = []
        for rule in covering:
            condition = rule.condition
            if isinstance(condition, Absence):
                if condition.metric in ("", metric):
                    self.silences.append((rule, condition))
            elif condition.metric == metric:
                (self.thresholds if isinstance(condition, Threshold) else self.others).append(rule)
        self.low, self.high = _band(self.thresholds)


class Track:
    """What hangs on one metric of one device.

    Thresholds get their states when the first limit is crossed: until then each would be as it began.
    """

    __slots__ = ("high", "last", "low", "others", "plan", "quiet", "silences", "thresholds")

    def __init__(self, plan: Plan, others: list[Slot], silences: list[SilenceSlot]) -> None:
        self.last = -1
        self.plan = plan
        self.thresholds: list[Slot] | None = None
        self.others = others
        self.silences = silences
        self.low, self.high = plan.low, plan.high
        self.quiet = True


def _band(thresholds: Iterable[Rule]) -> tuple[float, float]:
    """Values strictly between cross no limit."""
    low, high = -math.inf, math.inf
    for rule in thresholds:
        condition = rule.condition
        assert isinstance(condition, Threshold)
        if condition.compare in (Compare.ABOVE, Compare.AT_LEAST):
            high = min(high, condition.limit)
        else:
            low = max(low, condition.limit)
    return low, high


class Conditions:
    """All conditions of all rules; tells every change to ``emit``, and to ``let_pass`` that a moment has passed.

    The two calls come in the order of arrival: what is due at a moment is done before what comes after it.
    """

    def __init__(
        self, rules: Iterable[Rule], devices: Mapping[int, Device], emit: Emit, let_pass: Pass
    ) -> None:
        self._rules = sorted(rules, key=lambda rule: rule.id)
        self._devices = devices
        self._emit = emit
        self._let_pass = let_pass
        self._tracks: dict[tuple[int, str], Track] = {}
        self._plans: dict[tuple[Any, ...], Plan] = {}
        self._names_devices = any(rule.scope.devices for rule in self._rules)
        self._shared: dict[tuple[int, Subject], Slot] = {}
        self._silences: dict[tuple[int, int], SilenceSlot] = {}
        self._deadlines: list[tuple[int, int, SilenceSlot]] = []
        self.clock = 0
        self.late = 0

    def feed(self, reading: Reading) -> None:
        """Move every state that this reading concerns; deadlines up to its arrival pass first."""
        received = reading.received
        if received > self.clock:
            self.tick(received)
        key = (reading.device, reading.metric)
        track = self._tracks.get(key) or self._track(key)
        for silence in track.silences:
            self._heard(silence, received)
        at, value = reading.at, reading.value
        if at <= track.last:
            self.late += 1
            return
        track.last = at
        if value == value and not (track.quiet and track.low < value < track.high):  # NaN stands beside words
            self._cross(track, reading.device, at, value)
        for slot in track.others:
            turned = slot.state.feed(at, value, reading.text, reading.device)
            if turned:
                self._emit(Change(slot.rule, slot.subject, turned > 0, at, value))

    def _cross(self, track: Track, device: int, at: int, value: float) -> None:
        quiet = True
        for slot in self._thresholds(track, device):
            state = slot.state
            assert isinstance(state, ThresholdState)
            turned = state.feed(at, value, "", 0)
            if turned:
                self._emit(Change(slot.rule, slot.subject, turned > 0, at, value))
            quiet = quiet and state.is_quiet()
        track.quiet = quiet

    def tick(self, now: int) -> None:
        """Let deadlines up to ``now`` pass. ``now`` must not be later than the arrival of what is still to be fed."""
        self.clock = max(self.clock, now)
        while self._deadlines and self._deadlines[0][0] < self.clock:
            scheduled, _number, silence = heappop(self._deadlines)
            if scheduled != silence.scheduled:
                continue
            presence = silence.presence
            if presence.deadline > scheduled:
                self._schedule(silence)
                continue
            presence.on = True
            silence.scheduled = -1
            self._let_pass(presence.deadline)
            self._emit(Change(silence.rule, silence.subject, True, presence.deadline))
        self._let_pass(self.clock)

    def clock_was_set(self, by: int) -> None:
        """The clock by which arrivals are stamped shows ``by`` milliseconds more than it would have."""
        self.clock = max(0, self.clock + by)
        self._deadlines.clear()
        for silence in self._silences.values():
            silence.presence.clock_was_set(by)
            if silence.scheduled >= 0:
                self._schedule(silence)

    def expect(
        self, device: Device, since: int, interval: int = 0, metrics: Collection[str] | None = None
    ) -> None:
        """Count the silence of a device that has not sent anything yet from the moment ``since``."""
        for rule in self._rules:
            condition = rule.condition
            if not isinstance(condition, Absence) or not rule.scope.covers(device):
                continue
            if metrics is not None and condition.metric and condition.metric not in metrics:
                continue
            silence = self._silence(rule, device, condition)
            if silence.presence.expect(max(since, rule.since), interval):
                self._schedule(silence)

    def expected(self) -> set[int]:
        """The devices that have not sent a reading yet and are not called silent so far."""
        return {
            device
            for (_rule, device), silence in self._silences.items()
            if silence.presence.expected and not silence.presence.on
        }

    def came(self, devices: Collection[int]) -> None:
        """These were heard after all, though not by a reading."""
        for (_rule, device), silence in self._silences.items():
            if device in devices and silence.presence.expected and not silence.presence.on:
                silence.presence.came()
                silence.scheduled = -1

    def _heard(self, silence: SilenceSlot, received: int) -> None:
        if silence.presence.heard(received):
            self._emit(Change(silence.rule, silence.subject, False, received))
        if silence.scheduled < 0 or silence.presence.deadline < silence.scheduled:
            self._schedule(silence)

    def _schedule(self, silence: SilenceSlot) -> None:
        silence.scheduled = silence.presence.deadline
        heappush(self._deadlines, (silence.scheduled, silence.number, silence))

    def _thresholds(self, track: Track, device: int) -> list[Slot]:
        if track.thresholds is None:
            facts = self._devices.get(device) or Device(device)
            track.thresholds = [self._slot(rule, facts) for rule in track.plan.thresholds]
        return track.thresholds

    def _track(self, key: tuple[int, str]) -> Track:
        device = self._devices.get(key[0]) or Device(key[0])
        plan = self._plan(device, key[1])
        silences = [self._silence(rule, device, condition) for rule, condition in plan.silences]
        others = [self._slot(rule, device) for rule in plan.others]
        track = self._tracks[key] = Track(plan, others, silences)
        return track

    def _plan(self, device: Device, metric: str) -> Plan:
        own = device.id if self._names_devices else 0
        kind = (metric, own, device.model, device.groups, device.area, device.units)
        if kind not in self._plans:
            self._plans[kind] = Plan((rule for rule in self._rules if rule.scope.covers(device)), metric)
        return self._plans[kind]

    def _slot(self, rule: Rule, device: Device) -> Slot:
        condition = rule.condition
        assert not isinstance(condition, Absence)
        if not isinstance(condition, Together):
            return Slot(rule, Subject("device", device.id), state_of(condition))
        subject = Subject("area", device.area) if condition.by == "area" else Subject("rule", 0)
        return self._shared.setdefault((rule.id, subject), Slot(rule, subject, state_of(condition)))

    def _silence(self, rule: Rule, device: Device, condition: Absence) -> SilenceSlot:
        key = (rule.id, device.id)
        if key not in self._silences:
            subject = Subject("device", device.id)
            self._silences[key] = SilenceSlot(rule, subject, Presence(condition), len(self._silences))
        return self._silences[key]

    def save(self) -> dict[str, Any]:
        """Everything that readings have left behind, as JSON values; rules and devices are not part of it."""
        return {
            "clock": self.clock,
            "late": self.late,
            "tracks": [
                [*key, track.last, [[slot.rule.id, slot.state.save()] for slot in _own(track)]]
                for key, track in self._tracks.items()
            ],
            "shared": [
                [rule, subject.kind, subject.id, slot.state.save()]
                for (rule, subject), slot in self._shared.items()
            ],
            "silences": [[*key, silence.presence.save()] for key, silence in self._silences.items()],
        }

    def load(self, saved: Mapping[str, Any]) -> None:
        """Go on from a saved state; what belongs to rules that are no longer in force is dropped."""
        self.clock, self.late = saved["clock"], saved["late"]
        for device, metric, last, states in saved["tracks"]:
            track = self._track((device, metric))
            track.last = last
            known = dict(map(tuple, states))
            if any(rule.id in known for rule in track.plan.thresholds):
                self._thresholds(track, device)
            for slot in _own(track):
                if slot.rule.id in known:
                    slot.state.load(known[slot.rule.id])
            track.quiet = all(
                slot.state.is_quiet()
                for slot in track.thresholds or ()
                if isinstance(slot.state, ThresholdState)
            )
        for rule, kind, number, state in saved["shared"]:
            slot_found = self._shared.get((rule, Subject(kind, number)))
            if slot_found:
                slot_found.state.load(state)
        absences = {rule.id: rule for rule in self._rules if isinstance(rule.condition, Absence)}
        for rule, device, state in saved["silences"]:
            silence = self._silences.get((rule, device)) or self._unheard(absences.get(rule), device)
            if silence:
                silence.presence.load(state)
                if silence.presence.expected and not silence.presence.on:
                    silence.presence.came()  # whoever still waits for it says so again
                elif not silence.presence.on:
                    self._schedule(silence)

    def _unheard(self, rule: Rule | None, number: int) -> SilenceSlot | None:
        """The silence of a device that has sent no reading, if the rule still concerns it."""
        device = self._devices.get(number)
        if rule is None or device is None or not rule.scope.covers(device):
            return None
        assert isinstance(rule.condition, Absence)
        return self._silence(rule, device, rule.condition)


def _own(track: Track) -> list[Slot]:
    """The slots whose state belongs to this track alone."""
    return [
        slot
        for slot in (*(track.thresholds or ()), *track.others)
        if not isinstance(slot.rule.condition, Together)
    ]
