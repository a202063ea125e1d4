"""Papers leave the house: numbered, with a code that anybody may verify, printed once, revocable with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.asking import asking, current_asker
from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.calendar import local_day
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.events.bus import emit
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.purposes import declare_purpose
from chengshu.hub.services import asked, numbers
from chengshu.hub.services.data import PaperView
from chengshu.hub.services.events import PaperIssued
from chengshu.hub.services.models import Application, Paper
from chengshu.hub.services.papers import facts as paper_facts
from chengshu.hub.services.papers import printing
from chengshu.hub.services.ports import PaperTemplate, template_for
from chengshu.hub.services.queries import applications, papers

PURPOSE = "services.paper"
declare_purpose(PURPOSE, kinds=("pdf",))


@action(
    title=_("Issue a paper"),
    at=lambda *, application_id, **_rest: applications.row(application_id).unit_id,
)
def issue_paper(
    *,
    application_id: int,
    kind: str,
    facts: Mapping[str, Any] | None = None,
    valid_until: date | None = None,
) -> PaperView:
    """Give out a paper about an application; the platform prints it right after.

    :param kind: ``receipt``, ``acceptance``, ``decision_granted`` … or one that a scene brought
    :param facts: what the template needs besides what the application says: ``reasons``, ``items``, ``conditions`` …
    :raises InvalidInput: ``kind`` if nobody brought a template for it
    """
    application = applications.row(application_id)
    template = _template(kind, application)
    now = timezone.now()
    gathered = paper_facts.gathered(application, given=facts or {}, day=local_day(now))
    paper = Paper(
        application=application,
        unit_id=application.unit_id,
        kind=kind,
        title=paper_facts.title_of(template, gathered),
        number=_number(template, application, local_day(now).year),
        code=numbers.new_paper_code(),
        facts=gathered,
        issued_at=now,
        issued_by_id=current_asker().account_id,
        valid_until=valid_until,
    )
    paper.save()
    emit(PaperIssued(application=application.pk, paper=paper.pk, kind=kind))
    return papers.view_of(paper)


@action(title=_("Print a paper"), at=lambda *, paper_id, **_rest: papers.row(paper_id).unit_id)
def print_paper(*, paper_id: int) -> PaperView:
    """Set the paper, store the file and note its digest; a paper that is printed already stays as it is."""
    paper = Paper.objects.select_for_update().get(pk=papers.row(paper_id).pk)
    if paper.file_id is not None:
        return papers.view_of(paper)
    content = printing.printed(papers.row(paper_id))
    with asking(asked.platform()):
        stored = store_file(unit=paper.unit, name=f"{paper.title}.pdf", content=content, purpose=PURPOSE)
    paper.file, paper.digest = stored, stored.content.sm3
    paper.save()
    return papers.view_of(paper)


@action(title=_("Revoke a paper"), at=lambda *, paper_id, **_rest: papers.row(paper_id).unit_id)
def revoke_paper(*, paper_id: int, reason: str) -> PaperView:
    """撤销文书: whoever verifies it is told that it does not hold any more.

    :raises InvalidInput: without a reason
    :raises Conflict: if it is revoked already
    """
    if not reason.strip():
        raise InvalidInput(_("Say why."), field="reason", code="services.reason_missing")
    paper = Paper.objects.select_for_update().get(pk=papers.row(paper_id).pk)
    if paper.revoked_at is not None:
        raise Conflict(
            _("This paper is revoked already."), code="services.revoked", hint=_("Reload the page to see it.")
        )
    paper.revoked_at, paper.revoked_because = timezone.now(), storable(reason.strip())[:500]
    paper.save()
    return papers.view_of(paper)


def _template(kind: str, application: Application) -> PaperTemplate:
    found = template_for(kind, application.version.local_code)
    if found is None:
        raise InvalidInput(
            _("There is no paper of the kind “%(kind)s”.") % {"kind": kind[:30]},
            field="kind",
            code="services.paper_kind",
            hint=_("Choose one of the list."),
        )
    return found


def _number(template: PaperTemplate, application: Application, year: int) -> str:
    """A receipt carries the application's number; every other paper counts within its unit, kind and year."""
    if not template.prefix:
        return f"{application.number}-{application.papers.count() + 1}"
    return numbers.next_paper_number(f"{application.unit.shown_name[:30]}{template.prefix}", year)
