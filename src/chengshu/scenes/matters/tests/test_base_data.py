"""Loading the shipped catalogue: published, made into lists, and idempotent."""

from __future__ import annotations

from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.services import api as services
from chengshu.scenes.matters import base_data, facts
from chengshu.scenes.matters.models import DelegatedPower, LegalText, ListVersion, Matter, Power


def counts() -> tuple[int, ...]:
    return tuple(
        model._default_manager.count()
        for model in (Matter, Power, LegalText, DelegatedPower, ListVersion, Unit)
    )


def test_load_publishes_everything_once(db: None) -> None:
    load_base_data()
    base_data.load()
    first = counts()
    base_data.load()
    assert counts() == first
    assert first[0] == len(facts.matters())
    assert first[4] >= 10
    assert {line.local_code for line in services.bundles()} == {bundle.key for bundle in facts.bundles()}
    drainage = services.matter("approvals.drainage_permit").elements
    assert (drainage.legal_limit, drainage.promised_limit, drainage.rule) == ("20d", "1wd", "drainage_permit")
