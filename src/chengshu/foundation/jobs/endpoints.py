"""Long work through the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from ninja import Query, Router, Schema

from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.filters import Filters, lookup
from chengshu.foundation.http.idempotency import idempotent
from chengshu.foundation.http.openapi import failures
from chengshu.foundation.http.pagination import PageOf, PageQuery, paged
from chengshu.foundation.jobs import queries, views
from chengshu.foundation.jobs.actions import cancel_job
from chengshu.foundation.jobs.models import JobRecord, JobState

router = Router()


class JobOut(Schema):
    """One piece of long work of the asker."""

    id: int
    job: str
    title: str
    state: JobState
    done: int
    total: int | None
    message: str
    error_code: str
    error: str
    hint: str
    result: Any
    has_file: bool
    enqueued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class JobFilters(Filters):
    """What the list may be narrowed by."""

    state: JobState | None = lookup("state")
    job: str | None = lookup("job")


@router.get(
    "",
    response={200: PageOf[JobOut], **failures(401, 422)},
    operation_id="list_jobs",
    summary="The asker's own long work, newest first",
)
@door(Door.SIGNED_IN)
def list_jobs(request: HttpRequest, filters: Query[JobFilters], page: Query[PageQuery]) -> dict[str, object]:
    return paged(request, filters.applied(request, queries.my_jobs()), page, order=("-id",))


@router.get(
    "/{int:pk}",
    response={200: JobOut, **failures(401, 404)},
    operation_id="get_job",
    summary="How far one piece of work is",
)
@door(Door.SIGNED_IN)
def get_job(request: HttpRequest, pk: int) -> JobRecord:
    return queries.my_job(pk)


@router.post(
    "/{int:pk}/cancel",
    response={200: JobOut, **failures(401, 404, 409)},
    operation_id="cancel_job",
    summary="Stop a piece of work that has not ended",
)
@idempotent
@door(Door.SIGNED_IN)
def cancel(request: HttpRequest, pk: int) -> JobRecord:
    return cancel_job(record=queries.my_job(pk))


@router.get(
    "/{int:pk}/result",
    response={200: bytes, **failures(401, 404, 503)},
    operation_id="download_job_result",
    summary="The file that a piece of work brought",
)
@door(Door.SIGNED_IN)
def download_job_result(request: HttpRequest, pk: int) -> HttpResponseBase:
    return views.result(request, pk)
