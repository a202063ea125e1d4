"""Downloads and the API of the tables: within scope, complete, and honest about what is left out."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from django.test import Client

from chengshu.hub.promises.tables import facts, read_tables
from chengshu.hub.promises.tables.diff import difference
from chengshu.hub.promises.tests.board_world import FullYear
from chengshu.hub.promises.tests.import_files import DEFECTS, row_counts, small_table, uploaded

API = "/api/v1/promises"
PAGES = (
    "/promises/downloads/",
    "/promises/downloads/targets.json",
    "/promises/findings/",
    "/promises/rules/",
)


def content(browser: Client, path: str) -> bytes:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.content[:300])
    return answer.content


@pytest.mark.parametrize("path", [*PAGES, "/promises/reconcile/"])
def test_without_the_power_nothing_is_shown(full_year: FullYear, path: str) -> None:
    assert full_year.browser("resident").get(path).status_code == 403


@pytest.mark.parametrize("path", ["/promises/downloads/targets.json", "/promises/downloads/lint.csv"])
def test_another_department_has_nothing_to_take_away(full_year: FullYear, path: str) -> None:
    assert full_year.browser("other_department_officer").get(path).status_code == 404


@pytest.mark.parametrize("part", ["findings", "reconciliation", "tables.json", "exports/xlsx"])
def test_the_api_shows_another_department_nothing(full_year: FullYear, part: str) -> None:
    answer = full_year.browser("other_department_officer").get(f"{API}/budget-years/2025/{part}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "year.missing"


def test_a_sub_unit_takes_away_its_own_projects_and_the_sums_say_so(full_year: FullYear) -> None:
    told = json.loads(content(full_year.browser("unit_officer"), "/promises/downloads/targets.json"))
    assert [p["ref"] for unit in told["projects"]["units"] for p in unit["projects"]] == ["P44", "P45"]
    assert told["projects"]["amount"] == "451.03"
    assert told["department"] is None
    assert "451.03" in told["note"]
    assert "13,074.48" in told["note"]


def test_a_sub_units_workbook_names_the_part_it_shows(full_year: FullYear) -> None:
    book = content(full_year.browser("unit_officer"), "/promises/downloads/targets.xlsx")
    openpyxl = pytest.importorskip("openpyxl")
    texts = [
        str(c.value) for s in openpyxl.load_workbook(io.BytesIO(book)) for row in s for c in row if c.value
    ]
    assert any("451.03" in text and "13,074.48" in text for text in texts)
    assert not any(text == "政务服务工作经费" for text in texts)


def test_a_sub_unit_sees_no_reconciliation_of_a_part(full_year: FullYear) -> None:
    browser = full_year.browser("unit_officer")
    assert "You see a part" in content(browser, "/promises/reconcile/").decode()
    assert browser.get(f"{API}/budget-years/2025/reconciliation").json() == []


@pytest.mark.parametrize("file_format", ["xlsx", "docx"])
def test_the_tables_that_leave_come_back_the_same(full_year: FullYear, file_format: str) -> None:
    file = content(full_year.browser("department_officer"), f"/promises/downloads/targets.{file_format}")
    read = read_tables(file, filename=f"t.{file_format}")
    assert {problem.code for problem in read.problems} == {"tables.task"}, (
        "the facts have no prose of the tasks"
    )
    before = replace(facts.load(), department=None)
    assert {change.field for change in difference(before, read.tables)} <= {"indicators_raw"}


def test_the_list_of_indicators_has_a_line_for_each(full_year: FullYear) -> None:
    lines = content(full_year.browser("department_officer"), "/promises/downloads/targets.csv").decode(
        "utf-8-sig"
    )
    rows = list(csv.reader(io.StringIO(lines)))
    assert len(rows) == 1 + 281 + 25
    assert rows[1][0] == "P01#1"


def test_the_quality_report_counts_what_the_list_holds(full_year: FullYear) -> None:
    browser = full_year.browser("department_officer")
    listed = json.loads(content(browser, "/promises/downloads/lint.json"))
    lines = content(browser, "/promises/downloads/lint.csv").decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(lines)))) == 1 + len(listed)
    one = next(finding for finding in listed if (finding["id"], finding["code"]) == ("P36#1", "V03"))
    assert one["severity"] == "E"
    assert one["message"]
    assert one["raw"]


def test_the_quality_report_is_printed_in_chinese(full_year: FullYear) -> None:
    book = content(full_year.browser("department_officer"), "/promises/downloads/lint.docx")
    docx = pytest.importorskip("docx")
    text = "\n".join(p.text for p in docx.Document(io.BytesIO(book)).paragraphs)
    assert "绩效目标质量检查报告" in text


def test_downloads_name_their_file(full_year: FullYear) -> None:
    answer = full_year.browser("department_officer").get("/promises/downloads/lint.pdf")
    assert answer.content.startswith(b"%PDF")
    assert "filename*=UTF-8''2025" in answer["Content-Disposition"]


def test_the_api_lists_years_rules_and_checks(full_year: FullYear) -> None:
    browser = full_year.browser("supervisor")
    (year,) = browser.get(f"{API}/budget-years", {"year": "2025"}).json()["items"]
    assert (year["year"], year["amount"], year["projects"]) == (2025, "13074.48", 46)
    assert {"V03", "X01"} <= {rule["code"] for rule in browser.get(f"{API}/rules").json()}
    checks = {one["code"]: one for one in browser.get(f"{API}/budget-years/2025/reconciliation").json()}
    assert checks["task.1"]["state"] == "unreconciled"


def test_the_api_pages_through_findings_and_refuses_unknown_filters(full_year: FullYear) -> None:
    browser, path = full_year.browser("supervisor"), f"{API}/budget-years/2025/findings"
    assert browser.get(f"{path}?colour=red").status_code == 422
    first = browser.get(f"{path}?severity=E&size=100").json()
    second = browser.get(f"{path}?severity=E&size=100&cursor={first['next']}").json()
    refs = [(one["id"], one["code"]) for one in (*first["items"], *second["items"])]
    assert len(refs) == len(set(refs)) > 100
    assert {one["severity"] for one in first["items"]} == {"E"}


def test_the_api_refuses_an_import_without_the_power(full_year: FullYear) -> None:
    before = row_counts()
    answer = full_year.browser("unit_officer").post(
        f"{API}/imports", {"files": uploaded(small_table().encode())}
    )
    assert answer.status_code == 403
    assert row_counts() == before


@pytest.mark.parametrize("defect", DEFECTS)
def test_the_api_tells_every_problem_of_a_file(full_year: FullYear, defect: str) -> None:
    bad, code, line = DEFECTS[defect]
    before = row_counts()
    answer = full_year.browser("department_officer").post(f"{API}/imports", {"files": uploaded(bad)})
    assert answer.status_code == 422
    problem = answer.json()["data"]["problems"][0]
    assert problem["code"].startswith(code)
    assert problem["line"] == line
    assert row_counts() == before


def test_the_api_imports_once_for_one_key(full_year: FullYear) -> None:
    browser = full_year.browser("department_officer")

    def send(dry_run: str, key: str) -> tuple[int, int]:
        answer = browser.post(
            f"{API}/imports",
            {"files": uploaded(small_table().encode()), "year": "2026", "dry_run": dry_run},
            headers={"Idempotency-Key": key},
        )
        return answer.status_code, answer.json()["changes"]

    before = row_counts()
    status, changes = send("true", "look-first-1")
    assert (status, row_counts()) == (200, before)
    assert send("false", "import-once-1") == (201, changes)
    assert send("false", "import-once-1") == (201, changes)
    assert send("false", "import-again-2") == (200, 0)
