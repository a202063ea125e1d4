"""How much an evaluation may consume, and the ledger of one evaluation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.feel.errors import REASONS, FeelError, FeelLimit, Remark


@dataclass(frozen=True, slots=True)
class Limits:
    """What one evaluation may use up.

    :param steps: iterations, invocations and regular-expression steps
    :param depth: nested function invocations
    :param items: elements of one list
    :param characters: length of one string
    :param seconds: wall-clock time
    :param now: what ``now()`` and ``today()`` answer; without it they are null, so that a run can be repeated
    """

    steps: int = 200_000
    depth: int = 80
    items: int = 100_000
    characters: int = 1_000_000
    seconds: float = 2.0
    now: datetime | None = None


LIMITS = Limits()

T = TypeVar("T")

_STEPS_BETWEEN_CLOCK_READINGS = 256


class Run:
    """The ledger of one evaluation: what is used up so far, and what was remarked.

    :param remarks: collects why parts became null; None collects nothing and costs nothing
    :param strict: raise :class:`FeelError` at the first remark instead of going on with null

    ``element`` names what is being evaluated, for remarks; ``trace`` keeps what decision tables report, if not None.
    """

    __slots__ = (
        "_deadline",
        "_next_reading",
        "at",
        "depth",
        "element",
        "limits",
        "remarks",
        "steps",
        "strict",
        "text",
        "trace",
    )

    def __init__(
        self, limits: Limits, text: str = "", remarks: list[Remark] | None = None, strict: bool = False
    ) -> None:
        self.limits = limits
        self.text = text
        self.remarks = remarks
        self.strict = strict
        self.steps = 0
        self.depth = 0
        self.at = -1
        self.element = ""
        self.trace: list[Any] | None = None
        self._deadline = 0.0
        self._next_reading = _STEPS_BETWEEN_CLOCK_READINGS

    def tick(self, count: int = 1) -> None:
        """Use up steps.

        :raises FeelLimit: if no steps or no time are left
        """
        self.steps += count
        if self.steps >= self._next_reading:
            self._look_at_limits()

    def _look_at_limits(self) -> None:
        if self.steps > self.limits.steps:
            raise self.exceeded(
                _("The expression was stopped after %(count)d steps."), count=self.limits.steps
            )
        present = monotonic()
        if not self._deadline:
            self._deadline = present + self.limits.seconds
        elif present > self._deadline:
            raise self.exceeded(
                _("The expression was stopped after %(count)s seconds."), count=self.limits.seconds
            )
        self._next_reading = min(self.steps + _STEPS_BETWEEN_CLOCK_READINGS, self.limits.steps + 1)

    def need_items(self, count: int) -> None:
        """:raises FeelLimit: if a list of ``count`` elements is too long"""
        if count > self.limits.items:
            raise self.exceeded(
                _("The expression was stopped: a list would get more than %(count)d elements."),
                count=self.limits.items,
            )

    def made_items(self, count: int) -> None:
        """Enter a new list of ``count`` elements; many large ones use up steps too.

        :raises FeelLimit: if it is too long, or no steps are left
        """
        self.need_items(count)
        self.tick(count >> 3)

    def made_characters(self, count: int) -> None:
        """Enter a new string of ``count`` characters; many large ones use up steps too.

        :raises FeelLimit: if it is too long, or no steps are left
        """
        if count > self.limits.characters:
            raise self.exceeded(
                _("The expression was stopped: a text would get more than %(count)d characters."),
                count=self.limits.characters,
            )
        self.tick(count >> 6)

    def weigh(self, value: Any) -> None:
        """Make sure that a value unfolds to a bounded size: parts that occur several times count each time.

        :raises FeelLimit: if it is too large
        """
        if type(value) is not list and type(value) is not dict:
            return
        pending, left, most = [value], 4 * self.limits.items, 64 * self.limits.characters
        while pending:
            item = pending.pop()
            inner = item.values() if type(item) is dict else item
            left -= len(item) + 1
            for part in inner:
                if type(part) is list or type(part) is dict:
                    pending.append(part)
                elif type(part) is str:
                    most -= len(part)
            if left < 0 or most < 0:
                raise self.exceeded(
                    _("The expression was stopped: a value would get more than %(count)d parts."),
                    count=4 * self.limits.items,
                )

    def enter(self) -> None:
        """Go one invocation deeper; ``leave`` must follow.

        :raises FeelLimit: if that is too deep
        """
        self.tick()
        self.depth += 1
        if self.depth > self.limits.depth:
            raise self.exceeded(
                _("The expression was stopped: functions call each other more than %(count)d levels deep."),
                count=self.limits.depth,
            )

    def leave(self) -> None:
        self.depth -= 1

    def exceeded(self, message: Any, **facts: Any) -> FeelLimit:
        return FeelLimit(message % facts, text=self.text)

    def null(self, reason: str, at: int = -1, /, **facts: Any) -> T | None:
        """Remark why something is null, and be that null: always answers None, typed as whatever is wanted.

        :param reason: a key of :data:`REASONS`
        :param at: place in the text; without it, that of the function called last
        :raises FeelError: in a strict run
        """
        if self.remarks is None and not self.strict:
            return None
        at = self.at if at < 0 else at
        message = REASONS[reason] % facts
        if self.strict:
            raise FeelError(message, text=self.text, position=max(at, 0), code=f"feel.{reason}")
        if self.remarks is not None and len(self.remarks) < 100:
            self.remarks.append(Remark(f"feel.{reason}", message, at, facts, self.element))
        return None


Closure = Callable[["Scope"], Any]


class Scope:
    """Values by name, one level of it; names not found here are looked up in the parent."""

    __slots__ = ("parent", "run", "values")

    def __init__(self, values: Any, parent: Scope | None, run: Run) -> None:
        self.values = values
        self.parent = parent
        self.run = run
