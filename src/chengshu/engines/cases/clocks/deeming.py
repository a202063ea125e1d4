"""What silence means, and from which day: deemed acceptance, deemed renewal, deemed agreement.

Pure answers about days; who is told and which clocks start follows from them elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from chengshu.engines.cases.clocks.law import Deemed, Effect, Rule, Step
from chengshu.engines.cases.clocks.limits import LimitUnit
from chengshu.engines.cases.clocks.timekeeping import Due, Timekeeping


@dataclass(frozen=True, slots=True)
class Silence:
    """What silence brings about.

    :param after: the last moment at which it could still be avoided
    :param as_of: the moment as of which the effect holds, such as the receipt of the application
    """

    deemed: Deemed
    after: Due
    as_of: datetime

    def has_come(self, moment: datetime) -> bool:
        """Whether it holds by then; a provisional day has not come."""
        return not self.after.is_provisional and moment > self.after.at


def supplement_notice_due(rule: Rule, received_at: datetime, timekeeping: Timekeeping) -> Due | None:
    """The last moment for telling the applicant what to supplement; None where the rule knows no such notice."""
    return timekeeping.due(received_at, rule.supplement.within) if rule.supplement else None


def silent_acceptance(rule: Rule, received_at: datetime, timekeeping: Timekeeping) -> Silence | None:
    """Acceptance for want of a supplement notice: as of the day of receipt (行政许可法 Art. 32)."""
    deemed, due = rule.deems(Effect.ACCEPTED), supplement_notice_due(rule, received_at, timekeeping)
    return Silence(deemed, due, received_at) if deemed and due else None


def silent_renewal(rule: Rule, expires_on: date, timekeeping: Timekeeping) -> Silence | None:
    """Renewal for want of a decision before the licence expires (行政许可法 Art. 50)."""
    deemed = rule.deems(Effect.RENEWED)
    if deemed is None:
        return None
    last = timekeeping.end_of(expires_on)
    return Silence(deemed, Due(last), last)


def silence_at_step(
    rule: Rule, step_key: str, asked_at: datetime, timekeeping: Timekeeping
) -> Silence | None:
    """What it means that somebody who was asked under a step of a rule does not answer in time."""
    deemed = next((each for each in rule.deemed if each.step == step_key), None)
    if deemed is None:
        return None
    due = timekeeping.due(asked_at, rule.step(step_key).limit)
    return Silence(deemed, due, due.at)


def step_due(step: Step, event: datetime, timekeeping: Timekeeping) -> Due:
    """The last moment for a step: within its limit after the event, or at least its limit before it.

    :raises NoticeMissing: when counting back reaches a year without a notice
    """
    if not step.before:
        return timekeeping.due(event, step.limit)
    day = timekeeping.measure(step.limit).point(event)
    if step.limit.unit is LimitUnit.WORKING_DAYS:
        return Due(
            timekeeping.end_of(timekeeping.calendar.subtract_wd(date.fromordinal(day), step.limit.amount))
        )
    return Due(timekeeping.end_of(date.fromordinal(day - step.limit.amount)))
