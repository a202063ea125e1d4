"""What the promises announce."""

from __future__ import annotations

from dataclasses import dataclass

from chengshu.foundation.events.bus import Event


@dataclass(frozen=True)
class TablesImported(Event):
    """Performance tables of a department were imported; ``changes`` counts what differed from before."""

    unheard_because = "links may hear it; no code needs to"

    budget_year: int
    changes: int


@dataclass(frozen=True)
class PromiseBound(Event):
    """A promise was bound to an indicator of the platform, whose value is wanted now."""

    binding: int
    source: str


@dataclass(frozen=True)
class AttestationMade(Event):
    """A value was attested and waits for approval."""

    unheard_because = "the board reads standings, which the action itself brings up to date"

    attestation: int
    indicator: str
    unit: int


@dataclass(frozen=True)
class AttestationDecided(Event):
    """An attestation was approved, refused or withdrawn."""

    unheard_because = "the board reads standings, which the action itself brings up to date"

    attestation: int
    state: str


@dataclass(frozen=True)
class FormAdvanced(Event):
    """A form, or its open adjustment, went one step on in its life."""

    unheard_because = "links may hear it; no code needs to"

    form: int
    ref: str
    version: int
    step: str
    from_state: str
    to_state: str


@dataclass(frozen=True)
class FindingDecided(Event):
    """A finding of the linter was dismissed, reopened or accepted."""

    unheard_because = "links may hear it; no code needs to"

    finding: int
    ref: str
    code: str
    state: str


@dataclass(frozen=True)
class FormPublished(Event):
    """Targets or a result were made public."""

    unheard_because = "links may hear it; no code needs to"

    publication: int
    form: int
    ref: str
    kind: str


@dataclass(frozen=True)
class PublicationWithdrawn(Event):
    """A publication is no longer public."""

    unheard_because = "links may hear it; no code needs to"

    publication: int
    ref: str
