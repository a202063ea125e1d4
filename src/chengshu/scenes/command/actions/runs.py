"""Carrying a plan out: for an event, or as a drill. Its steps, its clocks, its end, its report and its lessons."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.events.bus import emit
from chengshu.foundation.files.models import File
from chengshu.scenes.command.actions.events import entry
from chengshu.scenes.command.actions.plans import draft_version
from chengshu.scenes.command.events import PlanEnded, PlanStarted
from chengshu.scenes.command.keeping import keep_paper
from chengshu.scenes.command.models import (
    CityEvent,
    Lesson,
    LessonState,
    PlanRun,
    PlanVersion,
    RunReport,
    RunState,
    RunStep,
    RunStepState,
    StepKind,
    VersionState,
)
from chengshu.scenes.command.numbering import next_number
from chengshu.scenes.command.printing import run_figures, run_paper
from chengshu.scenes.command.telling import LEADER, clear, tell
from chengshu.scenes.command.texts import given, optional, wrong_state

SETTLED = (RunStepState.DONE, RunStepState.SKIPPED)


def at_run(*, run: PlanRun, **_rest: object) -> int:
    return run.unit_id


def at_step(*, step: RunStep, **_rest: object) -> int:
    return step.unit_id


@action(title=_("Start a plan"), at=lambda *, version, **_rest: version.unit_id)
def start_plan(
    *, version: PlanVersion, event: CityEvent | None = None, drill: bool = False, title: str = ""
) -> PlanRun:
    """Carry a plan in force out, for an event or as a drill; what belongs to a drill's event is a drill.

    :raises InvalidInput: ``event`` if there is none and it is no drill, or it belongs to another desk or is over
    :raises Conflict: if the version is not in force, or runs for this event already
    """
    if version.state != VersionState.IN_FORCE:
        raise wrong_state(_("Only a plan in force is started."), _("Have it approved first."))
    _fits(version, event, drill)
    now = timezone.now()
    run = PlanRun(
        version=version,
        unit_id=version.unit_id,
        event=event,
        number=next_number(version.unit_id, "YL" if drill or (event and event.drill) else "YA"),
        title=optional(title, "title", most=200) or version.plan.title,
        drill=drill or bool(event and event.drill),
        simulated=bool(event and event.simulated),
        started_at=now,
        started_by_id=current_asker().account_id,
    )
    run.save()
    for step in version.steps.all():
        RunStep(
            run=run,
            unit_id=run.unit_id,
            **{
                name: getattr(step, name)
                for name in ("number", "title", "post", "minutes", "after", "evidence", "resources")
            },
        ).save()
    _make_ready(run, now)
    if event is not None:
        entry(event, StepKind.LINKED, f"{run.number} {run.title}")
    emit(PlanStarted(run.pk, run.unit_id, run.drill))
    return run


def _fits(version: PlanVersion, event: CityEvent | None, drill: bool) -> None:
    if event is None:
        if drill:
            return
        raise InvalidInput(
            _("Name the event, or make it a drill."), field="event", code="command.run_without_event"
        )
    if event.unit_id != version.unit_id or not event.is_open:
        raise InvalidInput(_("Choose an open event of this desk."), field="event", code="command.run_event")
    if drill and not event.drill:
        raise InvalidInput(_("A drill is not held on a real event."), field="event", code="command.run_drill")
    if event.runs.filter(version__plan_id=version.plan_id, state=RunState.RUNNING).exists():
        raise wrong_state(_("This plan is under way for this event."))


def _make_ready(run: PlanRun, now: datetime) -> None:
    """Start the clocks of the steps that nothing precedes any more."""
    steps = list(run.steps.all())
    settled = {step.number for step in steps if step.state in SETTLED}
    for step in steps:
        if step.state == RunStepState.WAITING and settled.issuperset(step.after):
            step.state, step.ready_at = RunStepState.READY, now
            step.due_at = now + timedelta(minutes=step.minutes) if step.minutes else None
            step.save()


@action(title=_("Finish a step"), at=at_step)
def finish_step(*, step: RunStep, note: str = "", file: File | None = None) -> RunStep:
    """
    :raises InvalidInput: ``file`` if the plan wants evidence
    :raises Conflict: if the step is not to be done now
    """
    step = _ready(step)
    if step.evidence and file is None:
        raise InvalidInput(
            _("This step needs evidence."),
            field="file",
            code="command.evidence",
            hint=_("Add a photo or a PDF file."),
        )
    step.file = file.content if file else None
    return _settle(step, RunStepState.DONE, optional(note, "note", most=1000))


@action(title=_("Skip a step"), at=at_step)
def skip_step(*, step: RunStep, reason: str) -> RunStep:
    """
    :raises InvalidInput: ``reason``
    :raises Conflict: if the step is not to be done now
    """
    return _settle(
        _ready(step), RunStepState.SKIPPED, given(reason, "reason", _("Say why it is left out."), most=1000)
    )


def _settle(step: RunStep, state: RunStepState, note: str) -> RunStep:
    now = timezone.now()
    step.state, step.note, step.settled_at = state, note, now
    step.settled_by_id = current_asker().account_id
    step.save()
    if step.late_at:
        clear(unit_id=step.unit_id, about=_about(step))
    _make_ready(step.run, now)
    return step


@action(title=_("End a plan"), at=at_run)
def end_run(*, run: PlanRun, conclusion: str) -> PlanRun:
    """
    :raises InvalidInput: ``conclusion``
    :raises Conflict: if it is over, or names the steps that are neither done nor skipped
    """
    run = _running(run)
    if left := [step.title for step in run.steps.exclude(state__in=SETTLED)]:
        raise wrong_state(
            _("Still to be done: %(steps)s.") % {"steps": "；".join(left)[:300]},
            _("Finish them, or skip them with a reason."),
        )
    return _end(run, RunState.ENDED, given(conclusion, "conclusion", _("Say how it went."), most=4000))


@action(title=_("Break a plan off"), at=at_run)
def abort_run(*, run: PlanRun, reason: str) -> PlanRun:
    """
    :raises InvalidInput: ``reason``
    :raises Conflict: if it is over
    """
    run = _running(run)
    return _end(run, RunState.ABORTED, given(reason, "reason", _("Say why."), most=4000))


def _end(run: PlanRun, state: RunState, text: str) -> PlanRun:
    run.state, run.ended_at, run.conclusion = state, timezone.now(), text
    run.save()
    emit(PlanEnded(run.pk, run.unit_id, run.drill))
    return run


@action(title=_("Note the steps whose limit ran out"), at=Reach.EVERYWHERE)
def note_late_steps(*, now: datetime | None = None) -> int:
    """Note each once, and tell who leads the desk; returns how many are new."""
    moment = now or timezone.now()
    late = RunStep.objects.filter(
        run__state=RunState.RUNNING, state=RunStepState.READY, late_at=None, due_at__lt=moment
    ).select_related("run")
    for step in (found := list(late)):
        step.late_at = moment
        step.save()
        tell(
            unit_id=step.unit_id,
            role=LEADER,
            subject=f"预案步骤超时：{step.title}",
            text=f"{step.run.title}，责任岗位：{step.post}。",
            page=reverse("command:run", args=[step.run_id]),
            about=_about(step),
            weight="urgent",
            drill=step.run.drill,
            simulated=step.run.simulated,
        )
    return len(found)


def _about(step: RunStep) -> str:
    return f"command step {step.pk}"


@action(title=_("Write down a lesson"), at=at_run)
def add_lesson(*, run: PlanRun, text: str, proposal: str) -> Lesson:
    """
    :param proposal: how the plan should change
    :raises InvalidInput: by field
    """
    lesson = Lesson(
        run=run,
        unit_id=run.unit_id,
        text=given(text, "text", most=1000),
        proposal=given(proposal, "proposal", _("Say how the plan should change."), most=1000),
        at=timezone.now(),
        by_id=current_asker().account_id,
    )
    lesson.save()
    return lesson


@action(title=_("Decide on a lesson"), at=lambda *, lesson, **_rest: lesson.unit_id)
def decide_lesson(*, lesson: Lesson, taken: bool) -> Lesson:
    """Take its proposal into the draft of the plan, which is begun if there is none; or decline it.

    :raises Conflict: if it was decided already, or a version waits for approval
    """
    lesson = Lesson.objects.select_for_update(of=("self",)).get(pk=lesson.pk)
    if lesson.state != LessonState.OPEN:
        raise wrong_state(_("This was decided already."))
    if taken:
        plan = lesson.run.version.plan
        draft = plan.versions.filter(state=VersionState.DRAFT).first() or draft_version(plan=plan)
        draft.note = f"{draft.note}\n{lesson.proposal}".strip()
        draft.save()
        lesson.version = draft
    lesson.state = LessonState.TAKEN if taken else LessonState.DECLINED
    lesson.decided_at, lesson.decided_by_id = timezone.now(), current_asker().account_id
    lesson.save()
    return lesson


@action(title=_("Make the report of a plan carried out"), at=at_run)
def make_run_report(*, run: PlanRun) -> RunReport:
    """Print what happened, from the records; again when facts came later, as a further version.

    :raises Conflict: if the plan is under way, or nothing has changed since the last version
    """
    if run.state == RunState.RUNNING:
        raise wrong_state(_("This plan is under way."), _("End it first."))
    figures = run_figures(run)
    last = run.reports.order_by("-number").first()
    if last is not None and last.figures == figures:
        raise wrong_state(_("Nothing has changed since the last version."))
    number, now = (last.number + 1 if last else 1), timezone.now()
    word, pdf = keep_paper(run_paper(run, figures, number, now))
    report = RunReport(
        run=run,
        unit_id=run.unit_id,
        number=number,
        figures=figures,
        word=word,
        pdf=pdf,
        at=now,
        by_id=current_asker().account_id,
    )
    report.save()
    return report


def _running(run: PlanRun) -> PlanRun:
    run = PlanRun.objects.select_for_update().get(pk=run.pk)
    if run.state != RunState.RUNNING:
        raise wrong_state(_("This plan is over."))
    return run


def _ready(step: RunStep) -> RunStep:
    _running(step.run)
    step = RunStep.objects.select_for_update(of=("self",)).select_related("run").get(pk=step.pk)
    if step.state != RunStepState.READY:
        raise wrong_state(
            _("This step is not to be done now: %(state)s.") % {"state": step.get_state_display()}
        )
    return step
