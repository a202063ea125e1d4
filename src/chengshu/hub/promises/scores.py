"""Scores without a database: actual values from a file, held against the promises of the tables.

The same measures and formulas as the self-evaluation (财预〔2020〕10号). What is not in the file is unreported: it
blocks the total and is never taken for zero.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from chengshu.foundation.errors import ChengshuError, InvalidFile, InvalidInput, Place
from chengshu.hub.promises.appraisal import family_of
from chengshu.hub.promises.entry import read_amount
from chengshu.hub.promises.evaluation import rules as rulebook
from chengshu.hub.promises.evaluation.measures import Kind
from chengshu.hub.promises.evaluation.self_evaluation import (
    Budget,
    Evaluation,
    EvaluationInput,
    IndicatorInput,
    evaluate,
)
from chengshu.hub.promises.families import family_code
from chengshu.hub.promises.measured import measured, read_value
from chengshu.hub.promises.models import Commitment
from chengshu.hub.promises.tables import Problem
from chengshu.hub.promises.tables.data import IndicatorRow, ProjectRow, SourceTables
from chengshu.hub.promises.tables.problems import refusal
from chengshu.hub.promises.targets import direction, parse

COLUMNS = ("ref", "actual", "paid", "adjusted", "points")


@dataclass(frozen=True)
class Reported:
    """What a file says of one promise or project, as typed."""

    actual: str = ""
    paid: str = ""
    adjusted: str = ""
    points: str = ""
    line: int = 0


@dataclass(frozen=True)
class Score:
    """One project's scored form."""

    ref: str
    name: str
    evaluation: Evaluation


@dataclass
class _Collected:
    """Problems of the file, found while its values are read."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, line: int, label: str, error: ChengshuError) -> None:
        self.problems.append(Problem(error.code, Place(line, 0, label), error.message, error.hint))


def read_reports(path: Path) -> dict[str, Reported]:
    """The values in a CSV file with the columns ``COLUMNS``, or in a JSON list of objects with these keys.

    :raises InvalidFile: if it is neither, lacks ``ref``, or names a promise twice
    """
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    rows = _json_rows(text) if text.lstrip()[:1] in "[{" else _csv_rows(text)
    found: dict[str, Reported] = {}
    for line, row in rows:
        ref = row.get("ref", "").strip()
        if not ref or ref in found:
            raise InvalidFile(
                _("Line %(line)s names no promise, or one that was named before.") % {"line": line},
                place=Place(line, 1, "ref"),
                code="score.ref",
                hint=_("Write each reference, such as P04#1, exactly once."),
            )
        actual, paid, adjusted, points = (row.get(name, "").strip() for name in COLUMNS[1:])
        found[ref] = Reported(actual, paid, adjusted, points, line)
    return found


def _csv_rows(text: str) -> Iterable[tuple[int, Mapping[str, str]]]:
    reader = csv.DictReader(io.StringIO(text))
    if not reader.fieldnames or "ref" not in reader.fieldnames:
        raise _not_understood()
    return [(reader.line_num, {k: v or "" for k, v in row.items() if k}) for row in reader]


def _json_rows(text: str) -> Iterable[tuple[int, Mapping[str, str]]]:
    try:
        rows = json.loads(text)
    except ValueError as error:
        raise _not_understood() from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _not_understood()
    return [
        (number, {key: "" if value is None else str(value) for key, value in row.items()})
        for number, row in enumerate(rows, start=1)
    ]


def _not_understood() -> InvalidFile:
    return InvalidFile(
        _("The file is no list of actual values."),
        code="score.file",
        hint=_("Give CSV with the columns %(columns)s, or a JSON list of objects with these keys.")
        % {"columns": ", ".join(COLUMNS)},
    )


def score(tables: SourceTables, reports: Mapping[str, Reported], *, on: date | None = None) -> list[Score]:
    """The scores of every project that the reports mention, by the rules of a day.

    :param on: the day whose rules apply; the last of the budget year if None
    :raises InvalidFile: naming every value that cannot be read and every reference that is not in the tables
    """
    collected = _Collected()
    rules = rulebook.at(on or date(tables.year, 12, 31))
    projects = tables.projects.projects if tables.projects else ()
    mentioned = {ref.partition("#")[0] for ref in reports}
    _require_known(reports, projects, collected)
    scores = [
        Score(project.ref, project.name, evaluate(_form(project, reports, rules, collected)))
        for project in projects
        if project.ref in mentioned
    ]
    if collected.problems:
        raise refusal(tuple(collected.problems))
    return scores


def _require_known(
    reports: Mapping[str, Reported], projects: Sequence[ProjectRow], collected: _Collected
) -> None:
    known = {row.ref for project in projects for row in project.indicators} | {p.ref for p in projects}
    for ref, reported in reports.items():
        if ref not in known:
            error = InvalidInput(
                _("No project or promise is called “%(ref)s”.") % {"ref": ref[:20]},
                code="score.unknown",
                hint=_("Use the references of the tables, such as P04 or P04#1."),
            )
            collected.add(reported.line, "ref", error)


def _form(
    project: ProjectRow, reports: Mapping[str, Reported], rules: rulebook.Rules, collected: _Collected
) -> EvaluationInput:
    money = reports.get(project.ref, Reported())
    adjusted = _amount(money.adjusted, "adjusted", money.line, collected)
    inputs = [_input(row, reports.get(row.ref, Reported()), collected) for row in project.indicators]
    budget = Budget(
        project.amount,
        adjusted if adjusted is not None else project.amount,
        _amount(money.paid, "paid", money.line, collected),
    )
    return EvaluationInput(budget, tuple(one for one in inputs if one is not None), rules)


def _amount(text: str, label: str, line: int, collected: _Collected) -> Decimal | None:
    if not text:
        return None
    try:
        return read_amount(text, label)
    except InvalidInput as error:
        collected.add(line, label, error)
        return None


def _input(row: IndicatorRow, reported: Reported, collected: _Collected) -> IndicatorInput | None:
    commitment = commitment_like(row)
    family = family_of(commitment)
    if family is None:
        return None
    found = measured(commitment)
    plain = IndicatorInput(row.ref, row.name, family, found.measure, has_evidence=bool(reported.actual))
    if not reported.actual:
        return plain
    try:
        value = read_value(found.measure, reported.actual, field="actual")
    except InvalidInput as error:
        collected.add(reported.line, "actual", error)
        return plain
    points = _amount(reported.points, "points", reported.line, collected)
    return replace(
        plain,
        actual=value.number,
        done=value.done,
        achievement=value.achievement,
        given_points=points if found.measure.kind is Kind.QUAL else None,
    )


def commitment_like(row: IndicatorRow) -> Commitment:
    """What a row promises, for measuring only: belongs to no version and is never saved."""
    return Commitment(
        l1_code=row.l1_code,
        l1_name=row.l1_name,
        l2_name=row.l2_name,
        family=family_code(row.l1_code, row.l2_code, row.l2_name),
        name=row.name,
        period_raw=row.period_raw,
        annual_raw=row.annual_raw,
        direction=direction(row.name, parse(row.annual_raw, row.name)).value.upper(),
    )


def score_data(ref: str, name: str, evaluation: Evaluation) -> dict[str, Any]:
    """A scored form for programs; points as text."""
    return {
        "ref": ref,
        "name": name,
        "total": _plain(evaluation.total),
        "grade": evaluation.grade.value if evaluation.grade else None,
        "subtotal": str(evaluation.subtotal),
        "scored_weight": str(evaluation.scored_weight),
        "lines": [
            {
                "ref": line.ref,
                "name": line.name,
                "weight": str(line.weight),
                "points": _plain(line.scored.points) if line.scored else None,
            }
            for line in evaluation.lines
        ],
        "blockers": [
            {"ref": blocker.ref, "code": blocker.code, "message": str(blocker.text)}
            for blocker in evaluation.blockers
        ],
    }


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
