"""The board in three queries: the years, one row per promise, one row per open finding.

No model instance is made per promise; the whole department is a few hundred tuples.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from chengshu.foundation.web.formats import number
from chengshu.hub.promises.measured import WORDS
from chengshu.hub.promises.models import (
    BindingKind,
    BudgetYear,
    Finding,
    FindingState,
    Project,
    Severity,
    Verdict,
)
from chengshu.hub.promises.queries.years import promises_in
from chengshu.hub.promises.rows import DEPARTMENT_REF
from chengshu.hub.promises.tables.department_table import SOURCES

ZERO = Decimal("0.00")


class Promise(NamedTuple):
    """One cell of the board, in the order of the query's columns."""

    id: int
    ref: str
    form_ref: str
    unit_id: int
    family: str
    name: str
    annual_raw: str
    direction: str
    target_kind: str
    verdict: str
    reason: str
    binding_kind: str
    errors: int
    warnings: int
    simulated: bool
    value: Decimal | None
    value_text: str | None
    value_on: date | None

    @property
    def actual(self) -> str:
        """The value that the verdict rests on, with its day; empty where there is none."""
        if self.value_on is None:
            return ""
        shown = (
            number(self.value.normalize()) if self.value is not None else WORDS.get(self.value_text or "", "")
        )
        return f"{shown}（{self.value_on.isoformat()}）"

    @property
    def severity(self) -> str:
        """The gravest open finding: ``E``, ``W`` or nothing."""
        return Severity.ERROR.value if self.errors else Severity.WARNING.value if self.warnings else ""


COLUMNS = (
    "indicator_id",
    "indicator__ref",
    "indicator__form__ref",
    "unit_id",
    "family",
    "name",
    "annual_raw",
    "direction",
    "annual_target__kind",
    "indicator__standing__verdict",
    "indicator__standing__reason",
    "indicator__standing__binding_kind",
    "indicator__standing__errors",
    "indicator__standing__warnings",
    "indicator__standing__simulated",
    "indicator__standing__observation__value",
    "indicator__standing__observation__value_text",
    "indicator__standing__observation__as_of",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the board: a project, or the department's own form (``ref`` D), with its promises."""

    ref: str
    name: str
    unit_id: int
    unit_name: str
    amount: Decimal | None
    promises: tuple[Promise, ...]
    findings: Mapping[str, int]
    """Open findings by severity, those of the form itself included."""

    @property
    def is_department(self) -> bool:
        return self.ref == DEPARTMENT_REF

    @property
    def finding_weight(self) -> tuple[int, int, int]:
        """What “most findings” sorts by: errors first."""
        return (
            self.findings.get(Severity.ERROR, 0),
            self.findings.get(Severity.WARNING, 0),
            self.findings.get(Severity.INFORMATION, 0),
        )


@dataclass(frozen=True, slots=True)
class Board:
    """A year's promises and money as far as the asker may see them."""

    year: BudgetYear
    lines: tuple[Line, ...]
    codes: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """The codes of the open findings of each promise."""

    @property
    def promises(self) -> list[Promise]:
        return [promise for line in self.lines for promise in line.promises]

    @property
    def projects(self) -> list[Line]:
        return [line for line in self.lines if not line.is_department]

    @property
    def amount(self) -> Decimal:
        """The money of the projects shown, in 万元."""
        return sum((line.amount or ZERO for line in self.projects), ZERO)

    def verdicts(self) -> Counter[str]:
        return Counter(promise.verdict for promise in self.promises)

    def bindings(self) -> Counter[str]:
        return Counter(promise.binding_kind for promise in self.promises)

    def findings(self) -> Counter[str]:
        total: Counter[str] = Counter()
        for line in self.lines:
            total.update(line.findings)
        return total

    @property
    def is_simulated(self) -> bool:
        return any(promise.simulated for promise in self.promises)

    @property
    def bound(self) -> int:
        """Promises with a source of evidence."""
        return sum(promise.binding_kind != BindingKind.UNBOUND for promise in self.promises)

    @property
    def judged(self) -> int:
        """Promises of which more can be said than that they are unproven."""
        return sum(promise.verdict != Verdict.UNPROVEN for promise in self.promises)


def board(budget_year: BudgetYear) -> Board:
    """The whole year within the asker's scope, in printed order, the department's own line first."""
    by_form: defaultdict[str, list[Promise]] = defaultdict(list)
    rows = promises_in(budget_year).order_by("indicator__form__ref", "indicator__number")
    for row in rows.values_list(*COLUMNS):
        promise = Promise._make(row)
        by_form[promise.form_ref].append(promise)
    severities, codes = _open_findings(budget_year)
    lines = [_department_line(budget_year, by_form, severities)] if DEPARTMENT_REF in by_form else []
    projects = Project.objects.filter(budget_year=budget_year).order_by("order")
    for ref, name, unit_id, unit, short, amount in projects.values_list(
        "ref", "name", "unit_id", "unit__name", "unit__short_name", "amount"
    ):
        own = tuple(by_form.get(ref, ()))
        lines.append(Line(ref, name, unit_id, short or unit, amount, own, severities.get(ref, {})))
    return Board(budget_year, tuple(lines), codes)


def _open_findings(budget_year: BudgetYear) -> tuple[dict[str, Counter[str]], dict[int, tuple[str, ...]]]:
    severities: defaultdict[str, Counter[str]] = defaultdict(Counter)
    codes: defaultdict[int, list[str]] = defaultdict(list)
    found = Finding.objects.filter(form__budget_year=budget_year, state=FindingState.OPEN).order_by("code")
    for form_ref, indicator_id, code, severity in found.values_list(
        "form__ref", "indicator_id", "code", "severity"
    ):
        severities[form_ref][severity] += 1
        if indicator_id is not None:
            codes[indicator_id].append(code)
    return dict(severities), {promise: tuple(known) for promise, known in codes.items()}


def _department_line(
    budget_year: BudgetYear, by_form: Mapping[str, Sequence[Promise]], severities: Mapping[str, Counter[str]]
) -> Line:
    own = tuple(by_form[DEPARTMENT_REF])
    return Line(
        DEPARTMENT_REF,
        budget_year.department_name,
        own[0].unit_id,
        budget_year.department_name,
        budget_total(budget_year.budget_lines),
        own,
        severities.get(DEPARTMENT_REF, {}),
    )


def budget_total(lines: Iterable[Mapping[str, str]]) -> Decimal | None:
    """The whole budget that the department table prints as its sources, in 万元; None when it prints none."""
    sources = [Decimal(line["amount"]) for line in lines if line["name"] in SOURCES]
    return sum(sources, ZERO) if sources else None
