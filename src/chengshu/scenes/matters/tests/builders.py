"""Rows for tests, made the way people make them."""

from __future__ import annotations

from datetime import date
from typing import Any

from chengshu.foundation.asking import asking
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.testing.personas import cast_in
from chengshu.hub.services.data import Basis, Elements, Material, TaskType
from chengshu.scenes.matters import actions
from chengshu.scenes.matters.elements import to_json
from chengshu.scenes.matters.models import Edition, Matter

LAW = "中华人民共和国行政许可法"


def said(local_code: str = "test.permit", **changes: Any) -> Elements:
    """Elements without an error: what is not named has a sensible value."""
    values: dict[str, Any] = {
        "local_code": local_code,
        "name": "测试许可",
        "unit": "data-bureau",
        "task_type": TaskType.PERMIT,
        "legal_limit": "20wd",
        "promised_limit": "10wd",
        "basis": (Basis(LAW, "第四十二条"),),
        "materials": (Material("site_plan", "场所平面图"),),
    }
    return Elements(**{**values, **changes})


def a_law(name: str = LAW, **facts: Any) -> None:
    actions.record_legal_text(name=name, **facts)


def a_draft(local_code: str = "test.permit", **changes: Any) -> Edition:
    """A draft of the section head, written to its end."""
    with asking(cast_in()["section_head"].asker()):
        edition = actions.draft_matter(
            unit=Unit.objects.get(key="data-bureau"), local_code=local_code, name="测试许可", task_type="01"
        )
        return actions.save_elements(edition=edition, elements=to_json(said(local_code, **changes)))


def in_review(local_code: str = "test.permit", **changes: Any) -> Edition:
    edition = a_draft(local_code, **changes)
    with asking(cast_in()["section_head"].asker()):
        return actions.submit_edition(edition=edition)


def in_force(local_code: str = "test.permit", day: date | None = None, **changes: Any) -> Matter:
    """A matter published by the head of the department from today on."""
    from django.utils import timezone

    edition = in_review(local_code, **changes)
    with asking(cast_in()["department_head"].asker()):
        actions.publish_edition(edition=edition, effective_from=day or timezone.localdate())
    return Matter.objects.get(local_code=local_code)
