"""Parsed targets become measures; what is ambiguous is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chengshu.foundation.errors import InvalidInput
from chengshu.hub.promises.evaluation.adapters import Choices, measure_of
from chengshu.hub.promises.evaluation.measures import Kind, Measure, Nature, Statistic
from chengshu.hub.promises.targets.data import Target
from chengshu.hub.promises.targets.kinds import Direction, Note, Op
from chengshu.hub.promises.targets.kinds import Kind as TargetKind

D = Decimal
P95 = Choices(statistic=Statistic.P95)


def number(op: Op | None, value: str, unit: str, kind: TargetKind = TargetKind.NUM, **more: object) -> Target:
    return Target(kind, "", op, D(value), unit=unit, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("target", "direction", "code"),
    [
        (Target(TargetKind.COMPOSITE, ""), Direction.NEG, "measure.composite"),
        (number(None, "2", "h", candidates=(Op.LE, Op.LT)), Direction.NEG, "measure.operator"),
        (
            number(Op.LE, "2", "h", notes=frozenset({Note.OPERATORS_CONFLICT})),
            Direction.NEG,
            "measure.operator",
        ),
        (number(Op.GT, "12", "h"), Direction.NEG, "measure.contradiction"),
        (number(Op.LE, "90", "%"), Direction.POS, "measure.contradiction"),
        (number(Op.LE, "24", "h", TargetKind.TIME_LIMIT), Direction.NEG, "measure.statistic"),
        (number(None, "3", "h", TargetKind.RANGE, hi=D(5)), Direction.EQ, "measure.range"),
    ],
)
def test_an_ambiguous_target_is_refused(target: Target, direction: Direction, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        measure_of(target, direction)
    assert refusal.value.code == code


ADDS = Nature.ACCUMULATING


@pytest.mark.parametrize(
    ("target", "direction", "choices", "measure"),
    [
        (number(Op.GE, "95", "%"), Direction.POS, None, Measure(Kind.POS, D(95), "%")),
        (number(Op.GE, "95", "%"), Direction.POS, Choices(True), Measure(Kind.SATISFACTION, D(95), "%")),
        (number(Op.GE, "116000", "件"), Direction.POS, None, Measure(Kind.POS, D(116000), "件", ADDS)),
        (
            number(Op.GE, "1000", "人"),
            Direction.POS,
            Choices(nature=Nature.LEVEL),
            Measure(Kind.POS, D(1000), "人"),
        ),
        (number(Op.LT, "2", "次"), Direction.NEG, None, Measure(Kind.NEG, D(1), "次", ADDS)),
        (number(Op.GT, "2", "次"), Direction.POS, None, Measure(Kind.POS, D(3), "次", ADDS)),
        (number(Op.LT, "5", "s"), Direction.NEG, None, Measure(Kind.NEG, D(5), "s", strict=True)),
        (number(Op.EQ, "10", "WD"), Direction.NEG, None, Measure(Kind.NEG, D(10), "WD")),
        (number(None, "10", "WD"), Direction.NEG, None, Measure(Kind.NEG, D(10), "WD")),
        (number(None, "260", "宗"), Direction.POS, None, Measure(Kind.EQ, D(260), "宗", ADDS)),
        (number(Op.EQ, "0", ""), Direction.NEG, None, Measure(Kind.NEG, D(0), "", ADDS)),
        (
            number(Op.EQ, "2300.14", "m²"),
            Direction.EQ,
            None,
            Measure(Kind.EQ, D("2300.14"), "m²", ADDS, exact=True),
        ),
        (number(Op.EQ, "100", "%"), Direction.POS, None, Measure(Kind.EQ, D(100), "%")),
        (
            number(Op.LE, "24", "h", TargetKind.TIME_LIMIT),
            Direction.NEG,
            P95,
            Measure(Kind.TIME_LIMIT, D(24), "h", statistic=Statistic.P95),
        ),
        (
            number(Op.EQ, "10", "WD"),
            Direction.NEG,
            P95,
            Measure(Kind.TIME_LIMIT, D(10), "WD", statistic=Statistic.P95),
        ),
        (
            number(None, "1", "次", TargetKind.FREQ, per="月"),
            Direction.POS,
            None,
            Measure(Kind.POS, D(12), "次", ADDS),
        ),
        (
            number(None, "1", "份", TargetKind.DELIVERABLE),
            Direction.POS,
            None,
            Measure(Kind.POS, D(1), "份", ADDS),
        ),
        (
            number(None, "3", "h", TargetKind.RANGE, hi=D(5)),
            Direction.NEG,
            None,
            Measure(Kind.NEG, D(5), "h"),
        ),
        (
            number(None, "3", "%", TargetKind.RANGE, hi=D(5)),
            Direction.POS,
            None,
            Measure(Kind.POS, D(3), "%"),
        ),
        (Target(TargetKind.WINDOW, "7*24"), Direction.BOOL, None, Measure(Kind.BOOL)),
        (Target(TargetKind.GRADE, "满意"), Direction.QUAL, None, Measure(Kind.QUAL)),
        (Target(TargetKind.TEXT, "完成"), Direction.BOOL, None, Measure(Kind.BOOL)),
    ],
)
def test_a_target_becomes_a_measure(
    target: Target, direction: Direction, choices: Choices | None, measure: Measure
) -> None:
    assert measure_of(target, direction, choices) == measure
