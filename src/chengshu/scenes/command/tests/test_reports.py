"""Situation reports: due by themselves, figures from records, nobody types one, two people; and the indicators."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from freezegun import freeze_time

from chengshu.engines.indicators import api as indicators
from chengshu.engines.indicators.data import month
from chengshu.foundation.asking import asking
from chengshu.foundation.calendar.moments import at
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.scenes.command.actions import (
    approve_plan,
    arrive,
    begin_handling,
    close_report_template,
    confirm_report,
    draft_due_reports,
    draft_plan,
    end_run,
    finish_step,
    issue_instruction,
    issue_report,
    make_roster,
    merge_events,
    put_step,
    receive_instruction,
    redraft_report,
    set_duty_post,
    set_duty_shift,
    set_report_template,
    ship_reports,
    start_plan,
    submit_plan,
    verify_event,
)
from chengshu.scenes.command.figures import FIGURES
from chengshu.scenes.command.models import ReportTemplate, SituationReport
from chengshu.scenes.command.tests.builders import event, leader, person, unit

DAY = date(2026, 3, 4)
OURS = [one for one in indicators.definitions() if one.name.startswith("command.")]


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    unit()
    reverse("command:reports")  # loads every address before a test stops the clock


def moment(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    return at(day, time(hour, minute))


def a_template(**more: Any) -> ReportTemplate:
    given: dict[str, Any] = {"title": "值班快报", "times": ["08:00"], "figures": list(FIGURES)}
    with freeze_time(moment(9, day=DAY - timedelta(days=1))):
        return set_report_template(unit=unit(), **{**given, **more})


def a_report(**more: Any) -> SituationReport:
    a_template(**more)
    with freeze_time(moment(8, 5)):
        draft_due_reports()
    return SituationReport.objects.get()


def values(report: SituationReport) -> dict[str, Any]:
    return {one["key"]: one["value"] for one in report.figures}


def test_duty_staff_issue_nothing_and_another_desk_sees_none() -> None:
    report = confirm_report(report=a_report())
    with asking(person().asker()), pytest.raises(Refused):
        issue_report(report=report)
    with asking(person(at="service-centre").asker()):
        assert not SituationReport.objects.exists()


@pytest.mark.parametrize("remark", ["本日3起", "约５件", "占50%"])
def test_nobody_types_a_figure(remark: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        confirm_report(report=a_report(), remark=remark)
    assert refused.value.field == "remark"


def test_nobody_issues_what_they_checked() -> None:
    report = a_report()
    with asking(leader().asker()):
        with pytest.raises(Conflict):
            issue_report(report=report)
        confirm_report(report=report, remark="总体平稳，重点关注抢修进展")
        with pytest.raises(Conflict):
            issue_report(report=report)
    with asking(leader(2).asker()):
        issued = issue_report(report=report)
        with pytest.raises(Conflict):
            redraft_report(report=issued)
    assert issued.number.startswith("KB")
    assert issued.word is not None
    with issued.word.open() as kept:
        text = zipfile.ZipFile(io.BytesIO(kept.read())).read("word/document.xml").decode()
    assert "总体平稳" in text
    assert "本时段没有生成排班" in text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"times": ["25:00"]}, "times"),
        ({"times": []}, "times"),
        ({"figures": []}, "figures"),
        ({"figures": ["weather"]}, "figures"),
        ({"names": ["no.such"]}, "names"),
        ({"title": ""}, "title"),
    ],
)
def test_a_template_is_looked_at(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        a_template(**wrong)
    assert refused.value.field == field


def test_each_hour_has_one_report_and_missed_ones_follow() -> None:
    a_template(times=["08:00", "17:00"])
    for now, new in (
        (moment(7), 1),
        (moment(7, 30), 0),
        (moment(18), 2),
        (moment(8, day=DAY + timedelta(days=2)), 3),
    ):
        with freeze_time(now):
            assert draft_due_reports() == new
    spans = list(SituationReport.objects.order_by("until").values_list("since", "until"))
    assert all(later[0] == earlier[1] for earlier, later in pairwise(spans))
    close_report_template(template=ReportTemplate.objects.get())
    with freeze_time(moment(8, day=DAY + timedelta(days=9))):
        assert draft_due_reports() == 0


def test_figures_leave_out_drills_simulated_and_merged_records() -> None:
    with freeze_time(moment(6)):
        real = event(title="真实事件")
        event(drill=True)
        event(simulated=True)
        merge_events(event=event(), into=real)
    report = a_report()
    assert values(report)["events_reported"] == "1"
    figure = next(one for one in report.figures if one["key"] == "events_reported")
    assert figure["records"][0][1] == f"/command/events/{real.pk}/"
    assert values(report)["events_graded"].endswith("未定级1件")


def test_a_missing_figure_says_why() -> None:
    report = a_report(names=["command.duty_coverage"])
    missing = {one["key"]: one["why"] for one in report.figures if one["value"] is None}
    assert set(missing) == {"instructions_received", "duty_turns", "duty_arrived", "command.duty_coverage"}
    assert all(missing.values())


def test_what_was_recorded_since_is_taken_in_and_checked_again() -> None:
    report = confirm_report(report=a_report())
    with freeze_time(moment(7, 30)):
        event()
    again = redraft_report(report=report)
    assert (again.state, again.checked_by, values(again)["events_reported"]) == ("draft", None, "1")


def test_the_shipped_template_comes_once() -> None:
    first = ship_reports()
    assert first + ReportTemplate.objects.filter(shipped="daily").count() >= 1
    assert ship_reports() == 0
    row = ReportTemplate.objects.get(shipped="daily")
    assert set(row.figures) <= set(FIGURES)
    assert set(row.indicators) <= {one.name for one in OURS}


def test_the_pages_of_a_report() -> None:
    first, second = Client(), Client()
    leader().sign_in(first)
    leader(2).sign_in(second)
    typed = {"unit": unit().pk, "title": "周报", "times": "08:00，x", "figures": ["events_open"]}
    assert first.post("/command/reports/templates/", typed).status_code == 422
    assert first.post("/command/reports/templates/", {**typed, "times": "08:00"}).status_code == 302
    closing = {"template": ReportTemplate.objects.get(title="周报").pk}
    assert first.post("/command/reports/templates/", closing).status_code == 302
    page = f"/command/reports/{a_report().pk}/"
    assert first.get(f"{page}paper/pdf/").status_code == 404
    assert first.post(f"{page}check/", {"remark": "共3件"}).status_code == 422
    assert first.post(f"{page}check/", {"remark": "平稳"}).status_code == 302
    assert first.post(f"{page}issue/").status_code == 422
    assert second.post(f"{page}issue/").status_code == 302
    assert second.get(f"{page}paper/pdf/").content.startswith(b"%PDF")
    assert "平稳" in first.get(page).content.decode()


def value(name: str, on: date = DAY) -> Decimal | None:
    return indicators.compute(name=name, period=month(on.year, on.month)).value


@pytest.mark.parametrize("definition", OURS, ids=lambda one: one.name)
def test_an_indicator_of_nothing_is_no_number(definition: Any) -> None:
    assert list(indicators.problems_in_database(definition)) == []
    assert value(definition.name, date(2030, 1, 1)) is None


def test_the_minutes_until_an_event_is_handled_leave_drills_out() -> None:
    for drill in (False, True):
        with freeze_time(moment(9)):
            row = verify_event(event=event(drill=drill))
        with freeze_time(moment(9, 40 if drill else 12)):
            begin_handling(event=row, note="抢修")
    assert value("command.response_minutes") == 12


def test_receipts_in_time_are_counted_of_those_that_were_due() -> None:
    told: dict[str, Any] = {"unit": unit(), "to_unit": unit("service-centre"), "title": "t", "text": "x"}
    with freeze_time(moment(9)):
        prompt, late = issue_instruction(**told), issue_instruction(**told)
        issue_instruction(**told, drill=True)
    with freeze_time(moment(9, 4)):
        receive_instruction(instruction=prompt)
    with freeze_time(moment(9, 6)):
        receive_instruction(instruction=late)
    assert value("command.receipt_in_time") == 50


def test_a_gap_in_the_roster_is_duty_not_covered() -> None:
    set_duty_post(unit=unit(), title="主班", order=1, turns=[person().account])
    set_duty_shift(unit=unit(), title="全天班", starts_at=time(8), hours=24)
    slots = make_roster(unit=unit(), first_day=DAY, last_day=DAY + timedelta(days=1))
    assert slots[1].account is None
    with freeze_time(moment(8)), asking(person().asker()):
        arrive(slot=slots[0])
    assert value("command.duty_coverage") == 50
    proof = next(one for one in OURS if one.name == "command.duty_coverage").proves
    assert [getattr(one, "ref", one) for one in proof] == ["P30#4"]


def test_drills_are_counted_and_real_runs_are_not() -> None:
    with asking(person().asker()):
        version = draft_plan(unit=unit(), title="积水", kinds=["natural.flood"], source="区级样板")
        put_step(version=version, title="核实", post="值班岗")
        submit_plan(version=version)
    version.refresh_from_db()
    with asking(leader().asker()):
        version = approve_plan(version=version)
    for drill in (True, False):
        with freeze_time(moment(9)):
            run = start_plan(version=version, drill=drill, event=None if drill else event())
            finish_step(step=run.steps.get())
            end_run(run=run, conclusion="完成")
    assert value("command.drills") == 1


def test_a_report_that_was_never_issued_was_not_in_time() -> None:
    report = a_report()
    with freeze_time(moment(8, 40)):
        confirm_report(report=report)
        issue_report(report=report)
    with freeze_time(moment(8, 5, DAY + timedelta(days=1))):
        draft_due_reports()
    assert value("command.reports_in_time") == 50
    assert timezone.localdate(report.until) == DAY
