"""Loading the shipped catalogue: published, made into lists, and idempotent."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chengshu.foundation.errors import Refused
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.services import api as services
from chengshu.scenes.matters import actions, base_data, facts
from chengshu.scenes.matters.models import DelegatedPower, LegalText, ListVersion, Matter, Power


def counts() -> tuple[int, ...]:
    return tuple(
        model._default_manager.count()
        for model in (Matter, Power, LegalText, DelegatedPower, ListVersion, Unit)
    )


MOST_STATEMENTS = 40
"""Of a start with nothing to add: far fewer than there are matters, and no list is made."""


def test_a_person_does_not_ship_the_catalogue(db: None, as_persona: Any) -> None:
    load_base_data()
    with pytest.raises(Refused), as_persona("department_head"):
        actions.ship_catalogue()
    assert not Matter.objects.exists()


def test_load_publishes_everything_once_and_leaves_what_people_wrote(db: None) -> None:
    load_base_data()
    law = next(iter(facts.laws().values()))
    actions.record_legal_text(name=law.name, number="district's own entry")
    base_data.load()
    first = counts()
    _assert_whole(first)
    assert LegalText.objects.get(name=law.name).number == "district's own entry"
    matter = Matter.objects.get(local_code="civil.marriage")
    actions.revise_matter(matter=matter, reason="核对材料")
    with CaptureQueriesContext(connection) as statements:
        assert set(actions.ship_catalogue().values()) == {0}
        base_data.load()
    assert counts() == first
    assert len(statements) <= MOST_STATEMENTS
    assert [one.state for one in matter.editions.order_by("number")] == ["published", "draft"]


def _assert_whole(counted: tuple[int, ...]) -> None:
    assert counted[0] == len(facts.matters())
    assert counted[2] == len(facts.laws())
    assert counted[4] >= 10
    assert {line.local_code for line in services.bundles()} == {bundle.key for bundle in facts.bundles()}
    drainage = services.matter("approvals.drainage_permit").elements
    assert (drainage.legal_limit, drainage.promised_limit, drainage.rule) == ("20d", "1wd", "drainage_permit")
    assert drainage.fees == ()
    assert "fees" not in drainage.unknown
    assert {one.kind for one in drainage.special} == {"检测"}
