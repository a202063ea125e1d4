"""Applying: who may not, what is refused whole, and what stands in the database when it went through."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chengshu.engines.cases import api as cases
from chengshu.engines.registers import api as registers
from chengshu.engines.registers.data import FormRefused
from chengshu.foundation.asking import NOBODY, asking
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, NotSignedIn, Refused
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services import api
from chengshu.hub.services.data import MaterialState
from chengshu.hub.services.models import Application, ApplicationMaterial, Paper
from chengshu.hub.services.tests.building import (
    CODE,
    ELEMENTS,
    ORGANISATION,
    PERSON,
    apply,
    entry,
    publish,
    put_in_force,
    store,
    unit,
)


def test_nobody_applies_without_signing_in(cast: Cast) -> None:
    put_in_force()
    with pytest.raises(NotSignedIn), asking(NOBODY):
        api.file_application(
            local_code=CODE, form=None, typed=entry().typed, applicant=PERSON, channel="portal"
        )


def test_a_stranger_sees_nothing_of_it(cast: Cast) -> None:
    put_in_force()
    filed = apply(cast["resident"])
    with asking(cast["company_agent"].asker()), pytest.raises(Missing):
        api.application(filed.application_id)


def test_an_officer_of_another_bureau_sees_nothing_of_it(cast: Cast) -> None:
    put_in_force()
    filed = apply(cast["resident"])
    with asking(cast["other_department_officer"].asker()):
        assert api.applications(queue="unit").total == 0
        with pytest.raises(Missing):
            api.application(filed.application_id)


def test_files_of_somebody_else_cannot_be_handed_in(cast: Cast) -> None:
    put_in_force()
    with asking(cast["company_agent"].asker()):
        foreign = store()
    filled = entry()
    with asking(cast["resident"].asker()), pytest.raises(InvalidInput) as refused:
        api.file_application(
            local_code=CODE,
            form=filled.form,
            typed=filled.typed,
            applicant=PERSON,
            answers=("who:person", "site:own"),
            files={"identity_document": (foreign,)},
            channel="portal",
        )
    assert refused.value.code == "file.missing"


def test_everything_that_is_missing_is_told_at_once(cast: Cast) -> None:
    put_in_force()
    with pytest.raises(FormRefused) as refused:
        apply(cast["resident"], answers=("who:company", "site:leased"), materials=())
    paths = [error.path for error in refused.value.errors]
    assert paths == [
        "_materials.identity_document",
        "_materials.site_plan",
        "_materials.proof",
        "_materials.business_licence",
    ]


def test_open_questions_are_asked_first(cast: Cast) -> None:
    put_in_force()
    with pytest.raises(InvalidInput) as refused:
        apply(cast["resident"], answers=("who:person",))
    assert refused.value.code == "services.unanswered"


def test_nothing_is_half_written_when_the_case_cannot_be_opened(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_force()

    def gone(**_arguments: object) -> int:
        raise Conflict("The engine cannot open it.")

    monkeypatch.setattr(cases, "open_case", gone)
    with pytest.raises(Conflict):
        apply(cast["resident"])
    assert not Application.objects.exists()
    assert not ApplicationMaterial.objects.exists()
    assert not Paper.objects.exists()


def test_a_matter_without_a_process_is_not_applied_for_here(cast: Cast) -> None:
    put_in_force()
    publish(replace(ELEMENTS, local_code="test.elsewhere", process=""))
    with pytest.raises(Conflict) as refused:
        apply(cast["resident"], local_code="test.elsewhere")
    assert refused.value.code == "services.not_offered"


def test_a_window_matter_is_not_filed_on_the_portal(cast: Cast) -> None:
    put_in_force()
    publish(replace(ELEMENTS, local_code="test.window", channels=("1",)))
    with pytest.raises(Conflict) as refused:
        apply(cast["resident"], local_code="test.window")
    assert refused.value.code == "services.window_only"


def test_the_case_knows_the_application_and_its_limits(cast: Cast) -> None:
    put_in_force()
    filed = apply(cast["resident"])
    assert filed.case_id is not None
    case = cases.case_view(filed.case_id)
    assert case.variables["application"] == filed.application_id
    assert case.variables["promised_limit"] == "5wd"
    assert case.variables["project_name"] == "测试项目"
    assert case.unit_name == api.application(filed.application_id).unit_name
    assert len(cases.attachments_of(filed.case_id)) == 2


def test_the_applicant_reads_application_form_and_files(cast: Cast) -> None:
    put_in_force()
    filed = apply(cast["resident"])
    with asking(cast["resident"].asker()):
        view = api.application(filed.application_id)
        submission = registers.submission(api.subject_of(filed.application_id))
        assert submission is not None
        assert [api.material_file(each).name for line in view.materials for each in line.files]
    assert view.is_mine
    assert view.applicant_identity_masked != PERSON.identity
    assert submission.values["project_name"] == "测试项目"
    assert [paper.kind for paper in view.papers] == ["receipt"]


def test_the_deciding_unit_reads_form_and_files(cast: Cast) -> None:
    put_in_force()
    filed = apply(cast["resident"])
    with asking(cast["reviewer"].asker()):
        view = api.application(filed.application_id)
        assert registers.submission(api.subject_of(filed.application_id)) is not None
        assert all(api.material_file(each) for line in view.materials for each in line.files)


def test_a_second_click_finds_the_first(cast: Cast) -> None:
    put_in_force()
    first = apply(cast["resident"], request_key="one-click")
    second = apply(cast["resident"], request_key="one-click")
    assert second == first
    assert Application.objects.count() == 1


def test_the_same_key_of_somebody_else_is_another_application(cast: Cast) -> None:
    put_in_force()
    first = apply(cast["resident"], request_key="one-click")
    second = apply(cast["company_agent"], request_key="one-click")
    assert second.application_id != first.application_id


def test_a_material_that_may_follow_has_its_day(cast: Cast) -> None:
    put_in_force()
    filed = apply(cast["resident"], materials=("identity_document",), deferrals=("site_plan",))
    view = api.application(filed.application_id)
    line = next(each for each in view.materials if each.key == "site_plan")
    assert (line.state, view.lacking) == (MaterialState.LACKING, True)
    assert line.due_on is not None
    assert {paper.kind for paper in view.papers} == {"receipt", "deferral_letter"}


def test_a_pledge_replaces_only_what_may_be_pledged(cast: Cast) -> None:
    put_in_force()
    answers = ("who:person", "site:leased")
    with pytest.raises(FormRefused):
        apply(
            cast["resident"],
            answers=answers,
            materials=("proof", "site_plan"),
            pledges=("identity_document",),
        )
    filed = apply(cast["resident"], answers=answers, pledges=("proof",))
    view = api.application(filed.application_id)
    assert view.pledged
    assert next(m.state for m in view.materials if m.key == "proof") == MaterialState.PLEDGED


def test_what_the_register_says_need_not_be_brought(cast: Cast) -> None:
    put_in_force()
    registers.record_entity(
        unit=unit("data-bureau"),
        register="legal_entity",
        key=ORGANISATION.identity,
        facts={"name": ORGANISATION.name},
        valid_from=date(2020, 1, 1),
        source="市场监管",
        as_of=date(2026, 1, 1),
    )
    filed = apply(cast["resident"], applicant=ORGANISATION, answers=("who:company", "site:own"))
    line = next(m for m in api.application(filed.application_id).materials if m.key == "business_licence")
    assert (line.state, line.provenance) == (MaterialState.WAIVED, "legal_entity:市场监管")


def test_what_was_handed_in_before_is_used_again(cast: Cast) -> None:
    put_in_force()
    first = apply(cast["resident"])
    with asking(cast["resident"].asker()):
        assert {item.key for item in api.pool()} == {"identity_document", "site_plan"}
    second = apply(cast["resident"], materials=("site_plan",), reuse=("identity_document",))
    line = next(m for m in api.application(second.application_id).materials if m.key == "identity_document")
    assert (line.state, line.provenance) == (MaterialState.REUSED, first.number)


def test_the_pool_of_somebody_else_is_empty_for_a_stranger(cast: Cast) -> None:
    put_in_force()
    apply(cast["resident"])
    with asking(cast["company_agent"].asker()):
        assert api.pool(cast["resident"].account.pk) == ()
        assert api.pool(PERSON) == ()


def test_a_clerk_files_at_the_window_for_somebody_without_an_account(cast: Cast) -> None:
    put_in_force()
    clerk = cast["window_clerk"]
    with asking(clerk.asker()):
        filled = entry(**{"_materials.identity_document.copies": "1"})
        filed = api.file_at_window(
            unit_id=unit("service-centre").pk,
            local_code=CODE,
            form=filled.form,
            typed=filled.typed,
            applicant=PERSON,
            answers=("who:person", "site:own"),
            deferrals=("site_plan",),
        )
        view = api.application(filed.application_id)
    assert (view.channel, view.received_at_unit_name) == ("window", unit("service-centre").shown_name)
    assert next(m.state for m in view.materials if m.key == "identity_document") == MaterialState.PAPER


def test_a_clerk_of_one_window_does_not_file_at_another(cast: Cast) -> None:
    put_in_force()
    with asking(cast["window_clerk"].asker()), pytest.raises(Refused):
        api.file_at_window(
            unit_id=unit("finance-bureau").pk,
            local_code=CODE,
            form=None,
            typed=entry().typed,
            applicant=PERSON,
        )
