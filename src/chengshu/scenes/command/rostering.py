"""Who takes which turn: the slots that a pattern asks for, turns taken in order, overlaps and rest. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from chengshu.foundation.calendar import published_calendar
from chengshu.foundation.calendar.moments import at


@dataclass(frozen=True, slots=True)
class Turn:
    """One post in one shift of one day."""

    post: int
    shift: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Stretch:
    """When somebody is on duty already."""

    account: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ShiftRule:
    pk: int
    starts_at: time
    hours: int
    days: str


def turns(posts: Sequence[int], shifts: Iterable[ShiftRule], first: date, last: date) -> Iterator[Turn]:
    """Every turn that a pattern asks for, by time.

    :raises NoticeMissing: if a shift asks for working or rest days of a year without a notice
    """
    rules = sorted(shifts, key=lambda one: one.starts_at)
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for rule in rules:
            if _falls_on(rule, day):
                start = at(day, rule.starts_at)
                for post in posts:
                    yield Turn(post, rule.pk, start, start + timedelta(hours=rule.hours))


def _falls_on(rule: ShiftRule, day: date) -> bool:
    if rule.days == "all":
        return True
    return published_calendar().is_workday(day) is (rule.days == "working")


def is_free(account: int, turn: Turn, taken: Iterable[Stretch], rest: timedelta) -> bool:
    """Whether an account has no other duty then, nor so close to it that the rest is too short."""
    return not any(
        one.account == account and turn.starts_at < one.ends_at + rest and one.starts_at < turn.ends_at + rest
        for one in taken
    )


def named(
    wanted: Iterable[Turn],
    orders: dict[int, list[int]],
    begins_with: dict[int, int],
    taken: Sequence[Stretch],
    rest: timedelta,
) -> list[tuple[Turn, int | None]]:
    """Each turn with who takes it: the next in the order of the post who is free; None where nobody is.

    :param orders: post → accounts in the order of their turns
    :param begins_with: post → place in its order to begin with
    """
    busy, at_place = list(taken), dict(begins_with)
    found: list[tuple[Turn, int | None]] = []
    for turn in wanted:
        order = orders.get(turn.post, [])
        chosen = None
        for step in range(len(order)):
            place = (at_place.get(turn.post, 0) + step) % len(order)
            if is_free(order[place], turn, busy, rest):
                chosen, at_place[turn.post] = order[place], place + 1
                busy.append(Stretch(chosen, turn.starts_at, turn.ends_at))
                break
        found.append((turn, chosen))
    return found
