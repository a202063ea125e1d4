"""Inspections: planned, drawn, done, coded twice, released to the units, put right and tested again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import api as cases
from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import asking, current_asker, signed_in_asker, system
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.files.models import File
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.supervision import inspecting
from chengshu.scenes.supervision.models import (
    AnswerCode,
    Coding,
    Evidence,
    Inspection,
    InspectionFinding,
    InspectionState,
    SampleDraw,
    Visit,
    VisitState,
)
from chengshu.scenes.supervision.sampling.calling import Disposition
from chengshu.scenes.supervision.sampling.drawing import draw
from chengshu.scenes.supervision.scripts import script_by_key
from chengshu.scenes.supervision.texts import given, optional

PROCESS: Final = "supervision.rectification"
_HEX: Final = frozenset("0123456789abcdef")


@action(title=_("Plan an inspection"), at=lambda *, unit, **_rest: unit.pk)
def plan_inspection(
    *,
    unit: Unit,
    title: str,
    script: str,
    period_from: date,
    period_until: date,
    due_on: date,
    simulated: bool = False,
) -> Inspection:
    """Plan a round: what is looked at, in which period, and by when its results are out.

    :raises InvalidInput: ``title``, ``script``, ``period_until`` or ``due_on``
    """
    chosen = script_by_key(script)
    if period_until < period_from:
        raise InvalidInput(
            _("The period ends before it begins."), field="period_until", code="supervision.period"
        )
    if due_on < period_from:
        raise InvalidInput(_("The day is before the period."), field="due_on", code="supervision.due_on")
    row = Inspection(
        unit=unit,
        kind=chosen.kind,
        title=given(title, "title", _("Say in a few words what is inspected."), most=200),
        script=chosen.key,
        period_from=period_from,
        period_until=period_until,
        due_on=due_on,
        opened_at=timezone.now(),
        simulated=simulated,
    )
    row.save()
    return row


@action(title=_("Draw a sample"), at=lambda *, inspection, **_rest: inspection.unit_id)
def draw_sample(*, inspection: Inspection, wanted: int, rule: str, seed: str) -> SampleDraw:
    """Take down the frame and draw from it, once and for all.

    Phone calls and case files are drawn from the real applications decided in the period, visits from the units that
    have windows; strata are the units.

    :param wanted: how many in all
    :param rule: ``proportional`` or ``neyman`` (which takes the spread from earlier rounds of the same script)
    :param seed: anything that nobody could have known before, such as a lottery number of the day
    :raises Conflict: if a sample was drawn, or there is nothing to draw from
    :raises InvalidInput: ``wanted``, ``rule`` or ``seed``
    """
    if inspection.state != InspectionState.PLANNED:
        raise Conflict(
            _("A sample was drawn for this inspection."),
            code="supervision.drawn",
            hint=_("A drawn sample is never drawn again; plan another round."),
        )
    seed = given(seed, "seed", _("Write down a number that nobody could have known."), most=100)
    frame = inspecting.frame_of(inspection)
    if not len(frame):
        raise Conflict(
            _("There is nothing to draw from in this period."),
            code="supervision.empty_frame",
            hint=_("Choose another period."),
        )
    allocation = inspecting.allocation_of(inspection, frame, wanted, rule)
    drawn = draw(frame, allocation, seed)
    row = SampleDraw(
        inspection=inspection,
        unit_id=inspection.unit_id,
        method=drawn.method,
        seed=drawn.seed,
        allocation_rule=rule,
        frame=frame.pairs,
        frame_digest=drawn.frame_digest,
        sizes=dict(drawn.sizes),
        allocation=dict(drawn.allocation),
        chosen=[one.key for one in drawn.chosen],
        digest=drawn.digest,
        drawn_at=timezone.now(),
        drawn_by_id=current_asker().account_id,
    )
    row.save()
    units = {unit.key: unit.pk for unit in Unit.objects.filter(key__in=drawn.sizes)}
    for one in drawn.chosen:
        Visit(
            inspection=inspection,
            unit_id=inspection.unit_id,
            visited_unit_id=units[one.stratum],
            key=one.key,
            stratum=one.stratum,
            simulated=inspection.simulated,
        ).save()
    inspection.state = InspectionState.FIELDING
    inspection.save()
    return row


@action(title=_("Record evidence"), at=lambda *, visit, **_rest: visit.unit_id)
def record_evidence(
    *,
    visit: Visit,
    step: str,
    answer: str,
    seen_at: datetime | None = None,
    note: str = "",
    photo_id: int | None = None,
    audio_sha256: str = "",
) -> Evidence:
    """Take down what was seen at one step. A correction is another entry: the last one counts, all remain.

    :param photo_id: a stored file
    :param audio_sha256: digest of the recording that the inspectors keep
    :raises Conflict: if the visit is ended
    :raises InvalidInput: ``step``, ``answer``, ``photo``, ``audio_sha256`` or ``seen_at``
    """
    now = timezone.now()
    _insist_open(visit)
    found = script_by_key(visit.inspection.script).step(step)
    if answer not in AnswerCode.values:
        raise InvalidInput(_("Choose an answer."), field="answer", code="supervision.answer")
    if (seen_at or now) > now:
        raise InvalidInput(_("This lies in the future."), field="seen_at", code="supervision.seen_at")
    audio = audio_sha256.strip().lower()
    if audio and (len(audio) != 64 or not set(audio) <= _HEX):
        raise InvalidInput(
            _("A SHA-256 digest has 64 hexadecimal characters."),
            field="audio_sha256",
            code="supervision.digest",
        )
    photo = _photo(photo_id)
    for kind, is_there in (("photo", photo is not None), ("audio", bool(audio))):
        if kind in found.evidence and not is_there and answer != AnswerCode.NOT_APPLICABLE:
            raise InvalidInput(
                _("This step needs evidence: a photo, or the digest of a recording."),
                field="photo" if kind == "photo" else "audio_sha256",
                code="supervision.evidence_missing",
            )
    row = Evidence(
        visit=visit,
        unit_id=visit.unit_id,
        step=found.key,
        answer=answer,
        note=optional(note, "note", most=1000),
        seen_at=seen_at or now,
        recorded_at=now,
        photo=photo,
        audio_sha256=audio,
        by_id=current_asker().account_id,
    )
    row.save()
    return row


@action(title=_("Finish a visit"), at=lambda *, visit, **_rest: visit.unit_id)
def finish_visit(*, visit: Visit) -> Visit:
    """End a visit: it is a valid sample, since every required step has its evidence.

    :raises Conflict: if a required step has no answer; names the steps
    """
    _insist_open(visit)
    answered = set(visit.evidence.values_list("step", flat=True))
    lacking = [
        step.shown
        for step in script_by_key(visit.inspection.script).steps
        if step.required and step.key not in answered
    ]
    if lacking:
        raise Conflict(
            _("Still to be answered: %(steps)s.") % {"steps": "；".join(lacking)},
            code="supervision.incomplete",
            hint=_("Answer them, or end the visit as not usable."),
        )
    return _end(visit, VisitState.DONE)


@action(title=_("End a visit as not usable"), at=lambda *, visit, **_rest: visit.unit_id)
def void_visit(*, visit: Visit, reason: str) -> Visit:
    """The visit took place and is no valid sample; it stays in the denominator of the share of valid samples."""
    _insist_open(visit)
    visit.invalid_because = given(reason, "reason", _("Say why it cannot be used."), most=500)
    return _end(visit, VisitState.INVALID)


@action(title=_("Record a call"), at=lambda *, visit, **_rest: visit.unit_id)
def record_call(*, visit: Visit, disposition: str, answers: Mapping[str, str] | None = None) -> Visit:
    """Take down how a call ended, with the answers of an interview.

    :param disposition: one of AAPOR's final codes; only a complete interview is a valid sample
    :param answers: step → answer
    :raises InvalidInput: ``disposition``, or ``answers`` if a complete interview lacks a required one
    """
    _insist_open(visit)
    if disposition not in set(Disposition):
        raise InvalidInput(
            _("Choose how the call ended."), field="disposition", code="supervision.disposition"
        )
    script = script_by_key(visit.inspection.script)
    said = {key: answer for key, answer in (answers or {}).items() if answer}
    complete = Disposition(disposition) is Disposition.COMPLETE
    if complete and not {step.key for step in script.steps if step.required} <= set(said):
        raise InvalidInput(
            _("A complete interview has an answer to every required question."),
            field="answers",
            code="supervision.incomplete",
        )
    for key, answer in said.items():
        record_evidence(visit=visit, step=key, answer=answer)
    visit.disposition = disposition
    return _end(visit, VisitState.DONE if complete else VisitState.INVALID)


@action(title=_("Code a visit"), at=lambda *, visit, **_rest: visit.unit_id)
def code_visit(*, visit: Visit, codes: Mapping[str, str]) -> int:
    """Judge the evidence of a visit by oneself, not knowing the other coder's codes; returns how many were given.

    :raises Conflict: if two people have coded it, or this person has
    :raises InvalidInput: ``codes``
    """
    me = signed_in_asker().account_id
    if visit.state != VisitState.DONE or me is None:
        raise Conflict(_("Only a finished visit is coded."), code="supervision.not_done")
    coders = set(visit.codings.values_list("coder_id", flat=True))
    if me in coders or len(coders) >= 2:
        raise Conflict(_("This visit has been coded."), code="supervision.coded")
    script = script_by_key(visit.inspection.script)
    now = timezone.now()
    for step in script.steps:
        code = codes.get(step.key, "")
        if code not in AnswerCode.values:
            raise InvalidInput(_("Every step needs a code."), field=step.key, code="supervision.code")
        Coding(visit=visit, unit_id=visit.unit_id, step=step.key, code=code, coder_id=me, coded_at=now).save()
    return len(script.steps)


@action(title=_("Add an inspection finding"), at=lambda *, visit, **_rest: visit.unit_id)
def add_finding(*, visit: Visit, text: str, step: str = "") -> InspectionFinding:
    """Write down what was wrong; the visited unit sees it from the release on."""
    if visit.inspection.state not in (InspectionState.FIELDING, InspectionState.RELEASED):
        raise Conflict(_("This inspection is closed."), code="supervision.closed")
    row = InspectionFinding(
        inspection=visit.inspection,
        visit=visit,
        unit_id=visit.unit_id,
        visited_unit_id=visit.visited_unit_id,
        step=script_by_key(visit.inspection.script).step(step).key if step else "",
        text=given(text, "text", _("Say what was wrong."), most=5000),
        added_at=timezone.now(),
    )
    row.save()
    return row


@action(title=_("Release an inspection"), at=lambda *, inspection, **_rest: inspection.unit_id)
def release_inspection(*, inspection: Inspection) -> Inspection:
    """End the blindness: the visited units see their findings, and each finding becomes a case.

    :raises Conflict: if a visit is still to do, or it has been released
    """
    if inspection.state != InspectionState.FIELDING:
        raise Conflict(_("This inspection is not in the field."), code="supervision.not_fielding")
    if inspection.visits.filter(state=VisitState.OPEN, retest_of=None).exists():
        raise Conflict(
            _("Some visits are still to be done."),
            code="supervision.open_visits",
            hint=_("Finish them, or end them as not usable."),
        )
    now = timezone.now()
    inspection.state, inspection.released_at = InspectionState.RELEASED, now
    inspection.save()
    for finding in inspection.findings.all():
        finding.released_at = now
        finding.save()
        with asking(system("supervision", current_asker().channel)):
            open_rectification(finding_id=finding.pk)
    return inspection


@action(title=_("Open the case of a finding"), at=Reach.EVERYWHERE)
def open_rectification(*, finding_id: int) -> int:
    """Open the rectification case at the visited unit; returns its id. A second time changes nothing."""
    finding = InspectionFinding.objects.select_related("inspection").get(pk=finding_id)
    if finding.case_id is None:
        finding.case_id = cases.open_case(
            definition=PROCESS,
            unit_id=finding.visited_unit_id,
            title=f"{finding.inspection.title}：{finding.text}"[:290],
            variables={"finding": finding.pk, "rectify_limit": inspecting.rectify_limit()},
            simulated=finding.inspection.simulated,
        )
        finding.save()
    return finding.case_id


@action(title=_("Order a re-test"), at=lambda *, finding, **_rest: finding.unit_id)
def order_retest(*, finding: InspectionFinding) -> Visit:
    """Look again at what was found wrong.

    :raises Conflict: if it is not released, is closed, or a re-test is under way
    """
    if finding.released_at is None or finding.closed_at is not None:
        raise Conflict(_("This finding needs no re-test."), code="supervision.no_retest")
    if finding.retests.filter(state=VisitState.OPEN).exists():
        raise Conflict(_("A re-test is under way."), code="supervision.retest_open")
    row = Visit(
        inspection=finding.inspection,
        unit_id=finding.unit_id,
        visited_unit_id=finding.visited_unit_id,
        key=finding.visit.key,
        stratum=finding.visit.stratum,
        retest_of=finding,
        simulated=finding.inspection.simulated,
    )
    row.save()
    return row


@action(title=_("Settle a finding"), at=lambda *, finding, **_rest: finding.unit_id)
def settle_finding(*, finding: InspectionFinding, passed: bool) -> InspectionFinding:
    """Say what the re-test showed; a finding that did not pass stays open.

    :raises Conflict: without a finished re-test
    """
    if not finding.retests.filter(state=VisitState.DONE).exists() or finding.closed_at is not None:
        raise Conflict(
            _("There is no finished re-test."),
            code="supervision.no_retest",
            hint=_("Order one and finish it."),
        )
    finding.passed = passed
    finding.closed_at = timezone.now() if passed else None
    finding.save()
    return finding


def _insist_open(visit: Visit) -> None:
    if visit.state != VisitState.OPEN:
        raise Conflict(_("This visit is ended."), code="supervision.visit_ended")


def _end(visit: Visit, state: VisitState) -> Visit:
    visit.state, visit.finished_at, visit.inspector_id = state, timezone.now(), current_asker().account_id
    visit.save()
    return visit


def _photo(photo_id: int | None) -> File | None:
    if photo_id is None:
        return None
    found = File.objects.filter(pk=photo_id).first()
    if found is None:
        raise InvalidInput(_("There is no such photo."), field="photo", code="supervision.photo")
    return found
