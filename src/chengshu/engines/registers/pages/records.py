"""Registers: looking an entity up by its key, its states, and the corrections that people made."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.engines.registers import actions, queries
from chengshu.engines.registers.data import RecordView
from chengshu.engines.registers.entities import EntityType, entity_type, entity_types
from chengshu.engines.registers.models import CorrectionState
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Tab


@door("registers.view_records", title=_("See the records of registers"))
def records(request: HttpRequest, register: str = "legal_entity") -> HttpResponse:
    """One register; a key is sent by POST, so that no personal number stands in an address or a log."""
    entity = entity_type(register)
    typed = request.POST.get("key", "")
    error = None
    found: tuple[RecordView, ...] = ()
    if request.method == "POST":
        try:
            found = queries.records_of(register, typed)
        except InvalidInput as refused:
            error = refused
    context = {
        "entity": entity,
        "tabs": _tabs(entity),
        "key": typed,
        "asked": request.method == "POST",
        "records": found,
        "error": f"{error.message} {error.hint}" if error else "",
    }
    return render(request, "registers/records.html", context, status=422 if error else 200)


def _tabs(shown: EntityType) -> list[Tab]:
    return [
        Tab(each.title, reverse("registers:records", args=[each.key]), each is shown)
        for each in entity_types()
    ]


@door("registers.view_records")
def corrections(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", CorrectionState.OPEN)
    rows = queries.corrections(state if state in CorrectionState.values else "")[:200]
    lines = [(row, entity_type(row.record.register)) for row in rows]
    tabs = [Tab(label, f"?state={value}", value == state) for value, label in CorrectionState.choices]
    may_settle = current_asker().holds("registers.settle_correction")
    return render(
        request, "registers/corrections.html", {"lines": lines, "tabs": tabs, "may_settle": may_settle}
    )


@door("registers.view_records")
@require_POST
def settle(request: HttpRequest, correction_id: int) -> HttpResponse:
    actions.settle_correction(
        correction=queries.correction_by_id(correction_id),
        taken=request.POST.get("taken") == "1",
        answer=request.POST.get("answer", ""),
    )
    return flash(
        HttpResponseRedirect(reverse("registers:corrections")), "success", _("The correction is settled.")
    )
