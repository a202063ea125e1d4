"""Public notices: drafting, posting, correcting, proving, objecting, closing."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import api as cases
from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker, signed_in_asker
from chengshu.foundation.audit.canonical import sm3
from chengshu.foundation.calendar import local_day, published_calendar
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.files.models import File
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.approvals.construction.given import given
from chengshu.scenes.approvals.construction.proof import link_of, notice_digest
from chengshu.scenes.approvals.construction.queries import as_platform
from chengshu.scenes.approvals.models_construction import (
    ConstructionProject,
    NoticeCorrection,
    NoticeObjection,
    NoticePosting,
    NoticeSnapshot,
    PublicNotice,
)
from chengshu.scenes.approvals.models_construction_notices import (
    CorrectionKind,
    NoticeKind,
    NoticeState,
    ObjectionState,
)

NOTICE_CLOSED: Final = "notice_closed"
"""The message for which a case waits."""
OBJECTION: Final = "approvals.objection"
MOST_DAYS: Final = 60
MOST_FACTS: Final = 40
Facts = Sequence[Sequence[str]]


@action(title=_("Draft a public notice"), at=lambda *, unit, **_rest: unit.pk)
def draft_notice(
    *,
    unit: Unit,
    kind: str,
    title: str,
    facts: Facts,
    days: int,
    project: ConstructionProject | None = None,
    case_id: int | None = None,
    case_number: str = "",
    files: Sequence[File] = (),
    simulated: bool = False,
) -> PublicNotice:
    """Prepare a notice; nothing is public before it is posted. A case with an open one of the kind keeps that.

    :param facts: pairs of heading and text, as they will be printed
    :param days: how many working days it stands
    :raises InvalidInput: ``kind``, ``title``, ``facts`` or ``days``
    """
    if kind not in NoticeKind.values:
        raise InvalidInput(_("Choose the kind of notice."), field="kind", code="notice.kind")
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(
            _("A notice stands for 1 to %(most)s working days.") % {"most": MOST_DAYS},
            field="days",
            code="notice.days",
            hint=_("Give the number of working days that the rule asks for."),
        )
    known = PublicNotice.objects.filter(
        case_id=case_id, kind=kind, state__in=[NoticeState.DRAFT, NoticeState.POSTED]
    ).first()
    if case_id is not None and known is not None:
        return known
    now = timezone.now()
    notice = PublicNotice(
        unit=unit,
        project=project,
        case_id=case_id,
        case_number=case_number,
        number=f"{local_day(now):%Y%m%d}-{secrets.token_hex(4)}",
        kind=kind,
        title=given(title, "title", most=200),
        facts=_clean(facts),
        files=[{"id": file.pk, "name": file.name, "sm3": file.content.sm3} for file in files],
        days=days,
        drafted_at=now,
        simulated=simulated,
    )
    notice.save()
    return notice


@action(title=_("Change the draft of a notice"), at=lambda *, notice, **_rest: notice.unit_id)
def change_notice(*, notice: PublicNotice, title: str, facts: Facts, days: int) -> PublicNotice:
    """Change a notice that is not posted yet.

    :raises Conflict: ``notice.not_draft``
    """
    notice = _locked(notice)
    if notice.state != NoticeState.DRAFT:
        raise Conflict(
            _("This notice was posted: it can only be corrected."),
            code="notice.not_draft",
            hint=_("Correct it, with the reason."),
        )
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(_("Give the number of working days."), field="days", code="notice.days")
    notice.title, notice.facts, notice.days = given(title, "title", most=200), _clean(facts), days
    notice.save()
    return notice


@action(title=_("Post a notice"), at=lambda *, notice, **_rest: notice.unit_id)
def post_notice(*, notice: PublicNotice) -> PublicNotice:
    """Make a notice public from now on; the first day is not counted (民法典 Art. 201).

    :raises Conflict: ``notice.not_draft``
    """
    notice = _locked(notice)
    if notice.state != NoticeState.DRAFT:
        raise Conflict(
            _("This notice was posted already."), code="notice.not_draft", hint=_("Reload the page.")
        )
    now = timezone.now()
    notice.starts_on = local_day(now)
    notice.ends_on = published_calendar().add_wd(notice.starts_on, notice.days)
    notice.posted_at, notice.state = now, NoticeState.POSTED
    notice.digest = digest_of(notice)
    notice.save()
    return notice


def digest_of(notice: PublicNotice) -> str:
    """What the page of this notice prints as its digest."""
    return notice_digest(notice.number, notice.title, notice.facts, notice.files)


@action(title=_("Correct a notice"), at=lambda *, notice, **_rest: notice.unit_id)
def correct_notice(
    *, notice: PublicNotice, title: str, facts: Facts, reason: str, restarts: bool
) -> PublicNotice:
    """Change what a posted notice says; what it said before stays readable, with both digests.

    :param restarts: whether the period runs anew from today, as a correction of substance must
    :raises Conflict: ``notice.not_posted``
    :raises InvalidInput: ``facts`` if nothing changes
    """
    notice = _posted(notice)
    before, before_facts = notice.digest, [["", notice.title], *notice.facts]
    notice.title, notice.facts = given(title, "title", most=200), _clean(facts)
    notice.digest = digest_of(notice)
    if notice.digest == before:
        raise InvalidInput(
            _("Nothing was changed."),
            field="facts",
            code="notice.unchanged",
            hint=_("Change what was wrong, or leave it as it is."),
        )
    if restarts:
        notice.starts_on = local_day(timezone.now())
        notice.ends_on = published_calendar().add_wd(notice.starts_on, notice.days)
    notice.save()
    _log(notice, CorrectionKind.CORRECTED, reason, before, before_facts)
    return notice


@action(title=_("Withdraw a notice"), at=lambda *, notice, **_rest: notice.unit_id)
def withdraw_notice(*, notice: PublicNotice, reason: str) -> PublicNotice:
    """End a notice before its time; its page stays and says so.

    :raises Conflict: ``notice.not_posted``, or ``notice.objections`` while one is unanswered
    """
    notice = _posted(notice)
    _insist_answered(notice)
    notice.state, notice.closed_at = NoticeState.WITHDRAWN, timezone.now()
    notice.withdrawn_because = given(reason, "reason", most=300)
    notice.save()
    _log(notice, CorrectionKind.WITHDRAWN, reason, notice.digest, [])
    return notice


def _log(
    notice: PublicNotice, kind: CorrectionKind, reason: str, before: str, before_facts: Sequence[Any]
) -> None:
    NoticeCorrection(
        notice=notice,
        unit_id=notice.unit_id,
        kind=kind,
        reason=given(reason, "reason", most=300),
        before=before,
        after=notice.digest,
        before_facts=list(before_facts),
        at=timezone.now(),
    ).save()


@action(title=_("Record a posting on the site"), at=lambda *, notice, **_rest: notice.unit_id)
def record_posting(*, notice: PublicNotice, place: str, taken_at: datetime, file: File) -> NoticePosting:
    """Keep a photograph of the board on the site as proof.

    :param file: the photograph
    :raises InvalidInput: ``taken_at`` in the future or before the posting, ``file`` if it is no picture
    :raises Conflict: ``notice.not_posted``
    """
    notice = _posted(notice)
    if not (notice.posted_at and notice.posted_at <= taken_at <= timezone.now()):
        raise InvalidInput(
            _("The photograph must have been taken between the posting and now."),
            field="taken_at",
            code="posting.taken_at",
            hint=_("Give the moment at which it was taken."),
        )
    if not file.media_type.startswith("image/"):
        raise InvalidInput(
            _("A photograph is needed."), field="file", code="posting.file", hint=_("Choose a picture.")
        )
    posting = NoticePosting(
        notice=notice,
        unit_id=notice.unit_id,
        place=given(place, "place", most=200),
        taken_at=taken_at,
        file=file,
        digest=file.content.sm3,
        recorded_at=timezone.now(),
        recorded_by_id=current_asker().account_id,
    )
    posting.save()
    return posting


@action(title=_("Keep a look at a notice"), at=lambda *, notice, **_rest: notice.unit_id)
def keep_look(*, notice: PublicNotice, answered: int, page: bytes) -> NoticeSnapshot:
    """Link one look at the public page to the looks before it.

    :param answered: HTTP status of the answer, 0 when nothing answered
    :param page: the whole page as it was answered
    """
    notice = _locked(notice)
    now = timezone.now()
    last = NoticeSnapshot.objects.filter(notice=notice).order_by("seen_at", "id").last()
    digest = sm3(page) if page else ""
    shown = answered == 200 and bool(notice.digest) and notice.digest.encode() in page
    previous = last.link if last else ""
    look = NoticeSnapshot(
        notice=notice,
        unit_id=notice.unit_id,
        seen_at=now,
        answered=answered,
        digest=digest,
        shown=shown,
        previous=previous,
        link=link_of(previous, now, answered, digest, shown),
    )
    look.save()
    return look


# -- objections ---------------------------------------------------------------------------------------------------


@action(title=_("Object to a notice"), at=Reach.SELF)
def file_objection(*, notice: PublicNotice, interest: str, text: str) -> NoticeObjection:
    """Object to a notice while it stands; the objection becomes a case of its own, and the decision waits for it.

    :param interest: what the objector has to do with it
    :raises Refused: if no account asks
    :raises Conflict: ``notice.period_over`` with the last day, ``notice.not_posted``, ``notice.objected`` if the
        same person has an objection that is not answered
    :raises InvalidInput: ``interest`` or ``text``
    """
    account_id = signed_in_asker().account_id
    if account_id is None:
        raise Refused(_("The platform itself does not object."), code="objection.no_account")
    _insist_open(notice)
    objection = NoticeObjection(
        notice=notice,
        unit_id=notice.unit_id,
        account_id=account_id,
        interest=given(interest, "interest", most=200, least=2),
        text=given(text, "text", most=5000, least=10),
        filed_at=timezone.now(),
    )
    try:
        with transaction.atomic():
            objection.save()
    except IntegrityError as error:
        raise Conflict(
            _("Your objection to this notice is being looked into."),
            code="notice.objected",
            hint=_("You will be told the answer; then you may object again."),
        ) from error
    objection.case_id, objection.case_number = _open_case(objection, account_id)
    objection.save()
    return objection


def _insist_open(notice: PublicNotice) -> None:
    today = local_day(timezone.now())
    if notice.state != NoticeState.POSTED or notice.ends_on is None:
        raise Conflict(
            _("This notice does not stand any more."),
            code="notice.not_posted",
            hint=_("Ask the unit that posted it."),
        )
    if today > notice.ends_on:
        raise Conflict(
            _("Objections could be made until %(day)s.") % {"day": notice.ends_on.isoformat()},
            code="notice.period_over",
            hint=_("You may still apply for reconsideration of the decision, or sue."),
            data={"ends_on": notice.ends_on.isoformat()},
        )


def _open_case(objection: NoticeObjection, account_id: int) -> tuple[int, str]:
    notice = objection.notice
    variables = {
        "notice_number": notice.number,
        "notice_title": notice.title,
        "objection": objection.pk,
    }
    with as_platform():
        case_id = cases.open_case(
            definition=OBJECTION,
            unit_id=notice.unit_id,
            title=str(_("Objection: %(title)s") % {"title": notice.title})[:200],
            variables=variables,
            applicant_id=account_id,
            simulated=notice.simulated,
        )
        return case_id, cases.case_view(case_id).number


@action(title=_("Answer an objection"), at=lambda *, objection, **_rest: objection.unit_id)
def answer_objection(*, objection: NoticeObjection, upheld: bool, answer: str) -> NoticeObjection:
    """Keep the answer that the objection's case came to; the notice may close once all are answered.

    :raises Conflict: ``objection.answered``, or ``objection.running`` while its case is under way
    """
    objection = (
        NoticeObjection.objects.select_for_update(of=("self",)).select_related("notice").get(pk=objection.pk)
    )
    if objection.state != ObjectionState.OPEN:
        raise Conflict(_("This objection was answered."), code="objection.answered")
    with as_platform():
        running = objection.case_id is not None and cases.case_view(objection.case_id).status not in (
            "5",
            "11",
            "13",
            "14",
        )
    if running:
        raise Conflict(
            _("The case of this objection is under way."),
            code="objection.running",
            hint=_("The answer comes from its last step."),
        )
    objection.state = ObjectionState.UPHELD if upheld else ObjectionState.REJECTED
    objection.answer, objection.answered_at = given(answer, "answer", most=5000), timezone.now()
    objection.save()
    return objection


@action(title=_("Close a notice"), at=lambda *, notice, **_rest: notice.unit_id)
def close_notice(*, notice: PublicNotice) -> PublicNotice:
    """End a notice whose period has passed; a case that waits for it goes on.

    :raises Conflict: ``notice.not_posted``, ``notice.standing`` before the period is over, or ``notice.objections``
        while one is unanswered
    """
    notice = _posted(notice)
    if notice.ends_on is not None and local_day(timezone.now()) <= notice.ends_on:
        raise Conflict(
            _("The notice stands until the end of %(day)s.") % {"day": notice.ends_on.isoformat()},
            code="notice.standing",
            hint=_("It closes by itself on the next day."),
        )
    _insist_answered(notice)
    notice.state, notice.closed_at = NoticeState.CLOSED, timezone.now()
    notice.save()
    if notice.case_id is not None:
        _tell_case(notice)
    return notice


def _tell_case(notice: PublicNotice) -> None:
    upheld = notice.objections.filter(state=ObjectionState.UPHELD).count()
    payload: Mapping[str, Any] = {"notice_number": notice.number, "notice_upheld": upheld}
    with as_platform(), suppress(Conflict):
        cases.send_message(case_id=notice.case_id or 0, name=NOTICE_CLOSED, payload=payload)


def _insist_answered(notice: PublicNotice) -> None:
    waiting = notice.objections.filter(state=ObjectionState.OPEN).count()
    if waiting:
        raise Conflict(
            _("%(count)s objections are not answered.") % {"count": waiting},
            code="notice.objections",
            hint=_("The decision waits until every objection is answered."),
        )


def _locked(notice: PublicNotice) -> PublicNotice:
    return PublicNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)


def _posted(notice: PublicNotice) -> PublicNotice:
    fresh = _locked(notice)
    if fresh.state != NoticeState.POSTED:
        raise Conflict(
            _("This notice does not stand any more.")
            if fresh.state != NoticeState.DRAFT
            else _("This notice was not posted yet."),
            code="notice.not_posted",
            hint=_("Reload the page."),
        )
    return fresh


def _clean(facts: Facts) -> list[list[str]]:
    if not 1 <= len(facts) <= MOST_FACTS:
        raise InvalidInput(
            _("A notice has between 1 and %(most)s entries.") % {"most": MOST_FACTS},
            field="facts",
            code="notice.facts",
            hint=_("Write what is planned, where, and by whom."),
        )
    return [
        [given(str(heading), "facts", most=60), given(str(text), "facts", most=2000)]
        for heading, text in facts
    ]
