"""The quarantine: what was not taken, why, and what becomes of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from chengshu.engines.streams import actions, queries
from chengshu.engines.streams.models import Quarantined, QuarantineReason, QuarantineState
from chengshu.foundation.asking import current_asker
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.http.pagination import paginate
from chengshu.foundation.web.shell import Column, Filter, Option, Page

COLUMNS = (
    Column("received", gettext_lazy("Came at"), kind="datetime"),
    Column("device", gettext_lazy("Device"), header=True),
    Column("reason", gettext_lazy("Why")),
    Column("payload", gettext_lazy("Message")),
    Column("settle", gettext_lazy("Next step")),
)
SHOWN = 160
STATES = frozenset({QuarantineState.DISMISSED, QuarantineState.TAKEN, "all"})


@door("streams.view")
def quarantine_list(request: HttpRequest) -> HttpResponse:
    reason, state = request.GET.get("reason", ""), request.GET.get("state", "")
    reason = reason if reason in QuarantineReason.values else ""
    state = state if state in STATES else ""
    page = paginate(
        queries.quarantined(state=state or QuarantineState.OPEN, reason=reason),
        order=("-received", "-id"),
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "rows": page.rows,
        "columns": COLUMNS,
        "shown": {row.pk: shown(row) for row in page.rows},
        "filters": [
            Filter("reason", _("Why"), reason, options=[Option(*each) for each in QuarantineReason.choices]),
            Filter("state", _("State"), state, options=_states()),
        ],
        "query": {name: value for name, value in (("reason", reason), ("state", state)) if value},
        "page": Page(len(page.rows), previous=page.previous, next=page.next),
        "may_settle": current_asker().holds("streams.settle_quarantined"),
        "may_retry": current_asker().holds("streams.retry_quarantined"),
    }
    return render(request, "streams/quarantine.html", context)


def _states() -> list[Option]:
    """Without a choice those that wait are shown."""
    usual, *others = (Option(*each) for each in QuarantineState.choices)
    return [Option("", usual.label), *others, Option("all", _("All"))]


def shown(row: Quarantined) -> str:
    """The beginning of a message, readable whatever it is."""
    return bytes(row.payload[:SHOWN]).decode("utf-8", "backslashreplace")


@door("streams.view")
@require_POST
def settle(request: HttpRequest, message: int) -> HttpResponse:
    actions.settle_quarantined(
        message=queries.quarantined_by_id(message),
        note=request.POST.get("note", ""),
    )
    return flash(HttpResponseRedirect(reverse("streams:quarantine")), "success", _("The message is settled."))


@door("streams.view")
@require_POST
def retry(request: HttpRequest, code: str) -> HttpResponse:
    """Try the messages of a device again, against the thing model that is in use now."""
    tried = actions.retry_quarantined(device=queries.device_by_code(code))
    told = _("%(code)s: %(taken)s messages were taken in, %(refused)s are still refused.") % {
        "code": code,
        "taken": tried.taken,
        "refused": tried.refused,
    }
    back = HttpResponseRedirect(reverse("streams:quarantine"))
    return flash(back, "success" if tried.taken else "warning", told)
