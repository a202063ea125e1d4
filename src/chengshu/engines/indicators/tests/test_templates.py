"""One definition for many subjects: one query for all, what each would be alone, and retirement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from chengshu.engines.indicators import actions
from chengshu.engines.indicators.api import (
    compute,
    evaluate,
    latest,
    lint,
    problems_in_database,
    refresh_indicators,
)
from chengshu.engines.indicators.computing import computed_for_all
from chengshu.engines.indicators.data import IndicatorDefinition, Subjects
from chengshu.engines.indicators.listing import listing
from chengshu.engines.indicators.models import IndicatorObservation, IndicatorStanding, IndicatorSubject
from chengshu.engines.indicators.registry import definitions
from chengshu.engines.indicators.tests.counting import RATE, RECORDS, known, stored, this_year
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import Conflict, Missing, Refused
from chengshu.foundation.orgs.models import Unit

ENGLISH = {"accept-language": "en"}
UNITS = """
    SELECT u.key AS subject, u.name AS title, u.key AS unit, '/orgs/units/' || u.id || '/' AS url
    FROM orgs_unit u WHERE u.key IN ('data-bureau', 'service-centre', 'finance-bureau')
"""
TEMPLATE = replace(
    RATE,
    name="files.ok_rate_of_unit",
    records_sql=RECORDS.replace("u.key AS unit", "u.key AS subject"),
    dimensions={},
    subjects=Subjects("Unit", UNITS),
)
MANY = replace(
    TEMPLATE,
    name="files.ok_rate_of_many",
    subjects=Subjects(
        "Number", "SELECT n AS subject, 'Thing ' || n AS title FROM generate_series(1, 1100) AS n"
    ),
)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def only_these(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def named() -> tuple[IndicatorDefinition, ...]:
        return tuple(each for each in definitions() if each.name.startswith("files."))

    monkeypatch.setattr(actions, "definitions", named)
    monkeypatch.setattr(actions, "all_wanted", lambda: ())


def of(subject: str) -> dict[str, str]:
    return {"subject": subject}


def test_a_subject_belongs_to_its_unit_and_nobody_else_computes_or_sees_it(
    only_these: None, as_persona: Callable[[str], Any], signed_in: Callable[[str], Client]
) -> None:
    stored("ok 1", unit="service-centre")
    with known(TEMPLATE):
        refresh_indicators()
        with pytest.raises(Refused), as_persona("unit_head"):
            evaluate(name=TEMPLATE.name, period=this_year(), parameters=of("finance-bureau"))
        with as_persona("unit_head"):
            assert {one.subject for one in IndicatorSubject.objects.all()} == {"service-centre"}
            assert (
                evaluate(name=TEMPLATE.name, period=this_year(), parameters=of("service-centre")).value == 100
            )
        client = signed_in("other_department_officer")
        page = client.get(f"/indicators/?template={TEMPLATE.name}", headers=ENGLISH).content.decode()
        assert f"{TEMPLATE.name}@service-centre" not in page
        assert client.get(f"/indicators/{TEMPLATE.name}/?subject=service-centre").status_code == 404


def test_what_the_template_is_not_asked_of_is_refused(only_these: None) -> None:
    with known(TEMPLATE):
        refresh_indicators()
        with pytest.raises(Missing):
            evaluate(name=TEMPLATE.name, period=this_year(), parameters=of("nobody"))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"subjects": Subjects("Unit", "DELETE FROM orgs_unit")}, "sql.select"),
        ({"subjects": Subjects("Unit", "SELECT %(since)s AS subject, '' AS title")}, "subjects.parameter"),
        ({"proves": ("P01#1",)}, "subjects.proves"),
        ({"kind": "index", "sql": "SELECT 1 AS value WHERE %(purpose)s = %(subject)s"}, "subjects.sql"),
    ],
)
def test_a_template_that_cannot_be_is_named(changes: dict[str, Any], code: str) -> None:
    assert code in {problem.code for problem in lint(replace(TEMPLATE, **changes))}


def test_a_template_without_its_columns_is_named(db: None) -> None:
    assert problems_in_database(TEMPLATE) == []
    wrong = replace(
        TEMPLATE, records_sql=RECORDS, subjects=Subjects("Unit", "SELECT key AS subject FROM orgs_unit")
    )
    assert {"subjects.column", "column.missing"} <= {problem.code for problem in problems_in_database(wrong)}


def test_a_subject_named_twice_stops_its_template_and_nothing_else(only_these: None) -> None:
    stored("ok 1")
    twice = replace(TEMPLATE, subjects=Subjects("Unit", f"{UNITS} UNION ALL {UNITS}"))
    with known(twice, RATE):
        done = refresh_indicators()
        assert "stands twice" in done.failed[TEMPLATE.name]
        assert latest(name=RATE.name, period=this_year()) is not None


def test_one_query_for_all_gives_what_each_gives_alone(only_these: None) -> None:
    stored("ok 1", "late 2", "ok sim 3")
    stored("ok 4", unit="service-centre")
    with known(TEMPLATE):
        refresh_indicators()
        names = [one.subject for one in IndicatorSubject.objects.all()]
        assert len(names) == 3
        together = computed_for_all(TEMPLATE, this_year(), {}, names)
        for name in names:
            alone = compute(name=TEMPLATE.name, period=this_year(), parameters=of(name))
            assert replace(together[name], duration_ms=0) == replace(alone, duration_ms=0)
        seen = latest(name=TEMPLATE.name, period=this_year(), parameters=of("data-bureau"))
        assert seen is not None
        assert (str(seen.value), seen.simulated, seen.records) == ("66.6666", True, 3)
        same = evaluate(name=TEMPLATE.name, period=this_year(), parameters=of("data-bureau"))
        assert same.id == seen.id


def test_of_a_subject_without_any_record_nothing_is_kept(only_these: None) -> None:
    stored("ok 1")
    with known(TEMPLATE):
        refresh_indicators()
        assert {one.parameters["subject"] for one in IndicatorObservation.objects.all()} == {"data-bureau"}
        entries = {one.subject.subject: one for one in listing(template=TEMPLATE.name).entries if one.subject}
        assert entries["finance-bureau"].last is None
        assert entries["finance-bureau"].judged.state == "fresh"


def test_a_subject_that_vanishes_is_retired_and_comes_back(only_these: None) -> None:
    stored("ok 1")
    without = replace(TEMPLATE, subjects=Subjects("Unit", UNITS.replace("'data-bureau', ", "")))
    with known(TEMPLATE):
        assert refresh_indicators().subjects == 3
    with known(without):
        assert refresh_indicators().subjects == 1
        gone = IndicatorSubject.objects.get(subject="data-bureau")
        assert gone.retired_at is not None
        assert listing(template=TEMPLATE.name).total == 2
        assert IndicatorObservation.objects.filter(parameters__subject="data-bureau").exists()
    with known(TEMPLATE):
        refresh_indicators()
        assert IndicatorSubject.objects.get(subject="data-bureau").retired_at is None


def test_a_renamed_subject_takes_its_new_name_and_listing_again_changes_nothing(only_these: None) -> None:
    with known(TEMPLATE):
        assert refresh_indicators().subjects == 3
        assert refresh_indicators().subjects == 0
    with known(replace(TEMPLATE, subjects=Subjects("Unit", UNITS.replace("u.name", "'New ' || u.name")))):
        assert refresh_indicators().subjects == 3
    assert all(one.title.startswith("New ") for one in IndicatorSubject.objects.all())
    assert AuditEntry.objects.filter(action="indicators.refresh_indicators", outcome="done").count() == 3


def test_a_thousand_indicators_take_no_more_queries_than_three(only_these: None) -> None:
    stored("ok 1", "late 2")
    with (
        known(TEMPLATE),
        CaptureQueriesContext(
            connection,
        ) as few,
    ):
        refresh_indicators()
    IndicatorStanding.objects.count()
    with known(MANY):
        with CaptureQueriesContext(connection) as many:
            done = refresh_indicators()
        assert done.subjects == 1100
        assert len(many) <= len(few) + 12
        with CaptureQueriesContext(connection) as first:
            page = listing()
        with CaptureQueriesContext(connection) as last:
            end = listing(start=1100)
        assert page.known >= 1100
        assert len(page.entries) == 50
        assert len(first) <= 14
        assert len(last) <= 14
        assert end.start == 1100


def test_the_registry_is_searched_and_paged(only_these: None, signed_in: Callable[[str], Client]) -> None:
    with known(MANY):
        refresh_indicators()
        client = signed_in("department_officer")
        page = client.get("/indicators/?q=thing+1099", headers=ENGLISH).content.decode()
        assert f"{MANY.name}@1099" in page
        assert f"{MANY.name}@1098" not in page
        start = client.get(f"/indicators/?template={MANY.name}", headers=ENGLISH).content.decode()
        assert "cursor=50" in start
        end = client.get(f"/indicators/?template={MANY.name}&cursor=1050", headers=ENGLISH)
        assert end.content.decode().count(f"{MANY.name}@") == 50
        for wrong in ("-1", "x", "9" * 30, "٣"):
            assert client.get(f"/indicators/?cursor={wrong}").status_code == 200


def test_the_page_of_a_subject_shows_its_course_and_that_of_the_template_where_they_are(
    only_these: None, signed_in: Callable[[str], Client]
) -> None:
    stored("ok 1", "late 2")
    with known(TEMPLATE):
        refresh_indicators()
        client = signed_in("department_officer")
        page = client.get(
            f"/indicators/{TEMPLATE.name}/?subject=data-bureau", headers=ENGLISH
        ).content.decode()
        assert Unit.objects.get(key="data-bureau").name in page
        assert "50" in page
        whole = client.get(f"/indicators/{TEMPLATE.name}/", headers=ENGLISH).content.decode()
        assert "all with one query" in whole
        answer = client.post(
            f"/indicators/{TEMPLATE.name}/?subject=data-bureau",
            {"period": "2025", "set-subject": "data-bureau"},
        )
        assert answer.status_code == 302


def test_a_template_that_fails_for_all_is_told(only_these: None) -> None:
    stored("ok 1")
    with known(replace(TEMPLATE, records_sql=TEMPLATE.records_sql.replace("f.id AS key", "1 AS key"))):
        refresh_indicators()
        stored("ok 2")
        done = refresh_indicators()
        assert any("counted twice" in problem for problem in done.failed.values())
        with pytest.raises(Conflict):
            compute(name=TEMPLATE.name, period=this_year(), parameters=of("data-bureau"))
