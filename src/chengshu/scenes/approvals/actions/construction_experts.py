"""The expert panel, draws and reviews."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import api as cases
from chengshu.foundation import masking
from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.calendar import local_day
from chengshu.foundation.codes import unified_code
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.approvals.construction.codes import project_code
from chengshu.scenes.approvals.construction.drawing import Drawn, Wanted, digest_of, draw, frame_of
from chengshu.scenes.approvals.construction.given import given
from chengshu.scenes.approvals.construction.plan import shipped_plan
from chengshu.scenes.approvals.construction.queries import as_platform, candidates
from chengshu.scenes.approvals.models_construction import (
    ConstructionProject,
    Expert,
    ExpertConflict,
    ExpertDraw,
    ExpertReview,
    ReviewSeat,
)
from chengshu.scenes.approvals.models_construction_experts import (
    ConflictKind,
    ExpertState,
    Opinion,
    ReviewState,
    SeatState,
)

REVIEW_CONCLUDED = "expert_review_concluded"
"""The message for which a case waits."""
GROUND = "expert_review"
"""专家评审, one of the grounds of 行政许可法 Art. 45."""
MOST_SEATS = 15


@action(title=_("Register an expert"), at=lambda *, unit, **_rest: unit.pk, sensitive=("name",))
def register_expert(
    *,
    unit: Unit,
    name: str,
    fields: Sequence[str],
    employer_name: str,
    employer_code: str,
    title: str = "",
    simulated: bool = False,
) -> Expert:
    """Enter an expert into the panel under a new number; the name is sealed and shown masked.

    :param fields: keys of the fields in ``facts/plan.toml``
    :raises InvalidInput: ``name``, ``fields`` or ``employer_code``
    """
    known = shipped_plan().fields
    if not fields or any(field not in known for field in fields):
        raise InvalidInput(
            _("Choose at least one field of the panel."),
            field="fields",
            code="expert.fields",
            hint=_("The fields are those of the plan."),
        )
    expert = Expert(
        unit=unit,
        number=f"ZJ{secrets.token_hex(4).upper()}",
        fields=sorted(set(fields)),
        title=title.strip()[:60],
        employer_name=given(employer_name, "employer_name", most=200),
        employer_code=unified_code(employer_code, field="employer_code").value,
        registered_at=timezone.now(),
        simulated=simulated,
    )
    masking.put(expert, "name", given(name, "name", most=60))
    expert.save()
    return expert


@action(title=_("Suspend an expert"), at=lambda *, expert, **_rest: expert.unit_id)
def suspend_expert(*, expert: Expert, reason: str) -> Expert:
    """Take an expert out of draws; seats held already stay."""
    expert.state, expert.suspended_because = ExpertState.SUSPENDED, given(reason, "reason", most=300)
    expert.save()
    return expert


@action(title=_("Let an expert be drawn again"), at=lambda *, expert, **_rest: expert.unit_id)
def reinstate_expert(*, expert: Expert) -> Expert:
    """End a suspension."""
    expert.state, expert.suspended_because = ExpertState.ACTIVE, ""
    expert.save()
    return expert


@action(title=_("Reveal an expert's name"), at=lambda *, expert, **_rest: expert.unit_id)
def reveal_expert(*, expert: Expert, purpose: str) -> str:
    """The name in clear; who saw it and why is in the audit chain (个人信息保护法 Art. 51)."""
    return masking.clear_value(record=expert, field="name", purpose=purpose)


@action(title=_("Declare a conflict of an expert"), at=lambda *, expert, **_rest: expert.unit_id)
def declare_conflict(
    *, expert: Expert, kind: str, with_code: str, reason: str, until: date | None = None
) -> ExpertConflict:
    """Keep a tie of an expert to an organisation, or that they worked on a project.

    :param with_code: unified social credit code, or project code
    :raises InvalidInput: ``kind``, ``with_code``, ``reason``, or ``until`` in the past
    """
    today = local_day(timezone.now())
    if kind not in ConflictKind.values:
        raise InvalidInput(_("Choose the kind of conflict."), field="kind", code="expert.conflict_kind")
    if until is not None and until < today:
        raise InvalidInput(
            _("That day has passed."),
            field="until",
            code="expert.conflict_until",
            hint=_("Give a later day."),
        )
    code = (
        unified_code(with_code, field="with_code").value
        if kind == ConflictKind.OWNER
        else project_code(with_code, today=today, field="with_code").value
    )
    conflict = ExpertConflict(
        expert=expert,
        unit_id=expert.unit_id,
        kind=kind,
        with_code=code,
        reason=given(reason, "reason", most=300),
        declared_on=today,
        until=until,
    )
    conflict.save()
    return conflict


@action(title=_("Open an expert review"), at=lambda *, unit, **_rest: unit.pk)
def open_review(
    *,
    unit: Unit,
    project: ConstructionProject,
    kind: str,
    title: str,
    seats: int,
    notice_number: str,
    expected_until: date,
    case_id: int | None = None,
    simulated: bool = False,
) -> ExpertReview:
    """Begin a review; the clocks of its case stand still from the written notice on (行政许可法 Art. 45).

    :param kind: field of the experts
    :param seats: how many experts, an odd number from 1 to 15
    :param notice_number: of the written notice that told the applicant how long it takes
    :param expected_until: the last day that the applicant was told
    :raises InvalidInput: ``kind``, ``seats``, ``notice_number`` or ``expected_until``
    :raises Conflict: ``review.open`` if the case has an open one
    """
    if kind not in shipped_plan().fields:
        raise InvalidInput(_("Choose a field of the panel."), field="kind", code="review.kind")
    if not (1 <= seats <= MOST_SEATS and seats % 2):
        raise InvalidInput(
            _("The number of experts must be odd, from 1 to %(most)s.") % {"most": MOST_SEATS},
            field="seats",
            code="review.seats",
            hint=_("An odd number cannot come out even."),
        )
    now = timezone.now()
    if expected_until < local_day(now):
        raise InvalidInput(
            _("That day has passed."),
            field="expected_until",
            code="review.until",
            hint=_("Give the day that the notice names."),
        )
    if case_id is not None and ExpertReview.objects.filter(case_id=case_id, state=ReviewState.OPEN).exists():
        raise Conflict(_("This case has an open review."), code="review.open", hint=_("Conclude it first."))
    review = ExpertReview(
        unit=unit,
        project=project,
        project_code=project.code,
        owner_code=project.owner_code,
        case_id=case_id,
        kind=kind,
        title=given(title, "title", most=200),
        seats_wanted=seats,
        notice_number=given(notice_number, "notice_number", most=80),
        expected_until=expected_until,
        opened_at=now,
        simulated=simulated,
    )
    review.save()
    if case_id is not None:
        _stop_clock(review)
    return review


def _stop_clock(review: ExpertReview) -> None:
    """A case without a clock, or whose limit has run out, has none to stop; that is not this review's fault."""
    with as_platform(), suppress(Conflict):
        cases.pause_clock(
            case_id=review.case_id or 0,
            ground=GROUND,
            notice=review.notice_number,
            expected_until=review.expected_until,
        )


@action(title=_("Draw experts"), at=lambda *, review, **_rest: review.unit_id)
def draw_experts(*, review: ExpertReview, reason: str = "") -> ExpertDraw:
    """Fill the empty seats of a review by rotation with recusal, under a fresh seed that is kept.

    :param reason: why a second draw is needed; the first needs none
    :raises Conflict: ``review.ended``, ``review.full``, or ``review.too_few`` with how many could be drawn
    :raises InvalidInput: ``reason`` when a further draw comes without one
    """
    review = _open(review)
    rounds = review.draws.count()
    if rounds:
        reason = given(reason, "reason", most=300)
    wanted = _wanted(review)
    today = local_day(timezone.now())
    panel = candidates(today)
    frame, seed = frame_of(panel, wanted), secrets.token_hex(32)
    drawn = draw(panel, wanted, seed=seed)
    if len(drawn.numbers) < wanted.seats:
        raise _too_few(wanted, drawn)
    kept = ExpertDraw(
        review=review,
        unit_id=review.unit_id,
        round=rounds + 1,
        seats=wanted.seats,
        seed=seed,
        frame=frame,
        frame_digest=digest_of(frame),
        log=[asdict(look) for look in drawn.log],
        reason=reason.strip()[:300],
        drawn_at=timezone.now(),
        drawn_by_id=current_asker().account_id,
    )
    kept.save()
    for number in drawn.numbers:
        expert = Expert.objects.get(number=number)
        ReviewSeat(review=review, draw=kept, expert=expert, unit_id=review.unit_id, drawn_on=today).save()
    return kept


def _wanted(review: ExpertReview) -> Wanted:
    seats = list(review.seats.select_related("expert"))
    held = [seat for seat in seats if seat.state != SeatState.EXCUSED]
    empty = review.seats_wanted - len(held)
    if empty <= 0:
        raise Conflict(
            _("All seats of this review are taken."),
            code="review.full",
            hint=_("Excuse an expert first, with the reason."),
        )
    return Wanted(
        review.kind,
        empty,
        review.owner_code,
        review.project_code,
        seated=tuple(sorted(seat.expert.number for seat in held)),
        excused=tuple(sorted(seat.expert.number for seat in seats if seat.state == SeatState.EXCUSED)),
        colleagues=tuple(sorted({seat.expert.employer_code for seat in held})),
    )


def _too_few(wanted: Wanted, drawn: Drawn) -> Conflict:
    counted = Counter(look.verdict for look in drawn.log)
    return Conflict(
        _("%(wanted)s experts are needed and only %(found)s may be drawn.")
        % {"wanted": wanted.seats, "found": len(drawn.numbers)},
        code="review.too_few",
        hint=_("Register more experts of this field, or ask for fewer seats."),
        data={"verdicts": dict(sorted(counted.items()))},
    )


@action(title=_("Excuse an expert from a review"), at=lambda *, seat, **_rest: seat.unit_id)
def excuse_expert(*, seat: ReviewSeat, reason: str) -> ReviewSeat:
    """回避: free a seat; the expert is not drawn for this review again.

    :raises Conflict: ``review.ended``, or ``seat.given`` once the opinion is there
    """
    _open(seat.review)
    if seat.state == SeatState.GIVEN:
        raise Conflict(_("This expert has given an opinion already."), code="seat.given")
    seat.state, seat.excused_because = SeatState.EXCUSED, given(reason, "reason", most=300)
    seat.save()
    return seat


@action(title=_("Enter an expert's opinion"), at=lambda *, seat, **_rest: seat.unit_id)
def enter_expert_opinion(*, seat: ReviewSeat, opinion: str, text: str) -> ReviewSeat:
    """Keep what an expert said, once.

    :raises InvalidInput: ``opinion`` or ``text``
    :raises Conflict: ``review.ended``, ``seat.excused`` or ``seat.given``
    """
    _open(seat.review)
    seat = ReviewSeat.objects.select_for_update(of=("self",)).select_related("expert").get(pk=seat.pk)
    if seat.state != SeatState.DRAWN:
        raise Conflict(
            _("This expert was excused.")
            if seat.state == SeatState.EXCUSED
            else _("This expert has given an opinion already."),
            code=f"seat.{seat.state}",
            hint=_("Reload the page."),
        )
    if opinion not in Opinion.values:
        raise InvalidInput(_("Choose one of the three opinions."), field="opinion", code="seat.opinion")
    seat.opinion, seat.text = opinion, given(text, "text", most=5000)
    seat.state, seat.given_at = SeatState.GIVEN, timezone.now()
    seat.save()
    return seat


@action(title=_("Conclude an expert review"), at=lambda *, review, **_rest: review.unit_id)
def conclude_review(*, review: ExpertReview, conclusion: str) -> ExpertReview:
    """Close a review with the result that its opinions give; its case goes on and its clocks run again.

    Disagreement of more than half refuses; a single amendment or disagreement asks for amendment.

    :raises Conflict: ``review.ended``, or ``review.waiting`` while a seat is empty or an opinion is missing
    """
    review = _open(review)
    held = list(review.seats.exclude(state=SeatState.EXCUSED))
    missing = review.seats_wanted - sum(seat.state == SeatState.GIVEN for seat in held)
    if missing:
        raise Conflict(
            _("%(count)s opinions are still missing.") % {"count": missing},
            code="review.waiting",
            hint=_("Draw for empty seats, and enter every opinion."),
        )
    review.result = result_of([seat.opinion for seat in held])
    review.conclusion = given(conclusion, "conclusion", most=5000)
    review.state, review.concluded_at = ReviewState.CONCLUDED, timezone.now()
    review.save()
    if review.case_id is not None:
        _tell_case(review)
    return review


def result_of(opinions: Sequence[str]) -> str:
    """What several opinions come to."""
    against = sum(opinion == Opinion.DISAGREE for opinion in opinions)
    if 2 * against > len(opinions):
        return Opinion.DISAGREE
    return Opinion.AGREE if all(opinion == Opinion.AGREE for opinion in opinions) else Opinion.AMEND


def _tell_case(review: ExpertReview) -> None:
    """Let the case go on; one that does not wait for the review only has its clocks resumed."""
    case_id = review.case_id or 0
    payload = {"expert_review": review.pk, "expert_result": review.result}
    with as_platform():
        try:
            cases.send_message(case_id=case_id, name=REVIEW_CONCLUDED, payload=payload)
        except Conflict:
            with suppress(Conflict):
                cases.resume_clock(case_id=case_id, ground=GROUND)


def _open(review: ExpertReview) -> ExpertReview:
    fresh = ExpertReview.objects.select_for_update(of=("self",)).get(pk=review.pk)
    if fresh.state != ReviewState.OPEN:
        raise Conflict(_("This review has ended."), code="review.ended", hint=_("Reload the page."))
    return fresh
