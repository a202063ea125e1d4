"""The project code says exactly what is wrong with it."""

from __future__ import annotations

from datetime import date

import pytest

from chengshu.foundation.errors import InvalidInput
from chengshu.scenes.approvals.construction.codes import project_code

TODAY = date(2026, 3, 11)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("2504-440115-04-01", "shape"),
        ("2504-440115-04-01-12345", "shape"),
        ("2504-44O115-04-01-123456", "shape"),
        ("2513-440115-04-01-123456", "month"),
        ("2500-440115-04-01-123456", "month"),
        ("1504-440115-04-01-123456", "early"),
        ("2604-440115-04-01-123456", "future"),
        ("2504-040115-04-01-123456", "division"),
        ("2504-440115-04-01-000000", "serial"),
    ],
)
def test_a_wrong_code_is_refused_with_its_exact_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        project_code(text, today=TODAY, field="code")
    assert (caught.value.code, caught.value.field) == (f"project_code.{reason}", "code")


def test_a_part_that_is_wrong_is_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        project_code("2504-440115-4-01-123456", today=TODAY)
    assert "4" in str(caught.value.message)
    assert "3" in str(caught.value.message)


def test_wide_digits_and_blanks_are_normalised() -> None:
    code = project_code(" ２５０４－440115-04-01-123456 ", today=TODAY)
    assert code.value == "2504-440115-04-01-123456"
    assert (code.year, code.month, str(code.division)) == (2025, 4, "440115")
