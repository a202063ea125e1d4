"""The numbers of this scene: what counts, what does not, and when there is none."""

from __future__ import annotations

import pytest
from django.utils import timezone

from chengshu.engines.indicators import api as indicators
from chengshu.engines.indicators.data import budget_year
from chengshu.foundation.testing.personas import Cast
from chengshu.scenes.supervision.actions import publish_inspection, release_inspection, void_visit
from chengshu.scenes.supervision.tests.building import decided, deploy, rate
from chengshu.scenes.supervision.tests.test_cards import a_card
from chengshu.scenes.supervision.tests.test_inspections import drawn, walked

OURS = [one for one in indicators.definitions() if one.name.startswith("supervision.")]


@pytest.mark.parametrize("definition", OURS, ids=lambda one: one.name)
def test_a_definition_is_sound_in_words_and_in_the_database(definition: object, db: None) -> None:
    assert indicators.lint(definition) == []  # type: ignore[arg-type]
    assert indicators.problems_in_database(definition) == []  # type: ignore[arg-type]


def test_the_promises_of_the_project_are_all_bound() -> None:
    proved = {each.promise for one in OURS for each in one.promises}
    assert {f"P32#{number}" for number in range(1, 11)} <= proved


def value(name: str) -> object:
    return indicators.compute(name=name, period=budget_year(timezone.localdate().year)).value


@pytest.mark.parametrize("definition", OURS, ids=lambda one: one.name)
def test_nothing_recorded_is_no_number(definition: object, db: None) -> None:
    assert value(definition.name) is None  # type: ignore[attr-defined]


def test_an_inspection_makes_its_numbers(db: None) -> None:
    deploy()
    inspection = drawn()
    first, second, *others = inspection.visits.all()
    walked(first)
    walked(second)
    for visit in others:
        void_visit(visit=visit, reason="窗口停电")
    release_inspection(inspection=inspection)
    drawn_count = len(others) + 2
    assert value("supervision.results_published") == 0
    publish_inspection(inspection=inspection)
    assert value("supervision.results_published") == 100
    assert value("supervision.inspection_reports") == 1
    assert value("supervision.surveys") == drawn_count
    assert float(str(value("supervision.valid_samples"))) == pytest.approx(200 / drawn_count, abs=0.01)
    assert float(str(value("supervision.mystery_coverage"))) == pytest.approx(200 / drawn_count, abs=0.01)
    assert value("supervision.assessment_items_done") == 100


def test_ratings_and_cards_make_theirs(cast: Cast) -> None:
    deploy()
    rate(decided(cast), 1)
    a_card()
    assert value("supervision.satisfaction") == 0
    assert value("supervision.bad_ratings") == 100
    assert value("supervision.cards_standing") == 1
