"""The list of powers and duties: who adds to it and who strikes from it."""

from __future__ import annotations

from typing import Any

import pytest

from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.matters import actions
from chengshu.scenes.matters.models import Power, PowerState


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    load_base_data()


def recorded(**changes: Any) -> Power:
    given: dict[str, Any] = {"name": "测试许可", "kind": "01", "duties": "受理、审查、决定。"}
    return actions.record_power(unit=Unit.objects.get(key="data-bureau"), **{**given, **changes})


def test_another_unit_records_no_power_here(as_persona: Any) -> None:
    unit = Unit.objects.get(key="data-bureau")
    with pytest.raises(Refused), as_persona("other_department_officer"):
        actions.record_power(unit=unit, name="测试许可", kind="01")
    assert not Power.objects.exists()


def test_record_power_refuses_a_power_without_name_or_kind() -> None:
    with pytest.raises(InvalidInput) as nameless:
        recorded(name="  ")
    with pytest.raises(InvalidInput) as kindless:
        recorded(kind="99")
    assert (nameless.value.field, kindless.value.field) == ("name", "kind")


def test_record_power_numbers_the_powers_of_a_unit_by_kind(as_persona: Any) -> None:
    with as_persona("section_head"):
        codes = [recorded(kind=kind).code for kind in ("01", "01", "02")]
    assert codes == ["data-bureau-01-0001", "data-bureau-01-0002", "data-bureau-02-0001"]


def test_whoever_records_powers_does_not_strike_them(as_persona: Any) -> None:
    power = recorded()
    with pytest.raises(Refused), as_persona("section_head"):
        actions.cancel_power(power=power, reason="设定依据废止")


def test_cancel_power_needs_a_reason_and_happens_once(as_persona: Any) -> None:
    power = recorded()
    with as_persona("department_head"):
        with pytest.raises(InvalidInput) as wrong:
            actions.cancel_power(power=power, reason="")
        assert wrong.value.field == "reason"
        assert actions.cancel_power(power=power, reason="设定依据废止").state == PowerState.CANCELLED
        with pytest.raises(Conflict) as twice:
            actions.cancel_power(power=power, reason="设定依据废止")
    assert twice.value.code == "matters.power_cancelled"
