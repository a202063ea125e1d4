"""What this part hears: every status of a case of a project, and the end of an objection's case."""

from __future__ import annotations

from typing import Any, Final

from chengshu.engines.cases import api as cases
from chengshu.engines.cases.data import CaseView
from chengshu.foundation.events.bus import listens, registered_events
from chengshu.scenes.approvals.actions.construction_notices import OBJECTION, answer_objection
from chengshu.scenes.approvals.actions.construction_projects import link_project_case, refresh_project_item
from chengshu.scenes.approvals.models_construction import NoticeObjection, ProjectItem
from chengshu.scenes.approvals.models_construction_notices import ObjectionState

_EVENTS: Final = registered_events()
"""The case engine's events by name: it is entered through its doors only, and they hand out no classes."""
ANSWERED: Final = {"11": True, "13": False, "5": False}
"""Statuses that end an objection's case: whether it was upheld."""
ENDED_WITHOUT: Final = frozenset({"", "4", "5", "13", "14"})


@listens(_EVENTS["cases.CaseStatusChanged"])
def keep_project_up_to_date(event: Any) -> None:
    """Let the item of a project say what its case says; a new case joins the project whose code it names."""
    item = ProjectItem.objects.select_related("project").filter(case_id=event.case).first()
    if item is not None:
        refresh_project_item(item=item)
        return
    view = cases.case_view(event.case)
    code = str(view.variables.get("project_code") or "")
    wanted = ProjectItem.objects.select_related("project").filter(project__code=code, key=view.definition)
    found = wanted.first() if code else None
    if found is not None and (found.case_id is None or found.status in ENDED_WITHOUT):
        link_project_case(item=found, case_id=event.case)


@listens(_EVENTS["cases.CaseStatusChanged"])
def answer_objection_of_case(event: Any) -> None:
    """An objection is answered by the last step of its case."""
    objection = NoticeObjection.objects.filter(case_id=event.case, state=ObjectionState.OPEN).first()
    if objection is None or event.status not in ANSWERED:
        return
    view = cases.case_view(event.case)
    if view.definition == OBJECTION:
        answer_objection(objection=objection, upheld=ANSWERED[event.status], answer=answer_in(view))


def answer_in(view: CaseView) -> str:
    """The opinion of the last completed step."""
    said = [task.opinion for task in view.tasks if task.completed_at and task.opinion]
    return said[-1] if said else view.status
