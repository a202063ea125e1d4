"""Whatever changes powers makes every cached copy of them stale within the same transaction."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.db.models.signals import post_delete, post_save

from chengshu.foundation.orgs.models import Appointment, Delegation, Post, PostRole, PowersStamp, Role, Unit


def _stale(**_: Any) -> None:
    PowersStamp.objects.filter(pk=1).update(value=F("value") + 1)


for _model in (Appointment, Delegation, Post, PostRole, Role, Unit):
    post_save.connect(_stale, sender=_model, dispatch_uid=f"orgs.powers.{_model.__name__}")
    post_delete.connect(_stale, sender=_model, dispatch_uid=f"orgs.powers.{_model.__name__}")
