"""The command line: located problems, counts, scores, and files read without any database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chengshu.hub.promises.commands import cli
from chengshu.hub.promises.lint import lint
from chengshu.hub.promises.tables import facts
from chengshu.hub.promises.tables.diff import difference
from chengshu.hub.promises.tests.board_world import FullYear
from chengshu.hub.promises.tests.import_files import (
    CONTENTS,
    DEFECTS,
    facts_workbook,
    projects_workbook,
    row_counts,
    small_table,
)

NOWHERE = "postgresql://nobody:nothing@127.0.0.1:1/nowhere?app_password=x"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def run_without_database(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "chengshu.cli", "promises", *arguments],
        env={**os.environ, "DATABASE_URL": NOWHERE},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def workbook(tmp_path: Path) -> str:
    path = tmp_path / "facts.xlsx"
    path.write_bytes(facts_workbook())
    return str(path)


def written(folder: Path, name: str, content: bytes | str) -> str:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defective_file_fails_with_every_place_and_leaves_nothing(
    full_year: FullYear, tmp_path: Path, defect: str
) -> None:
    content, code, line = DEFECTS[defect]
    before = row_counts()
    result = run("import", written(tmp_path, "table.txt", content), "--json")
    assert result.exit_code == 1
    problems = json.loads(result.stdout)["problems"]
    assert problems[0]["code"].startswith(code)
    assert problems[0]["line"] == line
    assert all(problem["reason"] and problem["next_step"] for problem in problems)
    assert "next:" in result.stderr
    assert row_counts() == before


def test_files_and_file_together_are_refused(workbook: str) -> None:
    assert run("import", workbook, "--file", workbook).exit_code == 1
    assert run("import").exit_code == 1


def test_importing_the_same_again_says_so(full_year: FullYear, tmp_path: Path) -> None:
    result = run("import", written(tmp_path, "facts.xlsx", projects_workbook()), "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert {key: told[key] for key in CONTENTS} == {**CONTENTS, "department_indicators": 0}
    assert told["changes"] == 0


def test_a_dry_run_compares_and_writes_nothing(full_year: FullYear, tmp_path: Path) -> None:
    before = row_counts()
    result = run("import", written(tmp_path, "t.txt", small_table()), "--year", "2026", "--dry-run", "--json")
    told = json.loads(result.stdout)
    assert (told["dry_run"], told["projects"], told["amount"]) == (True, 2, "100.00")
    assert told["changes"] == len(told["differences"]) > 0
    assert row_counts() == before


def test_files_are_counted_without_a_database(workbook: str) -> None:
    done = run_without_database("import", "--file", workbook, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert {key: told[key] for key in CONTENTS} == CONTENTS


def test_files_are_checked_without_a_database(workbook: str) -> None:
    done = run_without_database("lint", "--file", workbook, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert ("P36#1", "V03", "E") in {(one["id"], one["code"], one["severity"]) for one in told}
    assert all(one["message"] for one in told)


def test_without_a_file_the_database_is_needed() -> None:
    done = run_without_database("lint", "--json")
    assert done.returncode == 1
    assert "error:" in done.stderr


def test_the_year_of_the_database_is_checked_like_its_facts(full_year: FullYear) -> None:
    told = json.loads(run("lint", "--json").stdout)
    assert {(one["id"], one["code"]) for one in told} == {(f.ref, f.code) for f in lint(facts.load())}


def test_reconciliation_tells_that_task_one_cannot_be_traced(full_year: FullYear) -> None:
    checks = {one["code"]: one for one in json.loads(run("reconcile", "--json").stdout)}
    assert checks["task.1"]["state"] == "unreconciled"
    assert [checks[f"task.{n}"]["state"] for n in (2, 3)] == ["agrees", "agrees"]
    assert (checks["total"]["left"], checks["total"]["state"]) == ("13074.48", "agrees")
    assert checks["budget.spending"]["right"] == "15074.16"


def test_an_unknown_year_names_the_next_step(full_year: FullYear) -> None:
    assert "Import its tables" in str(run("lint", "--year", "2019").exception)


def scored(folder: Path, rows: Sequence[str]) -> Result:
    return run(
        "score",
        "--file",
        written(folder, "actual.csv", "\n".join(["ref,actual,paid,adjusted", *rows])),
        "--json",
    )


def test_values_that_cannot_be_read_are_all_named(tmp_path: Path) -> None:
    result = scored(tmp_path, ["P04#1,many,,", "P99,,1,1", "P04,,abc,1"])
    assert result.exit_code == 1
    assert len(json.loads(result.stdout)["problems"]) == 3


def test_a_missing_value_is_unreported_and_never_zero(tmp_path: Path) -> None:
    (told,) = json.loads(scored(tmp_path, ["P05,,159.18,159.18"]).stdout)
    execution = next(line for line in told["lines"] if line["ref"] == "execution")
    assert execution["points"] == "10.00"
    assert told["total"] is None
    assert any(blocker["code"] == "indicator.unreported" for blocker in told["blockers"])


def test_actual_values_are_scored_against_the_tables(tmp_path: Path) -> None:
    table = written(tmp_path, "t.txt", small_table())
    rows = "ref,actual,paid,adjusted\nP02#1,250,,\nP02#2,95%,,\nP02,,15.00,30.00"
    result = run("score", "--file", written(tmp_path, "a.csv", rows), "--tables", table, "--json")
    (told,) = json.loads(result.stdout)
    points = {line["ref"]: line["points"] for line in told["lines"]}
    weights = {line["ref"]: line["weight"] for line in told["lines"]}
    assert points["execution"] == "5.00"
    assert float(points["P02#1"]) == pytest.approx(float(weights["P02#1"]) / 2)
    assert points["P02#2"] == weights["P02#2"]


def test_the_database_without_self_evaluations_has_no_scores(full_year: FullYear) -> None:
    assert json.loads(run("score", "--json").stdout) == []


@pytest.mark.parametrize("form", ["targets", "lint"])
@pytest.mark.parametrize(("file_format", "beginning"), [("xlsx", b"PK"), ("docx", b"PK"), ("json", b"")])
def test_forms_are_exported(
    full_year: FullYear, tmp_path: Path, form: str, file_format: str, beginning: bytes
) -> None:
    path = tmp_path / f"out.{file_format}"
    result = run("export", "--form", form, "--format", file_format, "-o", str(path), "--json")
    assert result.exit_code == 0, result.exception
    assert json.loads(result.stdout)["bytes"] == path.stat().st_size
    assert path.read_bytes().startswith(beginning)


def test_a_form_that_nobody_has_started_is_not_exported(full_year: FullYear, tmp_path: Path) -> None:
    result = run("export", "--form", "monitoring", "-o", str(tmp_path / "m.xlsx"))
    assert "no monitoring form" in str(result.exception)
    assert not (tmp_path / "m.xlsx").exists()


def test_the_public_sources_give_the_shipped_facts(shared: Path) -> None:
    sources = sorted(str(path) for path in (shared / "source-tables").glob("*.txt"))
    arguments = [part for source in sources for part in ("--file", source)]
    told = json.loads(run("import", *arguments, "--json").stdout)
    assert {key: told[key] for key in CONTENTS} == CONTENTS
    from chengshu.hub.promises.reading import GivenFile, read_files

    read = read_files([GivenFile(s, Path(s).read_bytes()) for s in sources], year=2025).accepted
    known = {c.field for c in difference(facts.load(), read)}
    assert known <= {"goal", "content", "other_tasks", "indicators_raw"}
