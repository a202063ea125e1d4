"""The grade that a dated decision table gives, with the row and the source it rests on. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from chengshu.scenes.command.facts import GradeRow, grade_table


@dataclass(frozen=True, slots=True)
class Harm:
    """What is known of the harm.

    :ivar deaths: persons
    :ivar injured: seriously injured persons
    :ivar loss: direct loss in 万元
    """

    deaths: int = 0
    injured: int = 0
    loss: Decimal = Decimal(0)


def graded(kind: str, harm: Harm, on: date) -> tuple[str, str]:
    """The grade by the table in force on a day, and its basis; both empty where a person grades."""
    table = grade_table(kind, on)
    if table is None:
        return "", ""
    row = next(row for row in table.rows if _reached(row, harm))
    return row.grade, f"{table.title}：{table.source}"


def _reached(row: GradeRow, harm: Harm) -> bool:
    return harm.deaths >= row.deaths or harm.injured >= row.injured or harm.loss >= row.loss
