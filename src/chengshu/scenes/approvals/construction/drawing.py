"""Drawing experts by rotation with recusal: seeded, and the same again for everybody who has the record. Pure.

Who has been drawn least in the last year comes first; then who was drawn longest ago; among equals the order comes
from SM3 over the seed and the expert's number. Whoever must not take part is passed over, and the log says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.canonical import canonical, sm3
from chengshu.foundation.errors import Words


class Verdict(StrEnum):
    """What became of an expert in a draw."""

    DRAWN = "drawn"
    SUSPENDED = "suspended"
    OTHER_FIELD = "other_field"
    SAME_EMPLOYER = "same_employer"
    DECLARED = "declared"
    WORKED_ON = "worked_on"
    ALREADY_SEATED = "already_seated"
    EXCUSED = "excused"
    COLLEAGUE = "colleague"
    """Somebody of the same employer was drawn just before."""
    NOT_REACHED = "not_reached"
    """Could have been drawn; all seats were taken."""


VERDICT_WORDS: dict[str, Words] = {
    Verdict.DRAWN: _("Drawn"),
    Verdict.SUSPENDED: _("Taken out of draws"),
    Verdict.OTHER_FIELD: _("Of another field"),
    Verdict.SAME_EMPLOYER: _("Employed by the applicant"),
    Verdict.DECLARED: _("Declared a conflict with the applicant"),
    Verdict.WORKED_ON: _("Worked on this project"),
    Verdict.ALREADY_SEATED: _("Has a seat already"),
    Verdict.EXCUSED: _("Was excused from this review"),
    Verdict.COLLEAGUE: _("A colleague was drawn"),
    Verdict.NOT_REACHED: _("All seats were taken"),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An expert as the draw sees them: no name, nothing personal.

    :param conflicts: codes of organisations that the expert declared a tie to, still in force
    :param worked_on: codes of projects that the expert worked on
    :param draws: how often drawn in the year before
    """

    number: str
    fields: tuple[str, ...]
    employer: str
    active: bool = True
    conflicts: tuple[str, ...] = ()
    worked_on: tuple[str, ...] = ()
    draws: int = 0
    last_drawn: str = ""
    """ISO day; empty for never."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is drawn for.

    :param owner: code of the applicant; ``project``: of the project
    :param seated: numbers of experts who have a seat; ``excused``: who were excused
    :param colleagues: employers of those who have a seat
    """

    field: str
    seats: int
    owner: str
    project: str
    seated: tuple[str, ...] = ()
    excused: tuple[str, ...] = ()
    colleagues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """One expert in the order looked at, and what became of them."""

    number: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Drawn:
    numbers: tuple[str, ...]
    log: tuple[Look, ...]

    @property
    def verdicts(self) -> dict[str, str]:
        return {look.number: look.verdict for look in self.log}


def draw(candidates: Iterable[Candidate], wanted: Wanted, *, seed: str) -> Drawn:
    """Draw; fewer than wanted when there are not enough, which the caller has to see.

    :param seed: kept with the result
    """
    drawn: list[str] = []
    employers = set(wanted.colleagues)
    log: list[Look] = []
    for candidate in sorted(candidates, key=lambda one: _place(one, seed)):
        verdict = recusal(candidate, wanted)
        if verdict is None:
            verdict = _seat(candidate, wanted, drawn, employers)
        log.append(Look(candidate.number, verdict.value))
    return Drawn(tuple(drawn), tuple(log))


def _seat(candidate: Candidate, wanted: Wanted, drawn: list[str], employers: set[str]) -> Verdict:
    if len(drawn) >= wanted.seats:
        return Verdict.NOT_REACHED
    if candidate.employer in employers:
        return Verdict.COLLEAGUE
    drawn.append(candidate.number)
    employers.add(candidate.employer)
    return Verdict.DRAWN


def recusal(candidate: Candidate, wanted: Wanted) -> Verdict | None:
    """Why an expert must not be drawn for this; None when nothing stands against it."""
    reasons = (
        (not candidate.active, Verdict.SUSPENDED),
        (wanted.field not in candidate.fields, Verdict.OTHER_FIELD),
        (candidate.employer == wanted.owner, Verdict.SAME_EMPLOYER),
        (wanted.owner in candidate.conflicts, Verdict.DECLARED),
        (wanted.project in candidate.worked_on, Verdict.WORKED_ON),
        (candidate.number in wanted.excused, Verdict.EXCUSED),
        (candidate.number in wanted.seated, Verdict.ALREADY_SEATED),
    )
    return next((verdict for holds, verdict in reasons if holds), None)


def _place(candidate: Candidate, seed: str) -> tuple[int, str, str]:
    return (
        candidate.draws,
        candidate.last_drawn or date.min.isoformat(),
        sm3(f"{seed}|{candidate.number}".encode()),
    )


# -- keeping and computing again ----------------------------------------------------------------------------------


def frame_of(candidates: Iterable[Candidate], wanted: Wanted) -> dict[str, Any]:
    """All that a draw depends on besides the seed, as JSON."""
    listed = sorted(candidates, key=lambda one: one.number)
    return {"wanted": asdict(wanted), "candidates": [asdict(one) for one in listed]}


def digest_of(frame: Mapping[str, Any]) -> str:
    """SM3 of a frame as it is kept."""
    return sm3(canonical(frame))


def draw_again(frame: Mapping[str, Any], seed: str) -> Drawn:
    """The draw that this frame and seed give."""
    candidates = [Candidate(**_tuples(entry)) for entry in frame["candidates"]]
    return draw(candidates, Wanted(**_tuples(frame["wanted"])), seed=seed)


def is_same(frame: Mapping[str, Any], frame_digest: str, seed: str, log: Iterable[Mapping[str, str]]) -> bool:
    """Whether a kept draw is what its frame and seed give, and its frame is the one that was looked at."""
    again = [asdict(look) for look in draw_again(frame, seed).log]
    return digest_of(frame) == frame_digest and again == [dict(look) for look in log]


def _tuples(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
