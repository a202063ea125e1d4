"""Expressions of a model, compiled: FEEL, fixed texts, and the choices that a mere drawing leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import feel
from chengshu.engines.cases.interpreter.plan import Formula
from chengshu.foundation.errors import InvalidInput

CHOICES = "taken"
"""The variable by which a trial run of a drawing says which way to go: ``{"Gateway_1": "Flow_2"}``."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A text of the model that is no expression."""

    text: str

    def evaluate(self, context: Mapping[str, Any]) -> Any:
        return self.text


@dataclass(frozen=True, slots=True)
class Undrawn:
    """Stands for a condition that the drawing does not have: true when the trial chose this flow."""

    split: str
    flow: str
    otherwise: bool

    @property
    def text(self) -> str:
        return f"{CHOICES}.{self.split} = {self.flow}"

    def evaluate(self, context: Mapping[str, Any]) -> Any:
        chosen = context.get(CHOICES) or {}
        return chosen[self.split] == self.flow if self.split in chosen else self.otherwise


def expression(text: str) -> Formula:
    """Compile FEEL, with or without the leading ``=`` that editors write.

    :raises InvalidInput: it is no FEEL; ``${…}`` of Java engines is named as such
    """
    body = text.strip()
    if body.startswith(("${", "#{")):
        raise InvalidInput(
            _("“%(text)s” is an expression of a Java engine (JUEL), not FEEL.") % {"text": body},
            code="cases.juel_expression",
            hint=_("Write it in FEEL: ${amount > 100} becomes amount > 100."),
        )
    return feel.compile_expression(body.removeprefix("=").strip())


def text_or_expression(text: str) -> Formula | None:
    """``= expr`` is an expression, anything else is taken as written; None for nothing."""
    body = text.strip()
    if not body:
        return None
    return expression(body) if body.startswith(("=", "${", "#{")) else Fixed(body)
