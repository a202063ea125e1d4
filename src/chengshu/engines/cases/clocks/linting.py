"""What is wrong with the clocks of a process model: asked before it is deployed, so that no case finds out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.clocks.compression import exceeds
from chengshu.engines.cases.clocks.law import Rule, RuleBook
from chengshu.engines.cases.clocks.lawful import basis_of
from chengshu.engines.cases.clocks.limits import Limit, limit_variable, read_limit
from chengshu.engines.cases.clocks.settled import rule_book, timekeeping
from chengshu.engines.cases.data import Finding
from chengshu.engines.cases.interpreter.plan import ClockMark, Node, Plan
from chengshu.foundation.errors import ChengshuError, Words

_ON_CASE = _("Correct it in the properties of the process.")
_ON_NODE = _("Correct the clock mark of this step.")


def clock_findings(plan: Plan, on: date | None = None) -> tuple[Finding, ...]:
    """Everything that is wrong with the rule, the limits and the clock marks of a process.

    :param on: the day on which cases begin; today if None
    """
    day, book = on or timezone.localdate(), rule_book()
    rule, refusal = _rule_of(plan, book, day)
    if refusal is not None:
        return (_finding(plan, "clocks.rule", refusal, _ON_CASE),)
    return (*_of_limits(plan, rule, day), *_of_marks(plan, rule, book))


def _rule_of(plan: Plan, book: RuleBook, day: date) -> tuple[Rule | None, Words | None]:
    if not plan.case.rule:
        return None, None
    try:
        return book.rule(plan.case.rule, day), None
    except ChengshuError as error:
        return None, error.message


def _of_limits(plan: Plan, rule: Rule | None, day: date) -> Iterator[Finding]:
    """Limits that cannot be read, a legal limit beyond the law, a promise beyond the legal limit."""
    limits: dict[str, Limit | None] = {
        "legal": rule.legal if rule else None,
        "promised": rule.promised if rule else None,
    }
    for layer, text in (("legal", plan.case.legal), ("promised", plan.case.promised)):
        if not text or limit_variable(text):
            continue
        try:
            given = read_limit(text)
        except ChengshuError as error:
            yield _finding(plan, "clocks.limit", error.message, error.hint)
            continue
        if layer == "legal" and limits["legal"] and _is_longer(given, limits["legal"], day):
            message = _("The legal limit %(given)s is longer than the rule allows: %(law)s.")
            words = {"given": given.notation, "law": limits["legal"].notation}
            yield _finding(plan, "clocks.beyond_law", message % words, _ON_CASE)
        limits[layer] = given
    legal, promised = limits["legal"], limits["promised"]
    if legal and promised and _is_longer(promised, legal, day):
        message = _("The promise %(promised)s is longer than the legal limit %(legal)s.")
        words = {"promised": promised.notation, "legal": legal.notation}
        yield _finding(plan, "clocks.promise_beyond_law", message % words, _ON_CASE)


def _of_marks(plan: Plan, rule: Rule | None, book: RuleBook) -> Iterator[Finding]:
    marked = [(node, mark) for node in plan.nodes.values() for mark in node.clocks]
    if marked and not (rule or plan.case.legal or plan.case.promised):
        node = marked[0][0]
        message = _("A clock is marked here, but the process names neither a rule nor a limit.")
        yield _finding(plan, "clocks.none", message, _ON_CASE, node)
        return
    for node, mark in marked:
        if mark.do == "pause":
            yield from _of_pause(plan, node, mark, rule, book)


def _of_pause(
    plan: Plan, node: Node, mark: ClockMark, rule: Rule | None, book: RuleBook
) -> Iterator[Finding]:
    if rule is None:
        message = _("A clock is paused here, but the process names no rule that would allow it.")
        yield _finding(plan, "clocks.no_rule", message, _ON_CASE, node)
        return
    try:
        basis_of(rule, book.ground(mark.ground))
    except ChengshuError as error:
        yield _finding(plan, error.code, error.message, error.hint or _ON_NODE, node)


def _is_longer(one: Limit, other: Limit, day: date) -> bool:
    """Whether one limit ends later than another when both begin on that day."""
    if one.unit is other.unit:
        return one.amount > other.amount
    return exceeds(one, other, start=day, timekeeping=timekeeping())


def _finding(plan: Plan, code: str, message: Words, hint: Words, node: Node | None = None) -> Finding:
    return Finding(
        severity="error",
        code=code,
        element=node.id if node else plan.process_id,
        element_name=node.title if node else plan.name,
        message=message,
        hint=hint,
        line=node.line if node else 0,
    )
