"""Targets over HTTP, for reading only: states, results, outages, availability."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from chengshu.engines.probes import availability, queries
from chengshu.engines.probes.models import Outage, Result, Target
from chengshu.engines.probes.reckoning import Treatment
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.filters import Filters
from chengshu.foundation.http.openapi import failures
from chengshu.foundation.http.pagination import PageOf, PageQuery, paged

router = Router()


class TargetOut(Schema):
    """A target and its state; ``silent``: nothing was heard of it lately, whatever the state says."""

    key: str
    title: str
    kind: str
    unit_id: int
    address: str
    group: str
    parent: str | None
    state: str
    since: datetime | None
    silent: bool
    simulated: bool


class ResultOut(Schema):
    """One answer with its place in the chain of its check."""

    check: str
    version: int
    position: int
    at: datetime
    outcome: str
    reason: str
    detail: str
    latency_us: int | None
    facts: dict[str, Any]
    previous: str
    digest: str
    batch: int


class OutageOut(Schema):
    """An outage; without an end it is still going on."""

    id: int
    check: str
    began_at: datetime
    ended_at: datetime | None
    reason: str
    detail: str
    simulated: bool


class AvailabilityOut(Schema):
    """An availability from 0 to 1 with its terms in microseconds; empty where no time counts."""

    target: str
    since: datetime
    until: datetime
    availability: Decimal | None
    outages: int
    agreed_us: int
    excluded_us: int
    gap_us: int
    unreachable_us: int
    counted_us: int
    down_us: int
    longest_us: int


class TargetFilters(Filters):
    """What targets may be narrowed by."""

    search: str = Field("", description="part of a name, key or address")
    state: str = Field("", description="down, unreachable, unknown or up")
    group: str = Field("", description="the whole name of a group")


class Period(Schema):
    """From a moment up to another; a year at most."""

    since: datetime
    until: datetime
    gaps_are_down: bool = Field(False, description="count time without a result as out of order")


@router.get(
    "/targets",
    response={200: PageOf[TargetOut], **failures(401, 403, 422)},
    operation_id="list_targets",
    summary="Targets by key",
)
@door("probes.view")
def list_targets(
    request: HttpRequest, filters: Query[TargetFilters], page: Query[PageQuery]
) -> dict[str, Any]:
    found = queries.targets(words=filters.search, state=filters.state, group=filters.group)
    answer = paged(request, filters.applied(request, found), page, order=("key",))
    rows: list[Target] = list(answer["items"])
    silent = queries.silent_targets(rows, timezone.now())
    return {**answer, "items": [_target(row, row.pk in silent) for row in rows]}


@router.get(
    "/targets/{key}/results",
    response={200: PageOf[ResultOut], **failures(401, 403, 404, 422)},
    operation_id="list_results",
    summary="Results of a target, the latest first, with their digests",
)
@door("probes.view")
def list_results(request: HttpRequest, key: str, page: Query[PageQuery]) -> dict[str, Any]:
    target = queries.target_by_key(key)
    rows = Result.objects.filter(check_row__target=target).select_related("check_row", "version")
    answer = paged(request, rows, page, order=("-id",))
    return {**answer, "items": [_result(row) for row in answer["items"]]}


@router.get(
    "/targets/{key}/outages",
    response={200: PageOf[OutageOut], **failures(401, 403, 404, 422)},
    operation_id="list_outages",
    summary="Outages of a target, the latest first",
)
@door("probes.view")
def list_outages(request: HttpRequest, key: str, page: Query[PageQuery]) -> dict[str, Any]:
    rows = queries.target_by_key(key).outages.select_related("check_row")
    answer = paged(request, rows, page, order=("-id",))
    return {**answer, "items": [_outage(row) for row in answer["items"]]}


@router.get(
    "/targets/{key}/availability",
    response={200: AvailabilityOut, **failures(401, 403, 404, 422)},
    operation_id="get_target_availability",
    summary="The availability of a target in a period, with every term",
)
@door("probes.view")
def get_target_availability(request: HttpRequest, key: str, asked: Query[Period]) -> AvailabilityOut:
    target = queries.target_by_key(key)
    since, until = _aware(asked.since), _aware(asked.until)
    found = availability.of_target(target, since, until, Treatment(gaps_are_down=asked.gaps_are_down))
    terms = {name: getattr(found.figure, name) for name in availability.TERMS}
    return AvailabilityOut(
        target=key,
        since=since,
        until=until,
        availability=found.figure.share,
        outages=found.outages,
        **terms,
    )


def _aware(moment: datetime) -> datetime:
    """A moment without an offset is on Shanghai's clock."""
    return moment if moment.tzinfo else timezone.make_aware(moment)


def _target(row: Target, is_silent: bool) -> TargetOut:
    return TargetOut(
        key=row.key,
        title=row.title,
        kind=row.kind,
        unit_id=row.unit_id,
        address=row.address,
        group=row.group,
        parent=row.parent.key if row.parent else None,
        state=row.state.state,
        since=row.state.since,
        silent=is_silent,
        simulated=row.simulated,
    )


def _result(row: Result) -> ResultOut:
    names = ("position", "at", "outcome", "reason", "detail", "latency_us", "facts", "previous", "digest")
    own = {name: getattr(row, name) for name in names}
    return ResultOut(check=row.check_row.name, version=row.version.number, batch=row.batch_id, **own)


def _outage(row: Outage) -> OutageOut:
    names = ("id", "began_at", "ended_at", "reason", "detail", "simulated")
    return OutageOut(check=row.check_row.name, **{name: getattr(row, name) for name in names})
