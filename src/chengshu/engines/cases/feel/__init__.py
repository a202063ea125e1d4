"""FEEL, the expression language of DMN: the only language in which models of this engine can say anything.

    compile_expression("amount * 0.2 + fee").evaluate({"amount": Decimal(100), "fee": Decimal(5)})
    compile_unary_tests('[18..65], > 80').matches(Decimal(40))

Compiled to closures, never to Python source. A wrong *text* raises :class:`FeelError` with its place; a wrong *value*
makes the result null, as DMN wants it, and leaves a :class:`Remark` for whoever asks. Every evaluation is bounded by
:class:`Limits`. Not here: decision tables and requirements (``dmn``), and names of Python objects, which FEEL never
sees.
"""

from chengshu.engines.cases.feel.errors import FeelError, FeelLimit, Remark
from chengshu.engines.cases.feel.expressions import (
    Expression,
    UnaryTests,
    compile_expression,
    compile_unary_tests,
)
from chengshu.engines.cases.feel.json import from_json, to_json
from chengshu.engines.cases.feel.limits import LIMITS, Limits
from chengshu.engines.cases.feel.temporal import (
    DaysDuration,
    FarDate,
    FarDateTime,
    FineTime,
    YearsDuration,
)
from chengshu.engines.cases.feel.values import Function, Range, text_of

__all__ = [
    "LIMITS",
    "DaysDuration",
    "Expression",
    "FarDate",
    "FarDateTime",
    "FeelError",
    "FeelLimit",
    "FineTime",
    "Function",
    "Limits",
    "Range",
    "Remark",
    "UnaryTests",
    "YearsDuration",
    "compile_expression",
    "compile_unary_tests",
    "from_json",
    "text_of",
    "to_json",
]
