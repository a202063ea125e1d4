"""Deploying and walking in tests."""

from __future__ import annotations

from typing import Literal

from chengshu.engines.cases.actions.shipping import ship_model
from chengshu.engines.cases.api import task_view
from chengshu.engines.cases.data import TaskView
from chengshu.engines.cases.models import DefinitionVersion, Task
from chengshu.foundation.orgs.models import Unit


def unit(key: str = "service-centre") -> int:
    return Unit.objects.get(key=key).pk


def deploy(
    content: bytes,
    key: str = "test.leave",
    *,
    kind: Literal["process", "decision"] = "process",
    unit_key: str = "service-centre",
) -> DefinitionVersion:
    """Put a model in force as the platform itself does with those of scenes."""
    return ship_model(key=key, kind=kind, content=content, unit_id=unit(unit_key), title="", origin="")


def open_tasks(case_id: int) -> dict[str, int]:
    """Node → id of the open task there."""
    return dict(Task.objects.filter(case_id=case_id, state="open").order_by("id").values_list("node", "id"))


def view_of(case_id: int, node: str) -> TaskView:
    return task_view(open_tasks(case_id)[node])
