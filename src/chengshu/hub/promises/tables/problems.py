"""What is wrong in a table, and where: collected, so that a person sees every problem of a file at once.

This module holds no rule about tables; the readers report, and :class:`ReadResult` decides what may be used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidFile, Place, Words
from chengshu.hub.promises.tables.data import SourceTables

SHOWN_IN_MESSAGE = 20
MOST_IN_DATA = 500
EXCERPT_CHARACTERS = 40


def _filled(words: Words, values: dict[str, Any]) -> str:
    return str(words) % values


say = lazy(_filled, str)
"""``say(_("… %(name)s …"), {"name": …})``: a sentence filled in only when read, in the reader's language."""


def excerpt(text: str) -> str:
    """The beginning of a cell on one line, short enough to be quoted in a message."""
    flat = " ".join(text.split())
    return flat if len(flat) <= EXCERPT_CHARACTERS else f"{flat[: EXCERPT_CHARACTERS - 1]}…"


@dataclass(frozen=True, slots=True)
class Problem:
    """One located remark about a table.

    ``reason`` and ``next_step`` are sentences in the language of whoever reads them.
    """

    code: str
    place: Place | None
    reason: Words
    next_step: Words

    def __str__(self) -> str:
        sentence = f"{self.reason} {self.next_step}".strip()
        if self.place is None:
            return sentence
        return str(say(_("%(where)s: %(sentence)s"), {"where": where(self.place), "sentence": sentence}))

    def as_data(self) -> dict[str, Any]:
        """The same as JSON-serialisable facts for programs."""
        place = self.place or Place(0)
        return {
            "code": self.code,
            "sheet": place.sheet,
            "line": place.line,
            "column": place.column,
            "label": place.label,
            "reason": str(self.reason),
            "next_step": str(self.next_step),
        }


def where(place: Place) -> Words:
    """A place in words, such as ``line 12, column 2 (总计)``, in the reader's language."""
    values = {"line": place.line, "column": place.column, "label": place.label}
    if place.column and place.label:
        position = say(_("line %(line)s, column %(column)s (%(label)s)"), values)
    elif place.column:
        position = say(_("line %(line)s, column %(column)s"), values)
    else:
        position = say(_("line %(line)s"), values)
    return (
        say(_("%(sheet)s, %(position)s"), {"sheet": place.sheet, "position": position})
        if place.sheet
        else position
    )


@dataclass(slots=True)
class Findings:
    """The list that readers write their remarks on while they go through a file."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def problem(self, code: str, place: Place | None, reason: Words, next_step: Words) -> None:
        """Notes something that stops the table from being used."""
        self.problems.append(Problem(f"tables.{code}", place, reason, next_step))

    def warning(self, code: str, place: Place | None, reason: Words, next_step: Words) -> None:
        """Notes something that was passed over without harm to the rest."""
        self.warnings.append(Problem(f"tables.{code}", place, reason, next_step))


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What a file gave: tables without problems, and every problem and warning that was found.

    A table in which a problem was found is absent from ``tables``; there are no half tables.
    """

    tables: SourceTables
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]

    @property
    def accepted(self) -> SourceTables:
        """The tables, if nothing stands against using them.

        :raises InvalidFile: naming every problem; ``data["problems"]`` holds up to 500 of them for programs
        """
        if self.problems:
            raise refusal(self.problems)
        return self.tables


def refusal(problems: tuple[Problem, ...]) -> InvalidFile:
    """One error for a whole list of problems, which it names in its message."""
    first = problems[0]
    listed = "\n".join(f"- {problem}" for problem in problems[:SHOWN_IN_MESSAGE])
    hidden = len(problems) - SHOWN_IN_MESSAGE
    more = f"\n{say(_('and %(count)s more'), {'count': hidden})}" if hidden > 0 else ""
    message = say(
        _("The file cannot be imported; problems found: %(count)s.\n%(list)s"),
        {"count": len(problems), "list": f"{listed}{more}"},
    )
    return InvalidFile(
        message,
        place=first.place,
        code=first.code if len(problems) == 1 else "tables.problems",
        hint=_("Correct the places named above and import the file again."),
        data={"problems": [problem.as_data() for problem in problems[:MOST_IN_DATA]]},
    )
