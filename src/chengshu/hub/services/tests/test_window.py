"""At the counter: what a clerk takes in for somebody without an account, and what no clerk may do."""

from __future__ import annotations

import pytest

from chengshu.engines.cases import api as cases
from chengshu.foundation.asking import asking
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Refused
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services import api
from chengshu.hub.services.data import Filed, MaterialState
from chengshu.hub.services.tests.building import (
    CODE,
    PERSON,
    SIMPLE,
    apply,
    decide,
    entry,
    hear,
    pdf,
    put_in_force,
    unit,
)


def received(cast: Cast) -> Filed:
    put_in_force()
    with asking(cast["window_clerk"].asker()):
        filled = entry(**{"_materials.identity_document.copies": "1"})
        filed = api.file_at_window(
            unit_id=unit("service-centre").pk,
            local_code=CODE,
            form=filled.form,
            typed=filled.typed,
            applicant=PERSON,
            answers=SIMPLE,
            deferrals=("site_plan",),
            request_key="at-the-counter",
        )
    hear()
    return filed


def test_a_window_that_has_nothing_to_do_with_it_takes_nothing_in(cast: Cast) -> None:
    filed = received(cast)
    with asking(cast["reviewer"].asker()), pytest.raises(Refused):
        api.receive_materials(
            application_id=filed.application_id,
            unit_id=unit("service-centre").pk,
            files={},
            paper=["site_plan"],
        )
    with pytest.raises(Refused) as refused:
        api.receive_materials(
            application_id=filed.application_id,
            unit_id=unit("finance-bureau").pk,
            files={},
            paper=["site_plan"],
        )
    assert refused.value.code == "services.other_unit"


def test_no_clerk_completes_the_decision(cast: Cast) -> None:
    filed = received(cast)
    decide(filed.case_id or 0, "check", "accept")
    open_task = next(task for task in cases.case_view(filed.case_id or 0).tasks if task.completed_at is None)
    with asking(cast["window_clerk"].asker()), pytest.raises((Refused, Missing)):
        cases.complete_task(task_id=open_task.task_id, outcome="grant")


def test_no_supplement_is_taken_in_that_nobody_asked_for(cast: Cast) -> None:
    filed = received(cast)
    filled = entry()
    with asking(cast["window_clerk"].asker()), pytest.raises(Conflict):
        api.supplement_at_window(
            application_id=filed.application_id,
            unit_id=unit("service-centre").pk,
            form=filled.form,
            typed=filled.typed,
        )


def test_a_clerk_takes_in_the_supplement_of_somebody_without_an_account(cast: Cast) -> None:
    filed = received(cast)
    decide(filed.case_id or 0, "check", "supplement", "地址填写不完整")
    filled = entry(site_address="南沙街1号")
    with asking(cast["window_clerk"].asker()):
        api.supplement_at_window(
            application_id=filed.application_id,
            unit_id=unit("service-centre").pk,
            form=filled.form,
            typed=filled.typed,
        )
    hear()
    assert api.application(filed.application_id).status == "7"


def test_a_clerk_scans_what_was_to_follow(cast: Cast) -> None:
    filed = received(cast)
    with asking(cast["window_clerk"].asker()):
        scanned = store_file(unit=unit("service-centre"), name="总平面图.pdf", content=pdf())
        with pytest.raises(InvalidInput):
            api.receive_materials(
                application_id=filed.application_id,
                unit_id=unit("service-centre").pk,
                files={"no_such": [scanned.pk]},
            )
        api.receive_materials(
            application_id=filed.application_id,
            unit_id=unit("service-centre").pk,
            files={"site_plan": [scanned.pk]},
        )
    with asking(cast["reviewer"].asker()):
        view = api.application(filed.application_id)
        assert api.material_file(scanned.pk).name == "总平面图.pdf"
    assert not view.lacking
    assert next(m.state for m in view.materials if m.key == "site_plan") == MaterialState.UPLOADED


def test_a_value_is_revealed_by_reveal_applicant_with_a_purpose_alone(cast: Cast) -> None:
    filed = received(cast)
    with asking(cast["reviewer"].asker()):
        with pytest.raises(InvalidInput):
            api.reveal_applicant(application_id=filed.application_id, field="applicant", purpose="看")
        shown = api.reveal_applicant(application_id=filed.application_id, field="phone", purpose="电话核实")
    assert shown.endswith(PERSON.phone)


def test_what_was_handed_in_before_is_used_again_at_the_counter(cast: Cast) -> None:
    put_in_force()
    first = apply(cast["resident"])
    with asking(cast["window_clerk"].asker()):
        assert {item.key for item in api.pool(PERSON)} == {"identity_document", "site_plan"}
        filled = entry()
        filed = api.file_at_window(
            unit_id=unit("service-centre").pk,
            local_code=CODE,
            form=filled.form,
            typed=filled.typed,
            applicant=PERSON,
            answers=SIMPLE,
            reuse=("identity_document", "site_plan"),
        )
        view = api.application(filed.application_id)
    assert {line.provenance for line in view.materials if line.state == MaterialState.REUSED} == {
        first.number
    }
