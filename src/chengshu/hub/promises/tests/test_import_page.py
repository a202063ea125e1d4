"""The import page: who may, what a defective file says, the two steps, and that nothing is half-imported."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client

from chengshu.foundation.asking import asking, system
from chengshu.foundation.files.models import File
from chengshu.hub.promises.models import BudgetYear, Form, FormState, Project
from chengshu.hub.promises.tests import import_files
from chengshu.hub.promises.tests.board_world import FullYear
from chengshu.hub.promises.tests.import_files import DEFECTS, row_counts, small_table, uploaded

PAGE = "/promises/import/"


def send(browser: Client, content: bytes, name: str = "table.txt", **typed: str) -> tuple[int, str]:
    answer = browser.post(PAGE, {"files": [uploaded(content, name)], "year": "2025", "encoding": "", **typed})
    return answer.status_code, answer.content.decode()


def kept_in(page: str) -> list[str]:
    return re.findall(r'name="kept" value="(\d+)"', page)


def test_the_public_is_sent_to_sign_in(full_year: FullYear, anonymous: Client) -> None:
    assert anonymous.get(PAGE)["Location"].startswith("/")


@pytest.mark.parametrize("name", ["unit_officer", "supervisor", "other_department_officer", "resident"])
def test_nobody_imports_without_the_power(full_year: FullYear, name: str) -> None:
    browser, before = full_year.browser(name), row_counts()
    assert browser.get(PAGE).status_code == 403
    assert send(browser, small_table().encode())[0] == 403
    assert row_counts() == before


def test_a_file_that_was_not_uploaded_here_is_not_imported(full_year: FullYear) -> None:
    answer = full_year.browser("department_officer").post(
        PAGE, {"step": "confirm", "kept": ["999999"], "year": "2025"}
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defective_file_is_refused_with_its_place_and_leaves_nothing(
    full_year: FullYear, defect: str
) -> None:
    content, _code, line = DEFECTS[defect]
    before, files = row_counts(), File.objects.count()
    status, page = send(
        full_year.browser("department_officer"), content, "t.xlsx" if "workbook" in defect else "t.txt"
    )
    assert status == 422
    assert "nothing was imported" in page
    if line:
        assert re.search(rf'data-label="Line">{line}<', page)
    assert (row_counts(), File.objects.count()) == (before, files)


def test_what_was_typed_stays_when_something_is_wrong(full_year: FullYear) -> None:
    browser = full_year.browser("department_officer")
    status, page = send(browser, DEFECTS["GB18030"][0], year="1999", encoding="auto")
    assert status == 422
    assert 'value="1999"' in page
    assert '<option value="auto" selected>' in page


def test_no_file_and_too_many_files_are_said(full_year: FullYear) -> None:
    browser = full_year.browser("department_officer")
    assert "Choose at least one file." in browser.post(PAGE, {"year": "2025"}).content.decode()
    many = [uploaded(b"x", f"{number}.txt") for number in range(5)]
    assert "Choose at most 4 files." in browser.post(PAGE, {"year": "2025", "files": many}).content.decode()


def test_a_department_that_the_organisation_does_not_know_is_named(full_year: FullYear) -> None:
    content = small_table().replace(import_files.DEPARTMENT, "某某局").encode()
    status, page = send(full_year.browser("department_officer"), content)
    assert status == 422
    assert "某某局" in page


@pytest.mark.parametrize("encoding", ["gb18030", "auto"])
def test_the_encoding_that_is_named_is_read(full_year: FullYear, encoding: str) -> None:
    status, page = send(
        full_year.browser("department_officer"), DEFECTS["GB18030"][0], year="2026", encoding=encoding
    )
    assert status == 200
    assert "Read without problems" in page


def test_the_first_step_tells_everything_and_writes_nothing_but_the_file(full_year: FullYear) -> None:
    before = row_counts()
    status, page = send(full_year.browser("department_officer"), small_table().encode(), year="2026")
    assert status == 200
    assert "First import for" in page
    assert "100.00" in page
    assert row_counts() == before
    assert File.objects.filter(purpose="promises.import", pk__in=kept_in(page)).count() == 1


def test_confirming_imports_what_was_looked_at(full_year: FullYear) -> None:
    browser = full_year.browser("department_officer")
    _status, page = send(browser, small_table().encode(), year="2026")
    answer = browser.post(PAGE, {"step": "confirm", "kept": kept_in(page), "year": "2026", "encoding": ""})
    assert answer.status_code == 302
    assert answer["Location"] == "/promises/?year=2026"
    with asking(system("test", "cli")):
        assert Project.objects.filter(budget_year__year=2026).count() == 2


def test_the_same_again_is_already_as_imported(full_year: FullYear) -> None:
    before = row_counts()
    browser = full_year.browser("department_officer")
    status, page = send(browser, import_files.projects_workbook(), "facts.xlsx")
    assert status == 200
    assert "Already as imported" in page
    assert not kept_in(page)
    assert row_counts() == before


def test_a_change_is_shown_before_it_is_made(full_year: FullYear) -> None:
    browser = full_year.browser("department_officer")
    _status, page = send(browser, small_table().encode(), year="2026")
    browser.post(PAGE, {"step": "confirm", "kept": kept_in(page), "year": "2026", "encoding": ""})
    _status, page = send(browser, small_table().replace("≥500次", "≥600次").encode(), year="2026")
    assert "P01#1" in page
    assert "<del>≥500次</del>" in page
    assert "<ins>≥600次</ins>" in page


def test_a_form_that_is_no_draft_is_not_overwritten(full_year: FullYear) -> None:
    browser = full_year.browser("department_officer")
    _status, page = send(browser, small_table().encode(), year="2026")
    browser.post(PAGE, {"step": "confirm", "kept": kept_in(page), "year": "2026", "encoding": ""})
    _close("P01")
    status, page = send(browser, small_table().replace("≥500次", "≥600次").encode(), year="2026")
    assert status == 409
    assert "no longer drafts" in page


def _close(ref: str) -> None:
    """Put a form beyond draft without its whole review chain."""
    year = BudgetYear.objects.get(year=2026)
    form = Form.objects.get(budget_year=year, ref=ref)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('chengshu.action', 'promises.test', true),"
            " set_config('chengshu.write', '{\"promises\": \"*\"}', true)"
        )
    Form.objects.filter(pk=form.pk).update(state=FormState.APPROVED)
