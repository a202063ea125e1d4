"""Construction cases brought to their end: which count, which are examined only, and when there is no number."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from chengshu.engines.cases import api as cases
from chengshu.engines.indicators import api as indicators
from chengshu.engines.indicators.data import budget_year
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.scenes.approvals.tests.con_builders import (
    BUILDING,
    a_case,
    a_project,
    browser,
    do,
    finish,
    with_processes,
)

NAME = "approvals.construction_completed"


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    load_base_data()
    with_processes()
    a_project()


def value(year: int) -> Decimal | None:
    return indicators.compute(name=NAME, period=budget_year(year)).value


def refused(to_the_end: bool = True) -> int:
    """A completion filing that is refused, and archived if asked for."""
    case_id = a_case("approvals.completion_filing", accepted_on="2020-01-01")
    do(case_id, "intake", "accept")
    do(case_id, "review", "disagree", "资料不齐")
    do(case_id, "decide", "refuse", "资料不齐")
    if to_the_end:
        do(case_id, "deliver", "delivered")
        do(case_id, "archive", "archived")
    return case_id


def test_the_definition_is_sound() -> None:
    definition = indicators.definition(NAME)
    assert indicators.lint(definition) == []
    assert indicators.problems_in_database(definition) == []
    assert {one.promise for one in definition.promises} == {"P27#2", "D13"}


def test_nothing_in_hand_is_no_number() -> None:
    planning = a_case("approvals.planning_permit", near_homes=False)
    do(planning, "intake", "accept")
    do(planning, "review", "agree")
    do(planning, "decide", "approve")
    finish(planning)
    assert cases.case_view(planning).state == "completed"
    assert value(timezone.localdate().year) is None


def test_cases_under_way_are_examined_and_not_counted() -> None:
    refused(to_the_end=False)
    a_case("approvals.completion_filing", accepted_on="2020-01-01")
    assert value(timezone.localdate().year) == 0


def test_what_was_decided_delivered_and_archived_counts_with_its_case_behind_it() -> None:
    year = timezone.localdate().year
    done, waiting = refused(), refused(to_the_end=False)
    not_accepted = a_case("approvals.completion_filing", accepted_on="2020-01-01")
    do(not_accepted, "intake", "not_ours", "不属于本机关职权范围")
    assert cases.case_view(not_accepted).state == "completed"
    seen = indicators.evaluate(name=NAME, period=budget_year(year))
    counted = indicators.records_of(seen.id, counted=True).lines
    others = indicators.records_of(seen.id, counted=False).lines
    assert seen.value == 1
    assert [(line.key, line.url) for line in counted] == [(str(done), f"/inbox/cases/{done}/")]
    assert (
        cases.case_view(done).number in browser(BUILDING, "section_head").get(counted[0].url).content.decode()
    )
    assert {line.key for line in others} == {str(waiting), str(not_accepted)}
    assert value(year - 1) is None
    assert indicators.verify(seen.id).holds
