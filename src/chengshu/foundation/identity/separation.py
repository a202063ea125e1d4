"""The three separated administrators (GB/T 22239-2019 8.1.5): who must not hold what, and who must not act on whom.

An account holds at most one kind of administrator's role and beside it no business role; nobody gives powers to
themselves; no administrator restores the way in of another, for with it one could act as the other.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, Refused
from chengshu.foundation.identity.models import Account
from chengshu.foundation.orgs.models import Post, Role


def roles_of(account: Account) -> list[Role]:
    """The roles of every appointment of the account that runs or is still to begin."""
    today = timezone.localdate()
    appointed = Q(post_roles__post__appointments__account=account)
    lasting = Q(post_roles__post__appointments__ends_on=None) | Q(
        post_roles__post__appointments__ends_on__gte=today
    )
    return list(Role.objects.filter(appointed & lasting).distinct())


def assert_separate(account: Account, roles: Iterable[Role]) -> None:
    """Insist that the account may hold these roles together, and together with those it already holds.

    :param roles: what it is to hold besides
    :raises Conflict: if two kinds of administrators, or an administrator and a business role, would meet
    """
    together = {role.pk: role for role in (*roles_of(account), *roles)}.values()
    kinds = {role.admin_kind for role in together if role.admin_kind}
    if len(kinds) > 1:
        raise Conflict(
            _("One account cannot be two kinds of administrator: system, security and audit stay separate."),
            code="administrators_separate",
            hint=_("Appoint another account, or end the other administrator's appointment first."),
            data={"roles": sorted(role.key for role in together)},
        )
    if kinds and any(not role.admin_kind for role in together):
        raise Conflict(
            _("An administrator cannot hold a business role as well."),
            code="administrator_in_business",
            hint=_("Use one account for administration and another one for business."),
            data={"roles": sorted(role.key for role in together)},
        )


def assert_post_separate(post: Post, role: Role) -> None:
    """Insist that every holder of a post may hold this role besides.

    :raises Conflict: as :func:`assert_separate`
    """
    today = timezone.localdate()
    for appointment in post.appointments.exclude(ends_on__lt=today).select_related("account"):
        assert_separate(appointment.account, [role])


def assert_not_oneself(account: Account) -> None:
    """Insist that the asker is somebody else.

    :raises Refused: if an account acts on itself where another must
    """
    if account.pk is not None and current_asker().account_id == account.pk:
        raise Refused(
            _("You cannot do this to your own account."),
            code="not_oneself",
            hint=_("Ask another administrator."),
        )


def assert_restorable(account: Account) -> None:
    """Insist that an administrator's password or second factor is not reset from a page.

    :raises Refused: if the account is an administrator's and it is not the operator at the console who asks
    """
    assert_not_oneself(account)
    if not current_asker().is_system and is_administrator(account):
        raise Refused(
            _("The way in of an administrator is restored at the console only."),
            code="administrator_at_console",
            hint=_("The operator of the server runs: ./chengshu identity reset-password USER"),
        )


def is_administrator(account: Account) -> bool:
    return any(role.admin_kind for role in roles_of(account))


def assert_role_not_ones_own(role: Role) -> None:
    """Insist that nobody widens a role that they hold themselves.

    :raises Refused: if the asker holds the role and it would gain a permission or another kind
    """
    if role.pk is None or role.key not in current_asker().roles:
        return
    before = Role.objects.get(pk=role.pk)
    if set(role.permissions) <= set(before.permissions) and role.admin_kind == before.admin_kind:
        return
    raise Refused(
        _("You cannot widen a role that you hold yourself."),
        code="not_oneself",
        hint=_("Ask another administrator."),
    )
