"""One step for many lines of work at once: each is tried by itself, and each has its own result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengshu.engines.cases import api
from chengshu.engines.cases.data import Queue
from chengshu.foundation.errors import ChengshuError, InvalidInput, Words
from chengshu.hub.inbox import people

MOST: Final = 200
"""Lines of one call: a page of the list and some."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step that makes sense for many lines.

    :param key: the engine's action
    :param wants_person: somebody has to be named
    """

    key: str
    label: Words
    queues: tuple[Queue, ...]
    wants_person: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one line."""

    task_id: int
    title: str
    is_done: bool
    message: Words = ""
    hint: Words = ""


STEPS: Final = (
    Step("claim_task", gettext_lazy("Claim"), ("claimable", "unit")),
    Step("acknowledge_circulation", gettext_lazy("Acknowledge as read"), ("circulated",)),
    Step("transfer_task", gettext_lazy("Hand over"), ("mine",), wants_person=True),
    Step("urge_task", gettext_lazy("Urge"), ("unit",)),
)
STEPS_OF: Final[dict[Queue, tuple[Step, ...]]] = {
    queue: tuple(step for step in STEPS if queue in step.queues)
    for queue in ("mine", "claimable", "unit", "circulated", "done", "started")
}


def chosen(values: Sequence[str]) -> list[int]:
    """The tasks that were ticked, each once.

    :raises InvalidInput: if there is none, or more than ``MOST``
    """
    ids = list(
        dict.fromkeys(int(text) for text in values if text.isascii() and text.isdigit() and len(text) < 20)
    )
    if not ids or len(ids) > MOST:
        raise InvalidInput(
            _("Choose between 1 and %(most)s lines.") % {"most": MOST},
            field="tasks",
            code="inbox.choice",
            hint=_("Tick the lines in the list."),
        )
    return ids


def take(step: str, task_ids: Sequence[int], *, person: str = "") -> list[Result]:
    """Take a step for each task; a refusal of one leaves the others alone.

    :param person: whom ``transfer_task`` hands over to, as typed
    :raises InvalidInput: ``step`` if there is no such step, ``person`` if nobody is meant
    """
    act = _act(step, person)
    return [_tried(act, task_id) for task_id in task_ids]


def _act(step: str, person: str) -> Callable[[int], None]:
    if step == "transfer_task":
        account = people.chosen(person)
        return lambda task_id: api.transfer_task(task_id=task_id, to=account.pk)
    known: dict[str, Callable[[int], None]] = {
        "claim_task": lambda task_id: api.claim_task(task_id=task_id),
        "acknowledge_circulation": lambda task_id: api.acknowledge_circulation(task_id=task_id),
        "urge_task": lambda task_id: api.urge_task(task_id=task_id),
    }
    if step not in known:
        raise InvalidInput(_("There is no such step."), field="step", code="inbox.step")
    return known[step]


def _tried(act: Callable[[int], None], task_id: int) -> Result:
    try:
        act(task_id)
    except ChengshuError as error:
        return Result(task_id, _title_of(task_id), False, error.message, error.hint)
    return Result(task_id, "", True)


def _title_of(task_id: int) -> str:
    """What the line is called, if the asker may see it at all."""
    try:
        case = api.case_view(api.task_view(task_id).case_id)
    except ChengshuError:
        return str(task_id)
    return f"{case.number} {case.title}".strip()
