"""Every write on the organisation."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.identity.models import Account
from chengshu.foundation.orgs.models import (
    Appointment,
    AppointmentKind,
    Post,
    PostRole,
    Role,
    RoleReach,
    Unit,
)


@action(title=_("Create a post"), at=lambda *, unit, **_rest: unit.pk)
def create_post(*, unit: Unit, key: str, title: str, title_en: str = "") -> Post:
    """Create a post of a unit."""
    post = Post(unit=unit, key=key, title=title, title_en=title_en)
    post.save()
    return post


@action(title=_("Give a post a role"), at=lambda *, post, **_rest: post.unit_id)
def assign_role(*, post: Post, role: Role, reach: RoleReach) -> PostRole:
    """Give a post a role with a reach; giving it again changes the reach."""
    post_role = PostRole.objects.filter(post=post, role=role).first() or PostRole(post=post, role=role)
    post_role.reach = reach
    post_role.save()
    return post_role


@action(title=_("Appoint"), at=lambda *, post, **_rest: post.unit_id)
def appoint(
    *,
    account: Account,
    post: Post,
    starts_on: date,
    ends_on: date | None,
    kind: AppointmentKind = AppointmentKind.REGULAR,
    reason: str = "",
) -> Appointment:
    """Appoint an account to a post from one day to another, both included."""
    appointment = Appointment(
        account=account, post=post, starts_on=starts_on, ends_on=ends_on, kind=kind, reason=reason
    )
    appointment.save()
    return appointment
