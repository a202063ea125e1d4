"""Duty: who may not, the roster without double duty and with its gaps named, arriving, exchanging, log, hand-over."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from freezegun import freeze_time

from chengshu.foundation.asking import asking
from chengshu.foundation.calendar import NoticeMissing
from chengshu.foundation.calendar.moments import at
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.testing.personas import Persona
from chengshu.hub.notices.models import Notice
from chengshu.scenes.command import queries
from chengshu.scenes.command.actions import (
    accept_hand_over,
    agree_exchange,
    arrive,
    ask_exchange,
    close_duty,
    decide_exchange,
    hand_over,
    make_roster,
    name_duty,
    note_late_hand_overs,
    set_duty_post,
    set_duty_shift,
    write_log,
)
from chengshu.scenes.command.models import DutySlot, LogEntry
from chengshu.scenes.command.tests.builders import event, leader, person, unit

MONDAY = date(2026, 3, 2)
NOON = at(MONDAY, time(12))


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    unit()
    reverse("command:duty")  # loads every address before a test stops the clock


def pattern(*people: Persona, hours: int = 24, days: str = "all") -> None:
    turns = [one.account for one in people]
    set_duty_post(unit=unit(), title="主班", order=1, turns=turns)
    set_duty_shift(unit=unit(), title="全天班", starts_at=time(8), hours=hours, days=days)


def rostered(first: date = MONDAY, days: int = 4, people: int = 3) -> list[DutySlot]:
    pattern(*(person(number=number) for number in range(1, people + 1)))
    return make_roster(unit=unit(), first_day=first, last_day=first + timedelta(days=days - 1))


def moment(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return at(MONDAY + timedelta(days=day), time(hour, minute))


def test_duty_staff_make_no_roster_and_another_desk_sees_none() -> None:
    rostered()
    with asking(person().asker()), pytest.raises(Refused):
        make_roster(unit=unit(), first_day=MONDAY, last_day=MONDAY)
    with asking(person(at="service-centre").asker()):
        assert not DutySlot.objects.exists()


def test_turns_are_taken_in_order_and_go_on_where_they_ended() -> None:
    found = rostered(days=4)
    names = [str(slot.account) for slot in found]
    assert names == ["值班岗1", "值班岗2", "值班岗3", "值班岗1"]
    more = make_roster(unit=unit(), first_day=MONDAY, last_day=MONDAY + timedelta(days=4))
    assert [str(slot.account) for slot in more] == ["值班岗2"]


def test_nobody_is_named_twice_and_a_gap_is_named() -> None:
    found = rostered(days=3, people=1)
    assert [slot.account_id is None for slot in found] == [False, True, False]


def test_two_posts_of_one_person_leave_a_gap() -> None:
    pattern(person())
    set_duty_post(unit=unit(), title="副班", order=2, turns=[person().account])
    found = make_roster(unit=unit(), first_day=MONDAY, last_day=MONDAY)
    assert [slot.account_id is None for slot in found] == [False, True]


def test_a_post_without_turns_is_all_gaps() -> None:
    pattern()
    assert [slot.account for slot in make_roster(unit=unit(), first_day=MONDAY, last_day=MONDAY)] == [None]


def test_the_span_and_the_pattern_are_looked_at() -> None:
    with pytest.raises(InvalidInput):
        make_roster(unit=unit(), first_day=MONDAY, last_day=MONDAY)
    pattern(person())
    for last in (MONDAY - timedelta(days=1), MONDAY + timedelta(days=400)):
        with pytest.raises(InvalidInput):
            make_roster(unit=unit(), first_day=MONDAY, last_day=last)
    for wrong in ({"order": 0}, {"title": " "}):
        with pytest.raises(InvalidInput):
            set_duty_post(**{"unit": unit(), "title": "副班", "order": 1, "turns": [], **wrong})  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        set_duty_shift(unit=unit(), title="夜班", starts_at=time(20), hours=25)


def test_rest_days_come_from_the_published_calendar() -> None:
    pattern(person(), person(number=2), hours=10, days="rest")
    week = make_roster(unit=unit(), first_day=date(2026, 2, 9), last_day=date(2026, 2, 22))
    days = {timezone.localdate(slot.starts_at) for slot in week}
    assert date(2026, 2, 17) in days, "the Spring Festival is a holiday"
    assert date(2026, 2, 14) not in days, "a Saturday that is worked in exchange"
    with pytest.raises(NoticeMissing):
        make_roster(unit=unit(), first_day=date(2037, 3, 2), last_day=date(2037, 3, 3))


def test_what_is_closed_makes_no_more_turns() -> None:
    pattern(person())
    close_duty(thing=queries.duty_posts(unit().pk)[0])
    with pytest.raises(InvalidInput):
        make_roster(unit=unit(), first_day=MONDAY, last_day=MONDAY)


def test_a_gap_is_filled_with_somebody_who_is_free() -> None:
    with freeze_time(moment(-3)):
        found = rostered(days=3, people=1)
        with pytest.raises(InvalidInput) as refused:
            name_duty(slot=found[1], account=person().account)
        assert refused.value.field == "account"
        assert name_duty(slot=found[1], account=person(number=2).account).account is not None
        assert name_duty(slot=found[1], account=None).account is None
    with freeze_time(moment(1)), pytest.raises(Conflict):
        name_duty(slot=found[0], account=None)


def test_only_who_is_named_takes_the_post_and_only_around_the_turn() -> None:
    slot = rostered()[0]
    with freeze_time(moment(0)), asking(person(number=2).asker()), pytest.raises(Conflict):
        arrive(slot=slot)
    with asking(person().asker()):
        for wrong in (moment(0, 6, 59), moment(1, 8)):
            with freeze_time(wrong), pytest.raises(Conflict):
                arrive(slot=slot)
        with freeze_time(moment(0, 7, 50)):
            arrive(slot=slot)
            with pytest.raises(Conflict):
                arrive(slot=slot)
    assert [one.pk for one in queries.on_duty(unit().pk, NOON)] == [slot.pk]


def test_an_exchange_needs_both_and_somebody_else() -> None:
    with freeze_time(moment(-3)):
        found = rostered(days=4, people=4)
        with asking(person(number=2).asker()), pytest.raises(Conflict):
            ask_exchange(mine=found[0], theirs=found[1], reason="出差")
        with asking(person().asker()):
            with pytest.raises(InvalidInput):
                ask_exchange(mine=found[0], theirs=found[0], reason="出差")
            asked = ask_exchange(mine=found[0], theirs=found[2], reason="出差")
            with pytest.raises(Conflict):
                ask_exchange(mine=found[0], theirs=found[1], reason="出差")
            with pytest.raises(Conflict):
                agree_exchange(exchange=asked, agrees=True)
        with pytest.raises(Conflict):
            decide_exchange(exchange=asked, approved=True)
        with asking(person(number=3).asker()):
            agree_exchange(exchange=asked, agrees=True)
            with pytest.raises(Refused):
                decide_exchange(exchange=asked, approved=True)
        with asking(leader().asker()):
            decide_exchange(exchange=asked, approved=True)
        for slot, name in ((found[0], "值班岗3"), (found[2], "值班岗1")):
            slot.refresh_from_db()
            assert str(slot.account) == name


def test_an_exchange_that_would_double_a_duty_is_refused() -> None:
    with freeze_time(moment(-3)):
        found = rostered(days=4, people=3)
        with asking(person().asker()):
            asked = ask_exchange(mine=found[0], theirs=found[2], reason="出差")
        with asking(person(number=3).asker()):
            agree_exchange(exchange=asked, agrees=True)
        with asking(leader().asker()):
            with pytest.raises(InvalidInput):
                decide_exchange(exchange=asked, approved=True)
            assert decide_exchange(exchange=asked, approved=False, note="连班").state == "refused"


def test_the_log_is_never_altered_and_a_correction_names_what_it_corrects() -> None:
    entry = write_log(unit=unit(), text="21时接街道来电")
    fixed = write_log(unit=unit(), text="应为22时", corrects=entry)
    assert list(entry.corrections.all()) == [fixed]
    for statement in ("UPDATE command_logentry SET text = ''", "DELETE FROM command_logentry"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with pytest.raises(InvalidInput):
        write_log(unit=unit("service-centre"), text="x", corrects=entry)
    assert write_log(unit=unit(), text="演练开始", event=event(drill=True)).drill
    assert queries.log(unit_id=unit().pk, text="22时").get() == fixed


def handed() -> DutySlot:
    slot = rostered()[0]
    with asking(person().asker()):
        with freeze_time(moment(0)):
            arrive(slot=slot)
        with freeze_time(moment(1, 7, 55)):
            event(title="未办结事件")
            hand_over(slot=slot, text="关注港前大道抢修")
    return slot


def test_only_who_took_the_post_hands_it_over_and_once() -> None:
    slot = rostered()[0]
    with asking(person().asker()), freeze_time(moment(0)):
        with pytest.raises(Conflict):
            hand_over(slot=slot, text="无")
        arrive(slot=slot)
        with pytest.raises(InvalidInput):
            hand_over(slot=slot, text=" ")
        hand_over(slot=slot, text="无")
        with pytest.raises(Conflict):
            hand_over(slot=slot, text="无")


def test_the_next_accepts_and_sees_what_was_open() -> None:
    row = handed().hand_overs.get()
    assert "未办结事件" in row.open_events[0]["words"]
    with asking(person().asker()), pytest.raises(Conflict):
        accept_hand_over(hand_over=row)
    following = DutySlot.objects.get(starts_at=moment(1, 8))
    with asking(person(number=2).asker()), freeze_time(moment(1, 8, 10)):
        with pytest.raises(Conflict):
            accept_hand_over(hand_over=row)
        arrive(slot=following)
        accept_hand_over(hand_over=row, remark="已知悉")
        with pytest.raises(Conflict):
            accept_hand_over(hand_over=row)


def test_a_hand_over_that_nobody_accepts_is_told_once() -> None:
    handed()
    assert note_late_hand_overs(now=moment(1, 8, 29)) == 0
    assert (note_late_hand_overs(now=moment(1, 8, 31)), note_late_hand_overs(now=moment(1, 9))) == (1, 0)
    assert Notice.objects.get().role == "duty_leader"


def test_the_pages_of_duty() -> None:
    head = Client()
    leader().sign_in(head)
    at_desk = {"unit": unit().pk}
    staff = person()
    post = {**at_desk, "title": "主班", "order": "1", "turns": [staff.account.pk]}
    assert head.post("/command/roster/post/", {**post, "order": "x"}).status_code == 422
    assert head.post("/command/roster/post/", post).status_code == 302
    shift = {**at_desk, "title": "全天班", "starts_at": "00:00", "hours": "24", "days": "all"}
    assert head.post("/command/roster/shift/", {**shift, "starts_at": "25"}).status_code == 422
    assert head.post("/command/roster/shift/", shift).status_code == 302
    today = timezone.localdate()
    span = {**at_desk, "first_day": today.isoformat(), "last_day": (today + timedelta(days=1)).isoformat()}
    assert head.post("/command/roster/make/", span).status_code == 302
    assert "值班岗1" in head.get("/command/roster/").content.decode()
    assert head.post("/command/roster/dance/", at_desk).status_code == 404
    desk = Client()
    staff.sign_in(desk)
    slot = DutySlot.objects.get(account=staff.account)
    assert desk.post("/command/duty/arrive/", {**at_desk, "slot": slot.pk}).status_code == 302
    assert desk.post("/command/duty/hand-over/", {**at_desk, "slot": slot.pk, "text": ""}).status_code == 422
    assert desk.post("/command/log/", {**at_desk, "text": ""}).status_code == 422
    assert desk.post("/command/log/", {**at_desk, "text": "夜间巡查正常"}).status_code == 302
    assert "夜间巡查正常" in desk.get("/command/log/").content.decode()
    assert LogEntry.objects.count() == 1
