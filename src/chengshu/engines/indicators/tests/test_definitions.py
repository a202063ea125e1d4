"""What a definition may not say."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.urls import resolve

from chengshu.engines.indicators.api import (
    definition,
    definitions,
    in_force,
    lint,
    problems_in_database,
    register_indicators,
)
from chengshu.engines.indicators.data import IndicatorDefinition, Parameter, Proves
from chengshu.engines.indicators.tests.counting import COUNT, RATE, RECORDS, known, variant
from chengshu.foundation.errors import Missing


def codes(given: IndicatorDefinition) -> set[str]:
    return {problem.code for problem in lint(given)}


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("DELETE FROM files_file WHERE created_at < %(until)s", "sql.select"),
        ("WITH gone AS (DELETE FROM files_file RETURNING id) SELECT id AS key FROM gone", "sql.writes"),
        (
            "WITH made AS (insert into files_file DEFAULT VALUES RETURNING id) SELECT id FROM made",
            "sql.writes",
        ),
        ("SELECT 1 AS key INTO backup FROM files_file", "sql.writes"),
        ("SELECT id AS key FROM files_file; DROP TABLE files_file", "sql.one"),
        ("SELECT id AS key FROM files_file FOR UPDATE", "sql.locks"),
        ("SELECT id AS key FROM files_file FOR NO KEY UPDATE", "sql.locks"),
        ("SELECT set_config('chengshu.read', '*', false) AS key", "sql.reaches"),
        ("SELECT pg_sleep(100) AS key", "sql.reaches"),
        ("SELECT nextval('files_file_id_seq') AS key", "sql.reaches"),
        ("SELECT id AS key FROM files_file WHERE created_at < now()", "sql.changing"),
        ("SELECT id AS key FROM files_file WHERE created_at < CURRENT_DATE", "sql.changing"),
        ("SELECT id AS key FROM files_file TABLESAMPLE system (random())", "sql.changing"),
        ("", "sql.select"),
        ("/* SELECT */ VALUES (1)", "sql.select"),
    ],
)
def test_a_query_that_does_more_than_read_the_same_again_is_refused(sql: str, code: str) -> None:
    assert code in codes(variant(records_sql=sql))


def test_words_in_comments_and_texts_are_no_statements() -> None:
    harmless = RECORDS + " AND f.name <> 'delete; now()' -- update later; drop nothing\n"
    assert codes(variant(records_sql=harmless)) == set()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "OnTime"}, "name"),
        ({"name": "on_time"}, "name"),
        ({"version": ""}, "version"),
        ({"title": ""}, "words"),
        ({"meaning": ""}, "words"),
        ({"unit": "pieces"}, "unit"),
        ({"unit": "件"}, "unit.rate"),
        ({"kind": "guess"}, "kind"),
        ({"direction": "sideways"}, "direction"),
        ({"grain": "century"}, "grain"),
        ({"kind": "index", "unit": "分"}, "sql.missing"),
        ({"valid_until": date(2020, 1, 1)}, "validity"),
        ({"timeout_seconds": 0}, "timeout"),
        ({"parameters": {}}, "parameter.undeclared"),
        ({"parameters": {**RATE.parameters, "unused": Parameter("x")}}, "parameter.idle"),
        ({"parameters": {**RATE.parameters, "since": Parameter("x")}}, "parameter.period"),
        ({"records_sql": RECORDS.replace("ok%%", "ok%")}, "parameter.percent"),
        ({"records_sql": "SELECT 1 AS key WHERE %(purpose)s = ''"}, "sql.period"),
        ({"proves": (Proves("P27#1", {"matter": "x"}),)}, "proves.parameter"),
    ],
)
def test_each_defect_has_its_code(changes: dict[str, Any], code: str) -> None:
    assert code in codes(variant(**changes))


def test_a_sound_definition_has_no_problem() -> None:
    assert lint(RATE) == lint(COUNT) == []


def test_registering_a_wrong_definition_stops_the_start() -> None:
    with pytest.raises(ValueError, match=r"files\.ok_rate 1: unit: "):
        register_indicators(variant(unit="pieces"))
    with pytest.raises(Missing):
        definition("files.ok_rate")


def test_one_name_and_version_means_one_thing() -> None:
    with known(RATE):
        register_indicators(RATE)
        with pytest.raises(ValueError, match="registered twice"):
            register_indicators(variant(kind="count", unit="件"))


def test_two_versions_are_never_in_force_on_one_day() -> None:
    with known(RATE), pytest.raises(ValueError, match="both in force on 2026-01-01"):
        register_indicators(variant(version="2", valid_from=date(2026, 1, 1)))
    first = variant(valid_until=date(2025, 12, 31))
    second = variant(version="2", valid_from=date(2026, 1, 1))
    with known(second, first):
        assert [each.version for each in definitions() if each.name == RATE.name] == ["1", "2"]
        assert definition(RATE.name) == second
        assert in_force(RATE.name, date(2025, 12, 31)) == first
        assert in_force(RATE.name, date(2026, 1, 1)) == second
        assert in_force(RATE.name, date(2024, 1, 1)) is None


@pytest.mark.parametrize(
    ("written", "read"), [("P27-04", "P27#4"), ("P27#4", "P27#4"), ("D21", "D21"), ("P2-10", "P2#10")]
)
def test_numbers_of_promises_are_read_in_both_spellings(written: str, read: str) -> None:
    assert Proves(written).promise == read


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"owner": "nobody"}, "owner"),
        ({"records_sql": RECORDS.replace("files_file", "files_folder")}, "sql.plan"),
        ({"records_sql": RECORDS.replace("AS counted", "AS kept")}, "column.missing"),
        ({"records_sql": RECORDS.replace("AS simulated", "AS made_up")}, "column.missing"),
        ({"records_sql": RECORDS.replace("AS key", "AS number")}, "column.missing"),
        (
            {"kind": "sum", "unit": "件", "records_sql": RECORDS.replace("AS amount", "AS size")},
            "column.missing",
        ),
        ({"dimensions": {"colour": "Colour"}}, "column.missing"),
        ({"sql": "SELECT 1 AS result"}, "column.result"),
        ({"sql": "SELECT nothing AS value"}, "sql.plan"),
    ],
)
def test_the_database_finds_what_words_cannot_tell(db: None, changes: dict[str, Any], code: str) -> None:
    assert code in {problem.code for problem in problems_in_database(variant(**changes))}


def test_a_sound_definition_fits_the_tables(db: None) -> None:
    assert problems_in_database(RATE) == []
    assert (
        problems_in_database(
            variant(no_simulation="none", records_sql=RECORDS.replace("AS simulated", "AS sim"))
        )
        == []
    )


def test_every_registered_definition_fits_the_tables(db: None) -> None:
    wrong = {
        f"{each.name} {each.version}": [
            f"{problem.code}: {problem.message}" for problem in problems_in_database(each)
        ]
        for each in definitions()
    }
    assert {name: problems for name, problems in wrong.items() if problems} == {}


ADDRESS = re.compile(r"'(/[^']*)'((?:\s*\|\|\s*[\w.]+(?:\([^()]*\))?\s*\|\|\s*'[^']*')*)")


def pages_of(given: IndicatorDefinition) -> list[str]:
    """The addresses that a query composes for its records, with 1 for each of a record's values."""
    found = ADDRESS.findall(given.records_sql)
    return ["1".join([first, *re.findall(r"'([^']*)'", rest)]).partition("?")[0] for first, rest in found]


def test_an_address_is_read_from_its_query() -> None:
    sql = "SELECT '/a/' || min(x.id) || '/b/?c=' || n AS url, '/d/' || d.id || '/' AS other"
    assert pages_of(variant(COUNT, records_sql=sql)) == ["/a/1/b/", "/d/1/"]


def test_every_record_of_a_registered_definition_leads_to_a_page() -> None:
    pages = {page for each in definitions() for page in pages_of(each)}
    assert {resolve(page).view_name != "" for page in pages} == {True}
