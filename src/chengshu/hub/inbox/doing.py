"""Performing an act of ``acts`` from what its dialog sent: reads the fields, then calls the engine's action once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from chengshu.engines.cases import api
from chengshu.foundation.errors import InvalidInput, Missing
from chengshu.hub.inbox import people

Posted = Mapping[str, str]
TaskAct = Callable[[int, Posted], object]


def on_task(act: str, task_id: int, posted: Posted) -> None:
    """Do something with a task.

    :raises InvalidInput: naming the field of the dialog
    :raises Missing: if there is no such act
    """
    _of(_ON_TASK, act)(task_id, posted)


def on_case(act: str, case_id: int, posted: Posted) -> int | None:
    """Do something with a case; gives the id of a case that came of it.

    :raises InvalidInput: naming the field of the dialog
    :raises Missing: if there is no such act
    """
    result = _of(_ON_CASE, act)(case_id, posted)
    return result if act == "split_case" and isinstance(result, int) else None


def _of(table: Mapping[str, TaskAct], act: str) -> TaskAct:
    if act not in table:
        raise Missing(_("There is no such act."), code="inbox.act", hint=_("Go back and reload the page."))
    return table[act]


def _reason(posted: Posted) -> str:
    return _needed(posted, "reason", _("Give the reason."))


def _needed(posted: Posted, field: str, hint: str) -> str:
    text = posted.get(field, "").strip().replace("\x00", "")
    if not text:
        raise InvalidInput(_("This must not be empty."), field=field, code="inbox.empty", hint=hint)
    return text[:2000]


def _note(posted: Posted) -> str:
    return posted.get("note", "").strip().replace("\x00", "")[:2000]


def _person(posted: Posted) -> int:
    return people.chosen(posted.get("person", "")).pk


def _readers(posted: Posted) -> list[int]:
    """The first reader must be named; further boxes may stay empty."""
    fields = ["person", *(name for name in ("person_2", "person_3") if posted.get(name, "").strip())]
    return list(dict.fromkeys(people.chosen(posted.get(name, ""), field=name).pk for name in fields))


def _place(posted: Posted) -> str:
    return _needed(posted, "place", _("Choose the step."))


def _signer(posted: Posted) -> int:
    text = _needed(posted, "signer", _("Choose the signer."))
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise InvalidInput(_("There is no such signer."), field="signer", code="inbox.signer")
    return int(text)


def _case_numbered(posted: Posted) -> int:
    number = _needed(posted, "number", _("Such as YY-2026-0001."))
    found = [line for line in api.cases(text=number, size=10).items if line.number == number]
    if not found:
        raise InvalidInput(
            _("There is no case with the number “%(number)s” that you may see.") % {"number": number[:60]},
            field="number",
            code="inbox.number",
            hint=_("Copy the number from the head of the other case."),
        )
    return found[0].case_id


def _day(posted: Posted) -> date:
    text = _needed(posted, "until", _("Such as 2026-03-20."))
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            _("“%(text)s” is not a day.") % {"text": text[:20]},
            field="until",
            code="inbox.day",
            hint=_("Such as 2026-03-20."),
        ) from error


def _amount(posted: Posted) -> int:
    text = _needed(posted, "amount", _("A whole number."))
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 5):
        raise InvalidInput(
            _("“%(text)s” is not a whole number.") % {"text": text[:20]}, field="amount", code="inbox.amount"
        )
    return int(text)


_ON_TASK: Final[dict[str, TaskAct]] = {
    "claim_task": lambda task, posted: api.claim_task(task_id=task),
    "release_task": lambda task, posted: api.release_task(task_id=task),
    "return_case": lambda task, posted: api.return_case(
        task_id=task, to=_place(posted), reason=_reason(posted), rerun=posted.get("way") != "straight"
    ),
    "add_signer": lambda task, posted: api.add_signer(
        task_id=task,
        signer=_person(posted),
        position="after" if posted.get("position") == "after" else "before",
        reason=_reason(posted),
    ),
    "remove_signer": lambda task, posted: api.remove_signer(task_id=_signer(posted), reason=_reason(posted)),
    "transfer_task": lambda task, posted: api.transfer_task(
        task_id=task, to=_person(posted), reason=_reason(posted)
    ),
    "delegate_task": lambda task, posted: api.delegate_task(
        task_id=task, to=_person(posted), reason=_reason(posted)
    ),
    "acknowledge_circulation": lambda task, posted: api.acknowledge_circulation(
        task_id=task, note=_note(posted)
    ),
    "urge_task": lambda task, posted: api.urge_task(task_id=task, note=_note(posted)),
    "withdraw_task": lambda task, posted: api.withdraw_task(task_id=task, reason=_reason(posted)),
}

_ON_CASE: Final[dict[str, TaskAct]] = {
    "circulate_case": lambda case, posted: api.circulate_case(
        case_id=case, to=_readers(posted), note=_note(posted)
    ),
    "jump_case": lambda case, posted: api.jump_case(case_id=case, to=_place(posted), reason=_reason(posted)),
    "suspend_case": lambda case, posted: api.suspend_case(case_id=case, reason=_reason(posted)),
    "resume_case": lambda case, posted: api.resume_case(case_id=case),
    "merge_cases": lambda case, posted: api.merge_cases(
        case_id=case, into=_case_numbered(posted), reason=_reason(posted)
    ),
    "split_case": lambda case, posted: api.split_case(
        case_id=case, title=_needed(posted, "title", _("Give the title.")), reason=_reason(posted)
    ),
    "pause_clock": lambda case, posted: api.pause_clock(
        case_id=case,
        ground=_needed(posted, "ground", _("Choose the ground.")),
        notice=_needed(posted, "notice", _("Give the number of the notice.")),
        expected_until=_day(posted),
    ),
    "resume_clock": lambda case, posted: api.resume_clock(
        case_id=case, ground=_needed(posted, "held", _("Choose the ground."))
    ),
    "extend_clock": lambda case, posted: api.extend_clock(
        case_id=case,
        amount=_amount(posted),
        reason=_reason(posted),
        document=posted.get("document", "").strip()[:200],
    ),
    "give_supplement_notice": lambda case, posted: api.give_supplement_notice(
        case_id=case,
        number=_needed(posted, "notice", _("Give the number of the notice.")),
        items=_needed(posted, "items", _("One line for each thing that is missing.")).splitlines(),
    ),
    "withdraw_case": lambda case, posted: api.withdraw_case(case_id=case, reason=_reason(posted)),
    "void_case": lambda case, posted: api.void_case(case_id=case, reason=_reason(posted)),
}
