"""Whether an observation still holds: its seal, and the same query computed again."""

from __future__ import annotations

from chengshu.engines.indicators.computing import MOST_CHANGES, computed_by, differences
from chengshu.engines.indicators.observing import seal_of
from chengshu.engines.indicators.queries import definition_of, keys_seen, observation, roll_of
from chengshu.engines.indicators.registry import versions_of
from chengshu.engines.indicators.results import Change, ObservationView, Verification
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict


def verify(number: int) -> Verification:
    """Compute an observation again from its own evidence.

    Records outside the asker's scope are counted in ``changed`` and not named in ``changes``.

    :raises Missing: if the asker may not see the observation
    """
    seen = observation(number)
    intact = seal_of(seen) == seen.evidence_digest
    known = any(
        each.version == seen.version and each.digest == seen.evidence["definition"]["sm3"]
        for each in versions_of(seen.name)
    )
    try:
        now = computed_by(definition_of(seen), seen.period, seen.parameters)
    except Conflict as problem:
        return Verification(seen, intact, False, known, None, (), 0, str(problem))
    before = [f"{key}\t{contribution}" for key, contribution in roll_of(seen).items()]
    changes = differences(before, now.roll)
    same = now.value == seen.value and now.records_digest == seen.records_digest
    return Verification(seen, intact, intact and same, known, now, _nameable(seen, changes), len(changes))


def _nameable(seen: ObservationView, changes: list[Change]) -> tuple[Change, ...]:
    """Those whose records the asker may see; a record that is gone is only named to the platform itself."""
    if changes and not current_asker().is_system:
        visible = keys_seen(seen)
        changes = [change for change in changes if change.key in visible]
    return tuple(changes[:MOST_CHANGES])
