"""Publication: for one's own unit only, one moment of change, nothing lost on the way through the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chengshu.foundation.asking import NOBODY, asking
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Refused
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services import api, records
from chengshu.hub.services.models import MatterVersion
from chengshu.hub.services.queries.matters import today
from chengshu.hub.services.tests.building import (
    BEGIN,
    CODE,
    ELEMENTS,
    SIMPLE,
    bundle_of,
    publish,
    put_in_force,
    unit,
)


def test_a_clerk_publishes_nothing(cast: Cast) -> None:
    with asking(cast["window_clerk"].asker()), pytest.raises(Refused):
        api.publish_matter(unit=unit("data-bureau"), elements=ELEMENTS, effective_from=BEGIN)


def test_nothing_is_published_for_another_unit(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        api.publish_matter(unit=unit("finance-bureau"), elements=ELEMENTS, effective_from=BEGIN)
    assert refused.value.field == "unit"


def test_a_version_does_not_begin_before_the_one_it_follows(cast: Cast) -> None:
    publish(ELEMENTS, date(2026, 6, 1))
    with pytest.raises(Conflict):
        publish(replace(ELEMENTS, name="改名"), date(2026, 5, 1))


def test_the_old_version_ends_when_the_new_one_begins(cast: Cast) -> None:
    publish(ELEMENTS)
    tomorrow = today() + timedelta(days=1)
    publish(replace(ELEMENTS, name="改名后的许可"), tomorrow)
    assert api.matter(CODE).elements.name == "测试许可"
    old, new = MatterVersion.objects.filter(local_code=CODE).order_by("number")
    assert (old.effective_until, new.effective_from, new.effective_until) == (tomorrow, tomorrow, None)


def test_the_same_elements_are_published_once(cast: Cast) -> None:
    assert publish(ELEMENTS).version_id == publish(ELEMENTS).version_id


def test_what_is_withdrawn_is_not_offered(cast: Cast) -> None:
    publish(ELEMENTS)
    with pytest.raises(InvalidInput):
        api.withdraw_matter(unit=unit("data-bureau"), local_code=CODE, from_day=today(), reason="")
    with pytest.raises(Missing):
        api.withdraw_matter(unit=unit("finance-bureau"), local_code=CODE, from_day=today(), reason="取消")
    api.withdraw_matter(unit=unit("data-bureau"), local_code=CODE, from_day=today(), reason="取消")
    with pytest.raises(Missing):
        api.matter(CODE)
    assert api.matters().total == 0


def test_elements_come_back_as_they_went_in() -> None:
    stored = records.as_json(ELEMENTS)
    assert records.elements_of(stored) == ELEMENTS
    bundle = bundle_of(CODE)
    assert records.bundle_elements_of(records.as_json(bundle)) == bundle
    with pytest.raises(InvalidInput):
        records.elements_of({**stored, "colour": "red"})


def test_anybody_finds_matters_by_words_topics_and_labels(cast: Cast) -> None:
    put_in_force()
    publish(
        replace(ELEMENTS, local_code="test.fish", name="捕捞许可", topics=("渔业",), process="", keywords=())
    )
    with asking(NOBODY):
        assert [line.local_code for line in api.matters(text="试验 许可证").items] == [CODE]
        assert [line.local_code for line in api.matters(topic="渔业").items] == ["test.fish"]
        assert [line.local_code for line in api.matters(can_apply=True).items] == [CODE]
        assert api.matters(label="online", unit="data-bureau", applicant="2").total == 2
        assert api.matters(text="没有这样的事").total == 0
        assert api.matters(size=1, page=2).pages == 2


def test_the_guide_asks_only_what_matters_and_names_the_materials() -> None:
    needed = [each.key for each in api.materials_under(ELEMENTS, SIMPLE)]
    assert needed == ["identity_document", "site_plan"]
    assert [each.key for each in api.questions_under(ELEMENTS, ())] == ["who", "site"]
    assert [each.key for each in api.unanswered(ELEMENTS, ("who:person",))] == ["site"]
