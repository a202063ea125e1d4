"""Scores of vital signs: who sets them, what a definition may say, and that nobody gets a number of their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from chengshu.engines.indicators.api import refresh_indicators
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.cockpit import queries
from chengshu.hub.cockpit.actions import SHIPPED, save_score, ship_views
from chengshu.hub.cockpit.vitals import course, read_vitals, take

As = Callable[[str], Any]
SOUND = """title = "得分"
meaning = "说明"
source = "本区自行配置"
valid_from = 2025-01-01
least_complete = 10
[[terms]]
indicator = "matters.online_share"
weight = 40
curve = [[0, 0], [100, 100]]
source = "本区自行配置"
[[terms]]
indicator = "operations.availability"
weight = 60
curve = [[95, 0], [99.5, 90], [100, 100]]
source = "本区自行配置"
"""


def bureau() -> int:
    return Unit.objects.get(key="data-bureau").pk


def save(definition: str = SOUND, key: str = "vitals") -> int:
    return save_score(unit_id=bureau(), key=key, definition=definition)


@pytest.mark.parametrize("persona", ["resident", "window_clerk", "reviewer", "other_department_officer"])
def test_whoever_does_not_lead_sets_no_score(persona: str, as_persona: As) -> None:
    with pytest.raises(Refused), as_persona(persona):
        save()


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("weight = 60", "weight = 59", "make 99"),
        ("weight = 60", "weight = -60", "above 0"),
        ("operations.availability", "operations.nothing", "operations.nothing"),
        ("[[95, 0], [99.5, 90], [100, 100]]", "[[95, 0]]", "at least two"),
        ("[[95, 0], [99.5, 90], [100, 100]]", "[[95, 0], [95, 90]]", "must rise"),
        ("[[95, 0], [99.5, 90], [100, 100]]", "[[95, 0], [99, 101]]", "0 to 100"),
        ("valid_from = 2025-01-01", 'valid_from = "soon"', "valid_from"),
        ('source = "本区自行配置"\nvalid_from', 'source = ""\nvalid_from', "source"),
        ("least_complete = 10", "least_complete = 0", "least_complete"),
        ("least_complete = 10", 'length = "week"', "week"),
    ],
)
def test_a_mistake_is_named_and_nothing_saved(before: str, after: str, told: str, db: None) -> None:
    assert before in SOUND
    with override("en"), pytest.raises(InvalidInput) as refused:
        save(SOUND.replace(before, after))
    assert any(told in mistake for mistake in refused.value.data["mistakes"])
    assert queries.known_scores() == set()


def test_a_key_belongs_to_the_unit_that_set_it_first(db: None) -> None:
    save()
    with pytest.raises(Conflict):
        save_score(unit_id=Unit.objects.get(key="finance-bureau").pk, key="vitals", definition=SOUND + "\n#")


def test_an_earlier_day_keeps_the_version_of_then(db: None) -> None:
    save()
    save(SOUND.replace("2025-01-01", "2026-07-01").replace("得分", "新得分"))
    assert queries.vitals_on("vitals", date(2026, 6, 30))[1].title == "得分"
    assert queries.vitals_on("vitals", date(2026, 7, 1))[1].title == "新得分"


def test_the_shipped_score_is_sound_and_says_where_it_comes_from() -> None:
    vitals = read_vitals((SHIPPED / "scores" / "district-vitals.toml").read_text(encoding="utf-8"))
    assert sum(term.term.weight for term in vitals.terms) == 100
    assert vitals.source
    assert all(term.source for term in vitals.terms)


def test_a_term_without_a_number_gives_its_weight_to_the_others(db: None) -> None:
    refresh_indicators()
    save()
    taken = take(queries.vitals_on("vitals", date(2026, 11, 22))[1])
    assert taken.score is not None
    weights = {part.term.name: part.weight for part in taken.score.parts}
    values = {sign.term.indicator: sign.reading.value for sign in taken.signs}
    there = [name for name, value in values.items() if value is not None]
    if there:
        assert sum(weights[name] for name in there) == Decimal(100)
    assert all(weights[name] == 0 for name, value in values.items() if value is None)
    assert all(label for label, _value in course(taken))


def test_who_may_not_see_every_term_sees_no_score(as_persona: As) -> None:
    refresh_indicators()
    save()
    vitals = queries.vitals_on("vitals", date(2026, 11, 22))[1]
    with as_persona("other_department_officer"):
        taken = take(vitals)
    assert taken.score is None
    assert taken.withheld == 2


def test_the_page_takes_a_score_apart(signed_in: Any) -> None:
    ship_views()
    refresh_indicators()
    page = signed_in("supervisor").get("/cockpit/scores/district-vitals/").content.decode()
    assert page.count("行政许可法") == 2
    assert "SM3" in page


def test_a_score_is_set_through_its_page(signed_in: Any) -> None:
    client = signed_in("supervisor")
    refused = client.post(
        "/cockpit/scores/new/", {"key": "vitals", "unit": str(bureau()), "definition": "title ="}
    )
    assert refused.status_code == 422
    made = client.post("/cockpit/scores/new/", {"key": "vitals", "unit": str(bureau()), "definition": SOUND})
    assert made.status_code == 302
    assert client.get("/cockpit/scores/vitals/change/").status_code == 200
