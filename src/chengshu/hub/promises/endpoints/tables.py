"""The tables through the API: importing, checking, taking away."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Field, Form, Query, Router, Schema, Status
from ninja import File as FilePart
from ninja.files import UploadedFile

from chengshu.foundation.errors import InvalidInput, Missing
from chengshu.foundation.files.downloads import disposition
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.filters import Filters, lookup
from chengshu.foundation.http.idempotency import idempotent
from chengshu.foundation.http.openapi import failures
from chengshu.foundation.http.pagination import PageOf, PageQuery, paged
from chengshu.hub.promises.actions.importing import import_tables
from chengshu.hub.promises.downloads import MEDIA_TYPES, check_data, finding_data, made
from chengshu.hub.promises.lint import rules
from chengshu.hub.promises.models import BudgetYear
from chengshu.hub.promises.queries.findings import standing_findings
from chengshu.hub.promises.queries.reconciling import checks_of
from chengshu.hub.promises.queries.years import known_years, years
from chengshu.hub.promises.reading import ENCODINGS, GivenFile, read_files, source_of
from chengshu.hub.promises.rows import DEPARTMENT_REF
from chengshu.hub.promises.tables.files import LARGEST_FILE_BYTES
from chengshu.hub.promises.tables.text import DEFAULT_YEAR
from chengshu.hub.promises.trial import try_import

router = Router()


class ChangeOut(Schema):
    """One difference between what is known and what the files say."""

    sort: Literal["added", "removed", "changed"]
    ref: str
    field: str
    before: str
    after: str


class ImportOut(Schema):
    """What an import did, or with ``dry_run`` would do."""

    dry_run: bool
    units: int
    projects: int
    indicators: int
    department_indicators: int
    amount: str | None = Field(description="10,000 yuan, as printed")
    changes: int
    differences: list[ChangeOut]


@router.post(
    "/imports",
    response={200: ImportOut, 201: ImportOut, **failures(401, 403, 409, 422)},
    operation_id="import_tables",
    summary="Import the two official tables; 201 if anything was written",
)
@idempotent
@door("promises.import_tables", title=_("Import performance tables"))
def import_files(
    request: HttpRequest,
    files: FilePart[list[UploadedFile]],
    year: Form[int] = DEFAULT_YEAR,
    encoding: Form[str] = "",
    dry_run: Form[bool] = False,
) -> Status[dict[str, Any]]:
    """Problems of the files come as ``data.problems``, each with line, cell, reason and next step."""
    given = _given(files, encoding)
    trial = try_import(read_files(given, year=year).accepted)
    changes = trial.changes
    if not dry_run:
        imported = import_tables(department=trial.department, tables=trial.tables, source=source_of(given))
        changes = imported.changes
    listed = [
        {"sort": c.sort.value, "ref": c.ref, "field": c.field, "before": c.before, "after": c.after}
        for c in changes
    ]
    status = 201 if changes and not dry_run else 200
    told = {**trial.content, "dry_run": dry_run, "changes": len(changes), "differences": listed}
    return Status(status, told)


def _given(files: list[UploadedFile], encoding: str) -> list[GivenFile]:
    if encoding not in ENCODINGS:
        raise InvalidInput(
            _("There is no such encoding."),
            field="encoding",
            code="encoding",
            hint=_("Leave it empty for UTF-8, or give auto or gb18030."),
        )
    for file in files:
        if (file.size or 0) > LARGEST_FILE_BYTES:
            raise InvalidInput(_("A file is larger than 20 MB."), field="files", code="tables.too_large")
    return [GivenFile(file.name or "", file.read(), encoding or None) for file in files]


class YearOut(Schema):
    """One department's budget of one year; amounts in 10,000 yuan."""

    year: int
    unit: str
    department: str
    amount: str
    projects: int = Field(description="those within the asker's scope")

    @staticmethod
    def resolve_unit(known: BudgetYear) -> str:
        return known.unit.key

    @staticmethod
    def resolve_department(known: BudgetYear) -> str:
        return known.department_name

    @staticmethod
    def resolve_amount(known: BudgetYear) -> str:
        return str(known.amount)

    @staticmethod
    def resolve_projects(known: BudgetYear) -> int:
        return known.projects.count()


class YearFilters(Filters):
    """What the budget years may be narrowed by."""

    year: int | None = lookup("year")
    unit: str | None = lookup("unit__key", description="key of the department")


@router.get(
    "/budget-years",
    response={200: PageOf[YearOut], **failures(401, 403, 422)},
    operation_id="list_budget_years",
    summary="The budget years that the asker may see, latest first",
)
@door("promises.view")
def list_years(request: HttpRequest, filters: Query[YearFilters], page: Query[PageQuery]) -> dict[str, Any]:
    found = filters.applied(request, known_years())
    return paged(request, found, page, order=("-year", "department_name"))


class ProposalOut(Schema):
    """A correction on offer; nobody applies it but a person."""

    kind: str
    field: str
    before: str
    after: str
    reason: str


class FindingOut(Schema):
    """One finding of the check, its sentences in the asker's language."""

    id: str
    code: str
    severity: Literal["E", "W", "I"]
    message: str
    law: str
    project: str
    indicator: str
    raw: str
    state: str
    suggestions: list[ProposalOut]


class FindingFilters(Filters):
    """What the findings may be narrowed by."""

    severity: Literal["E", "W", "I"] | None = lookup("severity")
    code: str | None = lookup("code")
    project: str | None = lookup("form__ref", description="P01 … P46, or D for the department")
    ref: str | None = lookup("ref", description="P36#1 or D16")
    state: Literal["open", "accepted", "dismissed"] | None = lookup("state")


@router.get(
    "/budget-years/{int:year}/findings",
    response={200: PageOf[FindingOut], **failures(401, 403, 404, 422)},
    operation_id="list_findings",
    summary="What the check of the targets found",
)
@door("promises.view")
def list_findings(
    request: HttpRequest, year: int, filters: Query[FindingFilters], page: Query[PageQuery]
) -> dict[str, Any]:
    found = filters.applied(request, standing_findings(_known(year)))
    answer = paged(request, found, page, order=("is_department", "form__ref", "ref", "code"))
    return {**answer, "items": [finding_data(finding) for finding in answer["items"]]}


class RuleOut(Schema):
    """One rule of the check, in the asker's language."""

    code: str
    severity: Literal["E", "W", "I"]
    title: str
    reason: str
    source: str
    advice: str


@router.get(
    "/rules",
    response={200: list[RuleOut], **failures(401, 403)},
    operation_id="list_rules",
    summary="The rules of the check, by code",
)
@door("promises.view")
def list_rules(request: HttpRequest) -> list[dict[str, str]]:
    return [
        {
            "code": rule.code,
            "severity": rule.severity.value,
            "title": str(rule.title),
            "reason": str(rule.reason),
            "source": str(rule.source),
            "advice": str(rule.advice),
        }
        for rule in rules()
    ]


class TermOut(Schema):
    """One summand; ``ref`` names a project."""

    ref: str
    name: str
    amount: str


class CheckOut(Schema):
    """A printed amount held against what it is made of, in 10,000 yuan."""

    code: str
    title: str
    left: str
    right: str
    difference: str
    state: Literal["agrees", "differs", "unreconciled"]
    detail: str
    terms: list[TermOut]


@router.get(
    "/budget-years/{int:year}/reconciliation",
    response={200: list[CheckOut], **failures(401, 403, 404)},
    operation_id="get_reconciliation",
    summary="The arithmetic checks; none for an asker who sees a part of the department only",
)
@door("promises.view")
def get_reconciliation(request: HttpRequest, year: int) -> list[dict[str, Any]]:
    return [check_data(check) for check in checks_of(_known(year), DEPARTMENT_REF)]


@router.get(
    "/budget-years/{int:year}/tables.{file_format}",
    response={200: bytes, **failures(401, 403, 404)},
    operation_id="get_tables",
    summary="Both tables with every raw text, as json or csv, within the asker's scope",
)
@door("promises.view")
def get_tables(request: HttpRequest, year: int, file_format: str) -> HttpResponse:
    if file_format not in ("json", "csv"):
        raise Missing(_("The tables are given as json or csv."), code="download.unknown")
    return _file(year, "targets", file_format)


@router.get(
    "/budget-years/{int:year}/exports/{file_format}",
    response={200: bytes, **failures(401, 403, 404, 422, 503)},
    operation_id="export_form",
    summary="An official form as xlsx, docx, pdf, csv or json, within the asker's scope",
)
@door("promises.view")
def export_form(
    request: HttpRequest, year: int, file_format: str, form: Literal["targets", "lint"] = "targets"
) -> HttpResponse:
    return _file(year, form, file_format)


def _known(year: int) -> BudgetYear:
    for known in years():
        if known.year == year:
            return known
    raise Missing(_("No budget year %(year)s is known to you.") % {"year": year}, code="year.missing")


def _file(year: int, form: str, file_format: str) -> HttpResponse:
    name, content = made(_known(year), form, file_format)
    response = HttpResponse(content, content_type=MEDIA_TYPES[file_format])
    response["Content-Disposition"] = disposition(name)
    return response
