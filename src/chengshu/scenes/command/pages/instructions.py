"""Instructions: the list, issuing one, one with its chain of replies, and figures by told unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.foundation.errors import ChengshuError
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web.shell import Column, Filter, Option
from chengshu.foundation.web.typed import maybe_picked, picked, units_with
from chengshu.scenes.command import actions, queries
from chengshu.scenes.command.facts import limit, limit_source
from chengshu.scenes.command.models import Instruction, InstructionState
from chengshu.scenes.command.pages.forms import (
    HANDLED,
    Act,
    count,
    errors,
    options,
    own_desk,
    perform,
    stored,
)
from chengshu.scenes.command.pages.runs import download
from chengshu.scenes.command.words import INSTRUCTION_TONES, REPLY_TONES

COLUMNS: Final = (
    Column("title", _("Instruction"), header=True),
    Column("to_unit", _("Told unit")),
    Column("receipt", _("Receipt by"), kind="fit"),
    Column("answer", _("Answer due by"), kind="fit"),
    Column("state", _("State"), kind="fit"),
)


@door("command.view_instructions", title=_("Instructions that the unit issued or was told"))
def listing(request: HttpRequest) -> HttpResponse:
    state, what = request.GET.get("state", ""), request.GET.get("what", "")
    states = [
        Option("", _("Not over")),
        Option("late", _("A limit ran out")),
        *(Option(*one) for one in InstructionState.choices),
        Option("all", _("All")),
    ]
    kinds = [
        Option("", _("Real ones and drills")),
        Option("real", _("Real ones only")),
        Option("drill", _("Drills only")),
    ]
    context = {
        "columns": COLUMNS,
        "instructions": queries.instructions(state=state, what=what)[:200],
        "query": request.GET.dict(),
        "now": timezone.now(),
        "tones": INSTRUCTION_TONES,
        "filters": [
            Filter("state", _("State"), state, options=states),
            Filter("what", _("Shown"), what, options=kinds),
        ],
    }
    return render(request, "command/instructions.html", context)


def _units() -> list[Unit]:
    found = Unit.objects.exclude(kind__in=("village", "community")).order_by("path")
    return list(found[:1000])


@door("command.issue_instruction")
def new(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request, None)
    given = request.POST
    try:
        instruction = actions.issue_instruction(
            unit=picked(units_with("command.issue_instruction"), given.get("unit", ""), "unit"),
            to_unit=picked(_units(), given.get("to_unit", ""), "to_unit"),
            to_post=given.get("to_post", ""),
            title=given.get("title", ""),
            text=given.get("text", ""),
            event=maybe_picked(queries.open_events(), given.get("event", ""), "event"),
            receipt_minutes=count(given.get("receipt_minutes", ""), "receipt_minutes"),
            answer_minutes=count(given.get("answer_minutes", ""), "answer_minutes"),
            drill=bool(given.get("drill")),
        )
    except HANDLED as error:
        return _form(request, error)
    return flash(_to(instruction), "success", _("The instruction is issued."))


def _form(request: HttpRequest, error: ChengshuError | None) -> HttpResponse:
    context = {
        "units": options(units_with("command.issue_instruction")),
        "unit": own_desk("command.issue_instruction"),
        "told": options(_units()),
        "events": [
            Option("", _("none of them")),
            *(Option(str(one.pk), str(one)) for one in queries.open_events()),
        ],
        "event": request.GET.get("event", ""),
        "receipt": limit("instructions", "receipt_minutes"),
        "answer": limit("instructions", "answer_minutes"),
        "source": limit_source("instructions"),
        "given": request.POST.dict(),
        **errors(error),
    }
    return render(request, "command/new_instruction.html", context, status=422 if error else 200)


@door("command.view_instructions")
def one(request: HttpRequest, instruction_id: int) -> HttpResponse:
    return _page(request, queries.instruction_by_id(instruction_id))


def _page(
    request: HttpRequest, instruction: Instruction, error: ChengshuError | None = None, act: str = ""
) -> HttpResponse:
    context = {
        "instruction": instruction,
        "replies": list(instruction.replies.select_related("by", "from_unit").order_by("-at", "-id")),
        "now": timezone.now(),
        "tones": INSTRUCTION_TONES,
        "reply_tones": REPLY_TONES,
        "given": request.POST.dict(),
        **errors(error, act),
    }
    return render(request, "command/instruction.html", context, status=422 if error else 200)


ACTS: Final[Mapping[str, Act]] = {
    "receive": lambda row, _given, _request: actions.receive_instruction(instruction=row),
    "answer": lambda row, given, request: actions.answer_instruction(
        instruction=row, text=given.get("text", ""), file=stored(request, row.to_unit)
    ),
    "complete": lambda row, given, request: actions.complete_instruction(
        instruction=row, text=given.get("text", ""), file=stored(request, row.to_unit)
    ),
    "judge": lambda row, given, _request: actions.judge_instruction(
        instruction=row, accepted=bool(given.get("accept")), text=given.get("text", "")
    ),
    "remind": lambda row, given, _request: actions.remind_instruction(
        instruction=row, text=given.get("text", "")
    ),
    "withdraw": lambda row, given, _request: actions.withdraw_instruction(
        instruction=row, reason=given.get("reason", "")
    ),
}


@door("command.view_instructions")
@require_POST
def act(request: HttpRequest, instruction_id: int, act: str) -> HttpResponse:
    instruction = queries.instruction_by_id(instruction_id)
    return perform(request, instruction, act, ACTS, _page, _to(instruction))


@door("command.view_instructions")
def evidence(request: HttpRequest, reply_id: int) -> HttpResponse:
    """The file that came with a reply."""
    reply: Any = queries.reply_by_id(reply_id)
    return download(reply.file, f"reply-{reply.pk}")


@door("command.view_instructions")
def figures(request: HttpRequest) -> HttpResponse:
    context = {
        "real": queries.instruction_figures(),
        "drills": queries.instruction_figures(drill=True),
    }
    return render(request, "command/instruction_figures.html", context)


def _to(instruction: Instruction) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("command:instruction", args=[instruction.pk]))
