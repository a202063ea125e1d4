"""What a rule allows: pausing on a lawful ground with a written notice, extending by right and in time.

Each function refuses or says nothing; the clock itself is changed by its caller.
"""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.clocks.clock import Clock, ClockExtension, ClockPause
from chengshu.engines.cases.clocks.law import Approver, Ground, Rule
from chengshu.engines.cases.clocks.law.rules import APPROVER_WORDS
from chengshu.engines.cases.clocks.limits import Limit, Source
from chengshu.engines.cases.clocks.timekeeping import Timekeeping
from chengshu.foundation.calendar import local_day
from chengshu.foundation.errors import Conflict, InvalidInput, Refused

SUPPLEMENT = "supplement"


def basis_of(rule: Rule, ground: Ground) -> Source:
    """The law that excludes this time from the limit of a rule.

    :raises Refused: ``clocks.supplement_does_not_stop`` or ``clocks.ground_unlawful``
    """
    basis = rule.grounds.get(ground.key)
    if basis is not None:
        return basis
    if ground.key == SUPPLEMENT:
        raise Refused(
            _("A supplement after acceptance does not stop the clock."),
            code="clocks.supplement_does_not_stop",
            hint=_("Decide within the limit on what was handed in, or extend it by right."),
        )
    raise Refused(
        _("“%(ground)s” is not excluded from the limit of “%(rule)s”.")
        % {"ground": ground.name, "rule": rule.name},
        code="clocks.ground_unlawful",
        hint=_(
            "Only a ground whose legal basis stands in the rule or the item's configuration pauses the clock."
        ),
        data={"ground": ground.key, "rule": rule.version, "lawful": sorted(rule.grounds)},
    )


def insist_pausable(
    clock: Clock, rule: Rule, ground: Ground, pause: ClockPause, timekeeping: Timekeeping
) -> Source:
    """The legal basis of a pause, if the rule allows it here and now.

    :raises Refused: if the ground is not lawful for this rule
    :raises InvalidInput: if the applicant was not told in writing how long it takes (行政许可法 Art. 45)
    :raises Conflict: if the limit has run out before
    """
    basis = basis_of(rule, ground)
    if not pause.notice.strip():
        raise InvalidInput(
            _("Give the number of the written notice to the applicant."),
            field="notice",
            code="clocks.notice_missing",
            hint=_(
                "The applicant must be told in writing how much time is needed; only then it is excluded."
            ),
        )
    if pause.expected_until is None or pause.expected_until < local_day(pause.since):
        raise InvalidInput(
            _("Give the day until which the applicant was told it takes."),
            field="expected_until",
            code="clocks.expected_end",
            hint=_("It cannot lie before the day on which the clock is paused."),
        )
    _insist_in_time(clock, pause.since, timekeeping)
    return basis


def insist_extendable(clock: Clock, rule: Rule, extension: ClockExtension, timekeeping: Timekeeping) -> None:
    """Whether the rule allows this extension here and now.

    :raises Conflict: if the rule knows no extension, it was used, or the limit has run out
    :raises InvalidInput: if it is too long, or reason or approval are missing
    """
    right = rule.extension
    if right is None:
        raise Conflict(
            _("“%(rule)s” cannot be extended.") % {"rule": rule.name},
            code="clocks.no_extension",
            hint=_("The rule gives no right to an extension; decide within the limit."),
        )
    if right.once and clock.extensions:
        raise Conflict(
            _("This clock has been extended once already."),
            code="clocks.extended_already",
            hint=_("The rule allows one extension only."),
        )
    _insist_in_time(clock, extension.granted_at, timekeeping)
    if right.most is not None:
        _insist_within(extension.by, right.most)
    if right.tell_applicant and not extension.reason.strip():
        raise InvalidInput(
            _("Give the reason that the applicant is told."),
            field="reason",
            code="clocks.reason_missing",
            hint=_("An extension counts only when its reason was told to the applicant."),
        )
    if right.approver is not Approver.AGENCY_HEAD and not extension.document.strip():
        raise InvalidInput(
            _("Give the number of the approval by %(approver)s.")
            % {"approver": APPROVER_WORDS[right.approver]},
            field="document",
            code="clocks.approval_missing",
            hint=_("This extension is not the agency's own to grant."),
        )


def _insist_within(by: Limit, most: Limit) -> None:
    if by.unit is not most.unit or not 0 < by.amount <= most.amount:
        raise InvalidInput(
            _("The extension may be at most %(most)s.") % {"most": most.words},
            field="amount",
            code="clocks.extension_too_long",
            hint=_("Give a positive amount within what the rule allows."),
            data={"most": most.notation},
        )


def _insist_in_time(clock: Clock, moment: datetime, timekeeping: Timekeeping) -> None:
    if clock.is_late(timekeeping, moment):
        raise Conflict(
            _("The limit has run out; it can no longer be paused or extended."),
            code="clocks.overdue",
            hint=_("Decide now; the supervision card stays on record."),
        )


def insist_first_notice(notices: int, rule: Rule, given_on: date, last_day: date) -> None:
    """Whether a supplement notice may still be given: one single time, on the spot or within its limit.

    :param notices: how many were given before
    :param last_day: the last day for it
    :raises Conflict: ``clocks.no_supplement``, ``clocks.second_notice`` or ``clocks.notice_late``
    """
    if rule.supplement is None:
        raise Conflict(
            _("“%(rule)s” knows no supplement notice.") % {"rule": rule.name},
            code="clocks.no_supplement",
            hint=_("Accept or refuse the application as it was received."),
        )
    if notices and rule.supplement.once:
        raise Conflict(
            _("The applicant was told once already what to supplement."),
            code="clocks.second_notice",
            hint=_("Everything must be named in one single notice; accept or refuse what was handed in."),
        )
    if given_on > last_day:
        raise Conflict(
            _("The limit for the supplement notice has passed, so the application counts as accepted."),
            code="clocks.notice_late",
            hint=_("It is accepted as of the day on which it was received; go on with the review."),
        )
