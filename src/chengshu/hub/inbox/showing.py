"""How pages of a task and of a case show the engine's records: opinions, limits, places, people, what may be chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from chengshu.engines.cases import api
from chengshu.engines.cases.data import CaseView, Light, Outcome, Place, TaskKind, TaskState, TaskView
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import ChengshuError, InvalidInput, Words
from chengshu.foundation.web.shell import Option
from chengshu.hub.inbox import people, wording

_ALSO = {
    "to": ("person", "readers", "place"),
    "signer": ("person",),
    "number": ("notice",),
    "expected_until": ("until",),
    "into": ("number",),
    "ground": ("held",),
}
"""Arguments of the actions, and what the dialogs call them."""


@dataclass(frozen=True)
class Failure:
    """Why an act was refused, for its dialog.

    :param anchor: the field that the summary leads to
    """

    message: str
    anchor: str = ""
    by_field: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, error: ChengshuError, fields: Sequence[str] = ()) -> Failure:
        """The failure of a dialog with these fields."""
        words = f"{error.message} {error.hint}".strip()
        name = error.field if isinstance(error, InvalidInput) else ""
        if name and name not in fields:
            name = next((other for other in _ALSO.get(name, ()) if other in fields), name)
        return cls(words, name, {name: words} if name else {})


def limit_of(due_at: datetime | None, light: Light, *, is_open: bool = True) -> dict[str, Any]:
    """A limit as ``parts.light`` draws it."""
    return {
        "due_at": due_at,
        "light_tone": wording.LIGHT_TONES[light],
        "light_word": wording.LIGHTS[light],
        "left": wording.time_left(due_at, timezone.now()) if is_open else "",
    }


def opinions(case: CaseView) -> list[dict[str, Any]]:
    """Every completed step with its decision and opinion, oldest first, decisions in the model's words."""
    done = [task for task in case.tasks if task.state == TaskState.COMPLETED and task.completed_at]
    done.sort(key=lambda task: (task.completed_at, task.task_id))
    offered: dict[str, dict[str, Outcome]] = {}
    for task in done:
        if task.node not in offered:
            offered[task.node] = {outcome.key: outcome for outcome in api.outcomes_of(task.task_id)}
    return [_opinion(task, offered[task.node].get(task.outcome)) for task in done]


def _opinion(task: TaskView, outcome: Outcome | None) -> dict[str, Any]:
    label, tone = (outcome.label, outcome.tone) if outcome else outcome_of(task)
    return {
        "node_name": task.node_name,
        "kind_word": wording.TASK_KINDS[task.kind],
        "outcome_label": label,
        "tone": tone,
        "opinion": task.opinion,
        "completed_at": task.completed_at,
        "completed_by_name": task.completed_by_name,
        "assignee_name": task.assignee_name,
        "on_behalf_of_name": task.on_behalf_of_name,
        "unit_name": task.unit_name,
    }


def outcome_of(task: TaskView) -> tuple[Words, str]:
    """What a step ended with that the model does not offer as a decision, and its tone."""
    known = wording.OUTCOMES.get(task.outcome)
    return known or (task.outcome or _("Dealt with"), "neutral")


def who_has(task: TaskView) -> str:
    """Whose turn it is: a person, or a post at a unit."""
    if task.assignee_name:
        return f"{task.assignee_name} · {task.unit_name}" if task.unit_name else task.assignee_name
    post = " ".join(part for part in (task.unit_name, task.role_title) if part)
    return _("%(post)s, nobody has claimed it yet") % {"post": post}


def standing(case: CaseView) -> list[dict[str, Any]]:
    """The open steps, those that hold the case up first."""
    rows = [task for task in case.tasks if task.state == TaskState.OPEN]
    rows.sort(key=lambda task: (task.kind == TaskKind.CIRCULATED, task.task_id))
    return [
        {
            "node_name": task.node_name,
            "kind_word": wording.TASK_KINDS[task.kind],
            "who": who_has(task),
            "opened_at": task.opened_at,
            "tone": "neutral" if task.kind == TaskKind.CIRCULATED else "info",
            **limit_of(task.due_at, task.light),
        }
        for task in rows
    ]


def countersigns(case: CaseView) -> list[dict[str, Any]]:
    """How far each countersign is that is still open: who has signed, of how many."""
    open_nodes = {
        task.node for task in case.tasks if task.kind == TaskKind.SIGNER and task.state == TaskState.OPEN
    }
    found = []
    for node in sorted(open_nodes):
        signers = [task for task in case.tasks if task.node == node and task.kind == TaskKind.SIGNER]
        waiting = [task for task in signers if task.state == TaskState.OPEN]
        first = min(task.opened_at for task in waiting)
        this_round = [
            task
            for task in signers
            if task.state == TaskState.OPEN or (task.completed_at and task.completed_at >= first)
        ]
        values = {"done": len(this_round) - len(waiting), "all": len(this_round)}
        found.append({"name": waiting[0].node_name, **values, "share": values["done"] / values["all"]})
    return found


def choices(places: Sequence[Place], case: CaseView, clocks: Any = None) -> dict[str, Any]:
    """What the dialogs offer to choose from; the last visited step is chosen beforehand."""
    visited = [place for place in places if place.visited]
    return {
        "places": [Option(place.node, place.name) for place in places],
        "place": visited[-1].node if visited else "",
        "ways": [
            Option("rerun", _("Walk through every step between again"), _("The usual way after a change.")),
            Option(
                "straight",
                _("Come straight back to this step"),
                _("For a small correction that the others need not see again."),
            ),
        ],
        "positions": [
            Option("before", _("Before me"), _("I decide when they have signed.")),
            Option("after", _("After me"), _("The case goes to them once I have decided.")),
        ],
        "grounds": [Option(one.key, one.name, one.basis) for one in clocks.pause] if clocks else [],
        "held": [Option(one.key, one.name, one.basis) for one in clocks.resume] if clocks else [],
        "extension": clocks.extend if clocks else None,
        "extension_unit": wording.CLOCK_UNITS[clocks.extend.unit] if clocks and clocks.extend else "",
        "signers": [
            Option(str(task.task_id), task.assignee_name or task.node_name)
            for task in case.tasks
            if task.kind == TaskKind.ADDED and task.state == TaskState.OPEN and "remove_signer" in task.may
        ],
    }


def suggested_people(unit_ids: Iterable[int]) -> list[people.Choice]:
    """Whom work can be given to, those of the asker's unit and of these units first."""
    own = current_asker().unit_id
    return people.choices({*unit_ids, *([own] if own else [])}, timezone.localdate())
