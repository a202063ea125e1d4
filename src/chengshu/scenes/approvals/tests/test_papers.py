"""What the results of the matters say on paper, and what is read from a case: nothing guessed, nothing lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from chengshu.hub.services.ports import template_for
from chengshu.scenes.approvals.environment.form_types import MATTERS
from chengshu.scenes.approvals.environment.heard import conditions_of, day_of, texts_of
from chengshu.scenes.approvals.environment.services import PLEDGED, TITLES, duties_of
from chengshu.scenes.approvals.models import Comparison, PermitCondition

FACTS = {
    "applicant": "某公司",
    "matter": "事项",
    "application": "S20260302-00001",
    "conditions": ["DW001：化学需氧量不超过40 mg/L"],
    "licence_number": "穗南〔2026〕1号",
    "valid_from": date(2026, 3, 3),
    "valid_until": None,
}


@pytest.mark.parametrize("matter", MATTERS)
def test_every_matter_has_a_result_of_its_own(matter: str) -> None:
    template = template_for("licence", f"approvals.{matter}")
    assert template is not None
    assert template.title == TITLES[matter][0]
    content = template.body(FACTS)
    assert content.items[0] == FACTS["conditions"][0]  # type: ignore[index]
    assert ("编号", "穗南〔2026〕1号") in content.table
    assert all(label != "有效期至" for label, _value in content.table)


def test_a_result_by_pledge_says_what_an_untrue_pledge_brings() -> None:
    assert duties_of("eia_form_pledged")[-1] == PLEDGED
    assert PLEDGED not in duties_of("eia_form")


def test_a_condition_reads_as_on_the_licence() -> None:
    condition = PermitCondition(
        outfall="DW001",
        quantity="pH",
        comparison=Comparison.LEAST,
        limit=Decimal("6.500000"),
        measured_in="无量纲",
        standard="GB 8978",
    )
    assert condition.words == "DW001：pH不低于6.5 无量纲（GB 8978）"


@pytest.mark.parametrize("limit", [None, "", "many", "NaN", "Infinity", [], {}])
def test_a_condition_without_a_readable_limit_is_none(limit: object) -> None:
    row = {"quantity": "化学需氧量", "comparison": "most", "limit": limit, "unit": "mg/L"}
    assert conditions_of({"permit_conditions": [row, "not a row"]}) == ()


@pytest.mark.parametrize("value", [None, "", "soon", 20260306, [], {}, {"@": None}])
def test_what_is_no_day_is_none(value: object) -> None:
    assert day_of({"until": value}, "until") is None


def test_days_are_read_as_forms_and_feel_write_them() -> None:
    for value in ("2026-03-06", {"@": "2026-03-06"}, date(2026, 3, 6)):
        assert day_of({"until": value}, "until") == date(2026, 3, 6)
    assert texts_of({"facts": ["complete", 7, None]}, "facts") == ("complete",)
