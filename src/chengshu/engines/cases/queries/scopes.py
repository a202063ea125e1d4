"""The asker's scope as conditions: for speed only, since row security shows no other rows anyhow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chengshu.foundation.asking import EVERYWHERE, Asker, Units

ALL_UNITS = None
"""In place of a list of unit ids: no condition on the unit."""


@dataclass(frozen=True)
class Branch:
    """One part of a queue: tasks of these units, for these roles.

    :param units: None for all
    :param roles: None for any
    """

    units: tuple[int, ...] | None
    roles: tuple[str, ...] | None = None


def viewed_units(asker: Asker) -> Units:
    """Units whose cases the asker may read."""
    if asker.is_system:
        return EVERYWHERE
    scope = asker.reading_scope().get("cases", [])
    return scope if isinstance(scope, str) else frozenset(scope)


def persons(asker: Asker, permission: str) -> list[int]:
    """The asker, and whoever has lent the asker this permission."""
    own = [asker.account_id] if asker.account_id is not None else []
    return own + [lent.giver_id for lent in asker.lent if permission in lent.permissions]


def of_units(units: Units, only: int | None) -> list[Branch]:
    """The queue of whole units, narrowed to one if asked."""
    if units == EVERYWHERE or isinstance(units, str):
        return [Branch((only,) if only is not None else ALL_UNITS)]
    chosen = units if only is None else units & {only}
    return [Branch(tuple(sorted(chosen)))] if chosen else []


def claimable(asker: Asker, permission: str, only: int | None) -> list[Branch]:
    """Where the asker may take work on: by role at a unit, or by the power alone where no role is named."""
    permitted = asker.units(permission)
    offers = [asker.role_units, *(lent.role_units for lent in asker.lent if permission in lent.permissions)]
    by_role: dict[str, Units] = {}
    for units, role in _offered(offers, permitted):
        by_role[role] = _either(by_role.get(role, frozenset()), units)
    by_units: dict[tuple[int, ...] | None, list[str]] = {}
    for role, units in sorted(by_role.items()):
        for branch in of_units(units, only):
            by_units.setdefault(branch.units, []).append(role)
    return [Branch(units, tuple(roles)) for units, roles in by_units.items()]


def contain(whole: Iterable[Branch], parts: Iterable[Branch]) -> bool:
    """Whether each of the parts lies within one of the others, by its units and its roles."""
    outer = list(whole)
    return all(any(_contains(branch, part) for branch in outer) for part in parts)


def _contains(outer: Branch, inner: Branch) -> bool:
    def within(few: tuple[object, ...] | None, many: tuple[object, ...] | None) -> bool:
        return many is None or (few is not None and set(few) <= set(many))

    return within(inner.units, outer.units) and within(inner.roles, outer.roles)


def _offered(offers: Iterable[Mapping[str, Units]], permitted: Units) -> Iterable[tuple[Units, str]]:
    if permitted:
        yield permitted, ""
    for offer in offers:
        for role, units in offer.items():
            common = _both(units, permitted)
            if common:
                yield common, role


def _both(left: Units, right: Units) -> Units:
    if isinstance(left, str):
        return right
    return left if isinstance(right, str) else left & right


def _either(left: Units, right: Units) -> Units:
    return EVERYWHERE if isinstance(left, str) or isinstance(right, str) else left | right
