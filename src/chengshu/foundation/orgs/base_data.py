"""The base data: the district's public structure, its posts and the roles that the apps declare.

Loading is idempotent and only adds: what people changed since stays as they made it.
"""

from __future__ import annotations

from typing import TypeVar

from django.db.models import F, Model
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.audit.changes import record_many
from chengshu.foundation.orgs.facts import OrgFact, PostFact
from chengshu.foundation.orgs.facts import load as load_facts
from chengshu.foundation.orgs.models import Post, PostRole, PowersStamp, Role, RoleReach, Unit, UnitAlias
from chengshu.foundation.orgs.roles import declared_roles

Row = TypeVar("Row", bound=Model)


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
    """Add the units, parents first, then all their aliases, posts and post roles at once."""
    known = {unit.key: unit for unit in Unit.objects.all()}
    new = [fact for fact in load_facts() if fact.key not in known]
    for fact in new:
        known[fact.key] = _new_unit(fact, known.get(fact.parent))
    _add_together([alias for fact in new for alias in _aliases(known[fact.key], fact)])
    posts = [(known[fact.key], post) for fact in new for post in fact.posts]
    rows = _add_together([_post(unit, post) for unit, post in posts])
    roles = {role.key: role for role in Role.objects.all()}
    _add_together(
        [
            PostRole(post=row, role=roles[key], reach=RoleReach(post.reach))
            for row, (_unit, post) in zip(rows, posts, strict=True)
            for key in post.roles
        ]
    )
    PowersStamp.objects.filter(pk=1).update(value=F("value") + 1)
    return len(new)


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


def _aliases(unit: Unit, fact: OrgFact) -> list[UnitAlias]:
    return [
        UnitAlias(unit=unit, name=a.name, note=a.note, valid_from=a.valid_from, valid_to=a.valid_to)
        for a in fact.aliases
    ]


def _post(unit: Unit, fact: PostFact) -> Post:
    return Post(unit=unit, key=fact.key, title=fact.title, title_en=fact.title_en)


def _add_together(rows: list[Row]) -> list[Row]:
    """Write rows of one table in one statement, recorded as one change."""
    if rows:
        type(rows[0])._default_manager.bulk_create(rows)
        record_many("create", rows)
    return rows
