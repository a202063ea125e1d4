"""The closed lists of the value grammar: kinds, operators, dimensions, directions, notes."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What sort of promise a printed value is."""

    NUM = "num"
    RANGE = "range"
    FREQ = "freq"
    """So many times in each period."""
    TIME_LIMIT = "time_limit"
    """An action within a time, such as 24小时内修复."""
    BOOL = "bool"
    """Met or not met: 合格, 通过, 正常运行, 完成…上线."""
    GRADE = "grade"
    """A step on the satisfaction scale of ``lexicon.GRADES``."""
    DELIVERABLE = "deliverable"
    """So many documents, without a comparison: 1份清单."""
    WINDOW = "window"
    """Service hours: ``value`` days a week, ``hi`` hours a day. Never a product of the two."""
    TEXT = "text"
    COMPOSITE = "composite"


class Op(StrEnum):
    """How an actual value compares with the target. The value is the sign."""

    GE = "≥"
    LE = "≤"
    GT = ">"
    LT = "<"
    EQ = "="


class Dimension(StrEnum):
    """What a unit measures; values of two dimensions never compare."""

    COUNT = "count"
    RATIO = "ratio"
    SCORE = "score"
    TIME = "time"
    LENGTH = "length"
    AREA = "area"
    MONEY = "money"
    RATE = "rate"


class Direction(StrEnum):
    """Which way is better."""

    POS = "pos"
    NEG = "neg"
    EQ = "eq"
    BOOL = "bool"
    QUAL = "qual"


class Note(StrEnum):
    """What the parser had to assume, or saw on the way; the linter reads these."""

    ILLEGAL_OPERATOR = "illegal_operator"
    IMPLIED_OPERATOR = "implied_operator"
    """The comparison follows from the wording or the zero, not from an operator of the law or a sign."""
    UNIT_FROM_NAME = "unit_from_name"
    UNIT_IN_PARENTHESES = "unit_in_parentheses"
    UNIT_ASSUMED = "unit_assumed"
    UNIT_SPELLING = "unit_spelling"
    """The unit is written in a way its standard does not know, such as ``S`` (siemens) for seconds."""
    SCORE_OUT_OF_100_ASSUMED = "score_out_of_100_assumed"
    APPROXIMATE = "approximate"
    OPERATORS_CONFLICT = "operators_conflict"
