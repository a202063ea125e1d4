"""The catalogue in force as open data: what the public page says, for programs. No personal data is in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from chengshu.foundation.papers.lists import ListValue
from chengshu.scenes.matters.models import Matter, MatterState

COLUMNS: Final = (
    "local_code",
    "code",
    "name",
    "unit",
    "task_type",
    "level",
    "case_kind",
    "legal_limit",
    "promised_limit",
    "visits",
    "channels",
    "labels",
    "topics",
    "materials",
    "basis",
    "result_name",
    "edition",
    "published_at",
)


def _in_force() -> Any:
    return Matter.objects.filter(state=MatterState.PUBLISHED).select_related("unit").order_by("local_code")


def count() -> int:
    return int(_in_force().count())


def as_json() -> dict[str, Any]:
    """The catalogue with every element that is known."""
    return {
        "title": "政务服务事项目录",
        "standard": "GB/T 39554.2-2020",
        "matters": [
            {
                **matter.elements,
                "unit_name": matter.unit.name,
                "edition": matter.number,
                "published_at": matter.published_at,
            }
            for matter in _in_force()
        ],
    }


def rows() -> Iterator[list[ListValue]]:
    """One line per matter; several values of one element are joined by 、."""
    for matter in _in_force():
        said = matter.elements
        yield [
            matter.local_code,
            said.get("code", ""),
            matter.name,
            matter.unit.name,
            matter.task_type,
            said.get("level", "4"),
            said.get("case_kind", "2"),
            said.get("legal_limit", ""),
            said.get("promised_limit", ""),
            said.get("visits"),
            "、".join(said.get("channels", ("1",))),
            "、".join(said.get("labels", ())),
            "、".join(said.get("topics", ())),
            "、".join(one["name"] for one in said.get("materials", ())),
            "、".join(f"{one['law']}{one.get('article', '')}" for one in said.get("basis", ())),
            said.get("result_name", ""),
            matter.number,
            matter.published_at.isoformat() if matter.published_at else "",
        ]
