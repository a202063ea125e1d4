"""People served at the counters: who counts once, who not at all, and when there is no number."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.test import Client
from django.utils import timezone

from chengshu.engines.indicators import api as indicators
from chengshu.engines.indicators.data import budget_year
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services.models import Application
from chengshu.hub.services.tests.building import apply, decide, hear
from chengshu.scenes.hall.tests.test_counter import ADDRESS, clerk, sent

__all__ = ["clerk"]
NAME = "hall.people_served"
OTHER = {"applicant_identity": "440115200002291218", "applicant_name": "某甲", "request_key": "k-3"}


def value(**parameters: str) -> Decimal | None:
    year = timezone.localdate().year
    return indicators.compute(name=NAME, period=budget_year(year), parameters=parameters).value


def test_the_definition_is_sound(db: None) -> None:
    definition: Any = indicators.definition(NAME)
    assert indicators.lint(definition) == []
    assert indicators.problems_in_database(definition) == []
    assert definition.promises == ()


def test_an_application_from_the_portal_serves_nobody_at_a_counter(clerk: Client, cast: Cast) -> None:
    apply(cast["resident"])
    assert Application.objects.count() == 1
    assert value() is None


def test_one_person_on_one_day_counts_once_whatever_they_do(clerk: Client) -> None:
    assert clerk.post(ADDRESS, sent()).status_code == 201
    row = Application.objects.get()
    assert row.case_id is not None
    hear()
    decide(row.case_id, "check", "accept")
    decide(row.case_id, "decide", "grant")
    clerk.post(f"/hall/results/{row.pk}/", {"manner": "counter", "to": "本人"})
    assert clerk.post(ADDRESS, sent(request_key="k-2")).status_code == 201
    assert value() == 1
    assert clerk.post(ADDRESS, sent(**OTHER)).status_code == 201
    assert value() == 2
    assert value(hall="data-bureau") is None


def test_behind_the_number_stand_the_applications_without_a_name(clerk: Client) -> None:
    clerk.post(ADDRESS, sent())
    row = Application.objects.get()
    seen = indicators.evaluate(name=NAME, period=budget_year(timezone.localdate().year))
    [line] = indicators.records_of(seen.id).lines
    assert (line.label, line.url) == (row.number, f"/applications/{row.pk}/")
    assert line.key == f"{row.pk}-{timezone.localdate().isoformat()}"
    assert row.number in clerk.get(line.url).content.decode()


def test_a_year_without_visits_has_no_number(clerk: Client) -> None:
    clerk.post(ADDRESS, sent())
    assert indicators.compute(name=NAME, period=budget_year(2020)).value is None
