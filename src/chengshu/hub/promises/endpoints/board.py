"""The board over HTTP: its totals, promises by filters and pages, one promise."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import TextChoices
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Field, Query, Router, Schema

from chengshu.foundation.errors import Missing
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.filters import PAGING, Filters
from chengshu.foundation.http.openapi import failures
from chengshu.foundation.http.pagination import PageQuery
from chengshu.hub.promises.models import (
    BindingKind,
    BudgetYear,
    Direction,
    Finding,
    Severity,
    Verdict,
)
from chengshu.hub.promises.queries.board import board
from chengshu.hub.promises.queries.finder import SORTS, Search, find_promises
from chengshu.hub.promises.queries.promises import PromiseFile, promise
from chengshu.hub.promises.queries.years import year_named, years

router = Router()
FAILURES = failures(401, 403, 404, 422)


def _names(choices: type[TextChoices]) -> str:
    return ", ".join(choices.values)


class BoardSummary(Schema):
    """A year at a glance. Amounts are decimals in 10,000 yuan, written as text."""

    year: int
    department: str
    projects: int
    promises: int
    amount: Decimal
    verdicts: dict[str, int]
    evidence: dict[str, int]
    findings: dict[str, int]
    simulated: bool


class PromiseRow(Schema):
    """One promise in a list."""

    ref: str
    form: str
    project: str
    unit: str
    amount: Decimal
    family: str
    name: str
    target: str
    kind: str | None
    direction: str
    verdict: str
    evidence: str
    errors: int
    warnings: int
    simulated: bool


class PromisePage(Schema):
    """One page of promises; ``next`` is the cursor of the page after it, empty on the last."""

    total: int
    next: str
    items: list[PromiseRow]


class PromiseFinding(Schema):
    """What the linter says of a promise."""

    code: str
    severity: str
    state: str
    data: dict[str, object]


class ObservationOut(Schema):
    """An actual value and the digest of what proves it."""

    as_of: date
    value: Decimal | None
    value_text: str
    evidence_digest: str
    simulated: bool


class PromiseOut(Schema):
    """One promise with its parsed target, findings and values."""

    ref: str
    form: str
    project: str
    unit: str
    family: str
    name: str
    raw: str
    annual_raw: str
    period_raw: str
    annual_target: dict[str, object]
    period_target: dict[str, object]
    direction: str
    verdict: str
    reason: str
    evidence: str
    as_of: date
    simulated: bool
    version: int
    findings: list[PromiseFinding]
    observations: list[ObservationOut]


class PromiseFilters(Filters):
    """The filters of the finder, by the same names as in its addresses; empty ones do not restrict."""

    q: str = Field("", description="words of the name, the printed text or the project, or a reference")
    year: str = Field("", description="four digits; the latest when left out")
    unit: str = Field("", description="number of a unit")
    family: str = Field("", description="family of indicators; `none` for those without one")
    verdict: str = Field("", description=_names(Verdict))
    severity: str = Field("", description=f"of an open finding: {_names(Severity)}")
    code: str = Field("", description="of an open finding, such as V03")
    kind: str = Field("", description="kind of the parsed annual target")
    direction: str = Field("", description=_names(Direction))
    binding: str = Field("", description=_names(BindingKind))
    least: str = Field("", description="smallest budget of the project, in 10,000 yuan")
    most: str = Field("", description="largest budget of the project, in 10,000 yuan")
    sort: str = Field("", description=", ".join(name for name in SORTS if name))


@router.get(
    "/board",
    response={200: BoardSummary, **FAILURES},
    operation_id="get_board",
    summary="A year at a glance: how many promises, how much money, what came of them",
)
@door("promises.view")
def board_summary(request: HttpRequest, year: str = "") -> BoardSummary:
    """Only what the asker may see is counted."""
    whole = board(_year(year))
    return BoardSummary(
        year=whole.year.year,
        department=whole.year.department_name,
        projects=len(whole.projects),
        promises=len(whole.promises),
        amount=whole.amount,
        verdicts=dict(whole.verdicts()),
        evidence=dict(whole.bindings()),
        findings=dict(whole.findings()),
        simulated=whole.is_simulated,
    )


@router.get(
    "/indicators",
    response={200: PromisePage, **FAILURES},
    operation_id="list_indicators",
    summary="Promises by filters, in the order asked for",
)
@door("promises.view")
def list_promises(
    request: HttpRequest, filters: Query[PromiseFilters], page: Query[PageQuery]
) -> PromisePage:
    filters.refuse_unknown(request.GET, PAGING)
    search = Search.of(filters.dict())
    found = find_promises(_year(filters.year), search, cursor=page.cursor, size=page.size, with_facets=False)
    return PromisePage(
        total=found.total,
        next=found.next_cursor,
        items=[
            PromiseRow(
                **{name: row[name] for name in SAME},
                form=row["form_ref"],
                project=row["project_name"],
                unit=row["unit_name"],
                target=row["annual_raw"],
                evidence=row["binding"],
            )
            for row in found.rows
        ],
    )


SAME = ("ref", "amount", "family", "name", "kind", "direction", "verdict", "errors", "warnings", "simulated")
"""What a row of the list calls by the same name as the query does."""


@router.get(
    "/indicators/{slug}",
    response={200: PromiseOut, **FAILURES},
    operation_id="get_indicator",
    summary="One promise by its reference, `P36-1` or `D16`",
)
@door("promises.view")
def one_promise(request: HttpRequest, slug: str, year: str = "") -> PromiseOut:
    return _promise_out(promise(_year(year), slug.replace("\x00", "").replace("-", "#")))


def _year(given: str) -> BudgetYear:
    found = year_named(given, years())
    if found is None:
        raise Missing(_("There is no budget year that you may see."), code="year.missing")
    return found


def _promise_out(file: PromiseFile) -> PromiseOut:
    said, standing = file.commitment, file.standing
    return PromiseOut(
        ref=file.indicator.ref,
        form=file.form.ref,
        project=file.form.project.name if file.form.project else "",
        unit=file.form.unit.name,
        family=said.family,
        name=said.name,
        raw=said.raw,
        annual_raw=said.annual_raw,
        period_raw=said.period_raw,
        annual_target=said.annual_target,
        period_target=said.period_target,
        direction=said.direction,
        verdict=standing.verdict,
        reason=standing.reason,
        evidence=standing.binding_kind,
        as_of=standing.as_of,
        simulated=standing.simulated,
        version=said.version.number,
        findings=[_finding_out(finding) for finding in file.findings],
        observations=[
            ObservationOut(
                as_of=seen.as_of,
                value=seen.value,
                value_text=seen.value_text,
                evidence_digest=seen.evidence_digest,
                simulated=seen.simulated,
            )
            for seen in file.observations
        ],
    )


def _finding_out(finding: Finding) -> PromiseFinding:
    return PromiseFinding(
        code=finding.code, severity=finding.severity, state=finding.state, data=finding.data
    )
