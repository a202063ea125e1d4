"""The state of one condition for one subject, moved on reading by reading.

Each class has ``feed(at, value, text, device)`` → 1 when the condition came true, -1 when it ceased, else 0, and
``save``/``load`` of its state as JSON values. Moments given to one state never go back.
"""

from __future__ import annotations

import math
import operator
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any, Protocol

from chengshu.engines.streams.rules.definition import Compare, OneOf, Swing, Threshold, Together, Windowed

PANES = 60

CROSSES: dict[Compare, Callable[[float, float], bool]] = {
    Compare.ABOVE: operator.gt,
    Compare.AT_LEAST: operator.ge,
    Compare.BELOW: operator.lt,
    Compare.AT_MOST: operator.le,
}


class State(Protocol):
    on: bool

    def feed(self, at: int, value: float, text: str, device: int) -> int: ...

    def save(self) -> list[Any]: ...

    def load(self, saved: list[Any]) -> None: ...


class Switch:
    """On and off with a duration each way."""

    __slots__ = ("clear_for_ms", "for_ms", "on", "since")

    def __init__(self, for_ms: int = 0, clear_for_ms: int = 0) -> None:
        self.for_ms = for_ms
        self.clear_for_ms = clear_for_ms
        self.on = False
        self.since = -1

    def turn(self, at: int, true: bool) -> int:
        """``true`` is whether the condition holds, judged with the limit for the present side."""
        if true == self.on:
            self.since = -1
            return 0
        if self.since < 0:
            self.since = at
        if at - self.since < (self.clear_for_ms if self.on else self.for_ms):
            return 0
        self.on = true
        self.since = -1
        return 1 if true else -1

    def save(self) -> list[Any]:
        return [self.on, self.since]

    def load(self, saved: list[Any]) -> None:
        self.on, self.since = saved[0], saved[1]


class ThresholdState(Switch):
    __slots__ = ("_clear", "_crosses", "_limit")

    def __init__(self, condition: Threshold) -> None:
        super().__init__(condition.for_ms, condition.clear_for_ms)
        self._crosses = CROSSES[condition.compare]
        self._limit = condition.limit
        self._clear = condition.limit if condition.clear is None else condition.clear

    def feed(self, at: int, value: float, text: str, device: int) -> int:
        if value != value:
            return 0
        return self.turn(at, self._crosses(value, self._clear if self.on else self._limit))

    def is_quiet(self) -> bool:
        """Neither on nor counting towards it: a value that crosses no limit cannot change it."""
        return not self.on and self.since < 0


class WordState(Switch):
    __slots__ = ("_words",)

    def __init__(self, condition: OneOf) -> None:
        super().__init__(condition.for_ms, condition.clear_for_ms)
        self._words = condition.words

    def feed(self, at: int, value: float, text: str, device: int) -> int:
        return self.turn(at, text in self._words)


class SwingState(Switch):
    """Keeps only the readings that can still be the smallest or the largest of the window."""

    __slots__ = ("_by", "_fall", "_highs", "_lows", "_rise", "_within")

    def __init__(self, condition: Swing) -> None:
        super().__init__()
        self._by = condition.by
        self._within = condition.within_ms
        self._rise = condition.direction != "fall"
        self._fall = condition.direction != "rise"
        self._lows: deque[tuple[int, float]] = deque()
        self._highs: deque[tuple[int, float]] = deque()

    def feed(self, at: int, value: float, text: str, device: int) -> int:
        if value != value:
            return 0
        far = False
        if self._rise:
            lows = self._lows
            while lows and lows[-1][1] >= value:
                lows.pop()
            lows.append((at, value))
            while lows[0][0] < at - self._within:
                lows.popleft()
            far = value - lows[0][1] >= self._by
        if self._fall:
            highs = self._highs
            while highs and highs[-1][1] <= value:
                highs.pop()
            highs.append((at, value))
            while highs[0][0] < at - self._within:
                highs.popleft()
            far = far or highs[0][1] - value >= self._by
        return self.turn(at, far)

    def save(self) -> list[Any]:
        return [*super().save(), [list(one) for one in self._lows], [list(one) for one in self._highs]]

    def load(self, saved: list[Any]) -> None:
        super().load(saved)
        self._lows = deque((at, value) for at, value in saved[2])
        self._highs = deque((at, value) for at, value in saved[3])


class WindowState(Switch):
    """Sixty panes, of which only the newest changes; what the others hold is summed up when a pane is turned."""

    __slots__ = ("_clear", "_condition", "_crosses", "_older", "_pane_ms", "_panes")

    def __init__(self, condition: Windowed) -> None:
        super().__init__()
        self._condition = condition
        self._crosses = CROSSES[condition.compare]
        self._clear = condition.limit if condition.clear is None else condition.clear
        self._pane_ms = max(condition.within_ms // PANES, 1)
        self._panes: deque[list[Any]] = deque()  # [number, count, sum, smallest, largest]
        self._older: tuple[int, float, float, float] = (0, 0.0, math.inf, -math.inf)

    def feed(self, at: int, value: float, text: str, device: int) -> int:
        if value != value:
            return 0
        number = at // self._pane_ms
        panes = self._panes
        if not panes or panes[-1][0] != number:
            self._turn_pane(number)
        pane = panes[-1]
        pane[1] += 1
        pane[2] += value
        if value < pane[3]:
            pane[3] = value
        if value > pane[4]:
            pane[4] = value
        if pane[1] + self._older[0] < self._condition.at_least:
            return 0
        limit = self._clear if self.on else self._condition.limit
        return self.turn(at, self._crosses(self._result(pane), limit))

    def _turn_pane(self, number: int) -> None:
        panes = self._panes
        while panes and panes[0][0] <= number - PANES:
            panes.popleft()
        self._older = (
            sum(pane[1] for pane in panes),
            math.fsum(pane[2] for pane in panes),
            min((pane[3] for pane in panes), default=math.inf),
            max((pane[4] for pane in panes), default=-math.inf),
        )
        panes.append([number, 0, 0.0, math.inf, -math.inf])

    def _result(self, pane: list[Any]) -> float:
        count, total, smallest, largest = self._older
        match self._condition.function:
            case "mean":
                return float((total + pane[2]) / (count + pane[1]))
            case "sum":
                return float(total + pane[2])
            case "count":
                return float(count + pane[1])
            case "min":
                return float(min(smallest, pane[3]))
            case _:
                return float(max(largest, pane[4]))

    def save(self) -> list[Any]:
        return [*super().save(), [list(pane) for pane in self._panes], list(self._older)]

    def load(self, saved: list[Any]) -> None:
        super().load(saved)
        self._panes = deque(list(pane) for pane in saved[2])
        count, total, smallest, largest = saved[3]
        self._older = (count, total, smallest, largest)


class TogetherState(Switch):
    """The latest value of each device, in the order of arrival, with running totals of what they say together.

    Stale devices are dropped from the front; behind a fresh one, a device that sent an older moment later waits there.
    """

    __slots__ = ("_condition", "_crosses", "_latest", "_newest", "_over", "_total")

    def __init__(self, condition: Together) -> None:
        super().__init__()
        self._condition = condition
        self._crosses = CROSSES[condition.compare]
        self._latest: OrderedDict[int, tuple[int, float]] = OrderedDict()
        self._newest = 0
        self._over = 0
        self._total = 0.0

    def feed(self, at: int, value: float, text: str, device: int) -> int:
        if value != value:
            return 0
        self._newest = max(self._newest, at)
        if device in self._latest:
            self._forget(device)
        self._remember(device, at, value)
        self._forget_stale()
        if len(self._latest) < self._condition.at_least:
            return 0
        return self.turn(self._newest, self._holds())

    def _remember(self, device: int, at: int, value: float) -> None:
        self._latest[device] = (at, value)
        self._over += self._crosses(value, self._condition.limit)
        self._total += value

    def _forget(self, device: int) -> None:
        value = self._latest.pop(device)[1]
        self._over -= self._crosses(value, self._condition.limit)
        self._total -= value

    def _forget_stale(self) -> None:
        oldest = self._newest - self._condition.fresh_ms
        while self._latest:
            device = next(iter(self._latest))
            if self._latest[device][0] >= oldest:
                return
            self._forget(device)

    def _holds(self) -> bool:
        condition = self._condition
        if not self._latest:
            return False
        match condition.function:
            case "count":
                return self._over >= condition.needed
            case "mean":
                return self._crosses(self._total / len(self._latest), condition.limit)
            case "min":
                return self._crosses(min(value for _at, value in self._latest.values()), condition.limit)
            case _:
                return self._crosses(max(value for _at, value in self._latest.values()), condition.limit)

    def save(self) -> list[Any]:
        return [
            *super().save(),
            self._newest,
            self._total,
            [[key, *one] for key, one in self._latest.items()],
        ]

    def load(self, saved: list[Any]) -> None:
        super().load(saved)
        self._newest, total = saved[2], saved[3]
        for device, at, value in saved[4]:
            self._remember(device, at, value)
        self._total = total


def state_of(condition: Threshold | OneOf | Swing | Windowed | Together) -> State:
    match condition:
        case Threshold():
            return ThresholdState(condition)
        case OneOf():
            return WordState(condition)
        case Swing():
            return SwingState(condition)
        case Windowed():
            return WindowState(condition)
        case Together():
            return TogetherState(condition)
