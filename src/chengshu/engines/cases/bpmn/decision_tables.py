"""Whether a decision table leaves cases undecided or decides them twice: overlaps, gaps and rules that never apply.

Each column is cut at the values that its cells mention; between two of them all cells say the same, so that one sample
stands for all. Only cells of plain values and ranges can be cut so; a table with other cells is examined as far as its
plain rules go. What a null input does is not considered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.parsing import parse
from chengshu.engines.cases.bpmn.rules import Rule
from chengshu.engines.cases.bpmn.tree import Element
from chengshu.engines.cases.data import Finding
from chengshu.engines.cases.feel import (
    DaysDuration,
    FeelError,
    UnaryTests,
    YearsDuration,
    compile_expression,
    compile_unary_tests,
    syntax,
    text_of,
)
from chengshu.engines.cases.feel.parser import Parser
from chengshu.engines.cases.refusals import ModelRefused

OVERLAP = Rule("dmn.overlap", "warning", _("Two rules of a table that allows one do not apply at once."))
GAP = Rule("dmn.gap", "warning", _("A table without a default decides every case."))
MASKED = Rule("dmn.masked_rule", "warning", _("A rule is not hidden behind an earlier one."))
NEVER = Rule("dmn.rule_never_applies", "warning", _("Every rule can apply."))
RULES: Final = (OVERLAP, GAP, MASKED, NEVER)

MOST_COMBINATIONS: Final = 20_000
"""Combinations looked at for gaps; a larger table is examined for overlaps only."""
MOST_REPORTED: Final = 5
"""Gaps and overlaps reported of one table."""

_EXCLUSIVE: Final = ("UNIQUE", "ANY")
_DECIDING: Final = ("UNIQUE", "ANY", "FIRST", "PRIORITY")
"""Hit policies under which a case without a matching rule gets no answer."""
_OTHER_TEXT: Final = "\N{NULL}"
"""Stands for every text that the table does not mention."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a column's values within which every cell says the same.

    :param sample: one value of it
    :param words: for people, such as ``> 100``, ``[100..200)`` or ``"new"``
    """

    sample: Any
    words: str


@dataclass(frozen=True)
class _Column:
    title: str
    slices: tuple[Slice, ...]


@dataclass(frozen=True)
class _Row:
    """One rule: for each column the numbers of the slices that it accepts; None for a rule that cannot be cut."""

    number: int
    element: Element
    accepts: tuple[frozenset[int], ...] | None
    results: tuple[str, ...]


@dataclass(frozen=True)
class _Table:
    element: Element
    name: str
    policy: str
    columns: tuple[_Column, ...]
    rows: tuple[_Row, ...]
    has_default: bool


def lint_decisions(content: bytes) -> tuple[Finding, ...]:
    """What can be said about the decision tables of a DMN file; an unreadable file gives the reasons for that."""
    try:
        root, _prolog = parse(content)
    except ModelRefused as refused:
        return refused.findings
    tables = [_read(found) for found in root.walk() if found.local == "decisionTable"]
    return tuple(finding for table in tables for finding in _findings(table))


def _findings(table: _Table) -> Iterator[Finding]:
    yield from _never(table)
    if table.policy in _EXCLUSIVE:
        yield from _overlaps(table)
    if table.policy == "FIRST":
        yield from _masked(table)
    if table.policy in _DECIDING and not table.has_default:
        yield from _gaps(table)


# -- reading ------------------------------------------------------------------------------------------------------


def _children(element: Element, local: str) -> list[Element]:
    """Direct children by their name alone, since each version of DMN has a namespace of its own."""
    return [child for child in element.children if child.local == local]


def _text(element: Element, *path: str) -> str:
    """The text at the end of a path of first children; empty where there is none."""
    for local in path:
        found = _children(element, local)
        if not found:
            return ""
        element = found[0]
    return element.value


def _read(element: Element) -> _Table:
    owner = next(
        (around for around in element.ancestors() if around.local in ("decision", "businessKnowledgeModel")),
        None,
    )
    inputs, rules = _children(element, "input"), _children(element, "rule")
    cells = [[_text(entry, "text") or "-" for entry in _children(rule, "inputEntry")] for rule in rules]
    columns: list[_Column] = []
    accepted: list[list[frozenset[int] | None]] = []
    for number, column in enumerate(inputs):
        texts = [row[number] if number < len(row) else "-" for row in cells]
        slices = _slices(texts, _text(column, "inputValues", "text"), _type_of(column))
        title = " ".join((column.get("label") or _text(column, "inputExpression", "text")).split())
        columns.append(_Column(title, slices))
        accepted.append([_accepted(text, slices) for text in texts])
    rows = []
    for number, rule in enumerate(rules):
        parts = [column[number] for column in accepted]
        plain = tuple(part for part in parts if part is not None)
        results = tuple(_text(entry, "text") for entry in _children(rule, "outputEntry"))
        rows.append(_Row(number + 1, rule, plain if len(plain) == len(parts) else None, results))
    return _Table(
        element,
        owner.name if owner is not None else "",
        element.get("hitPolicy") or "UNIQUE",
        tuple(columns),
        tuple(rows),
        any(_text(output, "defaultOutputEntry", "text") for output in _children(element, "output")),
    )


def _type_of(column: Element) -> str:
    expressions = _children(column, "inputExpression")
    return expressions[0].get("typeRef").rpartition(":")[2] if expressions else ""


def _accepted(text: str, slices: Sequence[Slice]) -> frozenset[int] | None:
    """The slices in which the cell is true; None for a cell that says more than plain values and ranges."""
    if text.strip() == "-":
        return frozenset(range(len(slices)))
    tests = _tests(text)
    if tests is None or _values(text) is None:
        return None
    return frozenset(number for number, part in enumerate(slices) if tests.matches(part.sample))


def _tests(text: str) -> UnaryTests | None:
    try:
        return compile_unary_tests(text)
    except FeelError:
        return None


# -- cutting a column ---------------------------------------------------------------------------------------------


def _slices(texts: Sequence[str], allowed: str, type_name: str) -> tuple[Slice, ...]:
    """The column cut at every value mentioned; one slice for everything where nothing is."""
    mentioned: list[Any] = []
    for text in (*texts, allowed):
        mentioned += _values(text) or []
    if type_name == "boolean" or any(isinstance(value, bool) for value in mentioned):
        cut = [Slice(True, "true"), Slice(False, "false")]
    elif all(isinstance(value, str) for value in mentioned):
        texts_mentioned = dict.fromkeys(mentioned)
        cut = [Slice(text, f'"{text}"') for text in texts_mentioned]
        cut.append(Slice(_OTHER_TEXT, str(_("anything else") if texts_mentioned else _("anything"))))
    else:
        cut = _ordered(mentioned)
    possible = _tests(allowed) if allowed and _values(allowed) is not None else None
    return tuple(part for part in cut if possible is None or possible.matches(part.sample))


@dataclass(frozen=True, slots=True)
class _Axis:
    """How the values of a kind lie on the line of numbers.

    :param unit: the distance of neighbours; 0 where there is a value between any two
    """

    position: Callable[[Any], Decimal]
    value: Callable[[Decimal], Any]
    unit: int


_AXES: Final[dict[type, _Axis]] = {
    Decimal: _Axis(Decimal, Decimal, 0),
    date: _Axis(lambda day: Decimal(day.toordinal()), lambda at: date.fromordinal(int(at)), 1),
    DaysDuration: _Axis(lambda length: Decimal(length.nanos), lambda at: DaysDuration(int(at)), 1),
    YearsDuration: _Axis(lambda length: Decimal(length.months), lambda at: YearsDuration(int(at)), 1),
}
"""Kinds of values that can be cut; moments with and without a zone have no common order, so they are not among them."""


def _ordered(mentioned: Sequence[Any]) -> list[Slice]:
    """Points and the stretches between them; nothing to cut where the values are of different kinds."""
    kinds = {type(value) for value in mentioned}
    axis = _AXES.get(kinds.pop()) if len(kinds) == 1 else None
    if axis is None:
        return [Slice(_OTHER_TEXT, str(_("anything")))]
    points = sorted({axis.position(value) for value in mentioned})
    words = [text_of(axis.value(point)) for point in points]
    cut = [Slice(axis.value(points[0] - 1), f"< {words[0]}")]
    for number, point in enumerate(points):
        cut.append(Slice(axis.value(point), words[number]))
        if number + 1 < len(points) and points[number + 1] - point > axis.unit:
            between = point + 1 if axis.unit else (point + points[number + 1]) / 2
            cut.append(Slice(axis.value(between), f"({words[number]}..{words[number + 1]})"))
    cut.append(Slice(axis.value(points[-1] + 1), f"> {words[-1]}"))
    return cut


def _values(text: str) -> list[Any] | None:
    """The values that a cell of plain values and ranges mentions; None for any other cell."""
    if not text.strip():
        return []
    try:
        tree = Parser(text).unary_tests()
    except FeelError:
        return None
    if isinstance(tree, syntax.AnyTest):
        return []
    return _mentioned(tree)


def _mentioned(node: syntax.Node) -> list[Any] | None:
    match node:
        case syntax.Tests(tests=parts):
            return _all_mentioned(parts)
        case syntax.Test(expression=expression, uses_input=False):
            return _mentioned(expression)
        case syntax.OneSided(endpoint=endpoint):
            return _mentioned(endpoint)
        case syntax.Interval(low=low, high=high):
            return _all_mentioned((low, high))
        case syntax.Literal(value=value) if value is not None:
            return [value]
        case syntax.AtLiteral(text=written):
            return [compile_expression(f'@"{written}"').evaluate()]
        case syntax.Call(
            function=syntax.Name(text=name), arguments=(syntax.Literal(value=str() as written),)
        ):
            return [compile_expression(f'{name}("{written}")').evaluate()] if name in _MAKERS else None
    return None


_MAKERS: Final = ("date", "duration")


def _all_mentioned(nodes: Sequence[syntax.Node]) -> list[Any] | None:
    found: list[Any] = []
    for node in nodes:
        values = _mentioned(node)
        if values is None:
            return None
        found += values
    return found


# -- what is wrong ------------------------------------------------------------------------------------------------


def _finding(table: _Table, rule: Rule, row: _Row | None, message: object, hint: object) -> Finding:
    place = row.element if row is not None else table.element
    element = place.id or table.element.id
    return Finding(rule.severity, rule.code, element, table.name, str(message), str(hint), place.line)


def _never(table: _Table) -> Iterator[Finding]:
    for row in table.rows:
        if row.accepts is not None and not all(row.accepts):
            message = _("Rule %(rule)s of “%(table)s” can never apply.") % {
                "rule": row.number,
                "table": table.name,
            }
            yield _finding(
                table, NEVER, row, message, _("Look at its ranges: the first value must be the smaller one.")
            )


def _overlaps(table: _Table) -> Iterator[Finding]:
    plain = [row for row in table.rows if row.accepts is not None and all(row.accepts)]
    pairs = ((one, other) for number, one in enumerate(plain) for other in plain[number + 1 :])
    reported = 0
    for one, other in pairs:
        common = _common(one, other)
        if common is None or (table.policy == "ANY" and one.results == other.results):
            continue
        message = _("Rules %(one)s and %(other)s of “%(table)s” both apply to %(case)s.") % {
            "one": one.number,
            "other": other.number,
            "table": table.name,
            "case": _spoken(table, common),
        }
        yield _finding(
            table, OVERLAP, other, message, _("Narrow one of them, or choose the hit policy FIRST.")
        )
        reported += 1
        if reported == MOST_REPORTED:
            return


def _common(one: _Row, other: _Row) -> list[frozenset[int]] | None:
    """The slices that both rules accept, column by column; None when they have nothing in common."""
    assert one.accepts is not None, "only plain rules are compared"
    assert other.accepts is not None, "only plain rules are compared"
    common = [mine & theirs for mine, theirs in zip(one.accepts, other.accepts, strict=True)]
    return common if all(common) else None


def _masked(table: _Table) -> Iterator[Finding]:
    plain = [row for row in table.rows if row.accepts is not None and all(row.accepts)]
    for number, row in enumerate(plain):
        for earlier in plain[:number]:
            if _common(earlier, row) == list(row.accepts or ()):
                message = _(
                    "Rule %(rule)s of “%(table)s” is never reached: rule %(earlier)s applies before it."
                ) % {
                    "rule": row.number,
                    "table": table.name,
                    "earlier": earlier.number,
                }
                yield _finding(table, MASKED, row, message, _("Move it up, or delete it."))
                break


def _gaps(table: _Table) -> Iterator[Finding]:
    rows = [row.accepts for row in table.rows if row.accepts is not None]
    if len(rows) < len(table.rows) or not table.columns:
        return  # A cell that cannot be cut may fill any gap.
    search = _GapSearch(table.columns)
    for gap in search.gaps(rows)[:MOST_REPORTED]:
        message = _("No rule of “%(table)s” applies to %(case)s.") % {
            "table": table.name,
            "case": _spoken(table, gap),
        }
        hint = _("Add a rule, a default result, or a last rule for everything else.")
        yield _finding(table, GAP, None, message, hint)


class _GapSearch:
    """Combinations of slices that no rule accepts, column by column; slices that the same rules accept go together."""

    def __init__(self, columns: Sequence[_Column]) -> None:
        self.columns = columns
        self.seen = 0

    def gaps(self, rows: Sequence[tuple[frozenset[int], ...]]) -> list[list[frozenset[int]]]:
        found = self._search(tuple(range(len(rows))), rows, [])
        return found if self.seen <= MOST_COMBINATIONS else []

    def _search(
        self, alive: tuple[int, ...], rows: Sequence[tuple[frozenset[int], ...]], path: list[frozenset[int]]
    ) -> list[list[frozenset[int]]]:
        self.seen += 1
        if self.seen > MOST_COMBINATIONS:
            return []
        everything = [frozenset(range(len(column.slices))) for column in self.columns[len(path) :]]
        if not alive:
            return [[*path, *everything]]
        if not everything:
            return []
        groups: dict[tuple[int, ...], list[int]] = {}
        for part in range(len(self.columns[len(path)].slices)):
            accepting = tuple(number for number in alive if part in rows[number][len(path)])
            groups.setdefault(accepting, []).append(part)
        return [
            gap
            for accepting, parts in groups.items()
            for gap in self._search(accepting, rows, [*path, frozenset(parts)])
        ]


def _spoken(table: _Table, parts: Sequence[frozenset[int]]) -> str:
    """A combination of slices for people; columns that may be anything are left out."""
    told = [
        f"{column.title}: {_joined([column.slices[number] for number in sorted(chosen)])}"
        for column, chosen in zip(table.columns, parts, strict=True)
        if len(chosen) < len(column.slices)
    ]
    return "; ".join(told) or str(_("every case"))


def _joined(slices: Sequence[Slice]) -> str:
    shown = [part.words for part in slices]
    return ", ".join(shown if len(shown) <= 4 else [*shown[:3], "…", shown[-1]])
