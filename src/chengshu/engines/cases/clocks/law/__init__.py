"""The law of clocks as dated, cited data: the rules in the TOML files beside this module.

A rule says how long something may take by law and by promise, who may extend it, what may pause it, what a missing
supplement notice means and what silence means. Every value names its source and how well that source is known.

A city adds rules and replaces unverified values with files of its own in ``<data directory>/law``; what was read in
the legal text cannot be configured away. Nothing here computes: ``clock``, ``lawful`` and ``deeming`` do.
"""

from chengshu.engines.cases.clocks.law.book import RuleBook
from chengshu.engines.cases.clocks.law.reading import read_book, shipped
from chengshu.engines.cases.clocks.law.rules import (
    Approver,
    CountsFrom,
    Deemed,
    Effect,
    Extension,
    Ground,
    ReceivedBy,
    Rule,
    Step,
    Supplement,
    WarningRule,
)

__all__ = [
    "Approver",
    "CountsFrom",
    "Deemed",
    "Effect",
    "Extension",
    "Ground",
    "ReceivedBy",
    "Rule",
    "RuleBook",
    "Step",
    "Supplement",
    "WarningRule",
    "read_book",
    "shipped",
]
