"""What a role may hold and what may be lent: powers over powers stay with the administrators they belong to.

The rules about accounts (nobody acts on oneself, one kind of administrator at most) are held by
``identity.separation`` whenever an appointment or a role is saved; here are the rules about permissions.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Conflict
from chengshu.foundation.orgs.models import AdminKind, Role
from chengshu.foundation.orgs.powers import NEVER_DELEGATED

OPEN_TO_ALL_ROLES = frozenset(
    {"identity.issue_token", "orgs.set_contact", "orgs.remove_contact", "orgs.reveal_contact"}
)
"""Permissions of the administrators' apps that are no power over powers."""
_KINDS: dict[str, str] = {
    "identity.": AdminKind.SYSTEM,
    "orgs.": AdminKind.SECURITY,
    "audit.": AdminKind.AUDIT,
}
_SHARED = frozenset({"identity.view_accounts", "identity.require_second_factor"})
"""What the security administrator holds of the system administrator's app."""


def is_administrative(permission: str) -> bool:
    """Whether a permission is a power over powers, ways in or the audit record."""
    return permission.startswith(NEVER_DELEGATED) and permission not in OPEN_TO_ALL_ROLES


def assert_fitting(role: Role, permissions: Iterable[str]) -> None:
    """Insist that a role holds nothing that belongs to another kind.

    :raises Conflict: if a business role would administer, or an administrator's role would do business or hold
        another administrator's powers (GB/T 22239-2019 8.1.5)
    """
    wrong = sorted(name for name in permissions if not _fits(role.admin_kind, name))
    if wrong:
        raise Conflict(
            _("This role cannot hold: %(permissions)s") % {"permissions": ", ".join(wrong)},
            code="permission_of_another_kind",
            hint=_("Administrators’ powers stay apart from one another and from business."),
            data={"permissions": wrong},
        )


def _fits(kind: str, permission: str) -> bool:
    if not kind:
        return not is_administrative(permission)
    if permission in _SHARED:
        return kind in (AdminKind.SYSTEM, AdminKind.SECURITY)
    owner = next((found for app, found in _KINDS.items() if permission.startswith(app)), "")
    if permission in OPEN_TO_ALL_ROLES:
        return owner == kind
    return owner == kind or (not owner and kind == AdminKind.SYSTEM and permission.startswith(_OPERATING))


_OPERATING = ("jobs.", "events.", "http.", "files.", "catalogue.", "web.", "calendar.")
"""Apps whose running is the system administrator's business."""
