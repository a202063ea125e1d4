"""Everything that can be said about a BPMN model before it runs, located and with the next step.

Findings of severity ``error`` refuse deployment; warnings do not. ``RULES`` lists all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from chengshu.engines.cases.bpmn import (
    rules_content,
    rules_drawing,
    rules_events,
    rules_flow,
    rules_names,
    rules_vocabulary,
    soundness,
)
from chengshu.engines.cases.bpmn.document import Document, examine_document
from chengshu.engines.cases.bpmn.rules import Check, Known, Rule, Subject
from chengshu.engines.cases.data import Finding
from chengshu.engines.cases.refusals import ModelRefused

__all__ = ["RULES", "Known", "Rule", "lint_content", "lint_document", "refuse_faulty"]

_MODULES = (rules_flow, rules_events, rules_content, rules_names, rules_vocabulary, soundness, rules_drawing)

CHECKS: Final[tuple[Check, ...]] = tuple(check for module in _MODULES for check in module.CHECKS)
_WHATEVER_THE_SIZE: Final = tuple(
    check for module in _MODULES if module not in (soundness, rules_drawing) for check in module.CHECKS
)
"""Without those that play the model through or compare every step with every other."""
RULES: Final[tuple[Rule, ...]] = tuple(
    value for module in _MODULES for value in vars(module).values() if isinstance(value, Rule)
)
"""Every rule, in the order in which its module names them."""


def lint_document(document: Document, known: Known | None = None) -> tuple[Finding, ...]:
    """Every finding about the model, errors first, then by line.

    :param known: what exists outside the model; without it nothing is checked against the outside
    """
    subject = Subject(document, known or Known())
    too_many = list(rules_drawing.beyond_checking(subject))
    checks = _WHATEVER_THE_SIZE if too_many else CHECKS
    findings = [*document.findings, *too_many, *(finding for check in checks for finding in check(subject))]
    return tuple(
        sorted(dict.fromkeys(findings), key=lambda finding: (finding.severity, finding.line, finding.code))
    )


def lint_content(content: bytes, known: Known | None = None) -> tuple[Finding, ...]:
    """The findings about a file; one that cannot be read at all gives the reasons for that."""
    try:
        return lint_document(examine_document(content), known)
    except ModelRefused as refused:
        return refused.findings


def refuse_faulty(findings: Iterable[Finding]) -> None:
    """Let only models without errors pass.

    :raises ModelRefused: with the errors, when there are any
    """
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise ModelRefused(errors)
