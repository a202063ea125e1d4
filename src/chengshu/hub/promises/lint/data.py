"""What the linter finds and what it proposes. Findings only ever propose; a person accepts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from chengshu.foundation.errors import Words
from chengshu.hub.promises.tables.data import SourceTables

if TYPE_CHECKING:
    from .view import TablesView


class Severity(StrEnum):
    """How grave a finding is; an ERROR makes the indicator unusable as it is printed."""

    ERROR = "E"
    WARNING = "W"
    INFO = "I"


class SuggestionKind(StrEnum):
    """AUTO may be accepted in bulk (width, case, spaces, a bare 100 %); a PROPOSAL only one by one."""

    AUTO = "auto"
    PROPOSAL = "proposal"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One correction on offer.

    :param field: the field of ``IndicatorRow`` it would change, ``l2_name`` for a re-filing, ``new`` for an
        indicator to add, ``goal`` for the project's goal
    :param before: the printed text
    :param after: the proposed text; a ``?`` in it stands for a figure that only the author knows
    """

    kind: SuggestionKind
    field: str
    before: str
    after: str
    reason: Words


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule found.

    :param ref: ``P36#1`` or ``D16`` for an indicator, ``P36`` for a project
    :param template: the rule's message, in which ``data`` fills the places
    """

    ref: str
    code: str
    severity: Severity
    template: Words
    data: Mapping[str, Any] = field(default_factory=dict)
    suggestions: tuple[Suggestion, ...] = ()

    @property
    def message(self) -> str:
        """The sentence in the language of whoever reads it now."""
        return str(self.template) % self.data


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule's function yields: where, with which figures, and what to do about it."""

    ref: str
    data: Mapping[str, Any] = field(default_factory=dict)
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, with everything the page about it says.

    :param source: the law, standard or convention it rests on
    :param example: tables in which the rule must report something
    :param counterexample: tables in which it must not
    """

    code: str
    severity: Severity
    title: Words
    reason: Words
    source: Words
    message: Words
    advice: Words
    example: SourceTables
    counterexample: SourceTables
    find: Callable[[TablesView], Iterator[Hit]]
