"""Applications for those who handle them: the list of one's units, and one with everything of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from chengshu.engines.registers import api as registers
from chengshu.engines.registers.data import FormView
from chengshu.foundation.asking import asking, current_asker
from chengshu.foundation.errors import ChengshuError, Words
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web.formats import local_date, local_datetime
from chengshu.foundation.web.shell import Column, Crumb, Filter, Option, Page, TimelineEvent
from chengshu.hub.services import asked, bundling
from chengshu.hub.services.data import ApplicationPage, ApplicationView
from chengshu.hub.services.models import Channel, DeliveryManner
from chengshu.hub.services.numbers import shown_paper_code
from chengshu.hub.services.ports import paper_kinds, template_for
from chengshu.hub.services.queries import applications
from chengshu.hub.services.queries.material_lines import material_lines
from chengshu.hub.services.subjects import subject_of

COLUMNS: Final = (
    Column("number", gettext_lazy("Application number"), "fit"),
    Column("matter_name", gettext_lazy("Matter applied for"), header=True),
    Column("applicant_name", gettext_lazy("Applicant")),
    Column("unit_name", gettext_lazy("Unit")),
    Column("channel", gettext_lazy("Channel"), "fit"),
    Column("status", gettext_lazy("Status"), "fit"),
    Column("filed_at", gettext_lazy("Filed"), "datetime"),
    Column("due_at", gettext_lazy("Due"), "datetime"),
)
STATUSES: Final = ("1", "3", "6", "7", "8", "9", "11", "12", "13", "4", "5", "14", bundling.PARTLY)
TONES: Final = {
    "11": "positive",
    "12": "positive",
    "13": "negative",
    "5": "negative",
    "6": "caution",
    bundling.PARTLY: "caution",
    "14": "neutral",
    "2": "neutral",
}
PAPER_STATES: Final[dict[str, tuple[Words, str]]] = {
    "in_force": (gettext_lazy("Valid now"), "positive"),
    "revoked": (gettext_lazy("Revoked"), "negative"),
    "expired": (gettext_lazy("Expired"), "neutral"),
}


@require_safe
@door("services.view", title=gettext_lazy("See the applications of the unit"))
def listed(request: HttpRequest) -> HttpResponse:
    text, status = request.GET.get("q", ""), request.GET.get("status", "")
    found = applications.applications(
        queue="unit", text=text, status=status, page=_page_number(request.GET.get("cursor", ""))
    )
    context = {
        "columns": COLUMNS,
        "rows": found.items,
        "tones": TONES,
        "channels": dict(Channel.choices),
        "filters": [_search(text), _by_status(status)],
        "query": {"q": text, "status": status},
        "page": _pager(found),
    }
    return render(request, "services/applications.html", context)


@require_safe
@door("services.view")
def one(request: HttpRequest, application_id: int) -> HttpResponse:
    return application_page(request, application_id)


def application_page(
    request: HttpRequest,
    application_id: int,
    *,
    error: ChengshuError | None = None,
    failed: str = "",
    revealed: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of one application.

    :param failed: name of the act that was refused; its form is shown open with what was typed
    :param revealed: a personal value that was revealed for this answer only
    """
    view = applications.application(application_id)
    context = {
        "one": view,
        "tone": TONES.get(view.status, "info"),
        "channel": dict(Channel.choices).get(view.channel, view.channel),
        "case_url": reverse("inbox:case", args=[view.case_id]) if view.case_id else "",
        "facts": _facts(view),
        "delivery": _delivery(view),
        "form": _form_of(view),
        "materials": material_lines(view.materials),
        "material_columns": MATERIAL_COLUMNS,
        "papers": _papers(view),
        "paper_columns": PAPER_COLUMNS,
        "events": [TimelineEvent(words, at) for at, words in reversed(view.progress)],
        "kinds": _kinds(view),
        "manners": [Option(value, label) for value, label in DeliveryManner.choices],
        "units": _units(view),
        "waiting": [each for each in view.custody if each.received_at is None],
        "typed": request.POST.dict(),
        "error": error,
        "error_list": [(f"id_{getattr(error, 'field', '')}", error.message)] if error else [],
        "failed": failed,
        "revealed": revealed,
        "breadcrumbs": [Crumb(_("Applications"), reverse("services:applications")), Crumb(view.number)],
    }
    return render(request, "services/application.html", context, status=status)


MATERIAL_COLUMNS: Final = (
    Column("name", gettext_lazy("Material"), header=True),
    Column("state", gettext_lazy("State")),
    Column("files", gettext_lazy("Files")),
    Column("provenance", gettext_lazy("Where it comes from")),
    Column("due_on", gettext_lazy("Follows by"), "date"),
)
PAPER_COLUMNS: Final = (
    Column("title", gettext_lazy("Paper"), header=True),
    Column("number", gettext_lazy("Number of the paper"), "fit"),
    Column("issued_at", gettext_lazy("Issued"), "datetime"),
    Column("code", gettext_lazy("Verification code"), "fit"),
    Column("state", gettext_lazy("State")),
    Column("revoke", gettext_lazy("Revoke"), "fit"),
)


def _facts(view: ApplicationView) -> list[tuple[Words, Any]]:
    """Who applies, and when what happened; what is not known is left out."""
    facts = [
        (_("Name"), view.applicant_name),
        (_("Identity or credit code"), view.applicant_identity_masked),
        (_("Phone"), view.phone_masked),
        (_("Filed through"), view.filed_by_name),
        (_("Filed"), _moment(view.filed_at)),
        (_("Accepted at"), _moment(view.accepted_at)),
        (_("Decided at"), _moment(view.decided_at)),
        (_("Due"), _moment(view.due_at)),
        (_("Received at"), view.received_at_unit_name),
        (_("To be forwarded by"), local_date(view.forward_by) if view.forward_by else ""),
    ]
    return [(label, value) for label, value in facts if value]


def _delivery(view: ApplicationView) -> list[tuple[Words, Any]]:
    manner = dict(DeliveryManner.choices).get(view.delivery_manner, "")
    facts = [
        (_("Delivered at"), _moment(view.delivered_at)),
        (_("Manner of delivery"), manner),
        (_("Received by, or number of the parcel"), view.delivered_to),
        (_("Note"), view.delivery_note),
    ]
    return [(label, value) for label, value in facts if value]


def _moment(value: datetime | None) -> str:
    return local_datetime(value) if value is not None else ""


def _form_of(view: ApplicationView) -> FormView | None:
    """The form as it was handed in; how its materials came stands in the list of materials."""
    found = registers.submission(subject_of(view.application_id))
    return replace(registers.submission_view(found), materials=()) if found is not None else None


def _papers(view: ApplicationView) -> list[dict[str, Any]]:
    return [
        {
            "paper_id": each.paper_id,
            "title": each.title,
            "number": each.number,
            "issued_at": each.issued_at,
            "code": shown_paper_code(each.code),
            "state": PAPER_STATES[each.state][0],
            "tone": PAPER_STATES[each.state][1],
            "may_revoke": each.state == "in_force"
            and current_asker().holds_at("services.revoke_paper", view.unit_id),
        }
        for each in view.papers
    ]


def _kinds(view: ApplicationView) -> list[Option]:
    """The papers that may be issued by hand, by their printed titles."""
    code = view.matter.local_code
    titles = {kind: template_for(kind, code) for kind in paper_kinds()}
    return [Option(kind, template.title) for kind, template in titles.items() if template is not None]


def _units(view: ApplicationView) -> list[Option]:
    """The units between which papers of this application travel."""
    with asking(asked.platform()):
        row = applications.row(view.application_id)
    concerned = {row.unit_id, row.received_at_unit_id} - {None}
    return [Option(str(unit.pk), unit.shown_name) for unit in Unit.objects.filter(pk__in=concerned)]


def _search(text: str) -> Filter:
    return Filter("q", _("Find"), text, "search", placeholder=_("Number, applicant or matter"))


def _by_status(status: str) -> Filter:
    options = [Option("", _("All")), *(Option(code, bundling.label_of(code)) for code in STATUSES)]
    return Filter("status", _("Status"), status, "select", options)


def _page_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _pager(found: ApplicationPage) -> Page:
    start = (found.page - 1) * applications.PAGE_SIZE + 1 if found.total else 0
    return Page(
        shown=len(found.items),
        total=found.total,
        start=start,
        previous=str(found.page - 1) if found.page > 1 else "",
        next=str(found.page + 1) if found.page < found.pages else "",
    )
