"""Comparing versions: what changed, word by word, and what one may not compare."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chengshu.hub.promises.actions.importing import Source, import_tables
from chengshu.hub.promises.departments import department_of
from chengshu.hub.promises.models import Form
from chengshu.hub.promises.pages.board.words import Piece, word_changes
from chengshu.hub.promises.queries.versions import changes_between, changes_of_form, moments, versions_of
from chengshu.hub.promises.tables import facts
from chengshu.hub.promises.tables.data import SourceTables
from chengshu.hub.promises.tests.board_world import FullYear


def corrected() -> SourceTables:
    """The facts with the direction error of P36#1 put right."""
    tables = facts.load()
    assert tables.projects is not None
    units = tuple(
        replace(unit, projects=tuple(_corrected(project) for project in unit.projects))
        for unit in tables.projects.units
    )
    return replace(tables, projects=replace(tables.projects, units=units))


def _corrected(project):  # type: ignore[no-untyped-def]
    rows = tuple(
        replace(row, annual_raw="≤12小时", period_raw="≤12小时") if row.ref == "P36#1" else row
        for row in project.indicators
    )
    return replace(project, indicators=rows)


def import_corrected() -> None:
    tables = corrected()
    import_tables(department=department_of(tables), tables=tables, source=Source("corrected"))


def test_another_department_has_nothing_to_compare(full_year: FullYear) -> None:
    browser = full_year.browser("other_department_officer")
    assert [browser.get(f"/promises/compare/{part}").status_code for part in ("", "P36/")] == [404, 404]


def test_a_version_that_does_not_exist_is_refused(full_year: FullYear) -> None:
    answer = full_year.browser("department_officer").get("/promises/compare/P36/?before=7&after=9")
    assert answer.status_code == 422


def test_one_version_alone_is_explained(full_year: FullYear) -> None:
    page = full_year.browser("department_officer").get("/promises/compare/P36/").content.decode()
    assert "There is only one version so far" in page


def test_a_second_import_shows_up_as_a_moment_with_its_change(full_year: FullYear) -> None:
    import_corrected()
    found = moments(full_year.year)
    assert [(moment.source, moment.forms) for moment in found] == [("facts", 47), ("corrected", 1)]
    changes = changes_between(full_year.year, found[0], found[1])
    assert {(change.ref, change.field) for change in changes} == {
        ("P36#1", "annual_raw"),
        ("P36#1", "period_raw"),
    }


def test_two_versions_of_a_form_differ_in_what_was_corrected_and_nothing_else(full_year: FullYear) -> None:
    import_corrected()
    new, old = versions_of(Form.objects.get(budget_year=full_year.year, ref="P36"))
    changes = changes_of_form(full_year.year, old, new)
    assert {(change.before, change.after) for change in changes} == {(">12小时", "≤12小时")}
    assert changes_of_form(full_year.year, new, new) == ()


def test_the_page_marks_the_words_that_went_and_came(full_year: FullYear) -> None:
    import_corrected()
    browser = full_year.browser("department_officer")
    for path in ("/promises/compare/P36/", "/promises/compare/"):
        page = browser.get(path).content.decode()
        assert "<del>&gt;</del>12小时" in page
        assert "<ins>≤</ins>12小时" in page
    assert "<ins>≤</ins>" in browser.get("/promises/P36-1/").content.decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [("不低于95%", "不低于98%"), ("", "新增"), ("旧文", ""), (">12小时", "≤12小时"), ("同", "同")],
)
def test_the_pieces_give_both_texts_back(before: str, after: str) -> None:
    pieces = word_changes(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == after


def test_numbers_change_as_a_whole() -> None:
    assert word_changes("≥95%", "≥98%") == [
        Piece("same", "≥"),
        Piece("gone", "95"),
        Piece("new", "98"),
        Piece("same", "%"),
    ]
