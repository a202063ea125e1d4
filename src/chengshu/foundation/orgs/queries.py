"""Reads on the organisation: the tree on a day, names now and ever, posts with their holders, powers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import EVERYWHERE
from chengshu.foundation.errors import Missing
from chengshu.foundation.identity.models import Account
from chengshu.foundation.orgs.models import (
    Appointment,
    Delegation,
    OfficialContact,
    Post,
    PostRole,
    Role,
    Unit,
    UnitAlias,
)
from chengshu.foundation.orgs.powers import Powers, powers_of


def unit_by_name(name: str) -> Unit | None:
    """The unit with this name, now or ever: its own name first, then its aliases."""
    unit = Unit.objects.filter(name=name).order_by("valid_to").last()
    if unit is not None:
        return unit
    alias = UnitAlias.objects.select_related("unit").filter(name=name).first()
    return alias.unit if alias else None


def unit_by_id(unit_id: int) -> Unit:
    """
    :raises Missing: if there is none
    """
    unit = Unit.objects.select_related("parent").filter(pk=unit_id).first()
    if unit is None:
        raise Missing(_("There is no such unit."), code="unit_missing", hint=_("Start from the tree."))
    return unit


def post_by_id(post_id: int) -> Post:
    """
    :raises Missing: if there is none
    """
    post = Post.objects.select_related("unit").filter(pk=post_id).first()
    if post is None:
        raise Missing(_("There is no such post."), code="post_missing", hint=_("Start from the tree."))
    return post


def role_by_key(key: str) -> Role:
    """
    :raises Missing: if there is none
    """
    role = Role.objects.filter(key=key).first()
    if role is None:
        raise Missing(_("There is no such role."), code="role_missing", hint=_("Start from the list."))
    return role


def appointment_by_id(appointment_id: int) -> Appointment:
    """
    :raises Missing: if there is none
    """
    found = Appointment.objects.select_related("post__unit", "account").filter(pk=appointment_id).first()
    if found is None:
        raise Missing(_("There is no such appointment."), code="appointment_missing")
    return found


def delegation_by_id(delegation_id: int) -> Delegation:
    """
    :raises Missing: if there is none
    """
    found = Delegation.objects.filter(pk=delegation_id).first()
    if found is None:
        raise Missing(_("There is no such delegation."), code="delegation_missing")
    return found


def contact_by_id(contact_id: int) -> OfficialContact:
    """
    :raises Missing: if there is none
    """
    found = OfficialContact.objects.select_related("unit").filter(pk=contact_id).first()
    if found is None:
        raise Missing(_("There is no such contact."), code="contact_missing")
    return found


@dataclass(frozen=True)
class Branch:
    """A unit in the tree, with the name it had on the day and why it was found."""

    unit: Unit
    name: str
    also: str
    depth: int
    is_active: bool
    children: list[Branch]


def units(search: str = "", *, on: date | None = None, kind: str = "") -> QuerySet[Unit]:
    """Units by path.

    :param search: part of a name, now or ever, or a code
    :param on: only units that existed on this day
    """
    found = Unit.objects.select_related("parent").prefetch_related("aliases").order_by("path")
    if on is not None:
        found = found.exclude(valid_from__gt=on).exclude(valid_to__lt=on)
    if kind:
        found = found.filter(kind=kind)
    if words := search.strip():
        named = Q(name__icontains=words) | Q(short_name__icontains=words) | Q(name_en__icontains=words)
        known = UnitAlias.objects.filter(name__icontains=words).values("unit_id")
        found = found.filter(named | Q(code__startswith=words) | Q(pk__in=known))
    return found


def tree(on: date, *, search: str = "", closed: bool = False) -> list[Branch]:
    """The organisation on a day; with a search, only what matches and what stands above it.

    :param closed: also units that do not exist on that day
    """
    everything = list(units(on=None if closed else on))
    if search.strip():
        hits = set(units(search).values_list("path", flat=True))
        kept = {path[: end + 1] for path in hits for end, sign in enumerate(path) if sign == "/"}
        everything = [unit for unit in everything if unit.path in kept]
    branches: dict[str, Branch] = {}
    roots: list[Branch] = []
    for unit in everything:
        above = branches.get(unit.path[: unit.path.rstrip("/").rfind("/") + 1])
        branch = _branch(unit, on, search, above.depth + 1 if above else 0)
        branches[unit.path] = branch
        (above.children if above else roots).append(branch)
    return roots


def _branch(unit: Unit, on: date, search: str, depth: int) -> Branch:
    aliases = list(unit.aliases.all())
    name = name_on(unit, aliases, on)
    words = search.strip().lower()
    also = next((one.name for one in aliases if words and words in one.name.lower()), "")
    return Branch(unit, name, also if also != name else "", depth, unit.is_active(on), [])


def name_on(unit: Unit, aliases: Iterable[UnitAlias], on: date) -> str:
    """What the unit was called on a day: a former name within its dates, else its present one."""
    former = [
        (one.valid_to, one.pk, one.name)
        for one in aliases
        if one.valid_to and on <= one.valid_to and (one.valid_from or on) <= on
    ]
    return min(former)[2] if former else unit.name


def posts_of(unit: Unit, on: date) -> list[Post]:
    """Posts of a unit with ``holders`` on a day and their roles."""
    return list(unit.posts.order_by("closed_on", "pk").prefetch_related(_roles(), _holders(on)))


def history_of_post(post: Post) -> list[Appointment]:
    return list(post.appointments.select_related("account").order_by("-starts_on", "-pk"))


def _roles() -> Prefetch[str]:
    return Prefetch("post_roles", PostRole.objects.select_related("role").order_by("role__key"))


def _holders(on: date) -> Prefetch[str]:
    current = Appointment.objects.filter(starts_on__lte=on).exclude(ends_on__lt=on)
    return Prefetch("appointments", current.select_related("account"), to_attr="holders")


def contacts_of(unit: Unit | None = None) -> list[OfficialContact]:
    """Contacts of a unit, or all; masked is all there is to show."""
    found = OfficialContact.objects.select_related("unit", "post")
    return list(found if unit is None else found.filter(unit=unit))


def roles() -> list[Role]:
    return list(Role.objects.prefetch_related("post_roles").order_by("-admin_kind", "key"))


def posts_with_role(role: Role, on: date) -> list[PostRole]:
    """Where a role is carried, with the posts' holders."""
    return list(
        role.post_roles.select_related("post__unit")
        .prefetch_related(
            Prefetch("post", Post.objects.select_related("unit").prefetch_related(_holders(on)))
        )
        .order_by("post__unit__path")[:200]
    )


def delegations_of(account_id: int) -> tuple[list[Delegation], list[Delegation]]:
    """What an account has lent and what was lent to it, newest first."""
    found = Delegation.objects.select_related("giver", "receiver").order_by("-starts_on", "-pk")
    return list(found.filter(giver_id=account_id)[:100]), list(found.filter(receiver_id=account_id)[:100])


@dataclass(frozen=True)
class Held:
    """An account and where it holds what was asked for."""

    account: Account
    powers: Powers
    permissions: dict[str, str]


def who_holds(*, permission: str = "", account: str = "", on: date | None = None) -> list[Held]:
    """Who may do what where on a day, by permission, by account, or both; at most 200 accounts.

    :param permission: an exact name, or empty for everything the account holds
    :param account: part of a user name or shown name
    """
    day = on or timezone.localdate()
    found = Account.objects.filter(is_active=True).order_by("username")
    if account.strip():
        found = found.filter(Q(username__icontains=account.strip()) | Q(title__icontains=account.strip()))
    if permission:
        found = found.filter(_may_hold(permission)).distinct()
    held = []
    for one in found[:200]:
        powers = powers_of(one.pk, day)
        names = [permission] if permission else sorted(powers.units)
        where = {name: _where(powers, name) for name in names if powers.units.get(name)}
        if where or (account.strip() and not permission):
            held.append(Held(one, powers, where))
    return held


def _may_hold(permission: str) -> Q:
    by_post = Q(appointments__post__post_roles__role__permissions__contains=[permission])
    return by_post | Q(delegations_received__permissions__contains=[permission])


def _where(powers: Powers, permission: str) -> str:
    units = powers.units[permission]
    if isinstance(units, str):
        return EVERYWHERE
    if len(units) == 1:
        return Unit.objects.get(pk=next(iter(units))).shown_name
    top = Unit.objects.filter(pk__in=units).order_by("path").first()
    return f"{top.shown_name if top else ''} +{len(units) - 1}"
