"""Instructions: issued, received, answered, completed with evidence, accepted; reminded and escalated when late."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.events.bus import emit
from chengshu.foundation.files.models import File
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.command.actions.events import entry
from chengshu.scenes.command.events import InstructionIssued, InstructionLate
from chengshu.scenes.command.facts import limit
from chengshu.scenes.command.models import (
    CityEvent,
    Instruction,
    InstructionReply,
    InstructionState,
    PlanRun,
    ReplyKind,
    StepKind,
)
from chengshu.scenes.command.numbering import next_number
from chengshu.scenes.command.telling import LEADER, clear, tell
from chengshu.scenes.command.texts import given, optional, wrong_state

MOST_MINUTES = 7 * 24 * 60
RECIPIENTS = ("unit_head", "handling_unit_officer")
"""Roles of the told unit that get a notice."""
WAITING = (InstructionState.ISSUED, InstructionState.RECEIVED)


def by_issuer(*, instruction: Instruction, **_rest: object) -> int:
    return instruction.unit_id


def by_recipient(*, instruction: Instruction, **_rest: object) -> int:
    return getattr(instruction, "to_unit_id", instruction.unit_id)


@action(title=_("Issue an instruction"), at=lambda *, unit, **_rest: unit.pk)
def issue_instruction(
    *,
    unit: Unit,
    to_unit: Unit,
    title: str,
    text: str,
    to_post: str = "",
    event: CityEvent | None = None,
    run: PlanRun | None = None,
    receipt_minutes: int | None = None,
    answer_minutes: int | None = None,
    drill: bool = False,
) -> Instruction:
    """Tell a unit what to do. Nothing of it can be changed afterwards; what belongs to a drill is a drill.

    :param receipt_minutes: until it must be received; the usual limit if None
    :param answer_minutes: until it must be answered, from the same moment
    :raises InvalidInput: by field
    """
    receipt = limit("instructions", "receipt_minutes") if receipt_minutes is None else receipt_minutes
    answer = limit("instructions", "answer_minutes") if answer_minutes is None else answer_minutes
    if not 1 <= receipt <= answer <= MOST_MINUTES:
        raise InvalidInput(
            _("Receipt comes first, then the answer, within seven days."),
            field="answer_minutes",
            code="command.minutes",
        )
    for field, thing in (("event", event), ("run", run)):
        if thing is not None and thing.unit_id != unit.pk:
            raise InvalidInput(_("This is another desk's."), field=field, code="command.other_desk")
    now = timezone.now()
    belongs = [thing for thing in (event, run) if thing is not None]
    instruction = Instruction(
        unit=unit,
        to_unit=to_unit,
        to_post=optional(to_post, "to_post", most=100),
        number=next_number(unit.pk, "ZL"),
        title=given(title, "title", most=200),
        text=given(text, "text", _("Say what is to be done."), most=4000),
        event=event,
        run=run,
        issued_at=now,
        issued_by_id=current_asker().account_id,
        receipt_by=now + timedelta(minutes=receipt),
        answer_by=now + timedelta(minutes=answer),
        drill=drill or any(thing.drill for thing in belongs),
        simulated=any(thing.simulated for thing in belongs),
    )
    instruction.save()
    if event is not None:
        entry(event, StepKind.LINKED, f"{instruction.number} {instruction.title} → {to_unit.shown_name}")
    _tell(instruction, f"指令待签收：{instruction.title}", *RECIPIENTS)
    emit(InstructionIssued(instruction.pk, unit.pk, to_unit.pk, instruction.drill))
    return instruction


def _tell(instruction: Instruction, subject: str, *roles: str, unit_id: int | None = None) -> None:
    for role in roles:
        tell(
            unit_id=unit_id or instruction.to_unit_id,
            role=role,
            subject=subject,
            text=f"签收时限 {_clock(instruction.receipt_by)}，反馈时限 {_clock(instruction.answer_by)}。",
            page=reverse("command:instruction", args=[instruction.pk]),
            about=f"command instruction {instruction.pk}",
            weight="urgent",
            drill=instruction.drill,
            simulated=instruction.simulated,
        )


def _clock(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%m-%d %H:%M}"


@action(title=_("Receive an instruction"), at=by_recipient)
def receive_instruction(*, instruction: Instruction) -> Instruction:
    """
    :raises Conflict: if it is received already, or withdrawn
    """
    instruction = _locked(instruction, InstructionState.ISSUED)
    instruction.state, instruction.received_at = InstructionState.RECEIVED, timezone.now()
    instruction.save()
    _reply(instruction, ReplyKind.RECEIPT, instruction.to_unit_id)
    clear(unit_id=instruction.to_unit_id, about=f"command instruction {instruction.pk}")
    return instruction


@action(title=_("Answer an instruction"), at=by_recipient)
def answer_instruction(*, instruction: Instruction, text: str, file: File | None = None) -> InstructionReply:
    """The first answer stops the clock; later ones are further reports.

    :raises InvalidInput: ``text``
    :raises Conflict: if it is not received, or over
    """
    instruction = _locked(instruction, InstructionState.RECEIVED, InstructionState.ANSWERED)
    words = given(text, "text", _("Say what was done so far."), most=2000)
    kind = ReplyKind.ANSWER if instruction.answered_at is None else ReplyKind.FURTHER
    instruction.answered_at = instruction.answered_at or timezone.now()
    instruction.state = InstructionState.ANSWERED
    instruction.save()
    return _reply(instruction, kind, instruction.to_unit_id, words, file)


@action(title=_("Report an instruction done"), at=by_recipient)
def complete_instruction(*, instruction: Instruction, text: str, file: File | None = None) -> Instruction:
    """
    :raises InvalidInput: ``text``, or ``file`` without evidence
    :raises Conflict: if it is not received, or over
    """
    instruction = _locked(instruction, InstructionState.RECEIVED, InstructionState.ANSWERED)
    words = given(text, "text", _("Say what was done."), most=2000)
    if file is None:
        raise InvalidInput(
            _("Completion needs evidence."),
            field="file",
            code="command.evidence",
            hint=_("Add a photo or a PDF file."),
        )
    now = timezone.now()
    instruction.answered_at = instruction.answered_at or now
    instruction.state, instruction.done_at = InstructionState.DONE, now
    instruction.save()
    _reply(instruction, ReplyKind.DONE, instruction.to_unit_id, words, file)
    return instruction


@action(title=_("Judge a completed instruction"), at=by_issuer)
def judge_instruction(*, instruction: Instruction, accepted: bool, text: str = "") -> Instruction:
    """Accept what was done, or send it back with a reason.

    :raises InvalidInput: ``text`` of what is sent back
    :raises Conflict: if it was not said to be done
    """
    instruction = _locked(instruction, InstructionState.DONE)
    words = optional(text, "text", most=2000)
    if not accepted and not words:
        raise InvalidInput(_("Say what is lacking."), field="text", code="command.empty")
    if accepted:
        instruction.state, instruction.ended_at = InstructionState.CLOSED, timezone.now()
    else:
        instruction.state, instruction.done_at = InstructionState.ANSWERED, None
    instruction.save()
    _reply(instruction, ReplyKind.CLOSED if accepted else ReplyKind.BACK, instruction.unit_id, words)
    return instruction


@action(title=_("Remind of an instruction"), at=by_issuer)
def remind_instruction(*, instruction: Instruction, text: str = "") -> InstructionReply:
    """
    :raises Conflict: if it is done, or over
    """
    instruction = _locked(instruction, *WAITING, InstructionState.ANSWERED)
    _tell(instruction, f"催办：{instruction.title}", *RECIPIENTS)
    words = optional(text, "text", most=2000)
    return _reply(instruction, ReplyKind.REMINDER, instruction.unit_id, words)


@action(title=_("Withdraw an instruction"), at=by_issuer)
def withdraw_instruction(*, instruction: Instruction, reason: str) -> Instruction:
    """
    :raises InvalidInput: ``reason``
    :raises Conflict: if it is over
    """
    instruction = _locked(instruction, *WAITING, InstructionState.ANSWERED, InstructionState.DONE)
    words = given(reason, "reason", _("Say why."), most=2000)
    instruction.state, instruction.ended_at = InstructionState.WITHDRAWN, timezone.now()
    instruction.save()
    _reply(instruction, ReplyKind.WITHDRAWN, instruction.unit_id, words)
    clear(unit_id=instruction.to_unit_id, about=f"command instruction {instruction.pk}")
    return instruction


@action(title=_("Note the instructions whose limit ran out"), at=Reach.EVERYWHERE)
def note_late_instructions(*, now: datetime | None = None) -> int:
    """Note each limit once, tell the unit and who leads the desk; returns how many are new."""
    moment = now or timezone.now()
    unreceived = Q(state=InstructionState.ISSUED, late_receipt_at=None, receipt_by__lt=moment)
    unanswered = Q(state__in=WAITING, late_answer_at=None, answer_by__lt=moment)
    found = list(Instruction.objects.filter(unreceived | unanswered).select_related("to_unit"))
    for row in found:
        _note_late(row, moment)
    return len(found)


def _note_late(row: Instruction, moment: datetime) -> None:
    limit_name = "receipt"
    if row.state == InstructionState.ISSUED and row.receipt_by < moment:
        row.late_receipt_at = row.late_receipt_at or moment
    if row.answer_by < moment:
        row.late_answer_at, limit_name = moment, "answer"
    row.save()
    words = "反馈" if limit_name == "answer" else "签收"
    _reply(row, ReplyKind.LATE, row.unit_id, f"{words}超时")
    _tell(row, f"指令{words}超时：{row.title}", "unit_head")
    _tell(row, f"{row.to_unit.shown_name}{words}超时：{row.title}", LEADER, unit_id=row.unit_id)
    emit(InstructionLate(row.pk, row.unit_id, row.to_unit_id, limit_name, row.drill))


def _reply(
    instruction: Instruction, kind: ReplyKind, from_unit: int, text: str = "", file: File | None = None
) -> InstructionReply:
    reply = InstructionReply(
        instruction=instruction,
        unit_id=instruction.unit_id,
        to_unit_id=instruction.to_unit_id,
        from_unit_id=from_unit,
        kind=kind,
        text=text,
        file=file.content if file else None,
        at=timezone.now(),
        by_id=current_asker().account_id,
    )
    reply.save()
    return reply


def _locked(instruction: Instruction, *states: InstructionState) -> Instruction:
    instruction = Instruction.objects.select_for_update().get(pk=instruction.pk)
    if instruction.state not in states:
        raise wrong_state(
            _("This is not possible now: %(state)s.") % {"state": instruction.get_state_display()},
            _("Look at the chain of replies."),
        )
    return instruction
