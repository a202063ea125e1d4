"""动态调整: through legal review and the establishment office, the catalogue follows by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from chengshu.engines.cases import api as cases
from chengshu.engines.registers import api as registers
from chengshu.foundation.errors import Conflict, Refused
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.hub.services import api as services
from chengshu.scenes import matters
from chengshu.scenes.matters import actions
from chengshu.scenes.matters.elements import to_json
from chengshu.scenes.matters.models import EditionState, MatterState
from chengshu.scenes.matters.services import give_up, publish
from chengshu.scenes.matters.tests.builders import in_force, said

PROCESS = (Path(matters.__file__).parent / "processes" / "adjustment.bpmn").read_bytes()


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    load_base_data()
    registers.load_declared_forms()


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
