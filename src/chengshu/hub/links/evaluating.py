"""What a link makes of an event: facts, condition, inputs and key, with the reason where something has no value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.api import Limits, compile_expression, formula_text, from_json, to_json
from chengshu.foundation.errors import InvalidInput, Words
from chengshu.foundation.events.offers import Input, offered_calls
from chengshu.hub.links.checking import KIND_WORDS, fits
from chengshu.hub.links.content import Content

STEPS: Final = 20_000
SECONDS: Final = 0.5
LONGEST_KEY: Final = 200


@dataclass(frozen=True)
class Given:
    """One input as it comes out.

    :param problem: why it cannot be used; empty if it can
    """

    name: str
    title: Words
    formula: str
    value: Any = None
    problem: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a link makes of one event.

    :param facts: all that the formulas could ask for
    :param holds: whether the condition holds
    :param problem: why the condition or the key has no value
    :param inputs: as they come out; those that stay empty are left out of ``call_with``
    """

    facts: Mapping[str, Any]
    holds: bool = False
    problem: str = ""
    inputs: tuple[Given, ...] = ()
    key: str = ""
    call_with: Mapping[str, Any] = field(default_factory=dict)

    @property
    def first_problem(self) -> str:
        return self.problem or next((f"{one.title}: {one.problem}" for one in self.inputs if one.problem), "")


def outcome_of(content: Content, facts: Mapping[str, Any], at: datetime | None = None) -> Outcome:
    """Evaluate a link for an event.

    :param facts: all of them, looked up with the rights of whoever the link acts for
    :param at: when it happened: what ``now()`` means
    """
    values, limits = from_json(facts), _limits(at)
    if content.condition.strip():
        holds, problem = evaluated(content.condition, values, limits)
        if not isinstance(holds, bool):
            return Outcome(facts, problem=problem or str(_("The condition gives neither yes nor no.")))
        if not holds:
            return Outcome(facts)
    inputs = tuple(_given(one, content.inputs.get(one.name, ""), values, limits) for one in _inputs(content))
    key, problem = key_of(content.key, facts, at) if content.key.strip() else ("", "")
    used = {one.name: one.value for one in inputs if one.value is not None}
    return Outcome(facts, True, problem, inputs, key, used)


def is_ruled_out(content: Content, own: Mapping[str, Any], at: datetime) -> bool:
    """Whether an event's own facts alone say that the condition does not hold.

    Strict evaluation ends at the first name that they do not have; what the condition says beyond is then open.
    """
    if not content.condition.strip():
        return False
    try:
        expression = compile_expression(content.condition)
        return expression.evaluate(from_json(own), limits=_limits(at), strict=True) is False
    except InvalidInput:
        return False


def key_of(formula: str, facts: Mapping[str, Any], at: datetime | None = None) -> tuple[str, str]:
    """The key as text, and why there is none."""
    value, problem = evaluated(formula, from_json(facts), _limits(at))
    if value is None:
        return "", problem or str(_("The key has no value."))
    return formula_text(value)[:LONGEST_KEY], ""


def evaluated(formula: str, values: Mapping[str, Any], limits: Limits) -> tuple[Any, str]:
    """The value, and what was remarked on the way."""
    remarks: list[Any] = []
    try:
        value = compile_expression(formula).evaluate(values, limits=limits, remarks=remarks)
    except InvalidInput as error:
        return None, f"{error.message} {error.hint}".strip()
    return value, "; ".join(str(one.message) for one in remarks[:3])


def _given(one: Input, formula: str, values: Mapping[str, Any], limits: Limits) -> Given:
    if not formula.strip():
        missing = str(_("This is needed.")) if one.required else ""
        return Given(one.name, one.title, formula, problem=missing)
    value, problem = evaluated(formula, values, limits)
    if value is None:
        return Given(
            one.name, one.title, formula, problem=problem if problem or not one.required else _no_value()
        )
    if not fits(value, one.kind):
        wanted = _("This must give %(wanted)s.") % {"wanted": KIND_WORDS[one.kind]}
        return Given(one.name, one.title, formula, problem=str(wanted))
    return Given(one.name, one.title, formula, _plain(value))


def _no_value() -> str:
    return str(_("This has no value."))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return to_json(value)


def _inputs(content: Content) -> tuple[Input, ...]:
    call = offered_calls().get(content.call)
    return call.inputs if call else ()


def _limits(at: datetime | None) -> Limits:
    return Limits(steps=STEPS, seconds=SECONDS, now=at or timezone.now())
