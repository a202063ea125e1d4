"""How FEEL values are kept in JSON columns."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from chengshu.engines.cases.feel import (
    DaysDuration,
    Range,
    YearsDuration,
    compile_expression,
    from_json,
    to_json,
)
from chengshu.engines.cases.feel.values import equal

PAIRS: list[tuple[Any, Any]] = [
    (Decimal(5), 5),
    (Decimal("5.00"), 5),
    (Decimal("0.1"), 0.1),
    (Decimal("1E+3"), 1000),
    (Decimal("0.12345678901234567890"), {"@": "0.12345678901234567890"}),
    ("text", "text"),
    (True, True),
    (None, None),
    (date(2024, 2, 29), {"@": "2024-02-29"}),
    (DaysDuration(3_600_000_000_000), {"@": "PT1H"}),
    (YearsDuration(14), {"@": "P1Y2M"}),
    ([Decimal(1), {"a": Decimal(2)}], [1, {"a": 2}]),
    ({"@": "mine"}, {"@@": {"@": "mine"}}),
    (Range(Decimal(1), Decimal(5), True, False), {"@": "[1..5)"}),
]


@pytest.mark.parametrize(("value", "plain"), PAIRS)
def test_a_value_becomes_plain_json_and_comes_back(value: Any, plain: Any) -> None:
    assert to_json(value) == plain
    json.dumps(to_json(value))
    assert equal(from_json(plain), value) is True


def test_a_function_is_not_kept() -> None:
    assert to_json({"f": compile_expression("function(x) x").evaluate({})}) == {"f": None}
