"""一件事: all at once or not at all, one pool of materials, and the longest clock."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chengshu.engines.registers.data import FormRefused
from chengshu.foundation.asking import asking
from chengshu.foundation.errors import InvalidInput, Missing
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services import api, bundling
from chengshu.hub.services.data import Filed, MaterialState
from chengshu.hub.services.models import Application
from chengshu.hub.services.tests.building import (
    BEGIN,
    CODE,
    ELEMENTS,
    PERSON,
    SIMPLE,
    bundle_of,
    decide,
    entry,
    hear,
    publish,
    put_in_force,
    store,
    unit,
)

SECOND = "test.second"


def offered() -> None:
    put_in_force()
    publish(replace(ELEMENTS, local_code=SECOND, name="第二项许可", promised_limit="9wd"))
    api.publish_bundle(unit=unit("data-bureau"), elements=bundle_of(CODE, SECOND), effective_from=BEGIN)


def file(cast: Cast, *keys: str, **more: object) -> Filed:
    with asking(cast["resident"].asker()):
        filled = entry()
        files = {key: (store(f"{key}.pdf"),) for key in keys}
        return api.file_bundle(
            key="test.bundle",
            form=filled.form,
            typed=filled.typed,
            applicant=PERSON,
            answers=SIMPLE,
            files=files,
            **more,  # type: ignore[arg-type]
        )


def test_a_bundle_of_unknown_matters_is_not_published(cast: Cast) -> None:
    put_in_force()
    with pytest.raises(Missing):
        api.publish_bundle(
            unit=unit("data-bureau"), elements=bundle_of(CODE, "no.such"), effective_from=BEGIN
        )


def test_what_one_part_lacks_stops_all_and_is_told_once(cast: Cast) -> None:
    offered()
    with pytest.raises(FormRefused) as refused:
        file(cast, "identity_document")
    assert [error.path for error in refused.value.errors] == ["_materials.site_plan"]
    assert not Application.objects.exists()


def test_each_part_has_its_case_and_materials_are_brought_once(cast: Cast) -> None:
    offered()
    filed = file(cast, "identity_document", "site_plan", request_key="one")
    parts = [api.application(each) for each in filed.children]
    assert [part.matter.local_code for part in parts] == [CODE, SECOND]
    assert all(part.case_id for part in parts)
    states = [next(m.state for m in part.materials if m.key == "identity_document") for part in parts]
    assert states == [MaterialState.UPLOADED, MaterialState.REUSED]
    assert file(cast, "identity_document", "site_plan", request_key="one") == filed


def test_the_clock_of_the_whole_is_the_longest(cast: Cast) -> None:
    offered()
    filed = file(cast, "identity_document", "site_plan")
    for each in filed.children:
        decide(api.application(each).case_id or 0, "check", "accept")
    whole = api.application(filed.application_id)
    assert whole.due_at == max(api.application(each).due_at or whole.filed_at for each in filed.children)
    assert whole.accepted_at is not None


def test_one_part_refused_makes_it_partly_done_with_an_explanation(cast: Cast) -> None:
    offered()
    filed = file(cast, "identity_document", "site_plan")
    outcomes = ("grant", "refuse")
    for each, outcome in zip(filed.children, outcomes, strict=True):
        case_id = api.application(each).case_id or 0
        decide(case_id, "check", "accept")
        decide(case_id, "decide", outcome, "不符合规划")
    whole = api.application(filed.application_id)
    assert whole.status == bundling.PARTLY
    assert "第二项许可" in str(whole.explanation)


def test_delivering_every_part_closes_the_whole(cast: Cast) -> None:
    offered()
    filed = file(cast, "identity_document", "site_plan")
    hear()
    for each in filed.children:
        case_id = api.application(each).case_id or 0
        decide(case_id, "check", "accept")
        decide(case_id, "decide", "grant")
        with asking(cast["section_head"].asker()):
            api.deliver(application_id=each, manner="online")
    whole = api.application(filed.application_id)
    assert (whole.status, whole.closed_at is not None) == ("11", True)


def test_without_a_matter_under_the_answers_nothing_is_filed(cast: Cast) -> None:
    offered()
    api.publish_bundle(
        unit=unit("data-bureau"),
        elements=bundle_of(key="test.empty", items=((CODE, ("never:yes",)),)),
        effective_from=BEGIN,
    )
    filled = entry()
    with asking(cast["resident"].asker()), pytest.raises(InvalidInput):
        api.file_bundle(key="test.empty", form=filled.form, typed=filled.typed, applicant=PERSON)


@pytest.mark.parametrize(
    ("statuses", "whole"),
    [
        (["11", "11"], "11"),
        (["11", "12"], "12"),
        (["11", "13"], bundling.PARTLY),
        (["13", "5"], "13"),
        (["11", "6"], "6"),
        (["11", "1"], "8"),
        (["1", "1"], "1"),
        ([], "1"),
    ],
)
def test_what_parts_come_to_together(statuses: list[str], whole: str) -> None:
    assert bundling.aggregated(statuses) == whole
