"""From appointments to powers: what an account may do where, on a given day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from chengshu.foundation.asking import EVERYWHERE, Lent, Units
from chengshu.foundation.orgs.models import Appointment, Delegation, PostRole, RoleReach, Unit

NEVER_DELEGATED = ("identity.", "orgs.", "audit.")
"""Powers over powers stay where they are (separation of administrators, GB/T 22239-2019 8.1.5)."""


@dataclass(frozen=True)
class Powers:
    """Everything an account may do on one day.

    :param role_units: role key → units where a post of the account carries it
    :param lent: what others have lent it
    """

    units: dict[str, Units]
    roles: tuple[str, ...]
    unit: Unit | None
    title: str
    on_behalf_of: dict[str, int] = field(default_factory=dict)
    role_units: dict[str, Units] = field(default_factory=dict)
    lent: tuple[Lent, ...] = ()


def powers_of(account_id: int, on: date) -> Powers:
    """The powers of an account on one day: its posts, acting ones included, and what was delegated to it."""
    held = _current_appointments(account_id, on)
    units = _powers_of_appointments(held)
    on_behalf_of: dict[str, int] = {}
    lent: list[Lent] = []
    for delegation in _current_delegations(account_id, on):
        posts_of_giver = _current_appointments(delegation.giver_id, on)
        given = _powers_of_appointments(posts_of_giver)
        lent.append(_lent(delegation, given, posts_of_giver))
        for permission in delegation.permissions:
            if permission in given and not permission.startswith(NEVER_DELEGATED):
                if permission not in units:
                    on_behalf_of[permission] = delegation.giver_id
                units[permission] = _union(units.get(permission, frozenset()), given[permission])
    first = held[0] if held else None
    roles = {pr.role.key for a in held for pr in a.post.post_roles.all()}
    return Powers(
        units=units,
        roles=tuple(sorted(roles)),
        unit=first.post.unit if first else None,
        title=first.post.title if first else "",
        on_behalf_of=on_behalf_of,
        role_units=_units_of_roles(held),
        lent=tuple(lent),
    )


def own_powers(account_id: int, on: date) -> dict[str, Units]:
    """What an account holds by its own posts, without what others lent it: the most it can lend itself."""
    return _powers_of_appointments(_current_appointments(account_id, on))


def subtree_ids(path: str) -> frozenset[int]:
    """Ids of the unit with this path and of all units below it."""
    return frozenset(Unit.objects.filter(path__startswith=path).values_list("id", flat=True))


def _current_appointments(account_id: int, on: date) -> list[Appointment]:
    return list(
        Appointment.objects.filter(account_id=account_id, starts_on__lte=on)
        .filter(Q(ends_on=None) | Q(ends_on__gte=on))
        .select_related("post__unit")
        .prefetch_related("post__post_roles__role")
        .order_by("kind", "starts_on", "id")
    )[::-1]


def _current_delegations(account_id: int, on: date) -> Iterable[Delegation]:
    return Delegation.objects.filter(
        receiver_id=account_id, starts_on__lte=on, ends_on__gte=on, revoked_at=None
    )


def _powers_of_appointments(appointments: Iterable[Appointment]) -> dict[str, Units]:
    powers: dict[str, Units] = {}
    for appointment in appointments:
        for post_role in appointment.post.post_roles.all():
            reached = _reached(post_role, appointment.post.unit)
            for permission in post_role.role.permissions:
                powers[permission] = _union(powers.get(permission, frozenset()), reached)
    return powers


def _units_of_roles(appointments: Iterable[Appointment]) -> dict[str, Units]:
    units: dict[str, Units] = {}
    for appointment in appointments:
        for post_role in appointment.post.post_roles.all():
            reached = _reached(post_role, appointment.post.unit)
            units[post_role.role.key] = _union(units.get(post_role.role.key, frozenset()), reached)
    return units


def _lent(delegation: Delegation, given: Mapping[str, Units], posts: Iterable[Appointment]) -> Lent:
    permissions = frozenset(
        name for name in delegation.permissions if name in given and not name.startswith(NEVER_DELEGATED)
    )
    return Lent(delegation.giver_id, permissions, _units_of_roles(posts))


def _reached(post_role: PostRole, unit: Unit) -> Units:
    if post_role.reach == RoleReach.DISTRICT:
        return EVERYWHERE
    if post_role.reach == RoleReach.SUBTREE:
        return subtree_ids(unit.path)
    return frozenset({unit.pk})


def _union(left: Units, right: Units) -> Units:
    if isinstance(left, str) or isinstance(right, str):
        return EVERYWHERE
    return left | right
