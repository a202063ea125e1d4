"""A stored finding in the language of whoever reads it: the rule, its reason and source, what it proposes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chengshu.foundation.errors import Words
from chengshu.hub.promises.lint import Rule, rules
from chengshu.hub.promises.models import Finding, FindingState
from chengshu.hub.promises.pages.board import wording


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding for people."""

    finding: Finding
    tone: str
    severity: Words
    title: Words
    message: str
    reason: Words
    source: Words
    advice: Words
    suggestions: Sequence[dict[str, str]]
    example: tuple[str, str]
    """Name and value of the rule's example."""
    state: Words

    @property
    def is_open(self) -> bool:
        return bool(self.finding.state == FindingState.OPEN)


def shown(found: Sequence[Finding]) -> list[Shown]:
    """The findings with the words of their rules."""
    known = {rule.code: rule for rule in rules()}
    return [_shown(finding, known.get(finding.code)) for finding in found]


def titles() -> dict[str, Words]:
    """Every rule's title by its code."""
    return {rule.code: rule.title for rule in rules()}


def _shown(finding: Finding, rule: Rule | None) -> Shown:
    return Shown(
        finding=finding,
        tone=wording.SEVERITY_TONES[finding.severity],
        severity=wording.SEVERITIES[finding.severity],
        title=rule.title if rule else finding.code,
        message=_message(rule, finding.data) if rule else "",
        reason=rule.reason if rule else "",
        source=rule.source if rule else "",
        advice=rule.advice if rule else "",
        suggestions=[item for item in finding.suggestions if item.get("after")],
        example=_example(rule) if rule else ("", ""),
        state=wording.FINDING_STATES[finding.state],
    )


def _message(rule: Rule, data: dict[str, Any]) -> str:
    """The rule's sentence with the figures of that day; without them if the rule has since asked for others."""
    try:
        return str(rule.message) % data
    except (KeyError, TypeError, ValueError):
        return str(rule.title)


def _example(rule: Rule) -> tuple[str, str]:
    for project in rule.example.projects.projects if rule.example.projects else ():
        for indicator in project.indicators:
            return indicator.name, indicator.annual_raw
    return "", ""
