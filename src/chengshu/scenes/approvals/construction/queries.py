"""Reads of this part; the database shows only what the asker may see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import asking, system
from chengshu.foundation.calendar import local_day, published_calendar
from chengshu.foundation.errors import Missing
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.approvals.construction.days import CaseDays, Shares, case_days, shares
from chengshu.scenes.approvals.construction.drawing import Candidate
from chengshu.scenes.approvals.construction.plan import (
    OUTSIDE,
    Plan,
    Standing,
    obstacles,
    shipped_plan,
    visiting_hours,
)
from chengshu.scenes.approvals.construction.proof import Look, Proof, prove
from chengshu.scenes.approvals.construction.slots import Party, Span, by_party, common_slots
from chengshu.scenes.approvals.construction.stages import (
    WHOLE_LIMIT,
    Branch,
    ClockFace,
    Run,
    branch,
    face,
)
from chengshu.scenes.approvals.models_construction import (
    BusyTime,
    ConstructionProject,
    Defect,
    Expert,
    ExpertConflict,
    ExpertReview,
    NoticeSnapshot,
    ProjectItem,
    ProjectMaterial,
    PublicNotice,
    ReviewSeat,
    SiteVisit,
    VisitState,
)
from chengshu.scenes.approvals.models_construction_experts import ConflictKind, ExpertState, SeatState
from chengshu.scenes.approvals.models_construction_notices import NoticeState


@contextmanager
def as_platform() -> Iterator[None]:
    """The platform itself, for what crosses units: other units' busy times, the case engine's own messages."""
    with asking(system("approvals", "worker")):
        yield


# -- projects -----------------------------------------------------------------------------------------------------


def projects(text: str = "") -> QuerySet[ConstructionProject]:
    """Projects, newest first, whose code, name or owner contains the text."""
    found = ConstructionProject.objects.select_related("unit")
    text = text.strip().replace("\x00", "")
    if not text:
        return found
    return found.filter(Q(code__icontains=text) | Q(name__icontains=text) | Q(owner_name__icontains=text))


def project_by_code(code: str) -> ConstructionProject:
    """One project.

    :raises Missing: if there is none that the asker may see
    """
    found = ConstructionProject.objects.select_related("unit").filter(code=code.replace("\x00", "")).first()
    if found is None:
        raise Missing(
            _("There is no such project, or you may not see it."),
            code="project.missing",
            hint=_("Go back to the list of projects."),
        )
    return found


@dataclass(frozen=True)
class ItemLine:
    """One item as the stage board shows it.

    :param waits_for: titles of what must be granted before it
    """

    item: ProjectItem
    branch: Branch
    days: CaseDays | None
    waits_for: tuple[str, ...]

    @property
    def is_late(self) -> bool:
        return self.branch is Branch.LATE


@dataclass(frozen=True)
class StageBoard:
    """One stage, or what stands outside (number 0)."""

    number: int
    title: str
    lead: Unit | None
    lines: tuple[ItemLine, ...]
    clock: ClockFace

    @property
    def late(self) -> tuple[ItemLine, ...]:
        return tuple(line for line in self.lines if line.is_late)


@dataclass(frozen=True)
class ProjectBoard:
    project: ConstructionProject
    stages: tuple[StageBoard, ...]
    whole: ClockFace
    promised: Shares
    used: Shares


def run_of(item: ProjectItem) -> Run:
    """An item as the clocks look at it."""
    return Run(
        item.key,
        item.needed,
        filed=_day(item.filed_at),
        accepted=_day(item.accepted_at),
        decided=_day(item.decided_at),
        limit=item.promised_limit or item.legal_limit,
        pauses=pauses_of(item),
    )


def pauses_of(item: ProjectItem) -> tuple[tuple[date, date | None], ...]:
    return tuple(
        (date.fromisoformat(start), date.fromisoformat(end) if end else None) for start, end in item.pauses
    )


def days_of(item: ProjectItem, today: date) -> CaseDays | None:
    """Days by law, by promise and in fact; None before the acceptance."""
    accepted = _day(item.accepted_at)
    if accepted is None:
        return None
    return case_days(
        item.key,
        accepted=accepted,
        until=_day(item.decided_at) or today,
        legal=item.legal_limit,
        promised=item.promised_limit,
        pauses=pauses_of(item),
        calendar=published_calendar(),
    )


def project_board(project: ConstructionProject, *, today: date | None = None) -> ProjectBoard:
    """Everything of a project by stage, with its clocks."""
    day = today or local_day(timezone.now())
    items = list(project.items.select_related("unit"))
    units = {unit.key: unit for unit in Unit.objects.filter(key__in=shipped_plan().units())}
    plan = shipped_plan()
    numbers = [*(stage.number for stage in plan.stages), OUTSIDE]
    runs = [run_of(item) for item in items]
    decided = [days_of(item, day) for item in items if item.decided_at]
    known = [one for one in decided if one is not None]
    return ProjectBoard(
        project,
        tuple(_stage_board(number, plan, items, units, day) for number in numbers),
        face(runs, day, published_calendar(), limit=WHOLE_LIMIT),
        shares((one.item, one.promised_share) for one in known),
        shares((one.item, one.used_share) for one in known),
    )


def _stage_board(
    number: int, plan: Plan, items: list[ProjectItem], units: Mapping[str, Unit], today: date
) -> StageBoard:
    stage = plan.stage(number)
    own = [item for item in items if item.stage == number]
    standings = [standing_of(item) for item in items]
    lines = tuple(_line(item, plan, standings, today) for item in own)
    return StageBoard(
        number,
        stage.shown_title if stage else str(_("Outside the stages")),
        units.get(stage.lead) if stage else None,
        lines,
        face([run_of(item) for item in own], today, published_calendar()),
    )


def _line(item: ProjectItem, plan: Plan, standings: list[Standing], today: date) -> ItemLine:
    described = plan.item(item.key)
    waits = obstacles(described, standings) if described else ()
    return ItemLine(
        item,
        branch(run_of(item), today, published_calendar()),
        days_of(item, today),
        tuple(standing.title for standing in waits),
    )


def standing_of(item: ProjectItem) -> Standing:
    return Standing(item.key, item.stage, item.title, item.needed, item.status)


def prerequisites_missing(code: str, key: str) -> list[str]:
    """Titles of what must be granted before this item of a project may be; for services, which run as the platform."""
    described = shipped_plan().item(key)
    items = ProjectItem.objects.filter(project__code=code)
    if described is None:
        return []
    return [one.title for one in obstacles(described, [standing_of(item) for item in items])]


def late_branches(*, today: date | None = None) -> dict[Unit, list[ItemLine]]:
    """Branches that are late, by the lead unit of their stage; what stands outside, by the project's unit."""
    day = today or local_day(timezone.now())
    plan = shipped_plan()
    units = {unit.key: unit for unit in Unit.objects.filter(key__in=plan.units())}
    running = ProjectItem.objects.filter(accepted_at__isnull=False, decided_at=None, needed=True)
    late: dict[Unit, list[ItemLine]] = {}
    for item in running.select_related("unit", "project__unit"):
        line = _line(item, plan, [], day)
        if line.is_late:
            stage = plan.stage(item.stage)
            lead = units[stage.lead] if stage and stage.lead in units else item.project.unit
            late.setdefault(lead, []).append(line)
    return late


@dataclass(frozen=True)
class MaterialLine:
    """A material of the pool: its newest version, and how it differs from the one before."""

    newest: ProjectMaterial
    versions: int
    changed: bool | None
    """None for the first version."""


def pool(project: ConstructionProject) -> list[MaterialLine]:
    """The one pool of a project, by key; owed ones (容缺) first."""
    by_key: dict[str, list[ProjectMaterial]] = {}
    for material in project.materials.select_related("unit", "file"):
        by_key.setdefault(material.key, []).append(material)
    lines = [
        MaterialLine(own[0], len(own), own[0].digest != own[1].digest if len(own) > 1 else None)
        for own in by_key.values()
    ]
    return sorted(lines, key=lambda line: (bool(line.newest.digest), line.newest.stage, line.newest.key))


# -- visits and defects -------------------------------------------------------------------------------------------


def visits() -> QuerySet[SiteVisit]:
    return SiteVisit.objects.select_related("unit", "project").prefetch_related("participants__unit")


def visit_by_id(visit_id: int) -> SiteVisit:
    """One visit.

    :raises Missing: if there is none that the asker may see
    """
    found = visits().filter(pk=visit_id).first()
    if found is None:
        raise Missing(_("There is no such visit, or you may not see it."), code="visit.missing")
    return found


def busy_times(units: Iterable[Unit], since: datetime, until: datetime) -> Mapping[str, tuple[Span, ...]]:
    """When each unit is taken: what it said itself and the visits it is asked to. Only times, of all units."""
    wanted = {unit.pk: unit.key for unit in units}
    with as_platform():
        own = list(
            BusyTime.objects.filter(unit__in=wanted, starts_at__lt=until, ends_at__gt=since).values_list(
                "unit_id", "starts_at", "ends_at"
            )
        )
        called = SiteVisit.objects.filter(
            participants__unit__in=wanted,
            state__in=[VisitState.PROPOSED, VisitState.CONFIRMED],
            starts_at__lt=until,
            ends_at__gt=since,
        ).values_list("participants__unit_id", "starts_at", "ends_at")
        own.extend(row for row in called if row[0] in wanted)
    return by_party((wanted[unit], Span(start, end)) for unit, start, end in own)


def proposed_slots(
    units: Iterable[Unit], *, earliest: datetime, duration: timedelta, days: int = 20, most: int = 3
) -> tuple[Span, ...]:
    """The earliest times at which all these units can come.

    :raises InvalidInput: as :func:`~chengshu.scenes.approvals.construction.slots.common_slots`
    """
    asked = list(units)
    taken = busy_times(asked, earliest, earliest + timedelta(days=days + 1))
    hours = visiting_hours()
    parties = [Party(unit.key, hours, taken.get(unit.key, ())) for unit in asked]
    return common_slots(parties, earliest=earliest, duration=duration, days=days, most=most)


def defects_of_case(case_id: int) -> QuerySet[Defect]:
    return Defect.objects.filter(case_id=case_id).select_related("unit").prefetch_related("rechecks")


def defect_by_id(defect_id: int) -> Defect:
    """One defect.

    :raises Missing: if there is none that the asker may see
    """
    found = Defect.objects.select_related("unit", "project").filter(pk=defect_id).first()
    if found is None:
        raise Missing(_("There is no such defect, or you may not see it."), code="defect.missing")
    return found


# -- experts ------------------------------------------------------------------------------------------------------


def experts(field: str = "") -> QuerySet[Expert]:
    found = Expert.objects.select_related("unit").prefetch_related("conflicts")
    return found.filter(fields__contains=[field]) if field in shipped_plan().fields else found


def expert_by_number(number: str) -> Expert:
    """One expert.

    :raises Missing: if there is none that the asker may see
    """
    found = experts().filter(number=number.replace("\x00", "")).first()
    if found is None:
        raise Missing(_("There is no such expert, or you may not see it."), code="expert.missing")
    return found


def reviews() -> QuerySet[ExpertReview]:
    return ExpertReview.objects.select_related("unit", "project")


def review_by_id(review_id: int) -> ExpertReview:
    """One review.

    :raises Missing: if there is none that the asker may see
    """
    found = reviews().filter(pk=review_id).first()
    if found is None:
        raise Missing(_("There is no such review, or you may not see it."), code="review.missing")
    return found


def candidates(on: date) -> list[Candidate]:
    """The whole panel as a draw sees it on a day, over all units."""
    with as_platform():
        panel = list(Expert.objects.order_by("number"))
        since = on - timedelta(days=365)
        drawn = {
            row["expert"]: row
            for row in ReviewSeat.objects.values("expert").annotate(
                last=Max("drawn_on"), recent=Count("id", filter=Q(drawn_on__gt=since))
            )
        }
        ties = _ties(on)
        worked = _worked_on()
    return [
        Candidate(
            expert.number,
            tuple(expert.fields),
            expert.employer_code,
            active=expert.state == ExpertState.ACTIVE,
            conflicts=tuple(sorted(ties.get((expert.pk, ConflictKind.OWNER), ()))),
            worked_on=tuple(
                sorted(ties.get((expert.pk, ConflictKind.PROJECT), set()) | worked.get(expert.pk, set()))
            ),
            draws=drawn.get(expert.pk, {}).get("recent", 0),
            last_drawn=str(drawn.get(expert.pk, {}).get("last") or ""),
        )
        for expert in panel
    ]


def _ties(on: date) -> dict[tuple[int, str], set[str]]:
    ties: dict[tuple[int, str], set[str]] = {}
    for conflict in ExpertConflict.objects.filter(Q(until=None) | Q(until__gte=on)):
        ties.setdefault((conflict.expert_id, conflict.kind), set()).add(conflict.with_code)
    return ties


def _worked_on() -> dict[int, set[str]]:
    """Projects on whose reviews an expert has already said something: a second review needs fresh eyes."""
    found: dict[int, set[str]] = {}
    given = ReviewSeat.objects.filter(state=SeatState.GIVEN).values_list("expert_id", "review__project_code")
    for expert_id, code in given:
        found.setdefault(expert_id, set()).add(code)
    return found


# -- notices ------------------------------------------------------------------------------------------------------


def notices() -> QuerySet[PublicNotice]:
    """What the asker may see of notices: the public only those that were posted."""
    return PublicNotice.objects.select_related("unit", "project")


def public_notices(text: str = "") -> QuerySet[PublicNotice]:
    """Notices that were ever posted, the newest first; a withdrawn one stays, marked."""
    found = notices().filter(posted_at__isnull=False).order_by("-posted_at", "-id")
    text = text.strip().replace("\x00", "")
    return found.filter(Q(title__icontains=text) | Q(number__icontains=text)) if text else found


def notice_by_number(number: str) -> PublicNotice:
    """One notice.

    :raises Missing: if there is none that the asker may see
    """
    found = notices().filter(number=number.replace("\x00", "")).first()
    if found is None:
        raise Missing(
            _("There is no such notice."), code="notice.missing", hint=_("Go back to the list of notices.")
        )
    return found


def looks_at(notice: PublicNotice) -> list[Look]:
    rows = NoticeSnapshot.objects.filter(notice=notice).order_by("seen_at", "id")
    return [Look(row.seen_at, row.answered, row.digest, row.shown, row.previous, row.link) for row in rows]


def proof_of(notice: PublicNotice, *, now: datetime | None = None) -> Proof | None:
    """What was proved of its being online; None before it was posted."""
    if notice.posted_at is None:
        return None
    until = min(notice.closed_at or (now or timezone.now()), now or timezone.now())
    return prove(looks_at(notice), since=notice.posted_at, until=max(until, notice.posted_at))


def posted_notices() -> QuerySet[PublicNotice]:
    return PublicNotice.objects.filter(state=NoticeState.POSTED)


def _day(moment: datetime | None) -> date | None:
    return local_day(moment) if moment is not None else None
