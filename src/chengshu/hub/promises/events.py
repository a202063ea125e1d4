"""What the promises announce."""

from __future__ import annotations

from dataclasses import dataclass

from chengshu.foundation.events.bus import Event


@dataclass(frozen=True)
class TablesImported(Event):
    """Performance tables of a department were imported; ``changes`` counts what differed from before."""

    unheard_because = "links between events and engines come with the first engine"

    budget_year: int
    changes: int


@dataclass(frozen=True)
class AttestationMade(Event):
    """A value was attested and waits for approval."""

    attestation: int
    indicator: str
    unit: int


@dataclass(frozen=True)
class AttestationDecided(Event):
    """An attestation was approved, refused or withdrawn."""

    attestation: int
    state: str
