"""What comes out of the engine: frozen values that pages, commands and the hub may keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from chengshu.engines.indicators.periods import Period
from chengshu.foundation.errors import Words


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a definition.

    :param code: stable, such as ``sql.writes``
    """

    code: str
    message: Words


@dataclass(frozen=True, slots=True)
class Part:
    """One value of a dimension with what it contributes."""

    value: str
    numerator: Decimal
    denominator: Decimal
    records: int


@dataclass(frozen=True, slots=True)
class Computed:
    """A number as it was computed just now, not stored.

    :ivar value: None when nothing was examined: a rate of nothing is no rate
    :ivar numerator: of a rate; of everything else the number of counted records
    :ivar denominator: of a rate; of everything else the number of examined records
    :ivar records_digest: SM3 over key and contribution of every record, in the order of their keys
    :ivar simulated: how many of the records are simulated; one taints the number
    """

    name: str
    version: str
    definition_digest: str
    unit: str
    parameters: Mapping[str, str]
    period: Period
    value: Decimal | None
    numerator: Decimal
    denominator: Decimal
    records: int
    simulated: int
    records_digest: str
    roll: tuple[str, ...]
    """Key and contribution of each record, in the order of their keys."""
    query: str
    duration_ms: int
    reason: str = ""
    """Why there is no value."""
    parts: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)

    @property
    def is_simulated(self) -> bool:
        return self.simulated > 0


@dataclass(frozen=True, slots=True)
class ObservationView:
    """A stored observation: the number and how it came about. Never changed afterwards."""

    id: int
    name: str
    version: str
    unit: str
    parameters: Mapping[str, str]
    period: Period
    value: Decimal | None
    numerator: Decimal
    denominator: Decimal
    records: int
    simulated: bool
    reason: str
    evidence: Mapping[str, Any]
    evidence_digest: str
    computed_at: datetime

    @property
    def records_digest(self) -> str:
        return str(self.evidence["records"]["sm3"])


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One record that a number rests on, as the viewer may see it."""

    key: str
    label: str
    url: str
    counted: bool
    amount: Decimal | None
    simulated: bool


@dataclass(frozen=True, slots=True)
class RecordPage:
    """The records of an observation that the viewer may see.

    :ivar visible: how many of them the viewer may see
    :ivar beyond: how many there are outside the viewer's scope; they are counted and never named
    :ivar gone: how many were part of the number and are not found any more
    """

    lines: tuple[RecordLine, ...]
    total: int
    visible: int
    beyond: int
    gone: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Change:
    """One record that differs between two computations: ``added``, ``gone`` or ``changed``."""

    sort: str
    key: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether an observation still holds when it is computed again from its own evidence.

    :ivar intact: the stored observation is the one that was stored: its digest fits its content
    :ivar holds: intact, and the same records give the same number today
    :ivar known: whether the definition of then is still registered unchanged; the query of the evidence is used
    :ivar changes: records that make the difference, at most ``MOST_CHANGES``
    """

    observation: ObservationView
    intact: bool
    holds: bool
    known: bool
    now: Computed | None
    changes: tuple[Change, ...]
    changed: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same period by two versions of a definition."""

    first: Computed
    second: Computed
    changes: tuple[Change, ...]
    changed: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """A number that somebody above the engine wants kept up to date.

    :param settles: no longer computed anew once it was computed ``SETTLED_AFTER`` the end of its period
    """

    name: str
    version: str
    period: Period
    parameters: Mapping[str, str] = field(default_factory=dict)
    settles: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """What a number is used for by somebody above the engine, such as a promise.

    :param url: a path of its page; empty where it has none
    """

    title: Words
    url: str = ""
    note: Words = ""
