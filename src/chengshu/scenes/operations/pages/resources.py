"""The ledger of resources: list, sheet out and in, one with stock, snapshots and tickets."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from chengshu.foundation.errors import ChengshuError, InvalidFile, InvalidInput
from chengshu.foundation.files.downloads import disposition
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.exports import MEDIA_TYPES
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column, Filter, Option
from chengshu.foundation.web.typed import chosen, errors, maybe_day, maybe_whole, signed, unit_of, units_for
from chengshu.scenes.operations import actions, queries
from chengshu.scenes.operations.ledger import NAMES, WORDS, LedgerRow, read_ledger, row_of, write_ledger
from chengshu.scenes.operations.models import Resource, ResourceKind
from chengshu.scenes.operations.pages.forms import HANDLED, stored
from chengshu.scenes.operations.pages.rounds import picture_of
from chengshu.scenes.operations.texts import degrees
from chengshu.scenes.operations.words import FAULTS, MEASURES

MOST_BYTES: Final = 20_000_000
COLUMNS: Final = (
    Column("name", _("Resource"), header=True),
    Column("code", _("Code"), kind="fit"),
    Column("kind", _("Kind"), kind="fit"),
    Column("place", _("Place")),
    Column("warranty_until", _("Warranty until"), kind="date"),
    Column("stock", _("Stock"), kind="number"),
)
FIELDS: Final = tuple(name for name in NAMES if name != "kind")
DAYS: Final = ("in_service_on", "warranty_until", "retired_on")


@door("operations.view")
def listing(request: HttpRequest) -> HttpResponse:
    given = request.GET
    kind, text = given.get("kind", ""), given.get("text", "")
    context = {
        "columns": COLUMNS,
        "resources": queries.resources(kind=kind, text=text, contract_id=chosen(given.get("contract", "")))[
            :500
        ],
        "today": timezone.localdate(),
        "query": given.dict(),
        "filters": [
            Filter("text", _("Search"), text, kind="search"),
            Filter("kind", _("Kind"), kind, options=[Option("", _("Any")), *_kinds()]),
        ],
    }
    return render(request, "operations/resources.html", context)


def _kinds() -> list[Option]:
    return [Option(value, label) for value, label in ResourceKind.choices]


@require_safe
@door("operations.view")
def export(request: HttpRequest) -> HttpResponse:
    """The ledger as a workbook that can be imported again."""
    given = request.GET
    rows = queries.resources(kind=given.get("kind", ""), text=given.get("text", ""))
    answer = HttpResponse(write_ledger(rows), content_type=MEDIA_TYPES["xlsx"])
    answer["Content-Disposition"] = disposition(f"{_('Resources')}-{timezone.localdate():%Y%m%d}.xlsx")
    return answer


@door("operations.keep_resource")
def new(request: HttpRequest) -> HttpResponse:
    """Enter one, or change the one whose code is given in the address."""
    if request.method != "POST":
        return _form(request, None)
    try:
        resource = actions.keep_resource(unit=unit_of(request), row=_row(request.POST))
    except HANDLED as error:
        return _form(request, error)
    return flash(_to(resource.pk), "success", _("The resource is kept."))


def _row(given: QueryDict) -> LedgerRow:
    values: dict[str, Any] = {name: given.get(name, "") for name in NAMES}
    for name in DAYS:
        values[name] = maybe_day(values[name], name)
    values["lat"], values["lng"] = degrees(values["lat"], "lat", 90), degrees(values["lng"], "lng", 180)
    values["reorder_at"] = maybe_whole(values["reorder_at"], "reorder_at")
    return LedgerRow(**values)


def _form(request: HttpRequest, error: ChengshuError | None) -> HttpResponse:
    given: dict[str, Any] = request.POST.dict()
    known = Resource.objects.filter(pk=chosen(request.GET.get("of", ""))).first()
    if known is not None and not given:
        row = row_of(known)
        given = {name: getattr(row, name) for name in NAMES if getattr(row, name) is not None}
        given["unit"] = str(known.unit_id)
    context = {
        "units": units_for("operations.keep_resource"),
        "kinds": _kinds(),
        "fields": [(name, WORDS[name], "date" if name in DAYS else "text") for name in FIELDS],
        "given": given,
        **errors(error),
    }
    return render(request, "operations/new_resource.html", context, status=422 if error else 200)


@door("operations.import_resources")
def import_sheet(request: HttpRequest) -> HttpResponse:
    error: ChengshuError | None = None
    if request.method == "POST":
        try:
            rows = read_ledger(_sheet(request))
            count = actions.import_resources(unit=unit_of(request), rows=rows)
            said = _("%(new)s resources are new, %(changed)s were there.") % count
            return flash(HttpResponseRedirect(reverse("operations:resources")), "success", said)
        except HANDLED as caught:
            error = caught
    context = {
        "units": units_for("operations.import_resources"),
        "place": error.place if isinstance(error, InvalidFile) else None,
        "given": request.POST.dict(),
        **errors(error),
    }
    return render(request, "operations/import_resources.html", context, status=422 if error else 200)


def _sheet(request: HttpRequest) -> bytes:
    sent = request.FILES.get("file")
    if sent is None or (sent.size or 0) > MOST_BYTES:
        raise InvalidInput(_("Choose a file of up to 20 MB."), field="file", code="operations.no_file")
    content: bytes = sent.read()
    return content


@door("operations.view")
def one(request: HttpRequest, resource_id: int) -> HttpResponse:
    return _page(request, queries.resource_by_id(resource_id))


def _page(
    request: HttpRequest, resource: Resource, error: ChengshuError | None = None, failed: str = ""
) -> HttpResponse:
    row = row_of(resource)
    hidden = ("code", "name", "kind")
    context = {
        "resource": resource,
        "facts": [
            (WORDS[name], value) for name in NAMES if name not in hidden and (value := getattr(row, name))
        ],
        "moves": resource.moves.select_related("by")[:50],
        "snapshots": resource.snapshots.all()[:20],
        "tickets": resource.tickets.all()[:20],
        "fault_words": FAULTS,
        "measure_words": MEASURES,
        "today": timezone.localdate(),
        "failed": failed,
        "given": request.POST.dict(),
        **errors(error),
    }
    return render(request, "operations/resource.html", context, status=422 if error else 200)


@door("operations.move_stock")
@require_POST
def stock(request: HttpRequest, resource_id: int) -> HttpResponse:
    resource, given = queries.resource_by_id(resource_id), request.POST
    try:
        actions.move_stock(
            resource=resource,
            change=signed(given.get("change", ""), "change"),
            reason=given.get("reason", ""),
        )
    except HANDLED as error:
        return _page(request, resource, error, "stock")
    return flash(_to(resource_id), "success", _("The stock is moved."))


@door("operations.take_snapshot")
@require_POST
def snapshot(request: HttpRequest, resource_id: int) -> HttpResponse:
    resource = queries.resource_by_id(resource_id)
    try:
        file = stored(request, resource.unit, "snapshot")
        if file is None:
            raise InvalidInput(_("Choose a picture."), field="snapshot", code="operations.no_file")
        with file.content.open() as kept:
            actions.take_snapshot(resource=resource, content=kept.read())
    except HANDLED as error:
        return _page(request, resource, error, "snapshot")
    return flash(_to(resource_id), "success", _("The snapshot is taken in and looked at."))


@door("operations.view")
def picture(request: HttpRequest, snapshot_id: int) -> HttpResponse:
    return picture_of(queries.snapshot_by_id(snapshot_id).content)


def _to(resource_id: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("operations:resource", args=[resource_id]))
