"""What proves which promise, and why the rest is attested."""

from __future__ import annotations

import json

import pytest
from django.utils.translation import override
from typer.testing import CliRunner

from chengshu.engines.indicators.api import definitions
from chengshu.foundation.errors import Missing
from chengshu.hub.promises.actions.computed import bind_declared
from chengshu.hub.promises.commands import cli
from chengshu.hub.promises.coverage import Reason, counted, coverage, reasons
from chengshu.hub.promises.models import Indicator
from chengshu.hub.promises.tests.board_world import FullYear

COMPUTED = 136
"""Promises of the shipped year that an indicator computes; the other ones say who attests them, and why."""


def test_an_unknown_year_is_named(full_year: FullYear) -> None:
    with pytest.raises(Missing):
        CliRunner().invoke(cli, ["coverage", "--year", "1999"], catch_exceptions=False)


def test_every_promise_says_who_proves_it_or_why_nothing_computes_it(full_year: FullYear) -> None:
    printed = Indicator.objects.values_list("ref", flat=True)
    assert set(reasons(2025)) == set(printed)
    assert [one.ref for one in reasons(2025).values() if not one.expects and not (one.zh and one.en)] == []


def test_the_306_promises_are_computed_or_attested_with_a_reason(full_year: FullYear) -> None:
    bind_declared(budget_year=full_year.year)
    counts = counted(coverage(full_year.year))
    assert counts == {"computed": COMPUTED, "attested": 306 - COMPUTED, "open": 0}
    told = CliRunner().invoke(cli, ["coverage"], catch_exceptions=False).output
    assert f"306 promises: {COMPUTED} computed, {306 - COMPUTED} attested with a reason" in told


def test_a_reason_speaks_the_readers_language() -> None:
    reason = Reason("P02#1", zh="线下", en="on paper")
    with override("en"):
        assert str(reason) == "on paper"
    with override("zh-hans"):
        assert str(reason) == "线下"
    assert reasons(1999) == {}


def test_coverage_names_each_promise_once(full_year: FullYear) -> None:
    rows = coverage(full_year.year)
    assert len({row.ref for row in rows}) == len(rows) == len(reasons(2025))
    assert {row.state for row in rows} <= {"computed", "attested", "open"}
    assert [row.ref for row in coverage(full_year.year, ["P14"])] == ["P14#1", "P14#2", "P14#3"]


def test_every_promise_that_a_definition_names_takes_its_binding(full_year: FullYear) -> None:
    named = {one.promise: each.name for each in definitions() for one in each.promises if one.year == 2025}
    done = bind_declared(budget_year=full_year.year)
    computed = {row.ref for row in coverage(full_year.year) if row.state == "computed"}
    assert done.refused == {}
    assert set(done.bound) == set(named)
    assert computed == set(named) & set(reasons(2025))


def test_the_command_prints_json_and_a_table(full_year: FullYear) -> None:
    found = json.loads(CliRunner().invoke(cli, ["coverage", "--json"], catch_exceptions=False).stdout)
    assert {row["ref"] for row in found} == set(reasons(2025))
    paper = next(row for row in found if row["ref"] == "P02#1")
    assert paper["state"] == "open"
    assert "验收单" in paper["why"]["zh"]
    table = (
        CliRunner().invoke(cli, ["coverage", "--markdown", "--form", "P14"], catch_exceptions=False).stdout
    )
    assert table.count("\n| P14#") == 3
