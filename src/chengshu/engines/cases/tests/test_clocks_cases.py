"""Clocks of real cases: who may touch them, what the process does to them, what silence and lateness bring."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils.translation import override
from freezegun import freeze_time

from chengshu.engines.cases.api import case_view, complete_task, open_case, return_case, split_case
from chengshu.engines.cases.clocks import keeping
from chengshu.engines.cases.clocks.actions import (
    apply_deemed_effects,
    extend_clock,
    give_supplement_notice,
    pause_clock,
    raise_late_clocks,
    record_licence_expiry,
    record_supplement,
    reply_supervision,
    resume_clock,
)
from chengshu.engines.cases.clocks.figures import clock_figures
from chengshu.engines.cases.clocks.queries import cards, clock_choices, clock_views
from chengshu.engines.cases.clocks.tasks import watch_clocks
from chengshu.engines.cases.data import ClockView
from chengshu.engines.cases.interpreter.plan import Limit, Plan
from chengshu.engines.cases.models import Case
from chengshu.engines.cases.models_clocks import Clock, ClockPause, Supervision
from chengshu.engines.cases.tests.deploying import deploy, open_tasks, unit
from chengshu.engines.cases.tests.models import END, LEAVE, START, process, user_task
from chengshu.foundation.asking import asking, system
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.calendar import SHANGHAI
from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput, Missing, Refused
from chengshu.foundation.events.models import OutboxEvent


def at(text: str) -> datetime:
    day, _blank, clock = text.partition(" ")
    return datetime.fromisoformat(f"{day} {clock or '09:30'}").replace(tzinfo=SHANGHAI)


@contextmanager
def on(text: str) -> Iterator[None]:
    """Act at that moment in Shanghai."""
    with freeze_time(at(text)):
        yield


def status(code: str) -> str:
    return f'<chengshu:status code="{code}"/>'


def permit(settings: str = 'rule="planning_permit"', *, review: str = "") -> bytes:
    """收件 → 受理 → 审查 → 决定, an officer of the unit doing everything."""
    own = f"<extensionElements><chengshu:case {settings}/></extensionElements>"
    steps = (
        user_task("receive", "收件", more=status("1"))
        + user_task("accept", "受理", more=status("3"))
        + user_task("review", "审查", more=status("8") + review)
        + user_task("decide", "决定")
        + f'<task id="granted"><extensionElements>{status("11")}</extensionElements></task>'
        + user_task("deliver", "送达")
    )
    order = ["start", "receive", "accept", "review", "decide", "granted", "deliver", "end"]
    flows = [f"{a} > {b}" for a, b in pairwise(order)]
    return process(own + START + steps + END, flows, key="permit", name="许可")


def opened(on_day: str, model: bytes | None = None) -> int:
    """A case that was received on that day."""
    deploy(model or permit(), key="test.permit")
    with on(on_day):
        return open_case(definition="test.permit", title="规划许可")


def done(case_id: int, node: str, moment: str) -> None:
    with on(moment):
        complete_task(task_id=open_tasks(case_id)[node])


def accepted(on_day: str, model: bytes | None = None) -> int:
    """A case that was received and accepted on that day, at its review."""
    case_id = opened(on_day, model)
    done(case_id, "receive", on_day)
    done(case_id, "accept", on_day)
    return case_id


def views(case_id: int, moment: str) -> dict[str, ClockView]:
    """The clocks of the decision, by layer."""
    others = ("Supplement notice", "Issue and delivery")
    return {view.layer: view for view in clock_views(case_id, at(moment)) if str(view.title) not in others}


def events() -> list[str]:
    names = OutboxEvent.objects.order_by("id").values_list("name", flat=True)
    return [name for name in names if name.split(".")[1] in ("ClockWarned", "ClockOverdue", "DeemedAccepted",
            "DeemedRenewed", "CardUncorrected")]  # fmt: skip


def pause(
    case_id: int,
    ground: str = "expert_review",
    notice: str = "穗南规告〔2026〕1号",
    until: date = date(2026, 3, 6),
) -> None:
    pause_clock(case_id=case_id, ground=ground, notice=notice, expected_until=until)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with override("en"):
        yield


def test_a_stranger_cannot_touch_the_clocks(as_persona: Any) -> None:
    case_id = accepted("2026-02-10")
    for name in ("resident", "finance_reviewer", "supervisor"):
        with as_persona(name), pytest.raises(ChengshuError) as refusal:
            pause(case_id)
        assert isinstance(refusal.value, Refused | Missing)
    assert not ClockPause.objects.exists()


def test_an_officer_of_another_unit_sees_no_clock(as_persona: Any) -> None:
    case_id = accepted("2026-02-10")
    with as_persona("other_department_officer"):
        assert clock_views(case_id) == ()
        assert not Clock.objects.exists()
        with pytest.raises(Missing):
            pause(case_id)


def test_a_clock_is_not_written_outside_an_action(as_persona: Any) -> None:
    case_id = accepted("2026-02-10")
    with as_persona("unit_officer"):
        assert Clock.objects.filter(case_id=case_id).update(due_at=None) == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            Clock.objects.create(case_id=case_id, layer="step", matter="step", limit="1wd", node="x")


def test_an_officer_may_pause_but_only_a_head_may_extend(as_persona: Any) -> None:
    case_id = accepted("2026-02-10")
    with on("2026-02-24"):
        with as_persona("unit_officer"), pytest.raises(Refused):
            extend_clock(case_id=case_id, amount=10, reason="情况复杂")
        with as_persona("unit_officer"):
            pause(case_id)
        with as_persona("unit_head"):
            extend_clock(case_id=case_id, amount=10, reason="情况复杂")
    assert views(case_id, "2026-02-24")["legal"].limit == 30


@pytest.mark.parametrize(
    ("ground", "notice", "code"),
    [
        ("public_notice", "1号", "clocks.ground_unlawful"),
        ("site_visit", "1号", "clocks.ground_unlawful"),
        ("supplement", "1号", "clocks.supplement_does_not_stop"),
        ("expert_review", " ", "clocks.notice_missing"),
        ("lunch", "1号", "clocks.ground"),
    ],
)
def test_a_clock_is_paused_only_on_lawful_ground_with_a_written_notice(
    ground: str, notice: str, code: str, db: None
) -> None:
    case_id = accepted("2026-02-10")
    with on("2026-02-24"), pytest.raises(ChengshuError) as refusal:
        pause(case_id, ground, notice)
    assert refusal.value.code == code
    assert views(case_id, "2026-02-24")["legal"].paused_since is None


def test_a_clock_is_not_paused_twice_on_one_ground_nor_after_it_ran_out(db: None) -> None:
    case_id = accepted("2026-02-10")
    with on("2026-02-24"):
        pause(case_id)
        with pytest.raises(Conflict) as twice:
            pause(case_id)
    with on("2026-03-06"):
        resume_clock(case_id=case_id, ground="expert_review")
        with pytest.raises(Conflict) as idle:
            resume_clock(case_id=case_id, ground="expert_review")
    with on("2026-04-07"), pytest.raises(Conflict) as late:
        pause(case_id, until=date(2026, 4, 20))
    codes = [error.value.code for error in (twice, idle, late)]
    assert codes == ["clocks.paused_already", "clocks.not_paused", "clocks.overdue"]


def test_a_case_without_clocks_has_nothing_to_pause(db: None) -> None:
    deploy(LEAVE)
    case_id = open_case(definition="test.leave")
    with pytest.raises(Conflict) as refusal:
        pause(case_id)
    assert refusal.value.code == "clocks.none"


def test_a_process_that_names_an_unknown_rule_opens_no_case(db: None) -> None:
    with pytest.raises(ChengshuError):
        opened("2026-02-10", permit('rule="nothing"'))
    assert not Case.objects.exists()


def test_the_limit_of_the_supplement_notice_runs_from_receipt(db: None) -> None:
    case_id = opened("2026-02-10")
    (view,) = clock_views(case_id, at("2026-02-11"))
    assert (str(view.title), view.unit, view.limit, view.due_at) == (
        "Supplement notice", "wd", 5, at("2026-02-24 17:00"),
    )  # fmt: skip
    assert Case.objects.get(pk=case_id).due_at is None


def test_decision_clocks_start_with_the_acceptance_and_show_on_the_case(db: None) -> None:
    case_id = accepted("2026-02-10")
    now = views(case_id, "2026-02-12")
    assert (now["legal"].due_at, now["legal"].used, now["legal"].left) == (at("2026-03-16 17:00"), 2.0, 18.0)
    assert (now["promised"].due_at, now["promised"].source) == (
        at("2026-02-14 17:00"),
        "2025年部门整体绩效目标表",
    )
    case = Case.objects.get(pk=case_id)
    assert (case.due_at, case.warn_at) == (at("2026-02-14 17:00"), at("2026-02-13 00:00"))
    assert [clock.layer for clock in case_view(case_id).clocks][:1] == ["legal"]


def test_a_pause_moves_the_due_day_and_the_extension_follows(db: None) -> None:
    case_id = accepted("2026-02-10", permit('rule="general_permit"'))
    with on("2026-02-24"):
        pause(case_id)
    paused = views(case_id, "2026-02-26")["legal"]
    assert paused.paused_since == at("2026-02-24")
    assert paused.forecast_at == at("2026-03-27 17:00")
    assert Case.objects.get(pk=case_id).due_at is None
    with on("2026-03-06"):
        resume_clock(case_id=case_id, ground="expert_review")
    assert views(case_id, "2026-03-06")["legal"].due_at == at("2026-03-27 17:00")
    with on("2026-03-20"):
        extend_clock(case_id=case_id, amount=10, reason="情况复杂")
        with pytest.raises(Conflict) as again:
            extend_clock(case_id=case_id, amount=1, reason="仍然复杂")
    assert again.value.code == "clocks.extended_already"
    assert views(case_id, "2026-03-20")["legal"].due_at == at("2026-04-13 17:00")
    assert Case.objects.get(pk=case_id).due_at == at("2026-04-13 17:00")


def test_a_joint_permit_is_extended_only_with_the_governments_approval(db: None) -> None:
    case_id = accepted("2026-02-10", permit('rule="joint_permit"'))
    with on("2026-03-20"):
        with pytest.raises(InvalidInput) as refusal:
            extend_clock(case_id=case_id, amount=15, reason="情况复杂")
        assert refusal.value.field == "document"
        extend_clock(case_id=case_id, amount=15, reason="情况复杂", document="穗南府函〔2026〕1号")
    assert views(case_id, "2026-03-20")["legal"].due_at == at("2026-05-14 17:00")


def test_the_process_may_pause_but_it_counts_only_once_the_applicant_was_told(db: None) -> None:
    mark = '<chengshu:clock do="pause" ground="expert_review"/>'
    case_id = accepted("2026-02-10", permit('rule="general_permit"', review=mark))
    assert "does not count" in views(case_id, "2026-02-24")["legal"].pauses[0][2]
    assert views(case_id, "2026-02-24")["legal"].used == 5.0
    with on("2026-02-24"):
        pause(case_id)
    told = views(case_id, "2026-02-24")["legal"]
    assert (told.used, told.paused_since) == (0.0, at("2026-02-10"))
    assert ClockPause.objects.count() == 1


def test_deciding_stops_the_clocks_and_starts_the_delivery(db: None) -> None:
    case_id = accepted("2026-02-10", permit('rule="general_permit"'))
    done(case_id, "review", "2026-03-02")
    done(case_id, "decide", "2026-03-12")
    by_title = {str(view.title): view for view in clock_views(case_id, at("2026-03-13"))}
    assert by_title["Legal limit"].stopped_at == at("2026-03-12")
    assert by_title["Legal limit"].used == 18.0
    assert by_title["Issue and delivery"].due_at == at("2026-03-26 17:00")
    done(case_id, "deliver", "2026-03-13")
    assert all(view.stopped_at for view in clock_views(case_id))
    assert Case.objects.get(pk=case_id).due_at is None


def test_one_complete_supplement_notice_in_time(db: None) -> None:
    case_id = opened("2026-02-10", permit('rule="general_permit"'))
    with on("2026-02-11"):
        for number, items, field in (("", ["营业执照"], "number"), ("补1号", [" "], "items")):
            with pytest.raises(InvalidInput) as incomplete:
                give_supplement_notice(case_id=case_id, number=number, items=items)
            assert incomplete.value.field == field
        give_supplement_notice(case_id=case_id, number="补1号", items=["营业执照", "总平面图"])
        with pytest.raises(Conflict) as second:
            give_supplement_notice(case_id=case_id, number="补2号", items=["效果图"])
        assert second.value.code == "clocks.second_notice"
    with on("2026-02-12"):
        record_supplement(case_id=case_id, complete=False)
    with on("2026-02-13"):
        with pytest.raises(InvalidInput):
            record_supplement(case_id=case_id, complete=True, received_at=at("2026-02-10"))
        record_supplement(case_id=case_id, complete=True)
        with pytest.raises(Conflict) as nothing:
            record_supplement(case_id=case_id, complete=True)
        assert nothing.value.code == "clocks.no_notice"
    assert views(case_id, "2026-02-13")["legal"].due_at == at("2026-03-19 17:00")


def test_a_notice_after_the_limit_is_refused(db: None) -> None:
    case_id = opened("2026-02-10", permit('rule="general_permit"'))
    with on("2026-02-25"), pytest.raises(Conflict) as late:
        give_supplement_notice(case_id=case_id, number="补1号", items=["营业执照"])
    assert late.value.code == "clocks.notice_late"


def test_after_the_acceptance_nothing_is_supplemented(db: None) -> None:
    case_id = accepted("2026-02-10", permit('rule="general_permit"'))
    with on("2026-02-11"), pytest.raises(Conflict) as refusal:
        give_supplement_notice(case_id=case_id, number="补1号", items=["营业执照"])
    assert refusal.value.code == "clocks.accepted"


def test_a_supplement_restarts_the_limit_of_a_disclosure_request(db: None) -> None:
    case_id = opened("2026-02-10", permit('rule="disclosure_on_request"'))
    assert views(case_id, "2026-02-10")["legal"].due_at == at("2026-03-16 17:00")
    with on("2026-02-13"):
        give_supplement_notice(case_id=case_id, number="补1号", items=["所需信息的名称"])
    with on("2026-02-27"):
        record_supplement(case_id=case_id, complete=True)
    assert views(case_id, "2026-02-27")["legal"].due_at == at("2026-03-26 17:00")


def test_silence_accepts_as_of_the_day_of_receipt_once(db: None) -> None:
    case_id = opened("2026-02-10", permit('rule="general_permit"'))
    with on("2026-02-24 16:59"):
        watch_clocks()
    assert events() == []
    with on("2026-02-24 17:01"):
        watch_clocks()
        watch_clocks()
    assert events() == ["cases.DeemedAccepted"]
    assert views(case_id, "2026-02-25")["legal"].started_at == at("2026-02-10")
    assert views(case_id, "2026-02-25")["legal"].due_at == at("2026-03-16 17:00")


def test_a_notice_given_in_time_breaks_the_silence(db: None) -> None:
    case_id = opened("2026-02-10", permit('rule="general_permit"'))
    with on("2026-02-24 16:00"):
        give_supplement_notice(case_id=case_id, number="补1号", items=["营业执照"])
    with on("2026-03-20"):
        watch_clocks()
    assert events() == []
    assert "legal" not in views(case_id, "2026-03-20")


def test_a_renewal_that_nobody_decided_is_renewed_on_expiry(db: None) -> None:
    case_id = accepted("2026-04-13", permit('rule="licence_renewal"'))
    with on("2026-04-14"):
        with pytest.raises(InvalidInput):
            record_licence_expiry(case_id=case_id, expires_on=date(2026, 4, 1))
        record_licence_expiry(case_id=case_id, expires_on=date(2026, 4, 30))
        with pytest.raises(Conflict):
            record_licence_expiry(case_id=case_id, expires_on=date(2026, 4, 30))
    with on("2026-05-06"):
        assert apply_deemed_effects() >= 1
    assert events() == ["cases.DeemedRenewed"]
    assert Clock.objects.get(matter="renewal").deemed == "renewed"
    assert all(view.stopped_at for view in clock_views(case_id))


def test_yellow_and_red_are_raised_once_each(db: None) -> None:
    case_id = accepted("2026-03-02")
    for moment in ("2026-03-04 23:59", "2026-03-05 00:01", "2026-03-05 10:00"):
        with on(moment):
            watch_clocks()
    assert events() == ["cases.ClockWarned"]
    with on("2026-03-06 17:01"):
        watch_clocks()
        watch_clocks()
    assert events() == ["cases.ClockWarned", "cases.ClockOverdue"]
    (card,) = cards(case_id=case_id)
    assert (card.colour, str(card.cause)) == ("yellow", "The promised limit is exceeded")
    assert card.correct_by == at("2026-03-11 17:00")
    with on("2026-03-31"):
        watch_clocks()
    assert sorted(Supervision.objects.values_list("colour", "cause")) == [
        ("red", "legal"), ("red", "uncorrected"), ("yellow", "promised"),
    ]  # fmt: skip


def test_an_answered_yellow_card_does_not_turn_red(as_persona: Any) -> None:
    case_id = accepted("2026-03-02")
    with on("2026-03-09"):
        watch_clocks()
        (card,) = cards(case_id=case_id)
        with as_persona("resident"), pytest.raises(Refused):
            reply_supervision(card_id=card.card_id, reply="已整改")
        with as_persona("unit_officer"):
            with pytest.raises(InvalidInput):
                reply_supervision(card_id=card.card_id, reply=" ")
            reply_supervision(card_id=card.card_id, reply="已约谈经办人，本周办结。")
            with pytest.raises(Conflict):
                reply_supervision(card_id=card.card_id, reply="再答")
    with on("2026-03-20"):
        watch_clocks()
    assert cards() == ()
    assert Supervision.objects.get().colour == "yellow"


def test_a_clock_that_is_decided_in_time_raises_nothing(db: None) -> None:
    case_id = accepted("2026-03-02")
    done(case_id, "review", "2026-03-03")
    done(case_id, "decide", "2026-03-04")
    done(case_id, "deliver", "2026-03-04")
    with on("2026-06-01"):
        assert raise_late_clocks() == 0
    assert events() == []


def test_a_paused_clock_raises_nothing_while_it_stands_still(db: None) -> None:
    case_id = accepted("2026-02-10", permit('rule="general_permit"'))
    with on("2026-02-24"):
        pause(case_id)
    with on("2026-04-30"):
        watch_clocks()
        assert events() == []
        resume_clock(case_id=case_id, ground="expert_review")
    assert views(case_id, "2026-04-30")["legal"].left == 15.0


def test_a_round_with_nothing_to_do_leaves_no_trace(db: None) -> None:
    accepted("2026-03-02")
    before = AuditEntry.objects.count()
    with on("2026-03-03"):
        watch_clocks()
    assert AuditEntry.objects.count() == before


def test_a_limit_that_reaches_a_year_without_notice_is_told_as_provisional(db: None) -> None:
    case_id = accepted("2026-11-23", permit('rule="joint_permit"'))
    view = views(case_id, "2026-12-01")["legal"]
    assert view.due_at.date() == date(2027, 1, 17)
    assert "earliest day" in str(view.title)
    with on("2027-03-01"):
        watch_clocks()
    assert "cases.ClockOverdue" not in events()


def test_the_limit_of_a_whole_process_and_of_a_sub_process_are_step_clocks(db: None) -> None:
    limit = '<extensionElements><chengshu:limit amount="{}" unit="wd" warn="0.8"/></extensionElements>'
    survey = (
        f'<subProcess id="survey" name="踏勘">{limit.format(5)}<startEvent id="s"/>{user_task("visit", "现场")}'
        '<endEvent id="e"/><sequenceFlow id="in_1" sourceRef="s" targetRef="visit"/>'
        '<sequenceFlow id="in_2" sourceRef="visit" targetRef="e"/></subProcess>'
    )
    model = process(
        limit.format(10) + START + survey + user_task("sign", "签发") + END,
        ["start > survey", "survey > sign", "sign > end"],
        key="permit",
    )
    case_id = opened("2026-03-02", model)
    steps = {str(view.title): view for view in clock_views(case_id, at("2026-03-03"))}
    assert steps["Step: 踏勘"].due_at == at("2026-03-09 17:00")
    assert [view.limit for view in steps.values()] == [10, 5]
    done(case_id, "visit", "2026-03-04")
    steps = {str(view.title): view for view in clock_views(case_id, at("2026-03-05"))}
    assert steps["Step: 踏勘"].stopped_at == at("2026-03-04")
    assert Case.objects.get(pk=case_id).due_at == at("2026-03-16 17:00")


def test_a_process_without_clocks_costs_no_query(db: None, django_assert_num_queries: Any) -> None:
    plan = Plan(ref="1", process_id="x", name="x", nodes={}, flows={}, scopes={})
    with django_assert_num_queries(0):
        keeping.follow(1, plan, (), at("2026-03-02"))


def test_the_times_of_a_task_are_looked_up() -> None:
    limit = Limit(5, "wd", 0.8)
    first, second = (keeping.task_times(limit, at(f"2026-02-10 {clock}")) for clock in ("09:00", "16:00"))
    assert first is second
    assert first == (at("2026-02-14 00:00"), at("2026-02-24 17:00"))
    assert keeping.task_due(Limit(4, "h", 0.5), at("2026-02-10 09:00")) == at("2026-02-10 13:00")
    assert keeping.task_due(Limit(45, "wd"), at("2026-11-23")).date() == date(2027, 1, 17)


def test_the_platform_judges_for_every_unit(db: None) -> None:
    accepted("2026-03-02")
    with on("2026-03-31"), asking(system("periodic", "worker")):
        watch_clocks()
    assert Supervision.objects.filter(case__unit_id=unit()).count() == 2


def test_a_case_that_was_split_off_has_run_as_long(db: None) -> None:
    case_id = accepted("2026-02-10", permit('rule="general_permit"'))
    with on("2026-02-24"):
        pause(case_id)
        resume_clock(case_id=case_id, ground="expert_review")
    with on("2026-02-27"):
        twin = split_case(case_id=case_id, title="二期", reason="分期建设")
    assert views(twin, "2026-02-27")["legal"].due_at == views(case_id, "2026-02-27")["legal"].due_at
    assert len(views(twin, "2026-02-27")["legal"].pauses) == 1


def test_a_decision_that_is_taken_back_never_stopped_the_clock(db: None) -> None:
    case_id = accepted("2026-02-10", permit('rule="general_permit"'))
    done(case_id, "review", "2026-03-02")
    done(case_id, "decide", "2026-03-03")
    with on("2026-03-05"):
        return_case(task_id=open_tasks(case_id)["deliver"], to="review", rerun=True, reason="结论有误")
    again = views(case_id, "2026-03-06")["legal"]
    assert (again.stopped_at, again.due_at, again.used) == (None, at("2026-03-16 17:00"), 14.0)
    assert Clock.objects.get(matter="delivery").state == "stopped"
    done(case_id, "review", "2026-03-09")
    done(case_id, "decide", "2026-03-10")
    ended = {str(view.title): view.stopped_at for view in clock_views(case_id, at("2026-03-11"))}
    assert ended["Legal limit"] == at("2026-03-10")
    assert Clock.objects.filter(matter="delivery", state="running").count() == 1


def test_the_choices_are_what_the_law_leaves_open(db: None) -> None:
    case_id = opened("2026-02-10", permit('rule="general_permit"'))
    before = clock_choices(case_id, at("2026-02-11"))
    assert (before.pause, before.extend, before.notify_until) == ((), None, at("2026-02-24 17:00"))
    done(case_id, "receive", "2026-02-11")
    done(case_id, "accept", "2026-02-11")
    now = clock_choices(case_id, at("2026-02-24"))
    assert len(now.pause) == 8
    assert now.extend is not None
    assert (now.extend.most, now.extend.needs_document, now.notify_until) == (10, False, None)
    with on("2026-02-24"):
        pause(case_id)
    paused = clock_choices(case_id, at("2026-02-25"))
    assert [ground.key for ground in paused.resume] == ["expert_review"]
    assert "expert_review" not in {ground.key for ground in paused.pause}
    assert clock_choices(case_id, at("2026-07-01")).pause, "a paused clock does not run out"


def test_figures_tell_numerator_denominator_and_both_compressions(as_persona: Any) -> None:
    for received, decided in (("2026-03-02", "2026-03-04"), ("2026-03-02", "2026-03-20")):
        case_id = accepted(received)
        done(case_id, "review", decided)
        done(case_id, "decide", decided)
    period = (at("2026-03-01"), at("2026-04-01"))
    figures = clock_figures(*period)
    (line,) = figures.definitions
    assert (line.decided, line.legal_timed, line.in_legal_time) == (2, 2, 2)
    assert (line.promised_timed, line.in_promised_time) == (2, 1)
    assert (line.promised_share, line.used_share) == (Decimal("0.8"), Decimal("0.6"))
    assert (figures.promised.mean, figures.promised.weighted) == (Decimal("0.8"), Decimal("0.8"))
    assert clock_figures(at("2026-04-01"), at("2026-05-01")).promised.mean is None
    with as_persona("other_department_officer"):
        assert clock_figures(*period).definitions == ()
