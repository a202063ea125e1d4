"""Reading the human side of a user task: who gets it, what can be decided, what else may be done (spine of our own
``chengshu:`` vocabulary, and the ``zeebe:`` one of common editors)."""

from __future__ import annotations

from typing import Literal, cast, get_args

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.tree import Element
from chengshu.engines.cases.data import Outcome
from chengshu.engines.cases.interpreter.plan import (
    Approval,
    Assign,
    CaseSettings,
    ClockMark,
    Limit,
    Powers,
    Work,
)
from chengshu.engines.cases.interpreter.reading import Reader

_Mode = Literal["all", "any", "count", "weighted", "sequential"]
_Tone = Literal["positive", "negative", "neutral"]
_Unit = Literal["wd", "d", "h"]
MOST_URGENT = 100


def work_of(reader: Reader, at: Element) -> Work:
    form = at.extension("zeebe:formDefinition")
    schedule = at.extension("zeebe:taskSchedule")
    return Work(
        assign=_assign(reader, at),
        outcomes=_outcomes(reader, at),
        approval=_approval(reader, at),
        powers=_powers(at),
        form=form.get("formId") or form.get("formKey") if form is not None else "",
        due=reader.text(at, schedule.get("dueDate")) if schedule is not None else None,
        priority=_priority(at),
    )


def _assign(reader: Reader, at: Element) -> Assign:
    own = at.extension("chengshu:assign")
    if own is not None:
        unit = own.get("unit").strip()
        return Assign(
            unit=reader.formula(at, unit) if unit.startswith("=") else None,
            unit_key="" if unit.startswith("=") else unit,
            role=own.get("role").strip(),
            assignee=reader.text(at, own.get("assignee")),
            apart_from=tuple(own.get("apartFrom").split()),
        )
    common = at.extension("zeebe:assignmentDefinition")
    if common is None:
        return Assign()
    return Assign(
        assignee=reader.text(at, common.get("assignee")),
        candidates=reader.text(at, common.get("candidateGroups")),
    )


def _outcomes(reader: Reader, at: Element) -> tuple[Outcome, ...]:
    holder = at.extension("chengshu:outcomes")
    entries = holder.all("chengshu:outcome") if holder is not None else []
    for entry in entries:
        if not entry.get("key"):
            reader.refuse(
                at, "outcome_without_key", _("A decision offered here has no key."), _("Give it one.")
            )
    return tuple(
        Outcome(
            key=entry.get("key"),
            label=entry.get("label") or entry.get("key"),
            tone=cast(_Tone, tone if (tone := entry.get("tone")) in get_args(_Tone) else "neutral"),
            needs_opinion=entry.get("needsOpinion") == "true",
        )
        for entry in entries
        if entry.get("key")
    )


def _approval(reader: Reader, at: Element) -> Approval | None:
    own = at.extension("chengshu:approval")
    if own is None:
        return None
    mode = own.get("mode", "all")
    if mode not in get_args(_Mode):
        reader.refuse(
            at,
            "unknown_countersign",
            _("“%(mode)s” is no rule of a countersign.") % {"mode": mode},
            _("Choose all, any, count, weighted or sequential."),
        )
        return None
    needed = reader.formula(at, own.get("needed"))
    if mode == "count" and needed is None:
        reader.refuse(
            at,
            "countersign_without_number",
            _("The countersign by number does not say how many must agree."),
            _("Fill in how many are needed."),
        )
    return Approval(cast(_Mode, mode), needed, own.get("veto") == "true")


def _powers(at: Element) -> Powers:
    own = at.extension("chengshu:powers")
    if own is None:
        return Powers()
    returns = own.get("returns", "all").split()
    return Powers(
        returns=None if returns == ["all"] else frozenset() if returns == ["none"] else frozenset(returns),
        transfer=own.get("transfer") != "false",
        delegate=own.get("delegate") != "false",
        add_signer=own.get("addSigner") != "false",
        withdraw=own.get("withdraw") != "false",
        circulate=own.get("circulate") != "false",
        jump=own.get("jump") == "true",
    )


def _priority(at: Element) -> int:
    definition = at.extension("zeebe:priorityDefinition")
    text = definition.get("priority") if definition is not None else ""
    return min(int(text), MOST_URGENT) if text.isascii() and text.isdigit() and len(text) < 10 else 50


def limit_of(reader: Reader, at: Element) -> Limit | None:
    own = at.extension("chengshu:limit")
    if own is None:
        return None
    amount, unit, warn = own.get("amount"), own.get("unit", "wd"), own.get("warn", "0.8")
    if not (amount.isdecimal() and len(amount) <= 4) or unit not in get_args(_Unit) or not _is_share(warn):
        reader.refuse(
            at,
            "limit_unreadable",
            _("The time limit %(amount)s %(unit)s cannot be read.") % {"amount": amount, "unit": unit},
            _("Give a whole number, and wd for working days, d for days or h for hours."),
        )
        return None
    return Limit(int(amount), cast(_Unit, unit), float(warn))


def _is_share(text: str) -> bool:
    return text.replace(".", "", 1).isdigit() and 0 <= float(text) <= 1


def clocks_of(reader: Reader, at: Element) -> tuple[ClockMark, ...]:
    marks = []
    for own in at.extensions("chengshu:clock"):
        do, layer = own.get("do"), own.get("layer", "all")
        if do not in ("start", "stop", "pause", "resume") or layer not in ("legal", "promised", "all"):
            reader.refuse(
                at,
                "clock_unreadable",
                _("The clock mark “%(do)s %(layer)s” cannot be read.") % {"do": do, "layer": layer},
                _("Choose start, stop, pause or resume, and legal, promised or all."),
            )
            continue
        marks.append(
            ClockMark(
                cast(Literal["start", "stop", "pause", "resume"], do),
                cast(Literal["legal", "promised", "all"], layer),
                own.get("ground"),
            )
        )
    return tuple(marks)


def case_of(reader: Reader, process: Element) -> CaseSettings:
    own = process.extension("chengshu:case")
    if own is None:
        return CaseSettings()
    return CaseSettings(
        title=reader.text(process, own.get("title")),
        number_prefix=own.get("numberPrefix"),
        start_form=own.get("startForm"),
        legal=own.get("legal"),
        promised=own.get("promised"),
        rule=own.get("rule"),
    )
