"""Findings of a year as lists and counts: those of the versions in force, gone ones left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Case, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When

from chengshu.hub.promises.models import BudgetYear, Commitment, Finding, FindingState, Severity

GROUPS = ("S", "V", "C", "X")
"""Structure, value, category, cross: the first letter of a rule's code."""


@dataclass(frozen=True)
class Line:
    """The open findings of one form, by group and by severity."""

    ref: str
    name: str
    groups: Mapping[str, int]
    severities: Mapping[str, int]
    promises: int

    @property
    def total(self) -> int:
        return sum(self.groups.values())


@dataclass(frozen=True)
class Summary:
    """How many findings stand: by severity, by rule and severity, and by form."""

    severities: Mapping[str, int]
    codes: Mapping[str, Mapping[str, int]]
    lines: Sequence[Line]
    decided: int

    @property
    def total(self) -> int:
        return sum(self.severities.values())


def standing_findings(budget_year: BudgetYear) -> QuerySet[Finding]:
    """Every finding about what is in force, in printed order with the department last."""
    commitment = Commitment.objects.filter(
        indicator_id=OuterRef("indicator_id"), version_id=OuterRef("version_id")
    )
    is_department = Case(When(form__ref="D", then=Value(1)), default=Value(0), output_field=IntegerField())
    return (
        Finding.objects.filter(form__budget_year=budget_year, version=F("form__current"))
        .exclude(state=FindingState.GONE)
        .select_related("form__project", "indicator")
        .annotate(
            indicator_name=Subquery(commitment.values("name")[:1]),
            annual_raw=Subquery(commitment.values("annual_raw")[:1]),
            is_department=is_department,
        )
        .order_by("is_department", "form__ref", "indicator__number", "code")
    )


def raw_of(finding: Finding) -> tuple[str, str]:
    """Name and printed target of the promise a finding is about; empty for one about a whole form."""
    return getattr(finding, "indicator_name", "") or "", getattr(finding, "annual_raw", "") or ""


def matching(text: str) -> Q:
    """Findings whose promise, project or reference contains the text."""
    return (
        Q(indicator_name__icontains=text)
        | Q(annual_raw__icontains=text)
        | Q(form__project__name__icontains=text)
        | Q(ref__icontains=text)
    )


def summary(found: Iterable[Finding], promises: Mapping[str, int]) -> Summary:
    """Counts of the open ones among ``found``.

    :param promises: how many promises each form has, by its ref
    """
    severities: Counter[str] = Counter()
    codes: dict[str, Counter[str]] = {}
    groups: dict[str, Counter[str]] = {}
    graves: dict[str, Counter[str]] = {}
    names: dict[str, str] = {}
    decided = 0
    for finding in found:
        names.setdefault(finding.form.ref, finding.form.project.name if finding.form.project else "")
        if finding.state != FindingState.OPEN:
            decided += 1
            continue
        severities[finding.severity] += 1
        codes.setdefault(finding.code, Counter())[finding.severity] += 1
        groups.setdefault(finding.form.ref, Counter())[finding.code[:1]] += 1
        graves.setdefault(finding.form.ref, Counter())[finding.severity] += 1
    lines = [
        Line(ref, names[ref], groups[ref], graves[ref], promises.get(ref, 0))
        for ref in names
        if ref in groups
    ]
    ordered = {severity.value: severities[severity.value] for severity in Severity}
    return Summary(ordered, {code: codes[code] for code in sorted(codes)}, lines, decided)
