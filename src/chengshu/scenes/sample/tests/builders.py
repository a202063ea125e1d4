"""Rows for tests, made the way people make them."""

from __future__ import annotations

from chengshu.foundation.asking import asking
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.testing.personas import cast_in
from chengshu.scenes.sample.actions import leave_note
from chengshu.scenes.sample.models import Note


def a_note(unit: str = "service-centre", subject: str = "路灯不亮", phone: str = "13800138000") -> Note:
    """A note left by the unit's own clerk."""
    with asking(cast_in()["window_clerk"].asker()):
        return leave_note(
            unit=Unit.objects.get(key=unit), subject=subject, text="请派人查看。", contact_phone=phone
        )
