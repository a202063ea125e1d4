"""Plans: who approves, what a step may follow, real and drill, clocks, evidence, the report, lessons."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.utils import timezone
from PIL import Image

from chengshu.foundation.asking import asking
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.models import File
from chengshu.hub.notices.models import Notice
from chengshu.scenes.command import facts, queries
from chengshu.scenes.command.actions import (
    abort_run,
    add_lesson,
    approve_plan,
    change_version,
    decide_lesson,
    draft_plan,
    draft_version,
    end_run,
    finish_step,
    make_run_report,
    note_late_steps,
    put_step,
    return_plan,
    ship_plans,
    skip_step,
    start_plan,
    strike_step,
    submit_plan,
)
from chengshu.scenes.command.models import Plan, PlanRun, PlanVersion, RunReport
from chengshu.scenes.command.tests.builders import event, leader, person, unit


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    unit()


def a_draft(title: str = "积水处置预案") -> PlanVersion:
    version = draft_plan(unit=unit(), title=title, kinds=["natural.flood"], source="区级样板")
    put_step(version=version, title="核实积水点", post="值班调度岗", minutes=10)
    put_step(version=version, title="布设警示", post="属地街道", minutes=30, after=[1], evidence=True)
    put_step(version=version, title="排水", post="水务部门", after=[1])
    return version


def in_force(title: str = "积水处置预案") -> PlanVersion:
    with asking(person().asker()):
        version = submit_plan(version=a_draft(title))
    with asking(leader().asker()):
        return approve_plan(version=version)


def picture() -> File:
    written = io.BytesIO()
    Image.new("RGB", (20, 20), (9, 90, 120)).save(written, "PNG")
    return store_file(unit=unit(), name="现场.png", content=written.getvalue(), purpose="command.evidence")


def steps(run: PlanRun) -> dict[int, Any]:
    return {step.number: step for step in run.steps.all()}


def test_nobody_approves_what_they_wrote() -> None:
    with asking(leader().asker()):
        version = submit_plan(version=a_draft())
        with pytest.raises(Conflict):
            approve_plan(version=version)
        with pytest.raises(Conflict):
            return_plan(version=version, decision="不全")
    with asking(leader(2).asker()):
        assert approve_plan(version=version).state == "in_force"


def test_duty_staff_approve_nothing_and_another_unit_sees_nothing() -> None:
    version = submit_plan(version=a_draft())
    with asking(person().asker()), pytest.raises(Refused):
        approve_plan(version=version)
    with asking(person(at="service-centre").asker()):
        assert not Plan.objects.exists()


def test_what_is_not_a_draft_is_not_changed() -> None:
    version = in_force()
    for change in (
        lambda: put_step(version=version, title="x", post="y"),
        lambda: strike_step(version=version),
        lambda: change_version(version=version, source="x"),
        lambda: submit_plan(version=version),
    ):
        with pytest.raises(Conflict):
            change()


def test_a_plan_without_steps_is_not_submitted() -> None:
    version = draft_plan(unit=unit(), title="空", kinds=["natural"], source="区级样板")
    with pytest.raises(Conflict):
        submit_plan(version=version)
    with pytest.raises(Conflict):
        strike_step(version=version)


def test_a_step_follows_earlier_ones_only() -> None:
    version = a_draft()
    for after in ([4], [5], [0]):
        with pytest.raises(InvalidInput) as refused:
            put_step(version=version, title="x", post="y", after=after)
        assert refused.value.field == "after"
    with pytest.raises(InvalidInput):
        put_step(version=version, number=9, title="x", post="y")
    put_step(version=version, number=3, title="强排", post="水务部门", after=[2])
    assert version.steps.get(number=3).after == [2]
    strike_step(version=version)
    assert version.steps.count() == 2


def test_contacts_hang_on_the_one_above() -> None:
    version = a_draft()
    with pytest.raises(InvalidInput):
        change_version(version=version, source="区级样板", contacts="领导\n    街道")
    change_version(version=version, source="区级样板", contacts="领导\n  街道\n    社区\n  水务")
    with pytest.raises(InvalidInput):
        draft_plan(unit=unit(), title="积水处置预案", kinds=["natural"], source="x")
    with pytest.raises(InvalidInput):
        draft_plan(unit=unit(), title="其他", kinds=[], source="x")


def test_a_new_version_replaces_the_one_in_force() -> None:
    first = in_force()
    second = draft_version(plan=first.plan)
    with pytest.raises(Conflict):
        draft_version(plan=first.plan)
    assert second.steps.count() == 3
    with asking(person().asker()):
        submit_plan(version=second)
    return_plan(version=second, decision="补充联系人")
    second.refresh_from_db()
    assert second.state == "draft"
    with asking(person().asker()):
        submit_plan(version=second)
    with asking(leader().asker()):
        approve_plan(version=second)
    first.refresh_from_db()
    assert first.state == "replaced"
    with pytest.raises(Conflict):
        start_plan(version=first, drill=True)


def test_a_plan_is_for_an_event_or_a_drill_and_the_two_never_mix() -> None:
    version = in_force()
    with pytest.raises(InvalidInput):
        start_plan(version=version)
    with pytest.raises(InvalidInput):
        start_plan(version=version, event=event(), drill=True)
    with pytest.raises(InvalidInput):
        start_plan(version=version, event=event(unit("service-centre")))
    assert start_plan(version=version, event=event(drill=True)).drill
    real = start_plan(version=version, event=event())
    assert not real.drill
    with pytest.raises(Conflict):
        start_plan(version=version, event=real.event)
    assert real.number.startswith("YA")
    assert start_plan(version=version, drill=True).number.startswith("YL")


def test_a_clock_starts_when_the_steps_before_are_settled() -> None:
    run = start_plan(version=in_force(), drill=True)
    assert {one.number: one.state for one in run.steps.all()} == {1: "ready", 2: "waiting", 3: "waiting"}
    with pytest.raises(Conflict):
        finish_step(step=steps(run)[2])
    finish_step(step=steps(run)[1], note="两处积水")
    second = steps(run)[2]
    assert second.due_at - second.ready_at == timedelta(minutes=30)
    assert steps(run)[3].due_at is None


def test_evidence_and_reasons_are_asked_for() -> None:
    run = start_plan(version=in_force(), drill=True)
    with pytest.raises(InvalidInput):
        skip_step(step=steps(run)[1], reason=" ")
    skip_step(step=steps(run)[1], reason="演练从第二步开始")
    with pytest.raises(InvalidInput) as refused:
        finish_step(step=steps(run)[2])
    assert refused.value.field == "file"
    finish_step(step=steps(run)[2], file=picture())
    with pytest.raises(Conflict) as unfinished:
        end_run(run=run, conclusion="好")
    assert "排水" in str(unfinished.value)


def test_a_late_step_is_told_once_and_a_drill_says_so() -> None:
    run = start_plan(version=in_force(), drill=True)
    later = timezone.now() + timedelta(minutes=11)
    assert (note_late_steps(), note_late_steps(now=later), note_late_steps(now=later)) == (0, 1, 0)
    notice = Notice.objects.get()
    assert (notice.role, notice.simulated) == ("duty_leader", True)
    assert notice.subject.startswith("【演练】")
    finish_step(step=steps(run)[1])
    notice.refresh_from_db()
    assert notice.cleared_at is not None


def ended() -> PlanRun:
    run = start_plan(version=in_force(), drill=True, title="汛前演练")
    finish_step(step=steps(run)[1])
    finish_step(step=steps(run)[2], file=picture())
    skip_step(step=steps(run)[3], reason="无积水")
    return end_run(run=run, conclusion="响应及时")


def test_the_report_is_printed_from_the_records_and_never_changed() -> None:
    running = start_plan(version=in_force("另一预案"), drill=True)
    with pytest.raises(Conflict):
        make_run_report(run=running)
    run = ended()
    report = make_run_report(run=run)
    assert (report.figures["done"], report.figures["skipped"], report.figures["late"]) == (2, 1, 0)
    with report.word.open() as kept:
        text = zipfile.ZipFile(io.BytesIO(kept.read())).read("word/document.xml").decode()
    assert "【演练】" in text
    assert "无积水" in text
    with report.pdf.open() as kept:
        assert kept.read(4) == b"%PDF"
    with pytest.raises(Conflict):
        make_run_report(run=run)
    add_lesson(run=run, text="警示不足", proposal="增加警示牌")
    assert make_run_report(run=run).number == 2
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE command_runreport SET number = 9")
    assert RunReport.objects.count() == 2


def test_a_lesson_becomes_a_proposal_in_the_draft() -> None:
    run = ended()
    first = add_lesson(run=run, text="警示不足", proposal="增加警示牌")
    second = add_lesson(run=run, text="车辆不足", proposal="增加泵车")
    taken = decide_lesson(lesson=first, taken=True)
    assert taken.version is not None
    assert (taken.version.state, taken.version.note) == ("draft", "增加警示牌")
    assert decide_lesson(lesson=second, taken=False).version is None
    with pytest.raises(Conflict):
        decide_lesson(lesson=second, taken=True)


def test_what_was_broken_off_is_over() -> None:
    run = abort_run(run=start_plan(version=in_force(), drill=True), reason="真实事件发生")
    with pytest.raises(Conflict):
        end_run(run=run, conclusion="x")
    with pytest.raises(Conflict):
        finish_step(step=steps(run)[1])


def test_the_templates_come_once_as_drafts_that_name_their_source() -> None:
    Plan.objects.all()
    assert ship_plans() + Plan.objects.exclude(shipped="").count() >= 3
    assert ship_plans() == 0
    shipped = PlanVersion.objects.exclude(plan__shipped="").select_related("plan")
    assert {one.state for one in shipped} == {"draft"}
    assert all("样板" in one.source for one in shipped)
    known = {one.code for one in facts.kinds(timezone.localdate())}
    assert all(set(one.plan.kinds) <= known for one in shipped)


def test_plans_for_the_kind_of_an_event_come_first() -> None:
    fitting = in_force("水旱预案")
    in_force("其他预案").plan.kinds = []
    row = event(kind="natural.flood")
    assert queries.plans_for(row)[0].plan_id in {fitting.plan_id, fitting.plan_id + 1}
    assert len(queries.plans_for(row)) == 2


def test_the_pages_of_a_plan_from_draft_to_drill() -> None:
    author, head = Client(), Client()
    person().sign_in(author)
    leader().sign_in(head)
    typed = {"unit": unit().pk, "title": "停电预案", "source": "区级样板"}
    assert author.post("/command/plans/new/", typed).status_code == 422
    page = author.post("/command/plans/new/", {**typed, "kinds": ["city.system"]}).headers["Location"]
    assert author.post(f"{page}step/", {"number": "0", "title": "", "post": "值班岗"}).status_code == 422
    step = {"number": "0", "title": "确认", "post": "值班岗", "minutes": "5", "evidence": "on"}
    assert author.post(f"{page}step/", step).status_code == 302
    assert author.post(f"{page}submit/").status_code == 302
    assert head.post(f"{page}approve/", {}).status_code == 302
    run = head.post(f"{page}drill/", {"title": "停电演练"}).headers["Location"]
    shown = author.get(run).content.decode()
    assert "停电演练" in shown
    only = PlanRun.objects.get().steps.get()
    assert author.post(f"/command/steps/{only.pk}/finish/", {}).status_code == 422
    written = io.BytesIO()
    Image.new("RGB", (8, 8)).save(written, "PNG")
    photo = SimpleUploadedFile("a.png", written.getvalue(), content_type="image/png")
    assert author.post(f"/command/steps/{only.pk}/finish/", {"file": photo}).status_code == 302
    assert author.get(f"/command/steps/{only.pk}/").headers["Content-Type"] == "image/png"
    assert head.post(f"{run}end/", {"conclusion": "达到目标"}).status_code == 302
    assert author.post(f"{run}report/").status_code == 302
    report = RunReport.objects.get()
    assert author.get(f"/command/run-reports/{report.pk}/pdf/").content.startswith(b"%PDF")
    assert author.get(f"/command/run-reports/{report.pk}/xls/").status_code == 404
