"""The base data: the district's public structure, its posts and the roles that the apps declare.

Loading is idempotent and only adds: what people changed since stays as they made it.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.orgs.facts import OrgFact, load
from chengshu.foundation.orgs.models import Post, PostRole, Role, RoleReach, Unit, UnitAlias
from chengshu.foundation.orgs.roles import declared_roles


@action(title=_("Load the base data"), at=Reach.EVERYWHERE)
def load_base_data() -> dict[str, int]:
    """Add what the base data has and the database has not; returns how many rows of each were added."""
    return {"roles": _add_roles(), "units": sum(_add_unit(fact) for fact in load())}


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
            )
            role.save()
            added += 1
        elif missing := declared.permissions - set(role.permissions):
            role.permissions = sorted({*role.permissions, *missing})
            role.save()
    return added
