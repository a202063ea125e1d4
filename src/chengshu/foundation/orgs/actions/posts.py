"""Posts and roles: which powers a post carries, and how far."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.orgs.models import AdminKind, Post, PostRole, Role, RoleReach, Unit
from chengshu.foundation.orgs.permissions import known_permissions
from chengshu.foundation.orgs.separation import assert_fitting


@action(title=_("Create a post"), at=lambda *, unit, **_rest: unit.pk)
def create_post(*, unit: Unit, key: str, title: str, title_en: str = "") -> Post:
    """Create a post of a unit.

    :raises InvalidInput: if the unit has a post with this key, or the title is missing
    :raises Conflict: if the unit is closed
    """
    if unit.valid_to is not None and unit.valid_to < timezone.localdate():
        raise Conflict(_("“%(unit)s” is closed.") % {"unit": unit.name}, code="unit_closed")
    if not title.strip():
        raise InvalidInput(_("Give the post a title."), field="title", code="post_title")
    if unit.posts.filter(key=key).exists():
        raise InvalidInput(_("The unit has a post with this key."), field="key", code="post_key_taken")
    post = Post(unit=unit, key=key, title=title.strip(), title_en=title_en.strip())
    post.save()
    return post


@action(title=_("Close a post"), at=lambda *, post, **_rest: post.unit_id)
def close_post(*, post: Post, on: date, reason: str) -> Post:
    """Close a post after a day; its appointments end with it.

    :param on: the last day
    :raises Conflict: if it is closed already
    """
    if post.closed_on is not None:
        raise Conflict(_("This post is closed already."), code="post_closed")
    if not reason.strip():
        raise InvalidInput(_("Say why."), field="reason", code="reason_missing")
    end_appointments_of_post(post, on)
    post.closed_on = on
    post.save()
    return post


def end_appointments_of_post(post: Post, on: date) -> None:
    """End what runs longer than ``on``; part of closing, inside its action."""
    if post.appointments.filter(starts_on__gt=on).exists():
        raise Conflict(
            _("An appointment to “%(post)s” begins later than that.") % {"post": post.title},
            code="appointment_later",
            hint=_("End that appointment first, or choose a later day."),
        )
    for appointment in post.appointments.exclude(ends_on__lte=on):
        appointment.ends_on = on
        appointment.save()


@action(title=_("Give a post a role"), at=lambda *, post, **_rest: post.unit_id)
def assign_role(*, post: Post, role: Role, reach: RoleReach) -> PostRole:
    """Give a post a role with a reach; giving it again changes the reach.

    An administrator's role always reaches the whole district: it has no rows of units to look at.
    """
    if reach not in RoleReach.values:
        raise InvalidInput(_("Choose how far the role reaches."), field="reach", code="reach")
    if role.admin_kind != AdminKind.NONE and reach != RoleReach.DISTRICT:
        raise InvalidInput(
            _("An administrator’s role reaches the whole district."),
            field="reach",
            code="reach_administrator",
        )
    post_role = PostRole.objects.filter(post=post, role=role).first() or PostRole(post=post, role=role)
    post_role.reach = reach
    post_role.save()
    return post_role


@action(title=_("Withdraw a role from a post"), at=lambda *, post, **_rest: post.unit_id)
def withdraw_role(*, post: Post, role: Role) -> None:
    """Take a role from a post; its holders lose the powers at once.

    :raises Conflict: if the post does not carry it
    """
    post_role = PostRole.objects.filter(post=post, role=role).first()
    if post_role is None:
        raise Conflict(_("The post does not carry this role."), code="role_not_carried")
    post_role.delete()


@action(title=_("Change what a role may do"), at=Reach.EVERYWHERE)
def change_role(*, role: Role, permissions: Iterable[str], reason: str) -> Role:
    """Replace the permissions of a role; whoever holds it signs in again.

    :raises InvalidInput: if a permission is unknown or no reason is given
    :raises Conflict: if a permission does not fit the kind of the role
    :raises Refused: if the asker would widen a role of their own
    """
    wanted = sorted(set(permissions))
    if unknown := sorted(set(wanted) - set(known_permissions())):
        raise InvalidInput(
            _("There is no such permission: %(names)s") % {"names": ", ".join(unknown)},
            field="permissions",
            code="permission_unknown",
        )
    if not reason.strip():
        raise InvalidInput(_("Say why."), field="reason", code="reason_missing")
    assert_fitting(role, set(wanted) - set(role.permissions))
    role.permissions = wanted
    role.save()
    return role
