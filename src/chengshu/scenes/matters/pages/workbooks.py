"""The catalogue as a workbook: out, and back in two steps — what would change, then the drafts."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import ChengshuError, InvalidFile, InvalidInput, Missing
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.downloads import disposition
from chengshu.foundation.files.models import File
from chengshu.foundation.files.purposes import declare_purpose
from chengshu.foundation.files.queries import file_by_id, read_file
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.exports import MEDIA_TYPES
from chengshu.foundation.http.pages import render
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web.shell import Change, Crumb
from chengshu.hub.services.data import Elements
from chengshu.scenes.matters import actions, queries
from chengshu.scenes.matters.actions.importing import PlannedChange, plan_import
from chengshu.scenes.matters.elements import elements_from
from chengshu.scenes.matters.pages import wording
from chengshu.scenes.matters.pages.catalogue import chosen_from
from chengshu.scenes.matters.pages.common import HANDLED, gone_to, home, problem, status_of
from chengshu.scenes.matters.workbook import read_catalogue, write_catalogue

PURPOSE: Final = declare_purpose("matters.workbook", most_bytes=20_000_000, kinds=("xlsx",))
MOST_SHOWN: Final = 100


@require_safe
@door("matters.view")
def export(request: HttpRequest) -> HttpResponse:
    """Everything of the matters that the filters leave, without loss."""
    rows = queries.matters(chosen_from(request.GET.dict()))
    content = write_catalogue(elements_from(one.elements) for one in rows)
    response = HttpResponse(content, content_type=MEDIA_TYPES["xlsx"])
    name = f"{_('Catalogue of matters')}-{timezone.localdate():%Y%m%d}.xlsx"
    response["Content-Disposition"] = disposition(name)
    return response


@door("matters.import_catalogue")
def workbook(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    try:
        if request.POST.get("step") == "confirm":
            return _imported(request)
        stored = _stored(request)
        catalogue = read_catalogue(read_file(stored))
    except HANDLED as error:
        return _page(request, error=error)
    return _page(request, planned=plan_import(catalogue), stored=stored)


def _stored(request: HttpRequest) -> File:
    file = request.FILES.get("file")
    if file is None:
        raise InvalidInput(_("Choose a file."), field="file", code="matters.no_file")
    if (file.size or 0) > PURPOSE.most_bytes:
        raise InvalidInput(_("The file is larger than 20 MB."), field="file", code="matters.large_file")
    unit = Unit.objects.filter(pk=current_asker().unit_id or 0).first() or Unit.objects.get(parent=None)
    return store_file(unit=unit, name=file.name or "", content=file.read(), purpose=PURPOSE.key)


def _imported(request: HttpRequest) -> HttpResponse:
    kept = request.POST.get("kept", "")
    file = file_by_id(int(kept)) if kept.isascii() and kept.isdigit() and len(kept) < 18 else None
    if file is None or file.purpose != PURPOSE.key:
        raise Missing(_("The uploaded file is no longer there."), hint=_("Choose it again."))
    catalogue: tuple[Elements, ...] = read_catalogue(read_file(file))
    count = actions.import_catalogue(catalogue=catalogue, reason=request.POST.get("reason", ""))
    return gone_to(
        "matters:catalogue",
        said=_("%(count)s drafts are written; review and publish them.") % {"count": count},
    )


def _page(
    request: HttpRequest,
    *,
    planned: tuple[PlannedChange, ...] | None = None,
    stored: File | None = None,
    error: ChengshuError | None = None,
) -> HttpResponse:
    doing = [one for one in planned or () if one.does_something]
    context = {
        "planned": planned,
        "doing": [_plan_row(one) for one in doing[:MOST_SHOWN]],
        "count": len(doing),
        "new": sum(one.is_new for one in doing),
        "hidden": max(0, len(doing) - MOST_SHOWN),
        "stored": stored,
        "place": error.place if isinstance(error, InvalidFile) else None,
        "given": request.POST.dict(),
        "breadcrumbs": [home(), Crumb(_("Workbook"), reverse("matters:workbook"))],
        **problem(error),
    }
    return render(request, "matters/workbook.html", context, status=status_of(error))


def _plan_row(one: PlannedChange) -> dict[str, Any]:
    return {
        "local_code": one.local_code,
        "name": one.name,
        "is_new": one.is_new,
        "changes": [
            Change(each.title, wording.plain(each.before), wording.plain(each.after)) for each in one.changes
        ],
    }
