"""The open supplement (补正) of an application: the applicant's task, and everything that was asked for at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from chengshu.engines.cases import api as cases
from chengshu.engines.cases.data import CaseView, TaskState, TaskView
from chengshu.foundation.asking import asking
from chengshu.hub.services import asked
from chengshu.hub.services.models import Application

ASKED_FOR = "6"
_NUMBERED = re.compile(r"^\s*(?:[（(]?\d{1,2}[)）.、．]|[一二三四五六七八九十]{1,2}、|[-•·*])\s*")


@dataclass(frozen=True)
class OpenSupplement:
    """A supplement that is waited for.

    :param form: key of the form to hand in anew; empty where only materials are asked for
    """

    task_id: int
    form: str
    items: tuple[str, ...]
    outcome: str = ""


def open_supplement(application: Application) -> OpenSupplement | None:
    """What the applicant is to do now; None when nothing is asked for."""
    if application.status != ASKED_FOR or application.case_id is None:
        return None
    with asking(asked.platform()):
        case = cases.case_view(application.case_id)
        task = _task_of_applicant(case, application)
        if task is None:
            return None
        outcomes = cases.outcomes_of(task.task_id)
    return OpenSupplement(task.task_id, task.form, items_asked_for(case), outcomes[0].key if outcomes else "")


def _task_of_applicant(case: CaseView, application: Application) -> TaskView | None:
    """The open task that is the applicant's: theirs, or of whoever filed for them."""
    theirs = {application.account_id, application.filed_by_id} - {None}
    waiting = [task for task in case.tasks if task.state == TaskState.OPEN and task.assignee_id in theirs]
    return waiting[0] if waiting else None


def items_asked_for(case: CaseView) -> tuple[str, ...]:
    """Line by line what the notice names: what whoever asked for it last wrote down."""
    return lines_in(reasons_in(case, "supplement"))


def reasons_in(case: CaseView, outcome: str = "") -> str:
    """The opinion of the step that was decided last, or of the last that was decided so."""
    decided = [task for task in case.tasks if task.completed_at is not None and task.opinion]
    wanted = [task for task in decided if not outcome or task.outcome == outcome] or decided
    return max(wanted, key=lambda task: (task.completed_at, task.task_id)).opinion if wanted else ""


def lines_in(text: str) -> tuple[str, ...]:
    """The single things of a text that lists several: by lines, else by semicolons; their numbers are left out."""
    parts: Iterable[str] = text.splitlines()
    lines = [line for line in parts if line.strip()]
    if len(lines) == 1:
        lines = [part for part in re.split(r"[；;]", lines[0]) if part.strip()]
    return tuple(_NUMBERED.sub("", line).strip(" 。；;") for line in lines)
