"""Ratings: what nobody may do, what is refused, what becomes of a bad one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from chengshu.engines.cases import api as cases
from chengshu.foundation.asking import NOBODY, asking
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Refused
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services import api as services
from chengshu.hub.services.models import Application
from chengshu.scenes.supervision import applications, queries
from chengshu.scenes.supervision.actions import (
    follow_rating,
    invite_to_rate,
    leave_rating,
    note_rating_step,
    record_call_back,
    reveal_evaluator,
)
from chengshu.scenes.supervision.models import (
    BadRating,
    BadRatingState,
    CallBack,
    Card,
    CardLevel,
    Invitation,
    Rating,
    TouchPoint,
    Treatment,
)
from chengshu.scenes.supervision.services import may_look_into
from chengshu.scenes.supervision.tests.building import (
    case_of,
    decide_as,
    decided,
    deploy,
    filed,
    open_nodes,
    rate,
)
from chengshu.scenes.supervision.tickets import application_of, issue


def test_a_service_is_rated_once(cast: Cast) -> None:
    deploy()
    found = decided(cast)
    rate(found, 5)
    with pytest.raises(Conflict) as caught:
        rate(found, 1)
    assert caught.value.code == "supervision.rated"
    assert Rating.objects.get().level == 5


def test_staff_cannot_change_or_delete_a_rating(cast: Cast) -> None:
    deploy()
    rate(decided(cast), 2)
    for persona in ("section_head", "department_head", "supervisor"):
        for statement in ("UPDATE supervision_rating SET level = 5", "DELETE FROM supervision_rating"):
            with (
                asking(cast[persona].asker()),
                pytest.raises(ProgrammingError),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)


def test_the_platform_itself_cannot_change_a_rating_inside_an_action(cast: Cast) -> None:
    deploy()
    rating = rate(decided(cast), 2)
    rating.level = 5
    with pytest.raises(ProgrammingError), transaction.atomic():
        rating.save()


def test_the_rated_person_may_not_look_into_the_rating(cast: Cast) -> None:
    deploy()
    rating = rate(decided(cast))
    rated = {cast["reviewer"].account.pk, cast["section_head"].account.pk}
    assert rated <= set(rating.rated_people)
    assert cast["resident"].account.pk not in rating.rated_people
    assert not may_look_into(rating, "reviewer")
    assert not may_look_into(rating, "section.head")
    assert not may_look_into(rating, "nobody.at.all")
    assert not may_look_into(rating, cast["other_department_officer"].account.username)
    assert may_look_into(rating, cast["department_head"].account.username)


def test_a_case_that_is_given_to_the_rated_person_comes_back(cast: Cast) -> None:
    deploy()
    rating = rate(decided(cast))
    case_id = BadRating.objects.get(rating=rating).case_id
    handler = cast["reviewer"].account.username
    decide_as(cast, "", case_id, "assign", "assign", handler=handler)
    assert open_nodes(case_id) == ["assign"]
    assert BadRating.objects.get().state == BadRatingState.RECEIVED


def test_a_false_or_old_ticket_opens_nothing(db: None) -> None:
    with pytest.raises(Missing):
        application_of(issue(17) + "x")
    with pytest.raises(Missing):
        leave_rating(ticket="17", touch_point="online", level=5)


def test_number_and_a_wrong_code_open_nothing(cast: Cast) -> None:
    found = decided(cast)
    with pytest.raises(Missing), asking(NOBODY):
        applications.by_code(found.number, "ABCDEFGH")


def test_somebody_elses_application_is_not_rated_by_signing_in(cast: Cast) -> None:
    found = decided(cast)
    for persona in ("company_agent", "reviewer", "supervisor"):
        with pytest.raises(Missing), asking(cast[persona].asker()):
            applications.own(found.application_id)


def test_nothing_is_rated_before_something_was_decided(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as caught:
        rate(filed(cast), 5)
    assert caught.value.code == "supervision.touch_point"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"level": 0}, "level"),
        ({"level": 6}, "level"),
        ({"level": 5, "details": ["109"]}, "details"),
        ({"level": 5, "touch_point": "moon"}, "touch_point"),
        ({"level": 5, "channel": "pigeon"}, "channel"),
        ({"level": 5, "comment": "好" * 1001}, "comment"),
        ({"level": 5, "phone": "12"}, "phone"),
    ],
)
def test_what_does_not_fit_is_refused_by_field(cast: Cast, given: dict[str, object], field: str) -> None:
    found = decided(cast)
    with pytest.raises(InvalidInput) as caught:
        rate(found, **given)  # type: ignore[arg-type]
    assert caught.value.field == field


def test_who_rated_is_sealed_and_revealed_only_for_a_purpose(cast: Cast) -> None:
    deploy()
    rating = rate(decided(cast), 1, name="某某某", phone="13800138000")
    assert "13800138000" not in str(vars(rating))
    with pytest.raises(Refused), asking(cast["section_head"].asker()):
        reveal_evaluator(rating=rating, purpose="想知道是谁")
    with asking(cast["supervisor"].asker()):
        with pytest.raises(InvalidInput):
            reveal_evaluator(rating=rating, purpose="")
        assert "13800138000" in reveal_evaluator(rating=rating, purpose="差评回访核实")
    entries = AuditEntry.objects.filter(action="supervision.reveal_evaluator", outcome="done")
    assert "差评回访核实" in str(entries.get().details)
    assert not AuditEntry.objects.filter(details__icontains="13800138000").exists()


def test_nobody_who_was_content_is_called(cast: Cast) -> None:
    deploy()
    rating = rate(decided(cast), 5, phone="13800138000")
    with pytest.raises(Conflict):
        reveal_evaluator(rating=rating, purpose="差评回访核实")


def test_another_unit_sees_no_rating(cast: Cast) -> None:
    deploy()
    rate(decided(cast), 5)
    with asking(cast["other_department_officer"].asker()):
        assert not Rating.objects.exists()
    with asking(cast["section_head"].asker()):
        assert queries.ratings().count() == 1


def test_a_good_rating_opens_no_case(cast: Cast) -> None:
    deploy()
    rating = rate(decided(cast), 3)
    assert not BadRating.objects.exists()
    with pytest.raises(Conflict):
        follow_rating(rating_id=rating.pk)


def test_anybody_with_number_and_code_rates_without_an_account(cast: Cast) -> None:
    deploy()
    found = decided(cast)
    with asking(NOBODY):
        shown = applications.by_code(found.number, found.access_code)
        assert shown.touch_points == (TouchPoint.ONLINE,)
        leave_rating(
            ticket=issue(shown.application_id),
            touch_point="online",
            level=4,
            details=["411", "406"],
            comment="很快",
            channel="qr",
        )
    rating = Rating.objects.get()
    assert (rating.level, rating.details, rating.channel) == (4, ["406", "411"], "qr")
    assert rating.unit.key == "data-bureau"


def test_the_applicant_rates_signed_in(cast: Cast) -> None:
    found = decided(cast)
    with asking(cast["resident"].asker()):
        shown = applications.own(found.application_id)
    assert shown.touch_points == (TouchPoint.ONLINE,)


def test_a_bad_rating_goes_all_the_way(cast: Cast) -> None:
    deploy()
    rating = rate(decided(cast), 1, details=["110", "109"], phone="13800138000")
    row = BadRating.objects.get(rating=rating)
    assert (row.state, open_nodes(row.case_id)) == (BadRatingState.RECEIVED, ["assign"])
    assert follow_rating(rating_id=rating.pk) == row.case_id
    head = cast["department_head"].account.username
    decide_as(cast, "", row.case_id, "assign", "assign", handler=head)
    assert _state(row) == BadRatingState.VERIFYING
    decide_as(cast, "department_head", row.case_id, "verify", "confirmed", "调取录音属实")
    assert _state(row) == BadRatingState.RECTIFYING
    assert row.due_at is not None
    assert [clock.layer for clock in cases.case_view(row.case_id).clocks].count("promised") == 1
    decide_as(cast, "department_head", row.case_id, "rectify", "done", "已整改", treatment="by_deadline")
    assert (_state(row), row.treatment) == (BadRatingState.FEEDBACK, Treatment.BY_DEADLINE)
    decide_as(cast, "department_head", row.case_id, "feedback", "told", "已电话反馈")
    assert _state(row) == BadRatingState.REVISIT
    with asking(cast["supervisor"].asker()):
        record_call_back(rating=rating, disposition="1.1", is_satisfied=True)
    decide_as(cast, "supervisor", row.case_id, "revisit", "satisfied")
    assert _state(row) == BadRatingState.CLOSED
    assert (row.confirmed, row.closed_at is not None) == (True, True)
    leads = Card.objects.filter(origin="rating").values_list("trigger", "level")
    assert set(leads) == {("extra_demands", CardLevel.LEAD), ("legal_exceeded", CardLevel.LEAD)}


def test_a_rating_that_is_not_confirmed_is_reviewed_by_supervision(cast: Cast) -> None:
    deploy()
    row = BadRating.objects.get(rating=rate(decided(cast), 2))
    head = cast["department_head"].account.username
    decide_as(cast, "", row.case_id, "assign", "assign", handler=head)
    decide_as(cast, "department_head", row.case_id, "verify", "not_confirmed", "误点")
    assert (_state(row), row.confirmed) == (BadRatingState.REVIEW, False)
    with pytest.raises(Refused):
        decide_as(cast, "department_head", row.case_id, "review", "agree", "同意")
    decide_as(cast, "supervisor", row.case_id, "review", "disagree", "录音显示属实")
    assert (_state(row), row.confirmed) == (BadRatingState.RECTIFYING, True)


def test_a_call_back_says_how_it_ended(cast: Cast) -> None:
    deploy()
    rating = rate(decided(cast), 1, phone="13800138000")
    for disposition, satisfied in (("9.9", None), ("1.1", None), ("3.13", True)):
        with pytest.raises(InvalidInput):
            record_call_back(rating=rating, disposition=disposition, is_satisfied=satisfied)
    record_call_back(rating=rating, disposition="3.13")
    assert CallBack.objects.get().is_satisfied is None
    with pytest.raises(Refused), asking(cast["department_head"].asker()):
        record_call_back(rating=rating, disposition="3.13")


def test_a_step_of_an_unknown_kind_is_refused(cast: Cast) -> None:
    deploy()
    rating = rate(decided(cast), 1)
    with pytest.raises(ValueError, match="moon"):
        note_rating_step(rating_id=rating.pk, state="moon")


def test_who_was_not_heard_from_is_invited_once_after_three_days(cast: Cast) -> None:
    found = decided(cast)
    services.deliver(application_id=found.application_id, manner="online")
    application = Application.objects.get(pk=found.application_id)
    assert application.closed_at is not None
    assert invite_to_rate(at=application.closed_at + timedelta(days=2)) == 0
    later = application.closed_at + timedelta(days=3, minutes=1)
    assert invite_to_rate(at=later) == 1
    assert invite_to_rate(at=later) == 0
    assert Invitation.objects.get().sent_by == "", "no channel carries it yet"


def test_who_has_rated_is_not_invited(cast: Cast) -> None:
    deploy()
    rate(decided(cast), 5)
    assert invite_to_rate(at=timezone.now() + timedelta(days=4)) == 0


def test_the_case_of_a_permit_is_not_touched(cast: Cast) -> None:
    deploy()
    found = decided(cast)
    before = cases.case_view(case_of(found)).timeline
    rate(found, 1)
    assert cases.case_view(case_of(found)).timeline == before


def _state(row: BadRating) -> str:
    row.refresh_from_db()
    return row.state
