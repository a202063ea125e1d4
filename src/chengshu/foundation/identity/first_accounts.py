"""First accounts, each with a one-time password that is told once: three administrators, one officer, vacant posts.

Three administrators and not one: whoever could do everything at first could keep it (GB/T 22239-2019 8.1.5). None of
them sees business data, so the department's performance officer gets an account too. Everybody else follows unit by
unit: one account for every post that nobody holds.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Missing
from chengshu.foundation.identity.actions import open_account
from chengshu.foundation.identity.models import Account
from chengshu.foundation.identity.passwords import one_time_password
from chengshu.foundation.orgs.actions import appoint, assign_role, create_post
from chengshu.foundation.orgs.models import (
    AdminKind,
    Appointment,
    Post,
    PostRole,
    Role,
    RoleReach,
    Unit,
    UnitKind,
)


@dataclass(frozen=True)
class OneTimeAccount:
    """A new account and the password that opens it once."""

    username: str
    title: str
    password: str


_USERNAMES = (
    (AdminKind.SYSTEM, "sysadmin"),
    (AdminKind.SECURITY, "secadmin"),
    (AdminKind.AUDIT, "auditadmin"),
)


_OFFICER = ("department_performance_officer", "performance")


def create_first_accounts() -> list[OneTimeAccount]:
    """The administrators, and the department's performance officer unless somebody holds that role already."""
    made = create_first_administrators()
    key, username = _OFFICER
    role = Role.objects.filter(key=key).first()
    posts = PostRole.objects.filter(role=role, reach=RoleReach.SUBTREE, post__unit__kind=UnitKind.BUREAU)
    held = Account.objects.filter(appointments__post__post_roles__role=role).exists()
    if role is None or held or not posts.exists():
        return made
    return [
        *made,
        _appointed(username, role, posts.order_by("post__unit__path").select_related("post")[0].post),
    ]


def create_first_administrators() -> list[OneTimeAccount]:
    """Make the administrators of each kind that nobody is yet; returns those made now, none at every later start.

    :raises Missing: if the base data is not loaded
    """
    return [
        _create(role, username)
        for kind, username in _USERNAMES
        for role in [_role(kind)]
        if not Account.objects.filter(appointments__post__post_roles__role=role).exists()
    ]


def open_vacant_posts(unit_key: str) -> list[OneTimeAccount]:
    """Open an account for every open post of a unit that nobody holds today, named ``<unit>.<post>``.

    Posts of administrators are left out: these are appointed one by one.

    :raises Missing: if there is no such unit
    """
    unit = Unit.objects.filter(key=unit_key).first()
    if unit is None:
        raise Missing(
            _("There is no unit “%(key)s”.") % {"key": unit_key},
            code="identity.no_such_unit",
            hint=_("Keys are listed on the organisation page."),
        )
    today = timezone.localdate()
    administering = PostRole.objects.exclude(role__admin_kind=AdminKind.NONE).values("post")
    held = Appointment.objects.filter(starts_on__lte=today).exclude(ends_on__lt=today).values("post")
    vacant = Post.objects.filter(unit=unit).exclude(pk__in=administering).exclude(pk__in=held).order_by("key")
    return [_opened(post) for post in vacant if post.is_open(today)]


def _opened(post: Post) -> OneTimeAccount:
    return _holding(
        post, f"{post.unit.key}.{post.key}".replace("_", "-"), f"{post.unit.short_name}{post.title}"
    )


def _role(kind: AdminKind) -> Role:
    role = Role.objects.filter(admin_kind=kind).order_by("pk").first()
    if role is None:
        raise Missing(
            _("The administrators' roles are not there yet."),
            code="base_data_missing",
            hint=_("Load the base data first."),
        )
    return role


def _create(role: Role, username: str) -> OneTimeAccount:
    return _appointed(username, role, _post(role))


def _appointed(username: str, role: Role, post: Post) -> OneTimeAccount:
    return _holding(post, username, role.title)


def _holding(post: Post, username: str, title: str) -> OneTimeAccount:
    password = one_time_password()
    account = open_account(username=_free(username), title=title, password=password)
    appoint(account=account, post=post, starts_on=timezone.localdate(), ends_on=None)
    return OneTimeAccount(account.username, account.title, password)


def _free(username: str) -> str:
    """The user name, with a number when somebody else has it already."""
    taken = set(Account.objects.filter(username__startswith=username).values_list("username", flat=True))
    return next(
        name for number in range(len(taken) + 1) if (name := f"{username}{number or ''}") not in taken
    )


def _post(role: Role) -> Post:
    """The post of the base data that carries this role for the whole district, or a new one at the top."""
    known = PostRole.objects.filter(role=role, reach=RoleReach.DISTRICT).order_by("pk").first()
    if known is not None:
        return known.post
    top = Unit.objects.filter(parent=None).order_by("pk").first()
    if top is None:
        raise Missing(
            _("There is no unit to appoint administrators in."),
            code="base_data_missing",
            hint=_("Load the base data first."),
        )
    post = create_post(unit=top, key=role.key.replace("_", "-"), title=role.title, title_en=role.title_en)
    assign_role(post=post, role=role, reach=RoleReach.DISTRICT)
    return post
