"""The base data: the district's public structure, its posts and the roles that the apps declare.

Loading is idempotent and only adds: what people changed since stays as they made it.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.orgs.facts import OrgFact
from chengshu.foundation.orgs.facts import load as load_facts
from chengshu.foundation.orgs.models import Post, PostRole, Role, RoleReach, Unit, UnitAlias
from chengshu.foundation.orgs.roles import declared_roles


def load() -> str:
    """Add what is missing; says how much was."""
    added = load_base_data()
    return ", ".join(f"{count} {name} added" for name, count in added.items())


@action(title=_("Load the base data"), at=Reach.EVERYWHERE)
def load_base_data() -> dict[str, int]:
    """Add what the base data has and the database has not; returns how many rows of each were added."""
    return {"roles": _add_roles(), "units": _add_units()}


def _add_roles() -> int:
    known = {role.key: role for role in Role.objects.all()}
    added = 0
    for declared in declared_roles():
        role = known.get(declared.key)
        if role is None:
            role = Role(
                key=declared.key,
                title=declared.title,
                title_en=declared.title_en,
                admin_kind=declared.admin_kind,
                permissions=sorted(declared.permissions),
                declared=sorted(declared.permissions),
            )
            role.save()
            added += 1
        elif declared.permissions != set(role.declared):
            _add_new_permissions(role, declared.permissions)
    return added


def _add_new_permissions(role: Role, declared: set[str]) -> None:
    """Add what the apps declare for the first time; what an administrator took away since stays away."""
    role.permissions = sorted({*role.permissions, *(declared - set(role.declared))})
    role.declared = sorted(declared)
    role.save()


def _add_units() -> int:
    """Add the units, parents first; each with its aliases and posts."""
    known = {unit.key: unit for unit in Unit.objects.all()}
    roles = {role.key: role for role in Role.objects.all()}
    added = 0
    for fact in load_facts():
        if fact.key not in known:
            known[fact.key] = _new_unit(fact, known.get(fact.parent))
            _add_aliases(known[fact.key], fact)
            _add_posts(known[fact.key], fact, roles)
            added += 1
    return added


def _new_unit(fact: OrgFact, parent: Unit | None) -> Unit:
    unit = Unit(
        key=fact.key,
        kind=fact.kind,
        name=fact.name,
        short_name=fact.short_name,
        name_en=fact.name_en,
        code=fact.code,
        parent=parent,
        path=f"{parent.path if parent else ''}{fact.key}/",
        valid_from=fact.valid_from,
        valid_to=fact.valid_to,
        verified=fact.verified,
        source=fact.source,
    )
    unit.save()
    return unit


def _add_aliases(unit: Unit, fact: OrgFact) -> None:
    for alias in fact.aliases:
        UnitAlias(
            unit=unit, name=alias.name, note=alias.note, valid_from=alias.valid_from, valid_to=alias.valid_to
        ).save()


def _add_posts(unit: Unit, fact: OrgFact, roles: dict[str, Role]) -> None:
    for post_fact in fact.posts:
        post = Post(unit=unit, key=post_fact.key, title=post_fact.title, title_en=post_fact.title_en)
        post.save()
        for key in post_fact.roles:
            PostRole(post=post, role=roles[key], reach=RoleReach(post_fact.reach)).save()
