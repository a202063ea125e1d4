"""The numbers of this scene: what counts, what does not, and when there is none."""

from __future__ import annotations

import pytest
from django.utils import timezone

from chengshu.engines.indicators import api as indicators
from chengshu.engines.indicators.data import budget_year
from chengshu.foundation.asking import asking
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services import api as services
from chengshu.hub.services.data import Filed
from chengshu.hub.services.tests.building import CODE, PERSON, SIMPLE, decide, entry, hear, unit
from chengshu.scenes.supervision.actions import publish_inspection, release_inspection, void_visit
from chengshu.scenes.supervision.tests.building import case_of, decided, deploy, rate
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


def decided_from_the_window(cast: Cast) -> Filed:
    """The same permit, handed in at a counter and granted."""
    with asking(cast["window_clerk"].asker()):
        filled = entry(**{f"_materials.{key}.copies": "1" for key in ("identity_document", "site_plan")})
        found = services.file_at_window(
            unit_id=unit("service-centre").pk,
            local_code=CODE,
            form=filled.form,
            typed=filled.typed,
            applicant=PERSON,
            answers=SIMPLE,
        )
    hear()
    for node, outcome in (("check", "accept"), ("decide", "grant")):
        decide(case_of(found), node, outcome)
    return found


def test_satisfaction_is_narrowed_as_its_promises_ask(cast: Cast) -> None:
    deploy()
    rate(decided(cast), 1)
    best = rate(decided_from_the_window(cast), 5, touch_point="window")
    year = budget_year(timezone.localdate().year)
    [satisfaction] = [one for one in OURS if one.name == "supervision.satisfaction"]
    asked = {each.promise: each.parameters for each in satisfaction.promises}
    numbers = {
        promise: indicators.compute(name=satisfaction.name, period=year, parameters=asked[promise]).value
        for promise in ("P33#7", "P45#6", "P35#3", "P02#5")
    }
    assert numbers == {"P33#7": 50, "P45#6": 100, "P35#3": 0, "P02#5": None}
    seen = indicators.evaluate(name=satisfaction.name, period=year, parameters=asked["P45#6"])
    assert [line.url for line in indicators.records_of(seen.id).lines] == [f"/supervision/ratings/{best.pk}/"]
