"""动态调整: through legal review and the establishment office, the catalogue follows by itself."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from chengshu.engines.cases import api as cases
from chengshu.engines.cases.data import CaseState
from chengshu.engines.registers import api as registers
from chengshu.foundation.errors import Conflict, Missing, Refused
from chengshu.foundation.orgs.actions.units import create_unit
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.services import api as services
from chengshu.hub.services.tests.building import decide, deploy, hear
from chengshu.scenes import matters
from chengshu.scenes.matters import actions
from chengshu.scenes.matters.elements import to_json
from chengshu.scenes.matters.models import Edition, EditionState, MatterState
from chengshu.scenes.matters.services import give_up, publish
from chengshu.scenes.matters.tests.builders import in_force, said

PROCESS = (Path(matters.__file__).parent / "processes" / "adjustment.bpmn").read_bytes()


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    load_base_data()
    registers.load_declared_forms(scene="matters")


def variables(change: str = "change") -> dict[str, Any]:
    return {
        "matter": "test.permit",
        "matter_name": "测试许可",
        "change": change,
        "trigger": "law",
        "effective_from": {"@": timezone.localdate().isoformat()},
    }


def call(case_id: int, change: str = "change") -> cases.ServiceCall:
    payload = {"matter": "test.permit", "change": change, "effective_from": timezone.localdate().isoformat()}
    return cases.ServiceCall("1", case_id, "TZ1", payload)


def test_the_process_names_nothing_that_is_missing() -> None:
    errors = [(one.code, one.element) for one in cases.lint(PROCESS, "process") if one.severity == "error"]
    assert errors == []


def test_a_stranger_proposes_nothing(as_persona: Any) -> None:
    matter = in_force()
    with pytest.raises(Refused), as_persona("other_department_officer"):
        actions.propose_adjustment(matter=matter, variables=variables())


def test_a_change_without_a_new_edition_is_refused() -> None:
    with pytest.raises(Conflict) as refused:
        actions.propose_adjustment(matter=in_force(), variables=variables())
    assert refused.value.code == "matters.no_edition"


def test_no_person_publishes_or_gives_up_an_adjustment(
    monkeypatch: pytest.MonkeyPatch, as_persona: Any
) -> None:
    matter, case_id = _proposed(monkeypatch)
    today = timezone.localdate()
    with as_persona("department_head"):
        with pytest.raises(Refused):
            actions.publish_adjustment(
                case_id=case_id, local_code="test.permit", change="change", effective_from=today
            )
        with pytest.raises(Refused):
            actions.give_up_adjustment(case_id=case_id)
    assert matter.editions.get(case_id=case_id).state == EditionState.IN_REVIEW


def test_publish_adjustment_of_no_matter_or_without_an_edition_says_what_is_missing() -> None:
    in_force()
    today = timezone.localdate()
    with pytest.raises(Missing):
        actions.publish_adjustment(case_id=1, local_code="no.such", change="change", effective_from=today)
    with pytest.raises(Conflict) as refused:
        actions.publish_adjustment(case_id=1, local_code="test.permit", change="change", effective_from=today)
    assert refused.value.code == "matters.no_edition"


def test_publish_adjustment_lets_a_day_that_passed_give_way_to_today(monkeypatch: pytest.MonkeyPatch) -> None:
    matter, case_id = _proposed(monkeypatch)
    past = timezone.localdate() - timedelta(days=30)
    assert actions.publish_adjustment(
        case_id=case_id, local_code="test.permit", change="change", effective_from=past
    )
    assert matter.editions.get(case_id=case_id).effective_from == timezone.localdate()


def test_give_up_adjustment_of_another_case_leaves_the_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    matter, case_id = _proposed(monkeypatch)
    actions.give_up_adjustment(case_id=case_id + 1)
    assert matter.editions.get(case_id=case_id).state == EditionState.IN_REVIEW


def test_a_live_case_leads_through_both_reviews_to_the_catalogue(as_persona: Any) -> None:
    case_id = _opened(as_persona)
    assert _waits_at(case_id) == {"legal": "policy-legal"}
    _step_is_refused_to(as_persona, "other_department_officer", case_id)
    _decide(case_id, "legal", "agree")
    assert _waits_at(case_id) == {"establishment": "establishment-office"}
    _step_is_refused_to(as_persona, "section_head", case_id)
    _decide(case_id, "establishment", "agree")
    assert _waits_at(case_id) == {"announce": "service-management"}
    assert services.matter("test.permit").elements.promised_limit == "10wd"
    _decide(case_id, "announce", "announce")
    assert cases.operations().failed_jobs == ()
    assert cases.case_view(case_id).state == CaseState.COMPLETED
    assert services.matter("test.permit").elements.promised_limit == "5wd"
    edition = Edition.objects.get(case_id=case_id)
    assert (edition.state, edition.number, edition.matter.number) == (EditionState.PUBLISHED, 2, 2)


def test_a_live_case_that_fails_legal_review_gives_the_draft_back(as_persona: Any) -> None:
    case_id = _opened(as_persona)
    _decide(case_id, "legal", "back", opinion="补充依据")
    assert set(_waits_at(case_id)) == {"revise"}
    _decide(case_id, "revise", "resubmit")
    _decide(case_id, "legal", "disagree", opinion="缺少上位法依据")
    assert cases.case_view(case_id).state == CaseState.COMPLETED
    edition = Edition.objects.get(matter__local_code="test.permit", number=2)
    assert (edition.state, edition.case_id) == (EditionState.DRAFT, None)
    assert services.matter("test.permit").elements.promised_limit == "10wd"


def test_the_end_of_the_case_publishes_the_edition_once(monkeypatch: pytest.MonkeyPatch) -> None:
    matter, case_id = _proposed(monkeypatch)
    edition = matter.editions.get(case_id=case_id)
    assert edition.state == EditionState.IN_REVIEW
    assert publish(call(case_id)) == {"published": True}
    assert publish(call(case_id)) == {"published": False}
    assert services.matter("test.permit").elements.promised_limit == "5wd"


def test_nobody_publishes_around_the_case(monkeypatch: pytest.MonkeyPatch, as_persona: Any) -> None:
    matter, case_id = _proposed(monkeypatch)
    edition = matter.editions.get(case_id=case_id)
    with pytest.raises(Conflict), as_persona("department_head"):
        actions.publish_edition(edition=edition, effective_from=timezone.localdate())


def test_a_refused_adjustment_gives_the_draft_back(monkeypatch: pytest.MonkeyPatch) -> None:
    matter, case_id = _proposed(monkeypatch)
    give_up(call(case_id))
    edition = matter.editions.get(number=2)
    assert (edition.state, edition.case_id) == (EditionState.DRAFT, None)


def test_a_cancellation_takes_the_matter_out_of_force() -> None:
    matter = in_force()
    publish(call(77, "cancel"))
    matter.refresh_from_db()
    assert matter.state == MatterState.CANCELLED


def _proposed(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, int]:
    """A matter with a new edition in an adjustment; the process itself is deployed by the base data."""
    monkeypatch.setattr(cases, "open_case", lambda **_given: 4711)
    matter = in_force()
    edition = actions.revise_matter(matter=matter, reason="压缩时限")
    actions.save_elements(edition=edition, elements=to_json(said(promised_limit="5wd")))
    return matter, actions.propose_adjustment(matter=matter, variables=variables())


def _opened(as_persona: Any) -> int:
    """A change of a matter in force, proposed by the head of section in a case of the deployed process."""
    root = Unit.objects.get(parent=None)
    name = "区委编办"
    office = {"key": "establishment-office", "kind": "bureau", "name": name, "short_name": name}
    create_unit(parent=root, **office, name_en="Establishment Office", source="test")
    deploy("matters.adjustment", PROCESS)
    matter = in_force()
    with as_persona("section_head"):
        edition = actions.revise_matter(matter=matter, reason="压缩时限")
        actions.save_elements(edition=edition, elements=to_json(said(promised_limit="5wd")))
        case_id = actions.propose_adjustment(matter=matter, variables=variables())
    hear()
    return case_id


def _waits_at(case_id: int) -> dict[str, str]:
    """The steps at which a case waits for people, with the units that are asked."""
    tasks = [one for one in cases.case_view(case_id).tasks if one.completed_at is None]
    return {one.node: Unit.objects.get(pk=one.unit_id).key for one in tasks}


def _step_is_refused_to(as_persona: Any, persona: str, case_id: int) -> None:
    task = next(one for one in cases.case_view(case_id).tasks if one.completed_at is None)
    with pytest.raises((Refused, Missing)), as_persona(persona):
        cases.complete_task(task_id=task.task_id, outcome="agree")


def _decide(case_id: int, node: str, outcome: str, opinion: str = "") -> None:
    """Complete a step, let the worker perform what it calls, and have everybody hear of it."""
    decide(case_id, node, outcome, opinion)
    worker = import_module("chengshu.engines.cases.services")
    for job_id in worker.due_jobs():
        assert worker.perform(job_id)
    hear()
