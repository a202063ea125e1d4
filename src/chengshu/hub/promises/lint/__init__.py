"""The linter of target tables: rules with sources, findings with suggestions, nothing silently applied.

The door is this module: ``lint``, ``rules`` and the types.
"""

from . import categories, crosses, goals, links, measures, structure, values  # noqa: F401  the rules enter themselves
from .data import Finding, Rule, Severity, Suggestion, SuggestionKind
from .registry import lint, rules

__all__ = ["Finding", "Rule", "Severity", "Suggestion", "SuggestionKind", "lint", "rules"]
