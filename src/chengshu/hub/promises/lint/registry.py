"""The registry of rules and the two decorators that enter them; ``lint`` runs them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from chengshu.foundation.errors import Words
from chengshu.hub.promises.tables.data import SourceTables

from .data import Finding, Hit, Rule, Severity
from .view import IndicatorView, ProjectView, TablesView

_RULES: dict[str, Rule] = {}

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


class Card(NamedTuple):
    """What a rule says about itself, before its function is known."""

    code: str
    severity: Severity
    title: Words
    reason: Words
    source: Words
    message: Words
    advice: Words
    example: SourceTables
    counterexample: SourceTables


IndicatorRule = Callable[[IndicatorView], Iterable[Hit]]
ProjectRule = Callable[[ProjectView], Iterable[Hit]]
TablesRule = Callable[[TablesView], Iterable[Hit]]


def per_indicator(card: Card) -> Callable[[IndicatorRule], IndicatorRule]:
    """Enter a rule that looks at one indicator, whichever table it stands in."""

    def enter(rule: IndicatorRule) -> IndicatorRule:
        _enter(card, lambda view: (hit for item in view.indicators for hit in rule(item)))
        return rule

    return enter


def per_project(card: Card) -> Callable[[ProjectRule], ProjectRule]:
    """Enter a rule that looks at one project."""

    def enter(rule: ProjectRule) -> ProjectRule:
        _enter(card, lambda view: (hit for item in view.projects for hit in rule(item)))
        return rule

    return enter


def per_tables(card: Card) -> Callable[[TablesRule], TablesRule]:
    """Enter a rule that needs both tables whole."""

    def enter(rule: TablesRule) -> TablesRule:
        _enter(card, rule)
        return rule

    return enter


def _enter(card: Card, find: TablesRule) -> None:
    if card.code in _RULES:
        raise ValueError(f"rule {card.code} is entered twice")

    def hits(view: TablesView) -> Iterator[Hit]:
        yield from find(view)

    _RULES[card.code] = Rule(*card, find=hits)


def rules() -> tuple[Rule, ...]:
    """Every rule, by code."""
    return tuple(_RULES[code] for code in sorted(_RULES))


def lint(tables: SourceTables) -> list[Finding]:
    """Everything suspicious in the tables: projects in printed order, then the department, codes in order.

    Nothing is changed; what a finding suggests is for a person to accept.
    """
    view = TablesView(tables)
    found: dict[tuple[str, str], Finding] = {}
    for rule in rules():
        for hit in rule.find(view):
            found.setdefault((hit.ref, rule.code), _finding(rule, hit))
    return sorted(found.values(), key=lambda finding: _order(finding.ref, finding.code))


def _finding(rule: Rule, hit: Hit) -> Finding:
    """A hit with its rule's words; an offer to print what is printed already is none."""
    offers = tuple(offer for offer in hit.suggestions if offer.before != offer.after)
    return Finding(hit.ref, rule.code, rule.severity, rule.message, hit.data, offers)


def _order(ref: str, code: str) -> tuple[bool, str, int, str]:
    head, _, number = ref.partition("#")
    return head.startswith("D"), head, int(number or 0), code
