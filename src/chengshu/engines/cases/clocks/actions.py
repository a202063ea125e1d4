"""What people and the platform do with the clocks of a case; each is checked, audited and announced.

Imported at start with the actions of the app. Each takes the case's id and insists on the power at the case's unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.clocks import clock as pure
from chengshu.engines.cases.clocks import moving
from chengshu.engines.cases.clocks.events import CaseDueChanged
from chengshu.engines.cases.clocks.law import Effect, Rule
from chengshu.engines.cases.clocks.lawful import insist_extendable, insist_first_notice, insist_pausable
from chengshu.engines.cases.clocks.limits import Limit
from chengshu.engines.cases.clocks.rows import clock_of, refresh, rule_of
from chengshu.engines.cases.clocks.settled import rule_book, timekeeping
from chengshu.engines.cases.clocks.watching import judge_silence, judge_warnings
from chengshu.engines.cases.models import Attachment, Case
from chengshu.engines.cases.models_clocks import (
    Clock,
    ClockExtension,
    ClockLayer,
    ClockMatter,
    ClockPause,
    ClockState,
    Supervision,
    SupplementNotice,
)
from chengshu.foundation.action import Reach, action, require
from chengshu.foundation.asking import current_asker
from chengshu.foundation.calendar import local_day
from chengshu.foundation.errors import Conflict, InvalidInput, Missing
from chengshu.foundation.events.bus import emit


@action(title=_("Pause the clocks of a case"), at=Reach.ANYWHERE)
def pause_clock(
    *, case_id: int, ground: str, notice: str, expected_until: date, attachment_id: int | None = None
) -> None:
    """Let the decision clocks stand still on a lawful ground, from now on.

    A pause that the process itself began on this ground counts from its beginning once this notice is on file.

    :param ground: key of the ground, such as ``expert_review``
    :param notice: number of the written notice that told the applicant how long it takes (行政许可法 Art. 45)
    :param expected_until: the last day that the applicant was told
    :param attachment_id: the notice among the attachments of the case
    :raises Refused: ``clocks.ground_unlawful`` if the rule does not exclude this time
    :raises Conflict: if no clock runs, it is paused on this ground already, or the limit has run out
    :raises InvalidInput: ``notice`` or ``expected_until``
    """
    case, now = _case(case_id, "cases.pause_clock"), timezone.now()
    file_id = _attachment(case, attachment_id)
    rows = _standing(case_id)
    in_time = [row for row in rows if not clock_of(row).is_late(timekeeping(), now)]
    for row in in_time or rows:
        _pause(row, ground, notice.strip(), expected_until, file_id, now)
    _show(case_id)


@action(title=_("Resume the clocks of a case"), at=Reach.ANYWHERE)
def resume_clock(*, case_id: int, ground: str) -> None:
    """Let the decision clocks go on from now, unless another ground still holds.

    :raises Conflict: if they are not paused on this ground
    """
    _case(case_id, "cases.resume_clock")
    now, resumed = timezone.now(), 0
    for row in _standing(case_id):
        for pause in row.pauses.all():
            if pause.until is None and pause.ground == ground:
                moving.end_pause(pause, now)
                resumed += 1
        _settle(row, now)
    if not resumed:
        raise Conflict(
            _("The clock is not paused on this ground."),
            code="clocks.not_paused",
            hint=_("Look at the pauses of the clock on the page of the case."),
        )
    _show(case_id)


@action(title=_("Extend the legal limit of a case"), at=Reach.ANYWHERE)
def extend_clock(*, case_id: int, amount: int, reason: str, document: str = "") -> None:
    """Give the legal clock more time, counted from its due day, as far as its rule allows.

    Performed by whoever has the right to approve it; where that is not the agency itself, ``document`` is required.

    :param amount: in the unit of the limit
    :param reason: what the applicant is told
    :param document: number of the approval
    :raises Conflict: if the rule knows no extension, it was used, or the limit has run out
    :raises InvalidInput: ``amount``, ``reason`` or ``document``
    """
    _case(case_id, "cases.extend_clock")
    now = timezone.now()
    row = next((each for each in _standing(case_id) if each.layer == ClockLayer.LEGAL), None)
    if row is None:
        raise _no_clock()
    rule, clock = _rule(row), clock_of(row)
    by = _amount(amount, clock.limit)
    extension = pure.ClockExtension(by, now, reason=reason.strip(), document=document.strip())
    insist_extendable(clock, rule, extension, timekeeping())
    clock.extend(extension)
    ClockExtension.objects.create(
        clock=row,
        case_id=case_id,
        amount=by.notation,
        approver=rule.extension.approver.value if rule.extension else "",
        reason=extension.reason,
        document=extension.document,
        granted_at=now,
        granted_by_id=current_asker().account_id,
    )
    row.warned_at = None
    _settle(row, now)
    _show(case_id)


@action(title=_("Tell the applicant what to supplement"), at=Reach.ANYWHERE)
def give_supplement_notice(*, case_id: int, number: str, items: Sequence[str]) -> int:
    """Give the one notice that names everything to supplement, in time; returns its id.

    :param number: number of the notice
    :param items: everything that is missing, complete
    :raises Conflict: ``clocks.second_notice``, ``clocks.notice_late``, or ``clocks.accepted`` after the acceptance
    :raises InvalidInput: ``number`` or ``items`` when empty
    """
    _case(case_id, "cases.give_supplement_notice")
    now, wanted = timezone.now(), [item.strip() for item in items if item.strip()]
    _insist_complete(number, wanted)
    given = SupplementNotice.objects.filter(case_id=case_id).count()
    row = Clock.objects.filter(case_id=case_id, matter=ClockMatter.SUPPLEMENT).first()
    if row is None or row.due_at is None:
        raise _no_clock()
    insist_first_notice(given, _rule(row), local_day(now), local_day(row.due_at))
    if row.state == ClockState.STOPPED:
        raise Conflict(
            _("The application has been accepted."),
            code="clocks.accepted",
            hint=_("A supplement after acceptance does not stop the clock."),
        )
    notice = SupplementNotice.objects.create(
        case_id=case_id,
        number=number.strip(),
        items="\n".join(wanted),
        given_at=now,
        given_by_id=current_asker().account_id,
    )
    moving.end_supplement(case_id, now)
    return notice.pk


@action(title=_("Record the supplement"), at=Reach.ANYWHERE)
def record_supplement(*, case_id: int, complete: bool, received_at: datetime | None = None) -> None:
    """Note what came in after the supplement notice; when it is complete, the application is accepted as of then.

    Where the rule says so (政府信息公开条例 Art. 30) the limit runs anew from the receipt.

    :param complete: whether everything that the notice named is there
    :param received_at: when it came in; now if None
    :raises Conflict: ``clocks.no_notice`` if nothing was asked for, or it was recorded already
    :raises InvalidInput: ``received_at`` before the notice or in the future
    """
    _case(case_id, "cases.record_supplement")
    now = timezone.now()
    moment = received_at or now
    notice = SupplementNotice.objects.filter(case_id=case_id).exclude(complete=True).last()
    if notice is None:
        raise Conflict(
            _("No supplement is being waited for."),
            code="clocks.no_notice",
            hint=_("Give the supplement notice first."),
        )
    if not notice.given_at <= moment <= now:
        raise InvalidInput(
            _("The supplement cannot have come in then."),
            field="received_at",
            code="clocks.received_at",
            hint=_("Give a moment between the notice and now."),
        )
    notice.received_at, notice.complete, notice.recorded_by_id = moment, complete, current_asker().account_id
    notice.save()
    if complete:
        _accept_supplement(case_id, moment)


@action(title=_("Answer a supervision card"), at=Reach.ANYWHERE)
def reply_supervision(*, card_id: int, reply: str) -> None:
    """Answer a yellow or red card: what happened and what was done; it stays on record.

    :raises Missing: if there is no such card that the asker may see
    :raises Conflict: if it has been answered
    :raises InvalidInput: ``reply`` when empty
    """
    card = Supervision.objects.select_related("case").filter(pk=card_id).first()
    if card is None:
        raise Missing(
            _("There is no such card."), code="clocks.card", hint=_("Open it from the case's page.")
        )
    require(current_asker(), "cases.reply_supervision", card.case.unit_id)
    if card.replied_at is not None:
        raise Conflict(
            _("This card has been answered."),
            code="clocks.card_answered",
            hint=_("The answer is on the page of the case."),
        )
    if not reply.strip():
        raise InvalidInput(
            _("Say what happened and what was done."),
            field="reply",
            code="clocks.reply_empty",
            hint=_("One or two sentences are enough."),
        )
    card.reply, card.replied_at, card.correct_by = reply.strip(), timezone.now(), None
    card.replied_by_id = current_asker().account_id
    card.save()


@action(title=_("Record when a licence expires"), at=Reach.ANYWHERE)
def record_licence_expiry(*, case_id: int, expires_on: date) -> None:
    """Let a renewal be watched until the licence expires: without a decision by then it counts as renewed.

    :raises Conflict: if the rule of the case knows no deemed renewal, or it is recorded already
    :raises InvalidInput: ``expires_on`` in the past
    """
    _case(case_id, "cases.record_licence_expiry")
    now = timezone.now()
    row = Clock.objects.filter(case_id=case_id, matter=ClockMatter.DECISION).first()
    rule = _rule(row) if row else None
    known = Clock.objects.filter(case_id=case_id, matter=ClockMatter.RENEWAL).exists()
    if rule is None or rule.deems(Effect.RENEWED) is None or known:
        raise _no_clock()
    if expires_on < local_day(now):
        raise InvalidInput(
            _("The licence has expired already."),
            field="expires_on",
            code="clocks.expired",
            hint=_("A licence that has expired is applied for anew."),
        )
    moving.begin_renewal(case_id, rule, expires_on, now)


@action(title=_("Raise late clocks"), at=Reach.EVERYWHERE)
def raise_late_clocks(*, at: datetime | None = None) -> int:
    """The platform's own round: warnings, yellow and red cards; how many clocks it looked at.

    :param at: the moment at which is judged; now if None
    """
    return judge_warnings(at or timezone.now())


@action(title=_("Apply the effects of silence"), at=Reach.EVERYWHERE)
def apply_deemed_effects(*, at: datetime | None = None) -> int:
    """The platform's own round: deemed acceptances and renewals; how many clocks it looked at.

    :param at: the moment at which is judged; now if None
    """
    return judge_silence(at or timezone.now())


def _case(case_id: int, permission: str) -> Case:
    """The case, locked: its clocks are only ever touched under that lock.

    :raises Missing: if there is none that the asker may see
    :raises Refused: if the asker does not hold the power at its unit
    """
    case = Case.objects.filter(pk=case_id).first()
    if case is None:
        raise Missing(
            _("There is no such case, or you may not change it."),
            code="cases.missing",
            hint=_("Go back to the list of cases."),
        )
    require(current_asker(), permission, case.unit_id)
    return Case.objects.select_for_update(of=("self",)).get(pk=case_id)


def _pause(row: Clock, ground: str, notice: str, until: date, file_id: int | None, now: datetime) -> None:
    """Pause one clock, or complete the pause that the process began and nobody was told of."""
    untold = (pause for pause in row.pauses.all() if pause.until is None and not pause.notice)
    stored = next((pause for pause in untold if pause.ground == ground), None)
    if stored is None:
        stored = ClockPause(clock=row, case_id=row.case_id, ground=ground, since=now)
    clock = clock_of(row)
    pause = pure.ClockPause(ground, stored.since, expected_until=until, notice=notice)
    basis = insist_pausable(clock, _rule(row), rule_book().ground(ground), pause, timekeeping())
    clock.pause(pause)
    stored.basis, stored.notice, stored.notice_file_id = basis.text, notice, file_id
    stored.expected_until, stored.paused_by_id = until, current_asker().account_id
    stored.save()
    _settle(row, now)


def _show(case_id: int) -> None:
    """Show on the case when it is due now, and tell whoever told the applicant another day."""
    moving.show_on_case(case_id)
    emit(CaseDueChanged(case_id=case_id))


def _standing(case_id: int) -> list[Clock]:
    rows = list(moving.standing_clocks(case_id))
    if not rows:
        raise _no_clock()
    return rows


def _rule(row: Clock) -> Rule:
    rule = rule_of(row)
    if rule is None:
        raise Conflict(
            _("The process names no rule for this clock, so nothing may pause or extend it."),
            code="clocks.no_rule",
            hint=_("Name a rule in the process, such as general_permit."),
        )
    return rule


def _settle(row: Clock, now: datetime) -> None:
    """Compute and save a clock whose pauses or extensions have changed."""
    fresh = Clock.objects.prefetch_related("pauses", "extensions").get(pk=row.pk)
    fresh.warned_at = row.warned_at
    refresh(fresh, now)
    fresh.save()


def _attachment(case: Case, attachment_id: int | None) -> int | None:
    if attachment_id is None:
        return None
    if not Attachment.objects.filter(pk=attachment_id, case=case, removed_at=None).exists():
        raise InvalidInput(
            _("This is no attachment of the case."),
            field="attachment_id",
            code="clocks.attachment",
            hint=_("Attach the notice to the case first."),
        )
    return attachment_id


def _amount(amount: int, limit: Limit) -> Limit:
    if amount <= 0:
        raise InvalidInput(
            _("Give how much longer it may take."),
            field="amount",
            code="clocks.extension_too_long",
            hint=_("Give a positive amount within what the rule allows."),
        )
    return Limit(amount, limit.unit, in_office_hours=limit.in_office_hours)


def _insist_complete(number: str, items: Sequence[str]) -> None:
    for field, given in (("number", number.strip()), ("items", items)):
        if not given:
            raise InvalidInput(
                _("Give the number of the notice and everything to supplement."),
                field=field,
                code="clocks.notice_incomplete",
                hint=_("Everything must be named in this one notice; there is no second one."),
            )


def _accept_supplement(case_id: int, moment: datetime) -> None:
    row = Clock.objects.filter(case_id=case_id, matter=ClockMatter.DECISION).first()
    rule = rule_of(row) if row else None
    if rule and rule.supplement and rule.supplement.restarts:
        moving.restart(case_id, moment)
    else:
        moving.start_waiting(case_id, moment)
    _show(case_id)


def _no_clock() -> Conflict:
    return Conflict(
        _("No clock of this kind runs in the case."),
        code="clocks.none",
        hint=_("Clocks run from the acceptance to the decision, where the process names a rule or limits."),
    )
