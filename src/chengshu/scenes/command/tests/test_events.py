"""Events: who may not, intake, grading by the table or with a reason, the way through, merging and splitting."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chengshu.foundation.asking import asking
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.links.actions import deploy_shipped_links
from chengshu.scenes.command import facts, offers, queries
from chengshu.scenes.command.actions import (
    begin_handling,
    close_event,
    dismiss_merge,
    grade_event,
    link_event,
    merge_events,
    note_event,
    report_event,
    resolve_event,
    split_event,
    verify_event,
    withdraw_event,
)
from chengshu.scenes.command.grading import Harm, graded
from chengshu.scenes.command.models import CityEvent, EventStep, Merge
from chengshu.scenes.command.tests.builders import event, handled, leader, person, unit

HERE: dict[str, Any] = {"lat": Decimal("22.801000"), "lng": Decimal("113.525000")}
NEAR: dict[str, Any] = {"lat": Decimal("22.803000"), "lng": Decimal("113.525000")}
FAR: dict[str, Any] = {"lat": Decimal("22.901000"), "lng": Decimal("113.525000")}


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    unit()


def test_a_desk_takes_nothing_down_for_another_unit() -> None:
    with asking(person().asker()), pytest.raises(Refused):
        event(unit("service-centre"))
    assert not CityEvent.objects.exists()


def test_another_unit_sees_no_event(cast: Cast) -> None:
    row = event()
    with asking(person(at="service-centre").asker()):
        assert not CityEvent.objects.exists()
        with pytest.raises(Refused):
            verify_event(event=row)


def test_duty_staff_neither_close_nor_withdraw() -> None:
    row = handled()
    with asking(person().asker()):
        with pytest.raises(Refused):
            withdraw_event(event=row, reason="误报")
        resolve_event(event=row, note="已修复")
        with pytest.raises(Refused):
            close_event(event=row, review="已复盘")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": " "}, "title"),
        ({"kind": "dragon"}, "kind"),
        ({"source": "rumour"}, "source"),
        ({"happened_at": timezone.now() + timedelta(days=1)}, "happened_at"),
        ({"lat": Decimal(22)}, "lat"),
    ],
)
def test_what_is_typed_wrongly_is_named_at_its_field(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        event(**wrong)
    assert refused.value.field == field


def test_the_same_report_comes_in_once_and_another_source_may_use_the_same_number() -> None:
    first = event(source="hotline", external_id="GD-1")
    again = event(source="hotline", external_id="GD-1", title="另一个说法")
    other = event(source="patrol", external_id="GD-1")
    assert (first.pk, again.title, other.pk != first.pk) == (again.pk, first.title, True)
    assert CityEvent.objects.count() == 2


def test_numbers_have_no_gap() -> None:
    numbers = [event().number.partition("-")[2] for _one in range(3)]
    assert numbers == ["001", "002", "003"]


@pytest.mark.parametrize(
    ("harm", "grade"),
    [
        (Harm(), "4"),
        (Harm(deaths=2, injured=9, loss=Decimal("999.99")), "4"),
        (Harm(deaths=3), "3"),
        (Harm(injured=50), "2"),
        (Harm(loss=Decimal(5000)), "2"),
        (Harm(deaths=30), "1"),
        (Harm(loss=Decimal(10000)), "1"),
    ],
)
def test_the_regulation_on_work_accidents_grades(harm: Harm, grade: str) -> None:
    found, basis = graded("accident.work_safety", harm, timezone.localdate())
    assert found == grade
    assert "第493号" in basis


def test_a_table_grades_nothing_before_it_was_in_force() -> None:
    day = timezone.localdate().replace(year=2006)
    assert graded("accident.work_safety", Harm(deaths=30), day) == ("", "")


def test_without_a_table_a_person_grades_and_says_why() -> None:
    row = event()
    for given, field in (({}, "grade"), ({"grade": "3"}, "reason"), ({"grade": "9", "reason": "x"}, "grade")):
        with pytest.raises(InvalidInput) as refused:
            grade_event(event=row, **given)
        assert refused.value.field == field
    assert grade_event(event=row, grade="3", reason="影响主干道").by_table == ""


def test_another_grade_than_the_tables_needs_a_reason_and_shows_both() -> None:
    row = event(kind="accident.work_safety")
    with pytest.raises(InvalidInput):
        grade_event(event=row, deaths=1, grade="3")
    kept = grade_event(event=row, deaths=1, grade="3", reason="事态可能扩大")
    assert (kept.grade, kept.by_table) == ("3", "4")
    row.refresh_from_db()
    assert row.grade == "3"


def test_an_event_goes_its_way_and_nothing_is_skipped() -> None:
    row = event()
    with pytest.raises(Conflict):
        begin_handling(event=row, note="派员")
    row = verify_event(event=row, note="现场电话核实")
    begin_handling(event=row, note="水务抢修")
    note_event(event=row, note="已关阀")
    row = resolve_event(event=row, note="恢复供水")
    with pytest.raises(Conflict):
        close_event(event=row, review="复盘")
    grade_event(event=row, grade="4", reason="影响小")
    with asking(leader().asker()):
        row = close_event(event=row, review="管网老化，纳入更新计划")
    assert row.ended_at is not None
    with pytest.raises(Conflict):
        note_event(event=row, note="太晚")
    kinds = list(EventStep.objects.filter(event=row).values_list("kind", flat=True))
    assert kinds == ["reported", "verified", "handling", "note", "resolved", "graded", "closed"]


def test_what_was_resolved_too_early_is_handled_again_and_keeps_its_first_response() -> None:
    row = handled()
    first = row.handling_at
    row = begin_handling(event=resolve_event(event=row, note="完成"), note="再次漏水")
    assert (row.state, row.handling_at, row.resolved_at) == ("handling", first, None)


def test_a_false_report_stays_visible_and_leaves_the_count() -> None:
    row = withdraw_event(event=event(), reason="现场核实无此情况")
    assert queries.counts().get("reported", 0) == 0
    assert list(queries.events(state="withdrawn")) == [row]


def test_near_reports_are_proposed_and_far_ones_and_drills_are_not() -> None:
    into = event(**HERE)
    near, far = event(**NEAR), event(**FAR)
    drill = event(**HERE, drill=True)
    other = event(**HERE, kind="health.food")
    late = event(**HERE, happened_at=timezone.now() - timedelta(hours=5))
    proposed = {(pair.event.pk, pair.into.pk) for pair in queries.proposals()}
    assert proposed == {(near.pk, into.pk)}
    assert {far.pk, drill.pk, other.pk, late.pk}.isdisjoint({pk for pair in proposed for pk in pair})


def test_equal_words_stand_in_for_a_position() -> None:
    into, same = event(place="蕉门河桥"), event(place="蕉门河桥")
    event(place="")
    event(place="")
    assert [(one.event.pk, one.into.pk) for one in queries.proposals()] == [(same.pk, into.pk)]


def test_merged_events_count_once_and_splitting_gives_back_what_was() -> None:
    into, row = event(**HERE), event(**NEAR)
    verify_event(event=row)
    merge_events(event=row, into=into, reason="同一处爆管")
    assert queries.counts() == {"reported": 1}
    assert queries.events().get().merged_count == 1  # type: ignore[attr-defined]
    assert queries.proposals() == []
    row.refresh_from_db()
    with pytest.raises(Conflict):
        note_event(event=row, note="在此处理")
    with pytest.raises(Conflict):
        merge_events(event=row, into=into)
    split_event(event=row, reason="两处不同管道")
    row.refresh_from_db()
    assert (row.state, row.merged_into) == ("verified", None)
    assert queries.counts() == {"reported": 1, "verified": 1}
    kept = Merge.objects.get()
    assert (kept.state, kept.reason, kept.split_reason) == ("split", "同一处爆管", "两处不同管道")
    with pytest.raises(Conflict):
        split_event(event=row, reason="再拆")


def test_a_dismissed_pair_is_proposed_no_more_and_may_still_be_merged() -> None:
    into, row = event(**HERE), event(**NEAR)
    dismiss_merge(event=row, into=into)
    assert queries.proposals() == []
    with pytest.raises(Conflict):
        dismiss_merge(event=into, into=row)
    merge_events(event=row, into=into)


def test_what_must_not_be_merged_is_refused() -> None:
    row = event(**HERE)
    for into in (row, event(**HERE, drill=True), event(unit("service-centre"), **HERE)):
        with pytest.raises(InvalidInput):
            merge_events(event=row, into=into)
    with pytest.raises(Conflict):
        merge_events(event=row, into=withdraw_event(event=event(), reason="误报"))
    merge_events(event=event(**NEAR), into=row)
    with pytest.raises(Conflict):
        merge_events(event=row, into=event(**NEAR))
    with pytest.raises(Conflict):
        withdraw_event(event=row, reason="误报")


def test_a_thing_is_linked_once_and_only_within_the_platform() -> None:
    row = event()
    for page in ("https://example.com/", "//example.com/", "inbox"):
        with pytest.raises(InvalidInput):
            link_event(event=row, title="案件", page=page)
    link_event(event=row, title="案件 12", page="/inbox/cases/12/")
    link_event(event=row, title="案件 12", page="/inbox/cases/12/")
    assert row.links.count() == 1


def test_links_find_the_call_and_the_words_of_an_event() -> None:
    deploy_shipped_links(app="command")
    made = offers._report(title="水位超警", kind="city.facility", source="alarm", external_id="alarm 1")
    row = CityEvent.objects.get(pk=made["city_event"])
    assert row.unit.key == facts.CENTRE
    about = offers.about_event({"city_event": row.pk})
    assert about is not None
    assert about["number"] == row.number
    with asking(person(at="service-centre").asker()):
        assert offers.about_event({"city_event": row.pk}) is None


def test_the_pages_of_the_desk() -> None:
    client = Client()
    person().sign_in(client)
    typed = {"unit": unit().pk, "title": "路面塌陷", "kind": "city.road", "source": "hotline", "lat": "abc"}
    assert client.post("/command/events/new/", typed).status_code == 422
    answer = client.post("/command/events/new/", {**typed, "lat": "", "drill": "on"})
    row = CityEvent.objects.get()
    assert answer.headers["Location"] == f"/command/events/{row.pk}/"
    page = client.get(f"/command/events/{row.pk}/").content.decode()
    assert "路面塌陷" in page
    assert "演练" in page
    assert client.post(f"/command/events/{row.pk}/handle/", {"note": "x"}).status_code == 422
    assert client.post(f"/command/events/{row.pk}/verify/", {}).status_code == 302
    assert client.post(f"/command/events/{row.pk}/dance/", {}).status_code == 404
    assert client.post(f"/command/events/{row.pk}/grade/", {"grade": "2"}).status_code == 422


def test_the_pages_of_merging() -> None:
    into, row = event(**HERE), event(**NEAR)
    client = Client()
    person().sign_in(client)
    assert row.number in client.get("/command/events/merging/").content.decode()
    assert client.post(f"/command/events/{row.pk}/merge/", {"into": into.pk}).status_code == 302
    page = client.get(f"/command/events/{into.pk}/").content.decode()
    assert row.number in page
    assert client.post(f"/command/events/{row.pk}/split/", {"reason": "两处"}).status_code == 302


def test_an_alarm_told_twice_by_its_link_is_one_event() -> None:
    for _time in range(2):
        report_event(unit=unit(), title="水位高", kind="city.facility", source="alarm", external_id="alarm 7")
    assert CityEvent.objects.count() == 1
