"""Before powers change: the administrators stay separate and nobody acts on themselves. After: sessions end.

Holders of changed powers sign in again and see what they may do now. These are the models' own signals and not
events, like those that make cached powers stale (``orgs.listeners``): all this must hold in the same transaction that
changes the powers, whoever writes.
"""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save, pre_save

from chengshu.foundation.asking import current_asker
from chengshu.foundation.identity.models import EndReason
from chengshu.foundation.identity.separation import (
    assert_not_oneself,
    assert_post_separate,
    assert_role_not_ones_own,
    assert_separate,
)
from chengshu.foundation.identity.sessions import end_sessions, end_sessions_of_posts, end_sessions_of_role
from chengshu.foundation.orgs.models import Appointment, Delegation, PostRole, Role


def _before_appointment(instance: Appointment, **_: Any) -> None:
    assert_not_oneself(instance.account)
    assert_separate(instance.account, [one.role for one in instance.post.post_roles.select_related("role")])


def _before_post_role(instance: PostRole, **_: Any) -> None:
    asker = current_asker()
    held = instance.post.appointments.filter(account_id=asker.account_id) if asker.account_id else None
    if held is not None and (mine := held.first()):
        assert_not_oneself(mine.account)
    assert_post_separate(instance.post, instance.role)


def _before_role(instance: Role, **_: Any) -> None:
    assert_role_not_ones_own(instance)


def _appointment_changed(instance: Appointment, **_: Any) -> None:
    end_sessions(instance.account_id, EndReason.POWERS)


def _delegation_changed(instance: Delegation, **_: Any) -> None:
    end_sessions(instance.receiver_id, EndReason.POWERS)


def _post_role_changed(instance: PostRole, **_: Any) -> None:
    end_sessions_of_posts([instance.post_id])


def _role_changed(instance: Role, created: bool = False, **_: Any) -> None:
    if not created:
        end_sessions_of_role(instance)


pre_save.connect(_before_appointment, sender=Appointment, dispatch_uid="identity.separation.Appointment")
pre_save.connect(_before_post_role, sender=PostRole, dispatch_uid="identity.separation.PostRole")
pre_save.connect(_before_role, sender=Role, dispatch_uid="identity.separation.Role")

for _model, _listener in (
    (Appointment, _appointment_changed),
    (Delegation, _delegation_changed),
    (PostRole, _post_role_changed),
    (Role, _role_changed),
):
    post_save.connect(_listener, sender=_model, dispatch_uid=f"identity.sessions.{_model.__name__}")
    if _model is not Role:
        post_delete.connect(_listener, sender=_model, dispatch_uid=f"identity.sessions.{_model.__name__}")
