"""My long work: what runs, how far it is, and what it brought."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from chengshu.foundation.errors import Missing
from chengshu.foundation.files.downloads import send_path
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.http.pagination import paginate
from chengshu.foundation.jobs import queries
from chengshu.foundation.jobs.actions import cancel_job
from chengshu.foundation.jobs.models import JobState

TONES = {
    JobState.WAITING: "neutral",
    JobState.RUNNING: "info",
    JobState.DONE: "positive",
    JobState.FAILED: "negative",
    JobState.CANCELLED: "caution",
}


@require_safe
@door(Door.SIGNED_IN)
def my_work(request: HttpRequest) -> HttpResponse:
    found = paginate(queries.my_jobs(), order=("-id",), cursor=request.GET.get("cursor", ""), size=20)
    return render(request, "jobs/mine.html", {"jobs": found.rows, "page": found.page(), "tones": TONES})


@require_safe
@door(Door.SIGNED_IN)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "jobs/job.html", {"job": queries.my_job(pk), "tones": TONES})


@require_safe
@door(Door.SIGNED_IN)
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """What htmx asks for each second until the work has ended."""
    return render(request, "jobs/_job.html", {"job": queries.my_job(pk), "tones": TONES})


@require_POST
@door(Door.SIGNED_IN)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    cancel_job(record=queries.my_job(pk))
    return flash(HttpResponseRedirect(reverse("jobs:mine")), "success", _("The work is being stopped."))


@require_safe
@door(Door.SIGNED_IN)
def result(request: HttpRequest, pk: int) -> HttpResponseBase:
    job = queries.my_job(pk)
    if job.result_content is None or job.finished_at is None:
        raise Missing(_("This work has brought no file."), code="job.no_file")
    job.result_content.open().close()
    return send_path(
        request,
        job.result_content.path,
        name=job.result_name,
        media_type=job.result_content.media_type,
        etag=f'"{job.result_content.sha256}"',
        modified=job.finished_at,
    )
