"""The built-in functions of FEEL (10.3.4 of DMN 1.3, with those of 1.4 and 1.5), by name."""

from chengshu.engines.cases.feel.builtins import (
    contexts,
    conversion,
    lists,
    moments,
    numeric,
    ranges,
    strings,
)
from chengshu.engines.cases.feel.builtins.registry import BUILT_INS, BuiltIn, Signature

__all__ = [
    "BUILT_INS",
    "BuiltIn",
    "Signature",
    "contexts",
    "conversion",
    "lists",
    "moments",
    "numeric",
    "ranges",
    "strings",
]
