"""The passwords that checks use: sealed at rest, opened only in the process that asks."""

from __future__ import annotations

from collections.abc import Iterable

from chengshu.engines.probes.models import Secret
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.identity.sealing import seal, unseal


def sealed(unit_id: int, name: str, content: str) -> str:
    """Opens for this unit and name only."""
    return seal(content, _context(unit_id, name))


def opened(unit_id: int, names: Iterable[str]) -> dict[str, str]:
    """Name → password, of those that the unit keeps; one that cannot be opened counts as not kept."""
    found = {}
    for row in Secret.objects.filter(unit=unit_id, name__in=list(names)):
        try:
            found[row.name] = unseal(row.sealed, _context(unit_id, row.name))
        except InvalidInput:
            continue
    return found


def _context(unit_id: int, name: str) -> str:
    return f"probes/{unit_id}/{name}"
