"""Who may take a task on: its assignee, a candidate by role at its unit, or somebody standing in for one of them.

Acting appointments are posts like any other, so their roles are the asker's own. What was delegated is used on behalf
of the giver, and the history says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.state import TaskKind
from chengshu.foundation.action import require
from chengshu.foundation.asking import EVERYWHERE, Asker, Units
from chengshu.foundation.errors import Refused, Words


@dataclass(frozen=True)
class Doer:
    """Who does it, and for whom.

    :param account_id: None for the platform itself
    """

    account_id: int | None
    on_behalf_of: int | None = None

    @property
    def holder(self) -> int | None:
        """Whose task it is: of the one who acts, or of the one acted for."""
        return self.account_id if self.on_behalf_of is None else self.on_behalf_of

    @property
    def person(self) -> int:
        """The account that acts.

        :raises Refused: for the platform itself
        """
        if self.account_id is None:
            raise Refused(_("The platform itself takes no tasks on."), code="task.no_account")
        return self.account_id


@dataclass(frozen=True)
class Post:
    """What a task says about who is to do it."""

    unit_id: int | None
    role: str
    assignee_id: int | None
    kind: TaskKind = TaskKind.TASK


def doer_of(post: Post, asker: Asker, permission: str) -> Doer:
    """Who does this task when ``asker`` does it.

    :raises Refused: ``task.not_yours`` or ``task.not_your_post``, naming whose it is
    """
    found = standing_of(post, asker, permission)
    if found is None:
        raise Refused(
            _not_yours(post),
            code="task.not_yours" if post.assignee_id else "task.not_your_post",
            hint=_("Ask whoever has it to transfer it to you, or the head of the unit."),
        )
    return found


def standing_of(post: Post, asker: Asker, permission: str) -> Doer | None:
    """The same without insisting; None when the asker has nothing to do with the task."""
    if asker.is_system:
        return Doer(None)
    me = asker.account_id
    if post.assignee_id is not None:
        if post.assignee_id == me:
            return Doer(me)
        lender = any(
            lent.giver_id == post.assignee_id and permission in lent.permissions for lent in asker.lent
        )
        return Doer(me, post.assignee_id) if lender else None
    if permission not in asker.on_behalf_of and _carries(asker.role_units, post, asker.units(permission)):
        return Doer(me)
    for lent in asker.lent:
        if permission in lent.permissions and _carries(lent.role_units, post, asker.units(permission)):
            return Doer(me, lent.giver_id)
    return None


def _carries(role_units: Mapping[str, Units], post: Post, permitted: Units) -> bool:
    """Whether the role is held at the task's unit; a task without a role is anybody's who holds the power there."""
    if post.unit_id is None or not includes(permitted, post.unit_id):
        return False
    roles = [post.role] if post.role else list(role_units)
    return any(includes(role_units.get(role, frozenset()), post.unit_id) for role in roles)


def holds_at_one(asker: Asker, permission: str, units: Iterable[int]) -> bool:
    """Whether the permission is held at one of these units at least."""
    held = asker.units(permission)
    return isinstance(held, str) or not held.isdisjoint(units)


def require_at_one(asker: Asker, permission: str, units: Iterable[int], otherwise: int) -> None:
    """To have taken part is not enough: the permission must be held at one of the case's units.

    :param otherwise: the case's own unit, for the refusal
    :raises Refused: if it is held at none of them
    """
    if not holds_at_one(asker, permission, units):
        require(asker, permission, otherwise)


def includes(units: Units, unit_id: int) -> bool:
    return units == EVERYWHERE or unit_id in units


def _not_yours(post: Post) -> Words:
    if post.assignee_id is not None:
        return _("Somebody else has this task.")
    return _("This task is for another post.")
