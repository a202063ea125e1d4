"""What inspections rest on: their frames, their allocation, and what comes of their visits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import asking, current_asker, system
from chengshu.foundation.calendar import local_day
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.orgs.models import PostRole, Unit
from chengshu.scenes.supervision.applications import decided_in
from chengshu.scenes.supervision.models import (
    AnswerCode,
    Coding,
    Evidence,
    Inspection,
    InspectionKind,
    SampleDraw,
    Visit,
    VisitState,
)
from chengshu.scenes.supervision.rules import rule_book
from chengshu.scenes.supervision.sampling.agreement import Agreement, cohens_kappa
from chengshu.scenes.supervision.sampling.calling import CallRates, Disposition, call_rates
from chengshu.scenes.supervision.sampling.drawing import METHOD, draw
from chengshu.scenes.supervision.sampling.estimating import (
    Estimate,
    StratumResult,
    answer_weight,
    base_weight,
    stratified_share,
)
from chengshu.scenes.supervision.sampling.frames import Frame, neyman, proportional, spread_of_share
from chengshu.scenes.supervision.sampling.intervals import Rate, rate
from chengshu.scenes.supervision.scripts import Script, ScriptStep, script_by_key

RULES: Final = ("proportional", "neyman")
VISITED_ROLE: Final = "window_clerk"
"""Units with such a post have windows and can be visited."""
WINDOWS_PER_UNIT: Final = 5
"""Visits that a unit can get in one round of mystery visits: its occasions."""


@dataclass(frozen=True)
class StepResult:
    """What came of one question, estimated for the whole frame."""

    step: ScriptStep
    estimate: Estimate
    yes: int
    answered: int


@dataclass(frozen=True)
class StratumLine:
    """One stratum as printed: sizes and weights."""

    stratum: str
    unit_name: str
    size: int
    drawn: int
    usable: int
    base_weight: Decimal | None
    answer_weight: Decimal | None
    met: Rate


@dataclass(frozen=True)
class Results:
    """Everything that an inspection showed, each figure with its interval.

    :param met: answers that speak for the unit, over all required steps: the score
    :param valid: valid samples of all drawn ones: the share of valid samples
    :param coverage: units with a finished visit of all units of the frame
    """

    script: Script
    steps: tuple[StepResult, ...]
    strata: tuple[StratumLine, ...]
    valid: Rate
    coverage: Rate
    met: Estimate
    agreement: Agreement
    calls: CallRates | None


def frame_of(inspection: Inspection) -> Frame:
    """What could be chosen, as it is now: decided applications, or occasions at the units with windows."""
    with asking(system("supervision", current_asker().channel)):
        if inspection.kind in (InspectionKind.PHONE, InspectionKind.CASES):
            found = decided_in(inspection.period_from, inspection.period_until)
            return Frame.of((f"application:{one.number}", one.unit.key) for one in found)
        return Frame.of(
            (f"window:{key}:{number}", key)
            for key in visited_units()
            for number in range(1, WINDOWS_PER_UNIT + 1)
        )


def visited_units() -> list[str]:
    """Keys of the units that have windows today."""
    today = timezone.localdate()
    posts = PostRole.objects.filter(role__key=VISITED_ROLE).select_related("post__unit")
    return sorted({one.post.unit.key for one in posts if one.post.unit.is_active(today)})


def allocation_of(inspection: Inspection, frame: Frame, wanted: int, rule: str) -> dict[str, int]:
    """How many are drawn of each stratum.

    :raises InvalidInput: ``rule``, or ``wanted`` if it is too small to reach every unit
    """
    if rule not in RULES:
        raise InvalidInput(_("Choose how the sample is shared out."), field="rule", code="supervision.rule")
    try:
        if rule == "neyman":
            return neyman(frame.sizes, _spreads(inspection), wanted)
        return proportional(frame.sizes, wanted)
    except ValueError as error:
        raise InvalidInput(
            _("At least %(least)s are needed to reach every unit.") % {"least": len(frame.sizes)},
            field="wanted",
            code="supervision.wanted",
        ) from error


def redraw(row: SampleDraw) -> bool:
    """Whether the stored frame, seed and method give the stored sample again."""
    if row.method != METHOD:
        return False
    frame = Frame.of((key, stratum) for key, stratum in row.frame)
    again = draw(frame, row.allocation, row.seed)
    return (
        frame.digest == row.frame_digest
        and again.digest == row.digest
        and [one.key for one in again.chosen] == row.chosen
        and dict(again.sizes) == row.sizes
    )


def results_of(inspection: Inspection) -> Results:
    """What an inspection showed. Re-tests are looked at on their own and do not count here."""
    script = script_by_key(inspection.script)
    visits = list(inspection.visits.filter(retest_of=None).select_related("visited_unit"))
    row = SampleDraw.objects.filter(inspection=inspection).first()
    sizes: Mapping[str, int] = row.sizes if row else {}
    answers = _answers(visits)
    usable = [visit for visit in visits if visit.state == VisitState.DONE]
    agreement = _agreement(visits)
    is_phone = inspection.kind == InspectionKind.PHONE
    return Results(
        script=script,
        steps=tuple(_step(step, sizes, visits, usable, answers) for step in script.steps),
        strata=tuple(_strata(sizes, visits, usable, answers, script)),
        valid=rate(len(usable), len(visits)),
        coverage=rate(len({visit.stratum for visit in usable}), len(sizes)),
        met=_met(script, sizes, visits, usable, answers),
        agreement=agreement,
        calls=_calls(visits) if is_phone else None,
    )


def rectify_limit() -> str:
    """The limit of a rectification as a process reads it, such as ``15wd``."""
    return f"{rule_book(local_day(timezone.now())).figure('rectify_within_wd')}wd"


Answers = Mapping[int, Mapping[str, str]]
"""Visit → step → answer: the last one given."""


def _answers(visits: Iterable[Visit]) -> Answers:
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for entry in Evidence.objects.filter(visit__in=list(visits)).order_by("recorded_at", "id"):
        found[entry.visit_id][entry.step] = entry.answer
    return found


def _step(
    step: ScriptStep, sizes: Mapping[str, int], visits: list[Visit], usable: list[Visit], answers: Answers
) -> StepResult:
    def said(visit: Visit) -> str:
        return answers.get(visit.pk, {}).get(step.key, "")

    heard = [visit for visit in usable if said(visit) in (AnswerCode.YES, AnswerCode.NO)]
    yes = [visit for visit in heard if said(visit) == AnswerCode.YES]
    return StepResult(step, stratified_share(_counted(sizes, visits, heard, yes)), len(yes), len(heard))


def _counted(
    sizes: Mapping[str, int], visits: list[Visit], heard: list[Visit], yes: list[Visit]
) -> dict[str, StratumResult]:
    drawn, answered, count = (_by_stratum(group) for group in (visits, heard, yes))
    return {
        name: StratumResult(size, drawn.get(name, 0), answered.get(name, 0), count.get(name, 0))
        for name, size in sizes.items()
    }


def _met(
    script: Script, sizes: Mapping[str, int], visits: list[Visit], usable: list[Visit], answers: Answers
) -> Estimate:
    """The share of the frame at which nothing required was wrong."""
    yes = [visit for visit in usable if _is_met(visit, script, answers)]
    return stratified_share(_counted(sizes, visits, usable, yes))


def _is_met(visit: Visit, script: Script, answers: Answers) -> bool:
    said = answers.get(visit.pk, {})
    return not any(step.required and said.get(step.key) == AnswerCode.NO for step in script.steps)


def _strata(
    sizes: Mapping[str, int], visits: list[Visit], usable: list[Visit], answers: Answers, script: Script
) -> Iterable[StratumLine]:
    names = {unit.key: unit.shown_name for unit in Unit.objects.filter(key__in=sizes)}
    drawn, answered = _by_stratum(visits), _by_stratum(usable)
    met = _by_stratum([visit for visit in usable if _is_met(visit, script, answers)])
    for name, size in sizes.items():
        count = drawn.get(name, 0)
        yield StratumLine(
            stratum=name,
            unit_name=names.get(name, name),
            size=size,
            drawn=count,
            usable=answered.get(name, 0),
            base_weight=base_weight(size, count) if count else None,
            answer_weight=answer_weight(size, answered.get(name, 0)),
            met=rate(met.get(name, 0), answered.get(name, 0)),
        )


def _by_stratum(visits: Iterable[Visit]) -> dict[str, int]:
    counted: dict[str, int] = defaultdict(int)
    for visit in visits:
        counted[visit.stratum] += 1
    return counted


def _agreement(visits: Iterable[Visit]) -> Agreement:
    """Of two people over everything that both coded; their order is that of their accounts."""
    given: dict[tuple[int, str], list[str]] = defaultdict(list)
    for coding in Coding.objects.filter(visit__in=list(visits)).order_by("visit_id", "step", "coder_id"):
        given[(coding.visit_id, coding.step)].append(coding.code)
    return cohens_kappa([(codes[0], codes[1]) for codes in given.values() if len(codes) == 2])


def _calls(visits: Iterable[Visit]) -> CallRates:
    return call_rates(
        Disposition(visit.disposition) if visit.disposition else Disposition.NOT_CALLED for visit in visits
    )


def _spreads(inspection: Inspection) -> dict[str, float]:
    """The spread of each unit in the last released round of the same script; none without one."""
    former = (
        Inspection.objects.filter(script=inspection.script, released_at__isnull=False)
        .exclude(pk=inspection.pk)
        .order_by("-released_at")
        .first()
    )
    if former is None:
        return {}
    return {line.stratum: spread_of_share(line.met.count, line.met.of) for line in results_of(former).strata}
