"""The official forms and lists of a year as files, made from what the asker may see.

Everything printed is Chinese, as the forms are; JSON and CSV speak the reader's language. Where the asker sees a
part of the projects only, the sums are those of that part and the paper says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Literal

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengshu import __version__
from chengshu.foundation.errors import Missing, Words
from chengshu.foundation.papers.layout import Imprint
from chengshu.foundation.papers.lists import ListValue, write_csv
from chengshu.hub.promises import finding_words
from chengshu.hub.promises.forms import Finding as PrintedFinding
from chengshu.hub.promises.forms import LintReport, TargetsForm, render
from chengshu.hub.promises.forms.data import Severity as PrintedSeverity
from chengshu.hub.promises.lint import Finding as Found
from chengshu.hub.promises.lint import rules
from chengshu.hub.promises.models import BudgetYear, Finding
from chengshu.hub.promises.queries.findings import raw_of, standing_findings
from chengshu.hub.promises.reconcile import Check
from chengshu.hub.promises.rows import tables_of
from chengshu.hub.promises.tables.data import IndicatorRow, ProjectRow, SourceTables

FormName = Literal["targets", "lint"]
FormatName = Literal["xlsx", "docx", "pdf", "csv", "json"]

FORMS: dict[str, Words] = {
    "targets": gettext_lazy("Performance target tables"),
    "lint": gettext_lazy("Quality report of the targets"),
}
FORMATS = ("xlsx", "docx", "pdf", "csv", "json")
MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
_FILE_NAMES = {"targets": "绩效目标申报表", "lint": "绩效目标质量检查报告"}
_PRINTED = "zh-hans"
"""The language of the forms' own words."""


def made(budget_year: BudgetYear, form: str, file_format: str) -> tuple[str, bytes]:
    """A download: its file name and its bytes.

    :param form: a key of ``FORMS``
    :param file_format: one of ``FORMATS``
    :raises Missing: if there is no such form or format, or the asker sees nothing of the year
    """
    if form not in FORMS or file_format not in FORMATS:
        raise Missing(
            _("There is no “%(form)s” as %(format)s.") % {"form": form, "format": file_format},
            code="download.unknown",
            hint=_("Forms: %(forms)s; formats: %(formats)s.")
            % {"forms": ", ".join(FORMS), "formats": ", ".join(FORMATS)},
        )
    name = f"{budget_year.year}年{_FILE_NAMES[form]}.{file_format}"
    return name, _targets(budget_year, file_format) if form == "targets" else _lint(budget_year, file_format)


def _targets(budget_year: BudgetYear, file_format: str) -> bytes:
    tables = seen_tables(budget_year)
    if file_format == "json":
        return json_bytes(tables_data(tables, scope_note(budget_year, tables)))
    if file_format == "csv":
        return b"".join(write_csv(indicator_lines(tables), indicator_columns()))
    form = TargetsForm(tables, imprint(), _printed_note(budget_year, tables))
    return render(form, file_format)  # type: ignore[arg-type]


def _lint(budget_year: BudgetYear, file_format: str) -> bytes:
    found = list(standing_findings(budget_year))
    if file_format == "json":
        return json_bytes([finding_data(finding) for finding in found])
    if file_format == "csv":
        return b"".join(write_csv((_finding_line(finding) for finding in found), finding_columns()))
    with translation.override(_PRINTED):
        return render(lint_report(budget_year, found), file_format)  # type: ignore[arg-type]


def seen_tables(budget_year: BudgetYear) -> SourceTables:
    """The year's tables within the asker's scope.

    :raises Missing: if that is nothing
    """
    tables = tables_of(budget_year)
    if tables.projects is None and tables.department is None:
        raise Missing(_("There is nothing in this year that you may see."), code="year.empty")
    return tables


def imprint() -> Imprint:
    """The origin that every page of a download names."""
    return Imprint(timezone.localtime(), __version__)


def is_partial(budget_year: BudgetYear, tables: SourceTables) -> bool:
    """Whether the projects are a part of the department's: their sum is not the year's printed total."""
    return tables.projects is not None and tables.projects.amount != budget_year.amount


def scope_note(budget_year: BudgetYear, tables: SourceTables) -> str:
    """A sentence about what is left out, in the reader's language; empty when nothing is."""
    if tables.projects is None or not is_partial(budget_year, tables):
        return ""
    return _(
        "Only the %(count)s projects that you may see: %(sum)s of the department's %(total)s (10,000 yuan)."
    ) % {
        "count": len(tables.projects.projects),
        "sum": f"{tables.projects.amount:,.2f}",
        "total": f"{budget_year.amount:,.2f}",
    }


def _printed_note(budget_year: BudgetYear, tables: SourceTables) -> str:
    with translation.override(_PRINTED):
        return scope_note(budget_year, tables)


def lint_report(budget_year: BudgetYear, found: Sequence[Finding]) -> LintReport:
    """The printed report of stored findings, in the present language."""
    tables = seen_tables(budget_year)
    return LintReport(
        budget_year.year,
        budget_year.department_name,
        len(tables.projects.projects) if tables.projects else 0,
        _indicator_count(tables),
        tuple(_printed(finding) for finding in found),
        imprint(),
        scope_note(budget_year, tables),
    )


def lint_report_of(tables: SourceTables, found: Sequence[Found]) -> LintReport:
    """The printed report of tables that are in no database."""
    rows = {row.ref: (name, row) for name, row in _rows(tables)}
    names = {project.ref: project.name for project in tables.projects.projects} if tables.projects else {}
    laws = {rule.code: rule.source for rule in rules()}
    printed = []
    for one in found:
        project, row = rows.get(one.ref, (names.get(one.ref, ""), None))
        printed.append(
            PrintedFinding(
                one.ref, project, row.name if row else "", row.annual_raw if row else "", one.code,
                one.severity.value, _with_law(one.message, str(laws[one.code])),
                "\n".join(f"{s.after}（{s.reason}）" for s in one.suggestions),
            )
        )  # fmt: skip
    source = tables.department or tables.projects
    return LintReport(
        tables.year,
        source.department if source else "",
        len(names),
        _indicator_count(tables),
        tuple(printed),
        imprint(),
    )


def _indicator_count(tables: SourceTables) -> int:
    return sum(1 for _row in _rows(tables))


def _printed(finding: Finding) -> PrintedFinding:
    severity: PrintedSeverity = finding.severity  # type: ignore[assignment]
    project = finding.form.project
    name, raw = raw_of(finding)
    return PrintedFinding(
        finding.ref,
        project.name if project else "",
        name,
        raw,
        finding.code,
        severity,
        _with_law(finding_words.message_of(finding), finding_words.law_of(finding.code)),
        finding_words.proposal_text(finding),
    )


def _with_law(message: str, law: str) -> str:
    return f"{message}\n{law}" if law else message


def tables_data(tables: SourceTables, note: str = "") -> dict[str, Any]:
    """The tables for programs: amounts as text in 万元, every raw text verbatim."""
    return {**asdict(tables), **({"note": note} if note else {})}


def json_bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str).encode()


def indicator_columns() -> tuple[str, ...]:
    """Headings of the list of indicators, in the reader's language."""
    return (
        _("Reference"), _("Project"), _("Unit"), _("Amount"), _("First level"), _("Second-level code"),
        _("Second level"), _("Indicator"), _("Target of the whole period"), _("Annual target"),
        _("Whole text as printed"),
    )  # fmt: skip


def indicator_lines(tables: SourceTables) -> Iterator[tuple[ListValue, ...]]:
    """One line per indicator; the amount is its project's, in 万元, and empty for the department's own."""
    projects = {project.ref: project for project in tables.projects.projects} if tables.projects else {}
    for _name, row in _rows(tables):
        project: ProjectRow | None = projects.get(row.ref.partition("#")[0])
        amount: Decimal | None = project.amount if project else None
        yield (
            row.ref, project.name if project else "", project.unit if project else "", amount,
            row.l1_name, row.l2_code, row.l2_name, row.name, row.period_raw, row.annual_raw, row.raw,
        )  # fmt: skip


def _rows(tables: SourceTables) -> Iterator[tuple[str, IndicatorRow]]:
    for project in tables.projects.projects if tables.projects else ():
        for row in project.indicators:
            yield project.name, row
    for row in tables.department.indicators if tables.department else ():
        yield "", row


def finding_columns() -> tuple[str, ...]:
    """Headings of the list of findings, in the reader's language."""
    return (
        _("Reference"), _("Project"), _("Indicator"), _("Printed text"), _("Rule"), _("Severity"),
        _("Finding"), _("Law or reason"), _("Suggestion"), _("State"),
    )  # fmt: skip


def _finding_line(finding: Finding) -> tuple[ListValue, ...]:
    data = finding_data(finding)
    return (
        data["id"], data["project"], data["indicator"], data["raw"], data["code"], data["severity"],
        data["message"], data["law"], finding_words.proposal_text(finding), finding.get_state_display(),
    )  # fmt: skip


def finding_data(finding: Finding) -> dict[str, Any]:
    """A finding for programs, its sentences in the reader's language."""
    name, raw = raw_of(finding)
    project = finding.form.project
    return {
        "id": finding.ref,
        "code": finding.code,
        "severity": finding.severity,
        "message": finding_words.message_of(finding),
        "law": finding_words.law_of(finding.code),
        "project": project.name if project else "",
        "indicator": name,
        "raw": raw,
        "state": finding.state,
        "suggestions": [asdict(proposal) for proposal in finding_words.proposals_of(finding)],
    }


def check_data(check: Check) -> dict[str, Any]:
    """A check for programs; amounts as text in 万元."""
    return {
        "code": check.code,
        "title": str(check.title),
        "left": str(check.left),
        "right": str(check.right),
        "difference": str(check.difference),
        "state": check.state.value,
        "detail": str(check.detail),
        "terms": [{"ref": t.ref, "name": t.name, "amount": str(t.amount)} for t in check.terms],
    }
