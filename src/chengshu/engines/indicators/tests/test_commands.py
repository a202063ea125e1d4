"""The command line of the indicators."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from chengshu.engines.indicators.commands import cli
from chengshu.engines.indicators.tests.counting import RATE, RECORDS, known, stored, variant
from chengshu.engines.indicators.tests.verifier import verdict
from chengshu.foundation.errors import InvalidInput, Missing


def run(*arguments: str, fails: bool = False) -> Any:
    """What a command printed; a wrong argument raises what it raises."""
    result = CliRunner().invoke(cli, [*arguments, "--json"], catch_exceptions=False)
    assert result.exit_code == int(fails), result.output
    return json.loads(result.stdout)


def test_a_parameter_without_a_name_is_refused(db: None) -> None:
    with known(RATE), pytest.raises(InvalidInput):
        run("evaluate", RATE.name, "--set", "=x")


def test_what_was_never_computed_cannot_be_verified(db: None) -> None:
    with known(RATE), pytest.raises(Missing):
        run("verify", RATE.name)


def test_an_observation_of_another_indicator_is_refused(db: None) -> None:
    other = variant(name="files.other")
    with known(RATE, other):
        number = run("evaluate", RATE.name)["observation"]
        with pytest.raises(InvalidInput):
            run("verify", other.name, "--observation", str(number))


def test_evaluate_list_explain_and_verify(db: None) -> None:
    stored("ok 1", "late 2")
    with known(RATE):
        seen = run("evaluate", RATE.name)
        assert (seen["value"], seen["numerator"], seen["denominator"]) == ("50", "1", "2")
        (row,) = [row for row in run("list") if row["name"] == RATE.name]
        assert (row["value"], row["simulated"]) == ("50", False)
        told = run("explain", RATE.name)
        assert told["value"] == "50"
        assert set(told["tables"]) >= {"files_file", "files_content"}
        assert run("verify", RATE.name)["holds"] is True
        stored("ok 3")
        found = run("verify", RATE.name, "--observation", str(seen["observation"]), fails=True)
    assert (found["holds"], found["now"], found["records_changed"]) == (False, "66.6666", 1)
    assert [change["sort"] for change in found["changes"]] == ["added"]


def test_explain_compares_versions(db: None) -> None:
    from datetime import date

    stored("ok 1", "late 2")
    first = variant(valid_until=date(2025, 12, 31))
    second = variant(
        version="2", valid_from=date(2026, 1, 1), records_sql=RECORDS + " AND f.name LIKE 'ok%%'"
    )
    with known(first, second):
        told = run("explain", RATE.name, "--against", "1")
    assert (told["value"], told["against"]["value"], told["against"]["records_that_differ"]) == (
        "100",
        "50",
        1,
    )


def test_check_names_what_does_not_fit_the_tables(db: None) -> None:
    with known(variant(records_sql=RECORDS.replace("f.purpose", "f.reason"))):
        found = run("check", fails=True)
    assert [(row["name"], row["code"]) for row in found] == [(RATE.name, "sql.plan")]


def test_evaluating_everything_tells_what_failed(db: None) -> None:
    with known(RATE, variant(name="files.broken", records_sql=RECORDS.replace("f.purpose", "f.reason"))):
        done = run("evaluate", fails=True)
    assert done["stored"] > 0
    assert {name.split()[0] for name in done["failed"]} == {"files.broken"}


def test_a_pack_is_written_and_what_has_no_number_is_missing(db: None, tmp_path: Path) -> None:
    stored("ok 1", "late 2")
    with known(RATE):
        with pytest.raises(Missing):
            run("pack", "999999", "--out", str(tmp_path / "none.zip"))
        number = run("evaluate", RATE.name)["observation"]
        told = run("pack", str(number), "--out", str(tmp_path / "pack.zip"))
    assert (told["records_opened"], told["records_withheld"]) == (2, 0)
    assert verdict(tmp_path / "pack.zip", "--digest", told["evidence_sm3"])[0] == 0


def test_recompute_fails_on_what_it_cannot_explain_and_only_then(
    db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CHENGSHU_DATA_DIR", str(tmp_path))
    stored("ok 1")
    with known(RATE):
        run("evaluate", RATE.name)
        assert run("recompute", "--check")["causes"] == {"holds": 1}
        stored("late 2")
        went_on = run("recompute", "--check")
        assert (went_on["causes"], went_on["kept_anew"]) == ({"reality": 1}, [])
        assert len(run("recompute")["kept_anew"]) == 1
        monkeypatch.setattr("chengshu.engines.indicators.recomputing._last_writes", dict)
        found = run("recompute", "--check", fails=True)
        assert (found["unexplained"], found["causes"]) == (1, {"holds": 1, "unexplained": 1})
    assert not (tmp_path / "indicators-recompute.json").exists()
