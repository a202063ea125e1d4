"""Inspections: who may not, blindness until the release, samples that can be drawn again, results, publication."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.utils import timezone
from typer.testing import CliRunner

from chengshu.engines.cases import api as cases
from chengshu.foundation.asking import asking
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Refused
from chengshu.foundation.files.tests import samples
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.testing.personas import Cast
from chengshu.scenes.supervision import queries
from chengshu.scenes.supervision.actions import (
    add_finding,
    code_visit,
    draw_sample,
    finish_visit,
    open_rectification,
    order_retest,
    plan_inspection,
    publish_inspection,
    record_call,
    record_evidence,
    release_inspection,
    settle_finding,
    void_visit,
)
from chengshu.scenes.supervision.commands import cli
from chengshu.scenes.supervision.inspecting import redraw, results_of, visited_units
from chengshu.scenes.supervision.models import (
    Inspection,
    InspectionFinding,
    InspectionState,
    SampleDraw,
    Visit,
    VisitState,
)
from chengshu.scenes.supervision.scripts import script_by_key, scripts
from chengshu.scenes.supervision.tests.building import decided, deploy

AUDIO = hashlib.sha256(b"recording").hexdigest()


def planned(script: str = "window_visit") -> Inspection:
    today = timezone.localdate()
    return plan_inspection(
        unit=Unit.objects.get(key="service-supervision"),
        title="季度窗口暗访",
        script=script,
        period_from=today - timedelta(days=30),
        period_until=today,
        due_on=today + timedelta(days=10),
    )


def drawn(wanted: int | None = None) -> Inspection:
    inspection = planned()
    draw_sample(
        inspection=inspection, wanted=wanted or len(visited_units()), rule="proportional", seed="彩票2025期"
    )
    return inspection


def walked(visit: Visit, answer: str = "yes") -> Visit:
    """Every step of a visit seen and kept, with its photo or recording."""
    photo = _photo(visit)
    for step in script_by_key(visit.inspection.script).steps:
        record_evidence(
            visit=visit,
            step=step.key,
            answer=answer,
            photo_id=photo if "photo" in step.evidence else None,
            audio_sha256=AUDIO if "audio" in step.evidence else "",
        )
    return finish_visit(visit=visit)


def _photo(visit: Visit) -> int:
    from chengshu.foundation.files.actions import store_file

    return store_file(unit=visit.unit, name="photo.png", content=samples.image()).pk


@pytest.mark.parametrize("persona", ["section_head", "window_clerk", "unit_head", "handling_unit_officer"])
def test_nobody_of_a_unit_plans_or_draws(cast: Cast, persona: str) -> None:
    inspection = planned()
    with asking(cast[persona].asker()):
        own_unit = Unit.objects.get(key="service-centre")
        with pytest.raises(Refused):
            plan_inspection(
                unit=own_unit,
                title="自查",
                script="window_visit",
                period_from=date(2025, 1, 1),
                period_until=date(2025, 3, 31),
                due_on=date(2025, 4, 30),
            )
        with pytest.raises(Refused):
            draw_sample(inspection=inspection, wanted=20, rule="proportional", seed="1")


def test_a_visited_unit_sees_nothing_before_the_release(cast: Cast) -> None:
    deploy()
    inspection = drawn()
    visit = inspection.visits.get(visited_unit__key="service-centre")
    walked(visit)
    add_finding(visit=visit, text="窗口无人值守")
    with asking(cast["unit_head"].asker()):
        assert not InspectionFinding.objects.exists()
        assert not Visit.objects.exists()
        assert not Inspection.objects.exists()
        with pytest.raises(Missing):
            queries.visit_by_id(visit.pk)


def test_a_visited_unit_sees_its_own_findings_after_the_release_and_only_those(cast: Cast) -> None:
    deploy()
    inspection = drawn()
    for visit in inspection.visits.all():
        if visit.visited_unit.key in ("service-centre", "nansha-street"):
            add_finding(visit=visit, text=f"{visit.visited_unit.key} 窗口无人值守")
        void_visit(visit=visit, reason="测试")
    release_inspection(inspection=inspection)
    with asking(cast["unit_head"].asker()):
        assert [one.text for one in queries.findings()] == ["service-centre 窗口无人值守"]
        assert not Visit.objects.exists()
    finding = InspectionFinding.objects.get(visited_unit__key="service-centre")
    assert finding.case_id is not None
    assert cases.case_view(finding.case_id).unit_name == finding.visited_unit.shown_name
    assert open_rectification(finding_id=finding.pk) == finding.case_id


def test_evidence_and_samples_cannot_be_changed(db: None) -> None:
    drawn()
    for statement in (
        "UPDATE supervision_sampledraw SET seed = 'better'",
        "DELETE FROM supervision_evidence",
        "UPDATE supervision_coding SET code = 'yes'",
    ):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_sample_is_drawn_once(db: None) -> None:
    inspection = drawn()
    with pytest.raises(Conflict) as caught:
        draw_sample(inspection=inspection, wanted=30, rule="proportional", seed="again")
    assert caught.value.code == "supervision.drawn"


@pytest.mark.parametrize(
    ("given", "field"),
    [({"wanted": 1}, "wanted"), ({"rule": "my favourites"}, "rule"), ({"seed": " "}, "seed")],
)
def test_a_draw_that_does_not_fit_is_refused(db: None, given: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        draw_sample(**{"inspection": planned(), "wanted": 30, "rule": "neyman", "seed": "1", **given})  # type: ignore[arg-type]
    assert caught.value.field == field


def test_nothing_is_drawn_from_an_empty_period(db: None) -> None:
    with pytest.raises(Conflict) as caught:
        draw_sample(inspection=planned("phone_interview"), wanted=5, rule="proportional", seed="1")
    assert caught.value.code == "supervision.empty_frame"


def test_every_unit_with_windows_is_reached(db: None) -> None:
    inspection = drawn()
    assert set(inspection.visits.values_list("stratum", flat=True)) == set(visited_units())


def test_a_stored_sample_is_drawn_again_and_a_forged_one_is_found_out(db: None) -> None:
    draw = drawn().draw
    assert redraw(draw)
    for name, value in (
        ("seed", "another"),
        ("chosen", draw.chosen[::-1]),
        ("frame", draw.frame[1:]),
        ("digest", "0" * 64),
        ("method", "dice/1"),
        ("frame_digest", "0" * 64),
    ):
        forged = SampleDraw.objects.get(pk=draw.pk)
        setattr(forged, name, value)
        assert not redraw(forged), name


def test_the_command_proves_a_sample(db: None) -> None:
    draw = drawn().draw
    done = CliRunner().invoke(cli, ["recompute-sample", str(draw.pk), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert (told["holds"], told["digest"]) == (True, draw.digest)


def test_phone_calls_are_drawn_from_real_applications(cast: Cast) -> None:
    deploy()
    found = decided(cast)
    inspection = planned("phone_interview")
    draw_sample(inspection=inspection, wanted=5, rule="proportional", seed="1")
    assert [visit.key for visit in inspection.visits.all()] == [f"application:{found.number}"]


def test_a_step_that_needs_evidence_is_refused_without(db: None) -> None:
    visit = drawn().visits.first()
    for step, field in (("open_in_hours", "photo"), ("told_once", "audio_sha256")):
        with pytest.raises(InvalidInput) as caught:
            record_evidence(visit=visit, step=step, answer="yes")
        assert caught.value.field == field
    for given, field in (
        ({"step": "moon"}, "step"),
        ({"answer": "maybe"}, "answer"),
        ({"audio_sha256": "xyz"}, "audio_sha256"),
        ({"seen_at": timezone.now() + timedelta(days=1)}, "seen_at"),
        ({"photo_id": 10**9}, "photo"),
    ):
        with pytest.raises(InvalidInput) as caught:
            record_evidence(**{"visit": visit, "step": "manner", "answer": "yes", **given})  # type: ignore[arg-type]
        assert caught.value.field == field


def test_a_visit_without_all_required_steps_is_not_finished(db: None) -> None:
    visit = drawn().visits.first()
    record_evidence(visit=visit, step="manner", answer="yes")
    with pytest.raises(Conflict) as caught:
        finish_visit(visit=visit)
    assert caught.value.code == "supervision.incomplete"


def test_a_visit_that_cannot_be_used_stays_in_the_denominator(db: None) -> None:
    inspection = drawn()
    first, *others = inspection.visits.all()
    walked(first)
    for visit in others:
        void_visit(visit=visit, reason="窗口停电")
    results = results_of(inspection)
    assert (results.valid.count, results.valid.of) == (1, len(others) + 1)
    assert (results.coverage.count, results.coverage.of) == (1, len(others) + 1)
    assert results.met.share == Decimal(1)
    assert results.met.interval is not None
    assert results.met.interval.low < Decimal("0.5"), "one visit proves little"


def test_a_wrong_answer_shows_in_the_score_with_its_interval(db: None) -> None:
    inspection = drawn()
    visits = list(inspection.visits.all())
    for index, visit in enumerate(visits):
        walked(visit, "no" if index == 0 else "yes")
    results = results_of(inspection)
    assert results.met.share is not None
    assert Decimal("0.5") < results.met.share < 1
    assert [line.met.of for line in results.strata] == [1] * len(visits)
    assert all(line.base_weight == Decimal(5) for line in results.strata)


def test_a_call_is_valid_only_as_a_complete_interview(cast: Cast) -> None:
    deploy()
    decided(cast)
    inspection = planned("phone_interview")
    draw_sample(inspection=inspection, wanted=5, rule="proportional", seed="1")
    visit = inspection.visits.get()
    for disposition in ("7.7", "1.1"):
        with pytest.raises(InvalidInput):
            record_call(visit=visit, disposition=disposition)
    record_call(visit=visit, disposition="3.13")
    results = results_of(inspection)
    assert (visit.state, results.valid.count) == (VisitState.INVALID, 0)
    assert results.calls is not None
    assert (results.calls.calls, results.calls.rr1) == (1, Decimal(0))
    assert (results.met.share, results.agreement.kappa) == (None, None)


def test_a_complete_interview_counts(cast: Cast) -> None:
    deploy()
    decided(cast)
    inspection = planned("phone_interview")
    draw_sample(inspection=inspection, wanted=5, rule="neyman", seed="1")
    answers = {step.key: "yes" for step in script_by_key("phone_interview").steps}
    record_call(visit=inspection.visits.get(), disposition="1.1", answers=answers)
    assert results_of(inspection).valid.share == Decimal(1)


def test_two_people_code_and_nobody_twice(cast: Cast) -> None:
    visit = walked(drawn().visits.first())
    codes = {step.key: "yes" for step in script_by_key("window_visit").steps}
    with asking(cast["supervisor"].asker()):
        with pytest.raises(InvalidInput):
            code_visit(visit=visit, codes={})
        code_visit(visit=visit, codes=codes)
        with pytest.raises(Conflict):
            code_visit(visit=visit, codes=codes)
    assert results_of(visit.inspection).agreement.coded == 0, "one coder agrees with nobody"


def test_an_inspection_is_not_released_with_visits_to_do(db: None) -> None:
    with pytest.raises(Conflict) as caught:
        release_inspection(inspection=drawn())
    assert caught.value.code == "supervision.open_visits"


def test_a_finding_is_settled_only_by_a_retest(cast: Cast) -> None:
    deploy()
    inspection = drawn()
    first, *others = inspection.visits.all()
    walked(first, "no")
    finding = add_finding(visit=first, text="未一次性告知", step="told_once")
    with pytest.raises(Conflict):
        order_retest(finding=finding)
    for visit in others:
        void_visit(visit=visit, reason="测试")
    release_inspection(inspection=inspection)
    finding.refresh_from_db()
    with pytest.raises(Conflict):
        settle_finding(finding=finding, passed=True)
    before = results_of(inspection).valid
    walked(order_retest(finding=finding))
    assert results_of(inspection).valid == before, "a re-test does not change the results"
    settle_finding(finding=finding, passed=True)
    assert (finding.passed, finding.closed_at is not None) == (True, True)


def test_results_are_published_only_after_the_release(db: None) -> None:
    with pytest.raises(Conflict) as caught:
        publish_inspection(inspection=drawn())
    assert caught.value.code == "supervision.not_released"


def test_a_publication_is_a_pack_that_can_be_checked_and_read_by_anybody(
    cast: Cast, anonymous: Client
) -> None:
    deploy()
    inspection = drawn()
    for visit in inspection.visits.all():
        walked(visit)
    release_inspection(inspection=inspection)
    published = publish_inspection(inspection=inspection)
    assert inspection.state == InspectionState.PUBLISHED
    answer = anonymous.get(f"/inspection-results/{published.slug}/")
    assert answer.status_code == 200
    assert published.digest[:32] in answer.content.decode()
    content = anonymous.get(f"/inspection-results/{published.slug}/pack/").content
    assert hashlib.sha256(content).hexdigest() == published.digest
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert set(archive.namelist()) == {
        "报告.pdf",
        "报告.docx",
        "数据表.xlsx",
        "方法说明.txt",
        "sample.json",
        "digest.txt",
    }
    for line in archive.read("digest.txt").decode().splitlines():
        digest, name = line.split("  ", 1)
        assert hashlib.sha256(archive.read(name)).hexdigest() == digest
    assert archive.read("报告.pdf").startswith(b"%PDF")
    note = archive.read("方法说明.txt").decode()
    assert inspection.draw.seed in note
    assert "置信区间" in note


def test_every_script_has_its_steps_and_source() -> None:
    for script in scripts():
        assert script.source
        assert any(step.required for step in script.steps)
        assert len({step.key for step in script.steps}) == len(script.steps)


SignIn = Callable[[str], Client]


def test_a_visit_is_made_on_its_page(signed_in: SignIn, cast: Cast) -> None:
    visit = drawn().visits.first()
    client = signed_in("supervisor")
    page = f"/supervision/visits/{visit.pk}/"
    assert client.get(page).status_code == 200
    refused = client.post(f"{page}evidence/", {"step": "open_in_hours", "answer": "yes", "note": "九点整"})
    assert refused.status_code == 422
    assert "九点整" in refused.content.decode()
    photo = io.BytesIO(samples.image())
    photo.name = "window.png"
    kept = client.post(f"{page}evidence/", {"step": "open_in_hours", "answer": "yes", "photo": photo})
    assert kept.status_code == 302
    entry = visit.evidence.get()
    assert client.get(f"/supervision/evidence/{entry.pk}/photo/").content == samples.image()
    assert signed_in("unit_head").get(page).status_code == 403
