"""What the promises announce."""

from __future__ import annotations

from dataclasses import dataclass

from chengshu.foundation.events.bus import Event


@dataclass(frozen=True)
class TablesImported(Event):
    """Performance tables of a department were imported; ``changes`` counts what differed from before."""

    budget_year: int
    changes: int
