"""From draft to publication, and who may do what on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chengshu.foundation.asking import asking
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.services import api as services
from chengshu.scenes.matters import actions, queries
from chengshu.scenes.matters.elements import to_json
from chengshu.scenes.matters.models import Edition, EditionState, Matter, MatterState
from chengshu.scenes.matters.tests.builders import a_draft, in_force, in_review, said

AsPersona = Callable[[str], Any]


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    load_base_data()


def test_an_officer_of_another_unit_cannot_draft_here(as_persona: AsPersona) -> None:
    with pytest.raises(Refused), as_persona("other_department_officer"):
        actions.draft_matter(
            unit=Unit.objects.get(key="data-bureau"), local_code="a.b", name="名称", task_type="01"
        )
    assert not Matter.objects.exists()


def test_a_draft_is_invisible_to_other_units(as_persona: AsPersona) -> None:
    a_draft()
    with as_persona("other_department_officer"):
        assert not Matter.objects.exists()
        assert not Edition.objects.exists()


def test_the_writer_cannot_publish(as_persona: AsPersona) -> None:
    edition = in_review()
    with pytest.raises(Refused), as_persona("section_head"):
        actions.publish_edition(edition=edition, effective_from=timezone.localdate())
    assert AuditEntry.objects.filter(action="matters.publish_edition", outcome="refused").exists()


def test_whoever_wrote_it_does_not_publish_it_even_with_the_power(cast: Any) -> None:
    edition = in_review()
    writer = cast["section_head"].asker()
    both = {**writer.powers, "matters.publish_edition": "*", "services.publish_matter": "*"}
    with pytest.raises(Refused) as refused, asking(replace(writer, powers=both)):
        actions.publish_edition(edition=edition, effective_from=timezone.localdate())
    assert refused.value.code == "matters.four_eyes"


def test_a_draft_cannot_be_published_without_review(as_persona: AsPersona) -> None:
    edition = a_draft()
    with pytest.raises(Conflict), as_persona("department_head"):
        actions.publish_edition(edition=edition, effective_from=timezone.localdate())


def test_elements_with_an_error_are_not_published(as_persona: AsPersona) -> None:
    edition = in_review(promised_limit="30wd")
    with pytest.raises(Conflict) as refused, as_persona("department_head"):
        actions.publish_edition(edition=edition, effective_from=timezone.localdate())
    assert refused.value.data["findings"] == ["limit.beyond_law"]


def test_a_past_day_is_refused(as_persona: AsPersona) -> None:
    edition = in_review()
    with pytest.raises(InvalidInput, match=r".*"), as_persona("department_head"):
        actions.publish_edition(edition=edition, effective_from=timezone.localdate() - timedelta(days=1))


def test_what_is_under_review_is_not_written_on(as_persona: AsPersona) -> None:
    edition = in_review()
    with pytest.raises(Conflict), as_persona("section_head"):
        actions.save_elements(edition=edition, elements=to_json(said(name="另一名称")))


def test_elements_of_another_matter_are_refused(as_persona: AsPersona) -> None:
    edition = a_draft()
    with pytest.raises(InvalidInput) as refused, as_persona("section_head"):
        actions.save_elements(edition=edition, elements=to_json(said("other.matter")))
    assert refused.value.code == "matters.other_matter"


def test_publish_edition_puts_the_matter_before_the_public() -> None:
    matter = in_force()
    assert matter.state == MatterState.PUBLISHED
    assert services.matter("test.permit").elements.promised_limit == "10wd"


def test_a_revision_replaces_what_held_and_keeps_it(as_persona: AsPersona) -> None:
    matter = in_force()
    with as_persona("section_head"):
        edition = actions.revise_matter(matter=matter, reason="压缩承诺时限")
        actions.save_elements(edition=edition, elements=to_json(said(promised_limit="5wd")))
        actions.submit_edition(edition=edition)
    with as_persona("department_head"):
        actions.publish_edition(edition=edition, effective_from=timezone.localdate() + timedelta(days=3))
    states = {one.number: one.state for one in queries.editions_of(matter)}
    assert states == {1: EditionState.CHANGED, 2: EditionState.PUBLISHED}
    assert services.matter("test.permit").elements.promised_limit == "10wd"


def test_an_edition_given_back_can_be_written_on_again(as_persona: AsPersona) -> None:
    edition = in_review()
    with as_persona("department_head"):
        actions.return_edition(edition=edition, remark="补充设定依据条款")
    with as_persona("section_head"):
        saved = actions.save_elements(edition=edition, elements=to_json(said(name="更正后的名称")))
    assert saved.matter.name == "更正后的名称"


def test_another_unit_discards_no_draft(as_persona: AsPersona) -> None:
    edition = a_draft()
    with pytest.raises(Refused), as_persona("other_department_officer"):
        actions.discard_edition(edition=edition)
    assert Edition.objects.filter(pk=edition.pk).exists()


def test_what_is_under_review_or_in_force_is_not_discarded(as_persona: AsPersona) -> None:
    reviewed = in_review("test.reviewed")
    published = in_force("test.published").editions.get()
    for edition in (reviewed, published):
        with pytest.raises(Conflict) as refused, as_persona("section_head"):
            actions.discard_edition(edition=edition)
        assert refused.value.code == "matters.edition_state"


def test_discard_edition_takes_a_matter_along_that_was_never_published(as_persona: AsPersona) -> None:
    edition = a_draft()
    with as_persona("section_head"):
        actions.discard_edition(edition=edition)
    assert not Matter.objects.filter(local_code="test.permit").exists()


def test_discard_edition_leaves_a_matter_in_force_as_it_is(as_persona: AsPersona) -> None:
    matter = in_force()
    with as_persona("section_head"):
        edition = actions.revise_matter(matter=matter, reason="压缩承诺时限")
        actions.discard_edition(edition=edition)
    assert [one.number for one in matter.editions.all()] == [1]
    assert services.matter("test.permit").elements.promised_limit == "10wd"


def test_a_matter_said_to_be_free_keeps_no_fee_and_stays_free_when_saved_again(
    signed_in: Callable[[str], Client],
) -> None:
    a_draft()
    writer, address = signed_in("section_head"), "/matters/m/test.permit/editions/1/edit/"
    typed = {"name": "测试许可", "task_type": "01", "visits": "1"}
    assert writer.post(address, {**typed, "fees": "不收费"}).status_code == 302
    said_now = Edition.objects.get(matter__local_code="test.permit").elements
    assert "fees" not in said_now
    assert "fees" not in said_now["unknown"]
    assert "不收费</textarea>" in writer.get(address).content.decode()
    assert writer.post(address, {**typed, "fees": ""}).status_code == 302
    assert "fees" in Edition.objects.get(matter__local_code="test.permit").elements["unknown"]


def test_cancel_matter_takes_it_out_of_the_offer(as_persona: AsPersona) -> None:
    matter = in_force()
    with as_persona("department_head"):
        actions.cancel_matter(matter=matter, from_day=timezone.localdate(), reason="设定依据废止")
    assert "test.permit" not in {line.local_code for line in services.matters().items}


def test_the_pages_lead_from_draft_to_publication(signed_in: Callable[[str], Client]) -> None:
    writer, head = signed_in("section_head"), signed_in("department_head")
    typed = {"unit": "data-bureau", "local_code": "test.page", "name": "页面测试", "task_type": "01"}
    assert writer.post("/matters/new/", typed).headers["Location"].endswith("/editions/1/edit/")
    elements = {
        "name": "页面测试",
        "task_type": "01",
        "case_kind": "2",
        "legal_limit": "20wd",
        "promised_limit": "5wd",
        "materials": "site_plan | 场所平面图 | 3 | 5",
        "visits": "1",
    }
    edition = "/matters/m/test.page/editions/1/"
    assert writer.post(f"{edition}edit/", elements).status_code == 302
    assert writer.post(f"{edition}submit/").status_code == 302
    head.post(f"{edition}publish/", {"effective_from": timezone.localdate().isoformat()})
    assert services.matter("test.page").elements.materials[0].defer_days == 5


def test_a_wrong_line_keeps_everything_typed(signed_in: Callable[[str], Client]) -> None:
    a_draft()
    page = signed_in("section_head").post(
        "/matters/m/test.permit/editions/1/edit/", {"name": "保留的名称", "task_type": "01", "visits": "多次"}
    )
    assert page.status_code == 422
    assert "保留的名称" in page.content.decode()
