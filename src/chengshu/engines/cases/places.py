"""Units, roles and people as models name them: by key and by account name. Looked up once, then remembered.

Keys of units and roles never change once they are given; what is not known yet is asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.state import Task
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.identity.models import Account
from chengshu.foundation.orgs.models import Role, Unit


class _Remembered:
    """A look-up that keeps what it has found."""

    def __init__(self, find: Callable[[str], int | None]) -> None:
        self._find = find
        self._known: dict[str, int] = {}

    def __call__(self, key: str) -> int | None:
        found = self._known.get(key)
        if found is None:
            found = self._find(key)
            if found is not None:
                self._known[key] = found
        return found

    def clear(self) -> None:
        self._known.clear()


def _find_unit(key: str) -> int | None:
    by_id = (
        Unit.objects.filter(pk=int(key)) if key.isascii() and key.isdigit() else Unit.objects.filter(key=key)
    )
    return by_id.values_list("pk", flat=True).first()


unit_id_of: Final = _Remembered(_find_unit)
"""Unit key, or id as text → id; None when there is none."""
role_id_of: Final = _Remembered(lambda key: Role.objects.filter(key=key).values_list("pk", flat=True).first())


def account_of(name: str) -> int | None:
    """The active account with this user name."""
    return Account.objects.filter(username=name, is_active=True).values_list("pk", flat=True).first()


def active_accounts(ids: Iterable[int]) -> frozenset[int]:
    """Those of the ids that belong to an account that is not closed."""
    possible = [account_id for account_id in ids if 0 < account_id < 2**63]
    found = Account.objects.filter(pk__in=possible, is_active=True) if possible else ()
    return frozenset(account.pk for account in found)


def account_name(account_id: int | None) -> str:
    """What people call an account; the platform's own name for none."""
    found = Account.objects.filter(pk=account_id).first() if account_id is not None else None
    return str(found.title or found.username) if found else str(_("The platform"))


def require_account(account_id: int, field: str) -> int:
    """
    :raises InvalidInput: ``field`` if there is no such active account
    """
    if not Account.objects.filter(pk=account_id, is_active=True).exists():
        raise InvalidInput(
            _("There is no such account, or it is closed."),
            field=field,
            code="cases.account",
            hint=_("Choose somebody from the list."),
        )
    return account_id


def resolve(task: Task, case_unit: int | None) -> int:
    """The unit of a new task: as its model says, else the case's.

    :raises Conflict: if the model or the data names a unit or a role that does not exist
    """
    if task.role and role_id_of(task.role) is None:
        raise _unknown(task, _("the role “%(name)s”") % {"name": task.role})
    if task.unit_id is not None:
        if task.unit_id != case_unit and unit_id_of(str(task.unit_id)) is None:
            raise _unknown(task, _("the unit “%(name)s”") % {"name": task.unit_id})
        return task.unit_id
    found = case_unit if task.unit in ("", "case") else unit_id_of(task.unit)
    if found is None:
        raise _unknown(task, _("the unit “%(name)s”") % {"name": task.unit})
    return found


def forget() -> None:
    """Forget what was looked up: for tests, whose units come and go."""
    unit_id_of.clear()
    role_id_of.clear()


def _unknown(task: Task, what: str) -> Conflict:
    return Conflict(
        _("The step “%(step)s” is for %(what)s, which does not exist.") % {"step": task.name, "what": what},
        code="cases.place_unknown",
        hint=_("Tell whoever keeps the model; nothing of the case has changed."),
        data={"node": task.node},
    )
