"""What a rule says and what an alarm tells: frozen values. All moments and durations are milliseconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Literal

MINUTE = 60_000


class Level(IntEnum):
    """Warning levels, the first being the gravest (Emergency Response Law, 2024 revision, art. 63)."""

    RED = 1
    ORANGE = 2
    YELLOW = 3
    BLUE = 4


class Compare(StrEnum):
    ABOVE = "above"
    AT_LEAST = "at_least"
    BELOW = "below"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A metric crosses a limit.

    :param clear: the limit that it must come back to (hysteresis); by default the same
    :param for_ms: how long, by the device's own moments, it must be across before that counts
    :param clear_for_ms: how long it must be back before it counts as recovered
    """

    metric: str
    compare: Compare
    limit: float
    clear: float | None = None
    for_ms: int = 0
    clear_for_ms: int = 0


@dataclass(frozen=True, slots=True)
class OneOf:
    """A metric that takes words has one of the given ones."""

    metric: str
    words: frozenset[str]
    for_ms: int = 0
    clear_for_ms: int = 0


@dataclass(frozen=True, slots=True)
class Swing:
    """A metric rises or falls by at least ``by`` within ``within_ms``; recovered once it no longer does."""

    metric: str
    by: float
    within_ms: int
    direction: Literal["rise", "fall", "any"] = "any"


@dataclass(frozen=True, slots=True)
class Windowed:
    """The mean, sum, smallest, largest or count of the last ``within_ms`` crosses a limit.

    The window moves in sixtieths of its width, so that its memory does not grow with the number of readings.

    :param at_least: how many readings it must hold before it says anything
    """

    metric: str
    function: Literal["mean", "sum", "min", "max", "count"]
    within_ms: int
    compare: Compare
    limit: float
    clear: float | None = None
    at_least: int = 1


@dataclass(frozen=True, slots=True)
class Together:
    """Several devices at once: at least ``needed`` cross the limit, or the mean, smallest or largest of all does.

    :param by: one subject for all devices of the rule, or one for each area
    :param fresh_ms: a device whose latest value is older than this, seen from the newest, does not count
    :param at_least: how many devices must have reported before it says anything
    """

    metric: str
    function: Literal["count", "mean", "min", "max"]
    compare: Compare
    limit: float
    needed: int = 1
    by: Literal["rule", "area"] = "rule"
    fresh_ms: int = 10 * MINUTE
    at_least: int = 1


@dataclass(frozen=True, slots=True)
class Absence:
    """Nothing arrives for ``factor`` times the interval that the device has kept so far, by arrival.

    The interval is learned from the last fifteen; until five are known, and never below ``at_least_ms``, that counts.
    """

    metric: str = ""  # any
    factor: float = 3.0
    at_least_ms: int = 5 * MINUTE


Condition = Threshold | OneOf | Swing | Windowed | Together | Absence


@dataclass(frozen=True, slots=True)
class Device:
    """What rules need to know of a device; 0 means that there is no such area, parent or model."""

    id: int
    area: int = 0
    parent: int = 0
    model: int = 0
    groups: frozenset[int] = frozenset()
    units: frozenset[int] = frozenset()  # its own and those above it


@dataclass(frozen=True, slots=True)
class Scope:
    """Which devices are meant: those named in every part that is not empty; an empty scope means all."""

    devices: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()
    areas: frozenset[int] = frozenset()
    models: frozenset[int] = frozenset()
    units: frozenset[int] = frozenset()

    def covers(self, device: Device) -> bool:
        return (
            (not self.devices or device.id in self.devices)
            and (not self.groups or bool(self.groups & device.groups))
            and (not self.areas or device.area in self.areas)
            and (not self.models or device.model in self.models)
            and (not self.units or bool(self.units & device.units))
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule in force.

    :param hides_children: while its alarm lasts, alarms of devices below the same one are suppressed
    :param escalate_ms: after how long without acknowledgement each step is reached
    :param since: when it came into force; devices that were never heard are waited for from then on
    """

    id: int
    condition: Condition
    level: Level = Level.YELLOW
    scope: Scope = Scope()
    hides_children: bool = False
    escalate_ms: tuple[int, ...] = (15 * MINUTE, 30 * MINUTE, 60 * MINUTE)
    since: int = 0


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Work on devices from ``start`` up to, not including, ``end``: alarms that come up meanwhile are suppressed."""

    id: int
    start: int
    end: int
    scope: Scope = Scope()

    def covers(self, device: Device, at: int) -> bool:
        return self.start <= at < self.end and self.scope.covers(device)


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """What an alarm is about: a device, an area, or all devices of the rule (id 0)."""

    kind: Literal["device", "area", "rule"]
    id: int


@dataclass(frozen=True, slots=True)
class Change:
    """A condition came true or ceased to be, at the given moment."""

    rule: Rule
    subject: Subject
    on: bool
    at: int
    value: float = float("nan")


class Status(StrEnum):
    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    SUPPRESSED = "suppressed"
    CLEARED = "cleared"  # recovered, but nobody has acknowledged it yet
    CLOSED = "closed"


class EventKind(StrEnum):
    RAISED = "raised"
    SUPPRESSED = "suppressed"
    CLEARED = "cleared"
    FLAPPING = "flapping"
    SETTLED = "settled"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class AlarmEvent:
    """Something that happened to an alarm, at the moment it came true.

    :param raised_at: with rule and subject the identity of the alarm
    :param step: of an escalation, from 1
    :param reason: of a suppression: ``maintenance``, ``parent`` or ``hand``
    """

    kind: EventKind
    rule: int
    subject: Subject
    raised_at: int
    at: int
    value: float = field(default=float("nan"), compare=False)
    step: int = 0
    reason: str = ""
