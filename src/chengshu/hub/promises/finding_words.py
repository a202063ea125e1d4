"""What a stored finding says, in the language of whoever reads it now.

A row keeps the rule's code and the figures, never a sentence: messages, reasons and laws come from the rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext

from chengshu.foundation.errors import Words
from chengshu.hub.promises.lint import Rule, rules
from chengshu.hub.promises.models import Finding


@dataclass(frozen=True, slots=True)
class Proposed:
    """A stored suggestion with its reason in the reader's language; a ``?`` in ``after`` is for the author to fill."""

    kind: str
    field: str
    before: str
    after: str
    reason: str


@lru_cache(maxsize=1)
def rules_by_code() -> Mapping[str, Rule]:
    """Every rule by its code."""
    return {rule.code: rule for rule in rules()}


def message_of(finding: Finding) -> str:
    """The finding's sentence: its rule's message with the figures of that day.

    A rule that has since gone, or asks for other figures, is named by its title or code instead.
    """
    rule = rules_by_code().get(finding.code)
    if rule is None:
        return finding.code
    try:
        message: str = str(rule.message) % finding.data
    except (KeyError, TypeError, ValueError):
        return str(rule.title)
    return message


def title_of(code: str) -> Words:
    """The short name of a rule; its code if there is no such rule any more."""
    rule = rules_by_code().get(code)
    return rule.title if rule else code


def law_of(code: str) -> str:
    """The law, standard or convention a rule rests on, in the reader's language."""
    rule = rules_by_code().get(code)
    return str(rule.source) if rule else ""


def proposals_of(finding: Finding) -> tuple[Proposed, ...]:
    """What the finding suggests; reasons are stored as message ids and told in the reader's language."""
    return tuple(_proposed(stored) for stored in finding.suggestions)


def proposal_text(finding: Finding) -> str:
    """All suggestions of a finding on one line each, for lists and printed reports."""
    return "\n".join(f"{p.after}（{p.reason}）" if p.reason else p.after for p in proposals_of(finding))


def _proposed(stored: Mapping[str, Any]) -> Proposed:
    reason = str(stored.get("reason", ""))
    return Proposed(
        str(stored.get("kind", "")),
        str(stored.get("field", "")),
        str(stored.get("before", "")),
        str(stored.get("after", "")),
        gettext(reason) if reason else "",
    )
