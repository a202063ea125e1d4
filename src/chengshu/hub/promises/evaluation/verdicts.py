"""Whether a promise is kept, at risk, broken or unproven, and why.

Nothing is kept without evidence. A value without evidence that fails the promise still counts against it:
it is the unit's own admission. Simulated figures prove nothing, neither for nor against. During the year a
verdict is provisional unless it cannot change any more, and an old value keeps nothing; after the year only
a value that covers its last day decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Words

from .curves import Curve, Period
from .measures import Achievement, Kind, Measure, Statistic
from .monitoring import Light, Progress, Reported, progress_of
from .rules import Rules
from .words import Sentence


class State(StrEnum):
    """What can be said of a promise."""

    KEPT = "kept"
    AT_RISK = "at_risk"
    BROKEN = "broken"
    UNPROVEN = "unproven"


STATE_NAMES: Mapping[State, Words] = {
    State.KEPT: _("Kept"),
    State.AT_RISK: _("At risk"),
    State.BROKEN: _("Broken"),
    State.UNPROVEN: _("Unproven"),
}


@dataclass(frozen=True, slots=True)
class Observation:
    """A reported or computed value.

    :param on: the last day it covers
    :param actual: to date, if the measure adds up
    :param evidence: ids of what proves it
    :param simulated: whether simulated records entered it
    """

    on: date
    actual: Decimal | None = None
    done: bool | None = None
    achievement: Achievement | None = None
    evidence: tuple[str, ...] = ()
    simulated: bool = False

    @property
    def reported(self) -> Reported:
        return Reported(self.actual, self.done, self.achievement)


@dataclass(frozen=True, slots=True)
class Proof:
    """A piece of evidence that exists: computed from records, or attested with a signed file."""

    id: str
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of a promise with its reason.

    :ivar is_final: it cannot change any more within the period
    :ivar is_tainted: simulated figures stood in the way of a verdict
    :ivar observation: the value it rests on
    """

    state: State
    reason: Sentence
    is_final: bool = False
    is_tainted: bool = False
    observation: Observation | None = None
    progress: Progress | None = None


def verdict(
    measure: Measure,
    observations: Sequence[Observation],
    evidence: Iterable[Proof],
    as_of: date,
    *,
    period: Period,
    rules: Rules,
    plan: Curve | None = None,
) -> Verdict:
    """Judge a promise at the end of a day, by the latest value of the period known by then.

    :param evidence: what exists; an id that an observation names but that is not here proves nothing
    :raises InvalidInput: if a value does not fit the measure
    """
    last_day = min(as_of, period.end)
    known = [
        seen for seen in observations if period.start <= seen.on <= last_day and not seen.reported.is_empty
    ]
    if not known:
        return _unproven("verdict.no_value", _("No value is known for this period."))
    latest = max(reversed(known), key=lambda seen: seen.on)
    proofs = {proof.id: proof for proof in evidence}
    named = [proofs[name] for name in latest.evidence if name in proofs]
    if latest.simulated or any(proof.simulated for proof in named):
        return _unproven(
            "verdict.simulated", _("The value rests on simulated figures."), latest, tainted=True
        )
    return _judge(measure, latest, bool(named), as_of, period, rules, plan)


def _judge(
    measure: Measure,
    latest: Observation,
    proven: bool,
    as_of: date,
    period: Period,
    rules: Rules,
    plan: Curve | None,
) -> Verdict:
    yardstick = latest.on if plan is None or plan.runs_evenly else min(as_of, period.end)
    progress = progress_of(measure, latest.reported, period=period, as_of=yardstick, rules=rules, plan=plan)
    met = _is_met(measure, latest)
    ended, covers_end = as_of >= period.end, latest.on >= period.end
    settled = _is_settled(measure, latest, met)
    if ended and not covers_end and not settled:
        text = _("The period has ended, but the latest value does not cover its end.")
        return _unproven("verdict.stale", text, latest, progress)
    if ended or settled:
        state = State.KEPT if met else State.BROKEN
        why = progress.why if not met else Sentence("verdict.kept", _("The target is met and proven."))
        return _with_proof(Verdict(state, why, True, False, latest, progress), proven)
    return _during(
        latest, progress, proven, (as_of - latest.on).days > rules["monitoring.stale_after"].number
    )


def _during(latest: Observation, progress: Progress, proven: bool, is_stale: bool) -> Verdict:
    if progress.light in (Light.YELLOW, Light.RED):
        return Verdict(State.AT_RISK, progress.why, False, False, latest, progress)
    if is_stale:
        return _unproven("verdict.outdated", _("The latest value is out of date."), latest, progress)
    if progress.light is Light.GREY:
        return _unproven("verdict.not_due", _("Nothing is due yet."), latest, progress)
    why = Sentence("verdict.on_course", _("On course by the latest proven value."))
    return _with_proof(Verdict(State.KEPT, why, False, False, latest, progress), proven)


def _is_met(measure: Measure, seen: Observation) -> bool:
    if seen.actual is not None:
        return measure.is_met_by(seen.actual)
    return bool(seen.done) or seen.achievement is Achievement.ACHIEVED


def _is_settled(measure: Measure, seen: Observation, met: bool) -> bool:
    """Whether no later value of the period could change the outcome."""
    if measure.kind is Kind.BOOL:
        return met
    if seen.actual is None:
        return False
    if measure.statistic is Statistic.MAXIMUM:
        return not met
    if not measure.accumulates:
        return False
    if measure.judged_as is Kind.NEG or measure.bound == 0:
        return not met
    return seen.actual > measure.bound if measure.exact else met


def _with_proof(judged: Verdict, proven: bool) -> Verdict:
    if proven or judged.state is not State.KEPT:
        return judged
    text = _("The value keeps the promise, but no evidence proves it.")
    return _unproven("verdict.no_evidence", text, judged.observation, judged.progress)


def _unproven(
    code: str,
    text: Words,
    seen: Observation | None = None,
    progress: Progress | None = None,
    *,
    tainted: bool = False,
) -> Verdict:
    return Verdict(State.UNPROVEN, Sentence(code, text), False, tainted, seen, progress)
