"""The catalogue, one matter of it, and what is done to its editions."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from chengshu.foundation.errors import ChengshuError
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.exports import Export, ExportColumn, contribute_export, export_links
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Change, Column, Crumb, Filter, Option
from chengshu.hub.services.limits import words_of
from chengshu.scenes.matters import actions, linting, queries
from chengshu.scenes.matters.elements import ELEMENT_WORDS, differences, elements_from
from chengshu.scenes.matters.given import day_given
from chengshu.scenes.matters.models import OPEN_STATES, Edition, Matter, MatterState
from chengshu.scenes.matters.pages import wording
from chengshu.scenes.matters.pages.common import (
    HANDLED,
    LABEL_WORDS,
    SEVERITY_TONES,
    SEVERITY_WORDS,
    STATE_TONES,
    TYPE_WORDS,
    gone_to,
    home,
    one_page,
    options,
    problem,
    status_of,
    told,
    unit_given,
    units_for,
)

COLUMNS: Final = (
    Column("name", _("Service matter"), header=True),
    Column("unit", _("Unit")),
    Column("task_type", _("Type of the matter"), "fit"),
    Column("limits", _("Legal · promised"), "fit"),
    Column("labels", _("Labels of handling")),
    Column("state", _("State"), "fit"),
)


@require_safe
@door("matters.view", title=_("See the catalogue of matters and powers"))
def catalogue(request: HttpRequest) -> HttpResponse:
    chosen = _chosen(request)
    rows, page = one_page(request, queries.matters(chosen), ("local_code",))
    query = {name: request.GET.get(name, "") for name in _FILTERS}
    context = {
        "rows": [_row(matter) for matter in rows],
        "page": page,
        "columns": COLUMNS,
        "filters": _filters(query),
        "query": query,
        "counts": queries.counts_by_state(),
        "exports": export_links("matters.catalogue", query),
    }
    return render(request, "matters/catalogue.html", context)


_FILTERS: Final = ("q", "unit", "type", "label", "state")


def _chosen(request: HttpRequest) -> queries.Chosen:
    return chosen_from(request.GET.dict())


def chosen_from(given: Any) -> queries.Chosen:
    state = given.get("state", "")
    return queries.Chosen(
        text=given.get("q", "").replace("\x00", "").strip()[:100],
        unit=given.get("unit", ""),
        task_type=given.get("type", ""),
        label=given.get("label", ""),
        state=state if state in MatterState.values else "",
    )


def _filters(query: dict[str, str]) -> list[Filter]:
    units = [Option("", _("All units")), *(Option(*pair) for pair in queries.units_with_matters())]
    states = [Option("", _("All states")), *(Option(value, label) for value, label in MatterState.choices)]
    return [
        Filter("q", _("Name, code or keyword"), query["q"], "search"),
        Filter("unit", _("Unit"), query["unit"], options=units),
        Filter("type", _("Type of the matter"), query["type"], options=options(TYPE_WORDS, _("All types"))),
        Filter("label", _("Label"), query["label"], options=options(LABEL_WORDS, _("All labels"))),
        Filter("state", _("State"), query["state"], options=states),
    ]


def _row(matter: Matter) -> dict[str, Any]:
    said = matter.elements
    return {
        "local_code": matter.local_code,
        "name": matter.name,
        "unit": matter.unit.shown_name,
        "task_type": TYPE_WORDS.get(matter.task_type, matter.task_type),
        "legal": words_of(said.get("legal_limit", "")),
        "promised": words_of(said.get("promised_limit", "")),
        "labels": [LABEL_WORDS.get(label, label) for label in said.get("labels", ())],
        "state": matter.get_state_display(),
        "tone": STATE_TONES[matter.state],
    }


contribute_export(
    Export(
        "matters.catalogue",
        _("Catalogue of matters"),
        "matters.view",
        (
            ExportColumn(_("Local code"), lambda one: one.local_code),
            ExportColumn(_("Name"), lambda one: one.name),
            ExportColumn(_("Implementing unit"), lambda one: one.unit.name),
            ExportColumn(
                _("Type of the matter"), lambda one: str(TYPE_WORDS.get(one.task_type, one.task_type))
            ),
            ExportColumn(_("Legal limit"), lambda one: one.elements.get("legal_limit", "")),
            ExportColumn(_("Promised limit"), lambda one: one.elements.get("promised_limit", "")),
            ExportColumn(_("Visits needed"), lambda one: one.elements.get("visits")),
            ExportColumn(_("State"), lambda one: one.get_state_display()),
        ),
        lambda given: queries.matters(chosen_from(given)),
    )
)


@door("matters.view")
def new_matter(request: HttpRequest) -> HttpResponse:
    """Begin a matter: its unit, code, name and type; the rest is written in the editor."""
    if request.method != "POST":
        return _new_page(request)
    given = request.POST
    try:
        edition = actions.draft_matter(
            unit=unit_given(given.get("unit", "")),
            local_code=given.get("local_code", ""),
            name=given.get("name", ""),
            task_type=given.get("task_type", ""),
        )
    except HANDLED as error:
        return _new_page(request, error)
    return gone_to(
        "matters:edit",
        edition.matter.local_code,
        edition.number,
        said=_("The draft is begun; write its elements."),
    )


def _new_page(request: HttpRequest, error: ChengshuError | None = None) -> HttpResponse:
    context = {
        "given": request.POST.dict(),
        "units": units_for("matters.draft_matter"),
        "types": options(TYPE_WORDS),
        "breadcrumbs": [home(), Crumb(_("New matter"))],
        **problem(error),
    }
    return render(request, "matters/new_matter.html", context, status=status_of(error))


@require_safe
@door("matters.view")
def matter(request: HttpRequest, local_code: str) -> HttpResponse:
    return matter_page(request, queries.matter_named(local_code))


def matter_page(request: HttpRequest, found: Matter, error: ChengshuError | None = None) -> HttpResponse:
    """A matter: what it says, what is wrong with it, its editions and what may be done."""
    editions = queries.editions_of(found)
    open_edition = next((one for one in editions if one.state in OPEN_STATES), None)
    elements = elements_from(found.elements)
    context = {
        "matter": found,
        "elements": elements,
        "sections": wording.sections(elements),
        "findings": [_finding(one) for one in linting.findings_of(found)],
        "editions": [_edition_row(one) for one in editions],
        "open_edition": open_edition,
        "necessity": wording.necessity,
        "answers_named": wording.answers_named,
        "state_tone": STATE_TONES[found.state],
        "type_words": TYPE_WORDS.get(found.task_type, found.task_type),
        "given": request.POST.dict(),
        "today": timezone.localdate().isoformat(),
        "breadcrumbs": [home(), Crumb(found.name)],
        **problem(error),
    }
    return render(request, "matters/matter.html", context, status=status_of(error))


def _finding(one: linting.Finding) -> dict[str, Any]:
    element = one.element.partition(".")[0].partition("[")[0]
    return {
        "severity": SEVERITY_WORDS[one.severity],
        "tone": "neutral" if one.decided else SEVERITY_TONES[one.severity],
        "code": one.code,
        "element": one.element,
        "element_words": ELEMENT_WORDS.get(element, element),
        "message": one.message,
        "hint": one.hint,
        "decided": one.decided,
        "may_decide": one.severity != "note" and not one.decided,
    }


def _edition_row(edition: Edition) -> dict[str, Any]:
    return {
        "number": edition.number,
        "state": edition.get_state_display(),
        "tone": STATE_TONES[edition.state],
        "reason": edition.reason,
        "written_at": edition.written_at,
        "effective_from": edition.effective_from,
        "published_at": edition.published_at,
        "by": edition.published_by or edition.submitted_by or edition.written_by,
    }


@require_safe
@door("matters.view")
def edition(request: HttpRequest, local_code: str, number: int) -> HttpResponse:
    """One edition, and what differs from the one before it or from another that is named."""
    found = queries.matter_named(local_code)
    shown = queries.edition_of(found, number)
    before = _compared_with(request, found, number)
    changes = differences(before.elements, shown.elements) if before else ()
    elements = elements_from(shown.elements)
    context = {
        "elements": elements,
        "necessity": wording.necessity,
        "answers_named": wording.answers_named,
        "matter": found,
        "edition": shown,
        "before": before,
        "changes": [
            Change(one.title, wording.plain(one.before), wording.plain(one.after)) for one in changes
        ],
        "sections": wording.sections(elements),
        "findings": [_finding(one) for one in linting.findings_of(found, shown.elements)],
        "state_tone": STATE_TONES[shown.state],
        "numbers": [one.number for one in queries.editions_of(found) if one.number != number],
        "is_draft": shown.state == "draft",
        "is_in_review": shown.state == "in_review",
        "given": request.POST.dict(),
        "today": timezone.localdate().isoformat(),
        "breadcrumbs": [
            home(),
            Crumb(found.name, reverse("matters:matter", args=[local_code])),
            Crumb(_("Edition %(number)s") % {"number": number}),
        ],
    }
    return render(request, "matters/edition.html", context)


def _compared_with(request: HttpRequest, found: Matter, number: int) -> Edition | None:
    wanted = request.GET.get("with", "")
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 9:
        return queries.edition_of(found, int(wanted))
    return Edition.objects.filter(matter=found, number__lt=number).order_by("-number").first()


@require_POST
@door("matters.view")
def revise(request: HttpRequest, local_code: str) -> HttpResponse:
    found = queries.matter_named(local_code)
    try:
        draft = actions.revise_matter(matter=found, reason=request.POST.get("reason", ""))
    except HANDLED as error:
        return matter_page(request, found, error)
    return gone_to("matters:edit", local_code, draft.number, said=_("A new edition is begun."))


@require_POST
@door("matters.view")
def cancel(request: HttpRequest, local_code: str) -> HttpResponse:
    found = queries.matter_named(local_code)
    try:
        actions.cancel_matter(
            matter=found,
            from_day=day_given(request.POST.get("from_day", ""), "from_day"),
            reason=request.POST.get("reason", ""),
        )
    except HANDLED as error:
        return matter_page(request, found, error)
    return gone_to("matters:matter", local_code, said=_("The matter is cancelled."))


@require_POST
@door("matters.view")
def decide(request: HttpRequest, local_code: str) -> HttpResponse:
    found = queries.matter_named(local_code)
    given = request.POST
    try:
        actions.decide_finding(
            matter=found,
            code=given.get("code", ""),
            element=given.get("element", ""),
            reason=given.get("reason", ""),
        )
    except HANDLED as error:
        return matter_page(request, found, error)
    return gone_to("matters:matter", local_code, said=_("Your decision is kept."))


@require_POST
@door("matters.view")
def step(request: HttpRequest, local_code: str, number: str, verb: str) -> HttpResponse:
    """Submit, give back, publish or discard an edition."""
    found = queries.edition_of(queries.matter_named(local_code), int(number))
    try:
        said = _stepped(request, found, verb)
    except HANDLED as error:
        return told("matters:edition", local_code, number, error=error)
    if verb == "discard":
        still = Matter.objects.filter(local_code=local_code).exists()
        return (
            gone_to("matters:matter", local_code, said=said)
            if still
            else gone_to("matters:catalogue", said=said)
        )
    return gone_to("matters:edition", local_code, number, said=said)


def _stepped(request: HttpRequest, found: Edition, verb: str) -> Any:
    if verb == "submit":
        actions.submit_edition(edition=found)
        return _("The edition is under review.")
    if verb == "return":
        actions.return_edition(edition=found, remark=request.POST.get("remark", ""))
        return _("The edition is given back.")
    if verb == "publish":
        day = day_given(request.POST.get("effective_from", ""), "effective_from")
        actions.publish_edition(edition=found, effective_from=day)
        return _("The edition is published.")
    actions.discard_edition(edition=found)
    return _("The draft is discarded.")
