"""The ledger of delegated powers: an ended agreement stops acceptance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.services import api as services
from chengshu.scenes.matters import actions, queries
from chengshu.scenes.matters.models import DelegatedPower, MatterState
from chengshu.scenes.matters.tasks import suspend_ended_agreements
from chengshu.scenes.matters.tests.builders import in_force


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    load_base_data()


def entrusted(days: int = -1) -> DelegatedPower:
    """An entrusted power whose agreement ends so many days from today."""
    today = timezone.localdate()
    return actions.record_delegated_power(
        unit=Unit.objects.get(key="data-bureau"),
        name="测试事权",
        manner="entrusted",
        agreement_from=today - timedelta(days=400),
        agreement_until=today + timedelta(days=days),
        local_code="test.permit",
    )


def offered() -> set[str]:
    return {line.local_code for line in services.matters().items}


def test_another_unit_neither_writes_nor_sees_a_line(as_persona: Any) -> None:
    power = entrusted()
    with as_persona("other_department_officer"):
        assert not DelegatedPower.objects.exists()
    with pytest.raises(Refused), as_persona("other_department_officer"):
        actions.record_use(power=power, year=2025, count=1)


def test_an_entrusted_power_needs_an_agreement() -> None:
    with pytest.raises(InvalidInput) as wrong:
        actions.record_delegated_power(
            unit=Unit.objects.get(key="data-bureau"), name="测试事权", manner="entrusted"
        )
    assert wrong.value.field == "agreement_until"


def test_an_ended_agreement_withdraws_the_matter_and_a_new_one_brings_it_back() -> None:
    matter = in_force()
    power = entrusted(days=-1)
    suspend_ended_agreements()
    matter.refresh_from_db()
    assert matter.state == MatterState.SUSPENDED
    assert "test.permit" not in offered()
    today = timezone.localdate()
    actions.renew_agreement(power=power, agreement_from=today, agreement_until=today + timedelta(days=365))
    matter.refresh_from_db()
    assert matter.state == MatterState.PUBLISHED
    assert "test.permit" in offered()


def test_an_officer_who_only_writes_stops_no_acceptance(as_persona: Any) -> None:
    in_force()
    power = entrusted(days=-1)
    with pytest.raises(Refused), as_persona("section_head"):
        actions.suspend_expired(power=power)
    assert "test.permit" in offered()


def test_suspend_expired_stops_acceptance_once(as_persona: Any) -> None:
    in_force()
    power = entrusted(days=-1)
    with as_persona("department_head"):
        assert actions.suspend_expired(power=power)
        assert not actions.suspend_expired(power=power)
    power.refresh_from_db()
    assert power.suspended_on == timezone.localdate()
    assert "test.permit" not in offered()


def test_an_officer_who_only_writes_gives_no_power_back(as_persona: Any) -> None:
    power = entrusted(days=10)
    with pytest.raises(Refused), as_persona("section_head"):
        actions.return_power(power=power, returned_on=timezone.localdate(), reason="上级收回")


def test_return_power_needs_a_reason_and_happens_once(as_persona: Any) -> None:
    power, today = entrusted(days=10), timezone.localdate()
    with as_persona("department_head"):
        with pytest.raises(InvalidInput) as wrong:
            actions.return_power(power=power, returned_on=today, reason=" ")
        assert wrong.value.field == "reason"
        assert actions.return_power(power=power, returned_on=today, reason="上级收回").returned_on == today
        with pytest.raises(Conflict) as twice:
            actions.return_power(power=power, returned_on=today, reason="上级收回")
        assert twice.value.code == "matters.power_returned"
        with pytest.raises(Refused):
            actions.renew_agreement(power=power, agreement_from=today, agreement_until=today)
    with pytest.raises(Conflict):
        actions.renew_agreement(power=power, agreement_from=today, agreement_until=today)


def test_an_agreement_that_still_holds_withdraws_nothing() -> None:
    in_force()
    entrusted(days=0)
    suspend_ended_agreements()
    assert "test.permit" in offered()


def test_an_assessment_must_fit_the_recorded_use() -> None:
    power = entrusted(days=10)
    actions.record_use(power=power, year=2025, count=12)
    with pytest.raises(InvalidInput):
        actions.assess_power(power=power, assessment="unused")
    assert actions.assess_power(power=power, assessment="well_used").assessed_on is not None


def test_the_page_says_how_much_is_known(signed_in: Callable[[str], Client]) -> None:
    entrusted()
    assert queries.ledger_state().known == 1
    assert "3,269" in signed_in("section_head").get("/matters/ledger/").content.decode()
