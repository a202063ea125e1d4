"""Applications as their applicants, the units that handle them and anybody with number and code see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import asking, current_asker
from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.calendar import local_day, published_calendar
from chengshu.foundation.errors import Missing, Words
from chengshu.hub.services import asked, bundling, ports
from chengshu.hub.services.data import (
    ApplicationLine,
    ApplicationPage,
    ApplicationView,
    MaterialState,
    MaterialView,
    ProgressView,
)
from chengshu.hub.services.models import Application, ApplicationMaterial, Offering
from chengshu.hub.services.queries import custody, matters, papers
from chengshu.hub.services.supplementing import OpenSupplement, open_supplement

PAGE_SIZE = 20
FORWARD_WITHIN_WD = 1
"""收件地 hands on within one working day; the district's own rule until a higher one says otherwise."""

_TURNED_DOWN = {"4": "not_needed", "5": "non_acceptance", "13": "decision_refused"}
"""The paper that tells the reasons, by the status that it goes with."""
_RELATED = ("version", "version__unit", "unit", "received_at_unit", "filed_by", "authorisation")


def rows() -> QuerySet[Application]:
    return Application.objects.select_related(*_RELATED).defer("version__elements")


def _listed() -> QuerySet[Application]:
    """Applications with what a line of a list shows."""
    return Application.objects.select_related("version", "unit").defer("version__elements")


def row(application_id: int, *, lock: bool = False) -> Application:
    """
    :param lock: nobody else changes it until the transaction ends
    :raises Missing: if there is none that the asker may see
    """
    found = rows().filter(pk=application_id) if 0 < application_id < 2**63 else Application.objects.none()
    first = (found.select_for_update(of=("self",)) if lock else found).first()
    if first is None:
        raise Missing(
            _("There is no such application, or you may not see it."),
            code="services.application_missing",
            hint=_("Look for it by its number and code."),
        )
    return first


def application(application_id: int) -> ApplicationView:
    """One application with everything of it.

    :raises Missing: if there is none that the asker may see
    """
    return view_of(row(application_id))


def application_by_number(number: str) -> ApplicationView:
    """
    :raises Missing: if there is none that the asker may see
    """
    found = rows().filter(number=storable(number.strip())).first()
    return view_of(found) if found is not None else view_of(row(0))


def of_case(case_id: int) -> ApplicationView | None:
    """The application that a case handles; None for a case that nobody applied for, or that may not be seen."""
    found = rows().filter(case_id=case_id).first()
    return view_of(found) if found is not None else None


def id_of_case(case_id: int) -> int | None:
    """The id alone, for who needs no more."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_CASE, [case_id])
        row = cursor.fetchone()
    return int(row[0]) if row else None


_OF_CASE = "SELECT id FROM services_application WHERE case_id = %s ORDER BY filed_at DESC, id DESC LIMIT 1"


def applications(*, queue: str = "own", text: str = "", status: str = "", page: int = 1) -> ApplicationPage:
    """Applications, newest first.

    :param queue: ``own``: for the asker themselves; ``filed``: filed by the asker for others; ``unit``: of the units
        that the asker may view
    :param text: part of the number, of the applicant's or of the matter's name
    :param status: a national status code
    """
    found = _listed().filter(_queue(queue))
    if text := storable(text).strip():
        wanted = (
            Q(number__icontains=text) | Q(applicant_name__icontains=text) | Q(version__name__icontains=text)
        )
        found = found.filter(wanted)
    if status:
        found = found.filter(status=storable(status))
    newest = found.order_by("-filed_at", "-id")
    first = list(newest[:PAGE_SIZE]) if page <= 1 else []
    if page <= 1 and len(first) < PAGE_SIZE:
        return ApplicationPage(tuple(lines_of(first)), len(first), 1, 1)
    total = found.count()
    pages = max(1, -(-total // PAGE_SIZE))
    page = max(1, min(page, pages))
    shown = newest[(page - 1) * PAGE_SIZE : page * PAGE_SIZE] if page > 1 else first
    return ApplicationPage(tuple(lines_of(shown)), total, page, pages)


def _queue(queue: str) -> Q:
    me = current_asker().account_id
    if queue == "unit":
        units = current_asker().units("services.view")
        if isinstance(units, str):
            return Q()
        return Q(unit_id__in=units) | Q(received_at_unit_id__in=units)
    if me is None:
        return Q(pk__in=())
    return Q(filed_by_id=me) & ~Q(account_id=me) if queue == "filed" else Q(account_id=me)


def lines_of(found: Iterable[Application]) -> list[ApplicationLine]:
    return [_line(each) for each in found]


def _line(one: Application) -> ApplicationLine:
    return ApplicationLine(
        application_id=one.pk,
        number=one.number,
        matter_name=one.version.name,
        local_code=one.version.local_code,
        unit_name=one.unit.shown_name,
        applicant_name=one.applicant_name,
        channel=one.channel,
        status=one.status,
        status_label=bundling.label_of(one.status),
        filed_at=one.filed_at,
        due_at=one.due_at if one.decided_at is None else None,
        simulated=one.simulated,
    )


def view_of(one: Application) -> ApplicationView:
    """Everything of an application that the asker may see."""
    open_one = open_supplement(one)
    children = lines_of(rows().filter(parent_id=one.pk).order_by("id"))
    view = ApplicationView(
        application_id=one.pk,
        number=one.number,
        matter=matters.line_of(one.version),
        case_id=one.case_id,
        unit_id=one.unit_id,
        unit_name=one.unit.shown_name,
        channel=one.channel,
        applicant_kind=one.applicant_kind,
        applicant_name=one.applicant_name,
        applicant_identity_masked=one.applicant_masked,
        is_mine=one.account_id is not None and one.account_id == current_asker().account_id,
        filed_by_name=str(one.filed_by.title or one.filed_by.username) if one.filed_by else "",
        is_filed_for_another=one.filed_by_id != one.account_id,
        status=one.status,
        status_label=bundling.label_of(one.status),
        filed_at=one.filed_at,
        accepted_at=one.accepted_at,
        decided_at=one.decided_at,
        delivered_at=one.delivered_at,
        closed_at=one.closed_at,
        due_at=one.due_at,
        lacking=one.lacking,
        pledged=one.pledged,
        materials=materials_of(one.materials.all()),
        papers=papers.views_of(one.papers.all()),
        progress=progress_of(one),
        supplement_task_id=open_one.task_id if open_one else None,
        supplement_items=open_one.items if open_one else (),
        children=tuple(children),
        parent_id=one.parent_id,
        simulated=one.simulated,
        may=may_in(one, open_one),
        answers=tuple(one.answers),
        phone_masked=one.phone_masked,
        offering=one.version.offering,
        received_at_unit_name=one.received_at_unit.shown_name if one.received_at_unit else "",
        region_mode=one.region_mode,
        forward_by=forward_by(one),
        custody=custody.views_of(one.custody.all()),
        delivery_manner=one.delivery_manner,
        delivered_to=one.delivered_to,
        delivery_note=one.delivery_note,
        explanation=explanation_of(children) or reasons_of(one),
    )
    return _with_follow_ups(view)


def _with_follow_ups(view: ApplicationView) -> ApplicationView:
    return replace(view, follow_ups=ports.follow_ups_for(view))


def materials_of(found: Iterable[ApplicationMaterial]) -> tuple[MaterialView, ...]:
    return tuple(
        MaterialView(
            key=each.key,
            name=each.name,
            state=MaterialState(each.state),
            files=tuple(each.files),
            provenance=each.provenance,
            due_on=each.due_on,
            supplied_at=each.supplied_at,
        )
        for each in found
    )


def progress_of(one: Application) -> tuple[tuple[datetime, Words], ...]:
    """When it took on which status; the same status twice in a row is one."""
    entries: list[tuple[datetime, str]] = []
    for each in one.progress.order_by("at", "id"):
        if not entries or entries[-1][1] != each.status:
            entries.append((each.at, each.status))
    return tuple((at, bundling.label_of(status)) for at, status in entries)


def may_in(one: Application, open_one: OpenSupplement | None) -> frozenset[str]:
    """What the asker may do with it now."""
    may: set[str] = set()
    running = one.closed_at is None and one.version.offering == Offering.MATTER
    if running and asked.acts_for(one):
        if open_one is not None:
            may.add("supplement")
        if one.lacking:
            may.add("supply_materials")
        if one.status in asked.WITHDRAWABLE:
            may.add("withdraw_application")
    if running and one.lacking and asked.handles(one, "services.receive_materials"):
        may.add("receive_materials")
    for verb in ("issue_paper", "hand_over", "reveal_applicant"):
        if asked.handles(one, f"services.{verb}"):
            may.add(verb)
    if one.status in asked.DECIDED and one.delivered_at is None and asked.handles(one, "services.deliver"):
        may.add("deliver")
    return frozenset(may)


def forward_by(one: Application) -> date | None:
    """The day by which what was received elsewhere must be on its way; None when nothing is to be handed on."""
    if one.received_at_unit_id in (None, one.unit_id) or one.region_mode not in ("collect", "joint"):
        return None
    return published_calendar().add_wd(local_day(one.filed_at), FORWARD_WITHIN_WD)


def reasons_of(one: Application) -> str:
    """Why it was not accepted or not granted, as the paper says that the applicant was given."""
    kind = _TURNED_DOWN.get(one.status)
    given = [each for each in one.papers.all() if each.kind == kind]
    return str(max(given, key=lambda each: each.pk).facts.get("reasons") or "") if given else ""


def explanation_of(children: list[ApplicationLine]) -> Words:
    """Of a bundle: which parts were not granted, and what becomes of the others."""
    refused = [child.matter_name for child in children if child.status in ("4", "5", "13", "14", "15")]
    if not refused:
        return ""
    names = "、".join(refused)
    if len(refused) == len(children):
        return _("None of the parts was granted: %(names)s.") % {"names": names}
    return _("Partly done. Not granted: %(names)s. The other parts stand on their own.") % {"names": names}


def progress_view(one: Application) -> ProgressView:
    """What anybody with number and code sees: nothing personal."""
    return ProgressView(
        number=one.number,
        matter_name=one.version.name,
        unit_name=one.unit.shown_name,
        status=one.status,
        status_label=bundling.label_of(one.status),
        filed_at=one.filed_at,
        due_at=one.due_at if one.decided_at is None else None,
        progress=progress_of(one),
    )


def as_platform(application_id: int) -> Application:
    """The row as the platform sees it, for what is done on somebody's behalf.

    :raises Missing: if there is none
    """
    with asking(asked.platform()):
        return row(application_id)
