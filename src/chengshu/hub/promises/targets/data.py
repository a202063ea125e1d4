"""The typed form of one indicator's printed value. Nothing here parses; see ``grammar``."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal

from .kinds import Dimension, Kind, Note, Op
from .lexicon import period_named, unit_named


@dataclass(frozen=True, slots=True)
class Target:
    """One printed value, understood as far as it goes. ``raw`` is the printed text, untouched
    (empty in the parts of a COMPOSITE).

    Two targets *mean the same* when all fields but ``raw``, ``scale`` and ``notes`` agree, see ``same``.
    """

    kind: Kind
    raw: str
    op: Op | None = None
    value: Decimal | None = None
    """In ``unit``, the printed 万 or 亿 multiplied out."""
    hi: Decimal | None = None
    """Upper end of a RANGE; hours a day of a WINDOW."""
    unit: str = ""
    """Canonical symbol of ``lexicon.UNITS``; empty when the value has none."""
    unit_also: tuple[str, ...] = ()
    """Further units printed beside the first one: 宗（株）."""
    scale: Decimal = Decimal(1)
    """The printed multiplier: 10000 for 万."""
    per: str = ""
    """FREQ: canonical symbol of ``lexicon.PERIODS``. Otherwise the thing each value is for (故障)."""
    when: str = ""
    """The case for which a part of a COMPOSITE holds."""
    env: str = ""
    """The environment in which it holds: 国产化环境."""
    scope: str = ""
    """The area or the persons spoken of: 全区."""
    relative_to: str = ""
    """The baseline of a relative target: 法定时限."""
    change: str = ""
    """The verb of a relative target: 压缩."""
    inner: str = ""
    """A metric named inside the value: 按时办结率99%."""
    what: str = ""
    """The thing delivered or the action to be done in time."""
    word: str = ""
    """The text of TEXT and BOOL, the grade of GRADE."""
    candidates: tuple[Op, ...] = ()
    """What an illegal operator may have meant, likeliest first."""
    parts: tuple[Target, ...] = ()
    notes: frozenset[Note] = frozenset()

    @property
    def dimension(self) -> Dimension | None:
        """What the unit measures; None without a unit."""
        unit = unit_named(self.unit)
        return unit.dimension if unit else None

    @property
    def annual(self) -> Decimal | None:
        """A FREQ's count per year (§ ``lexicon.PERIODS``); None for every other kind."""
        period = period_named(self.per)
        if self.kind is not Kind.FREQ or period is None or self.value is None:
            return None
        return self.value * period.per_year

    @property
    def is_quantity(self) -> bool:
        """Whether one number can be compared with an actual value."""
        return self.kind in {Kind.NUM, Kind.RANGE, Kind.TIME_LIMIT, Kind.DELIVERABLE, Kind.FREQ}

    def flat(self) -> tuple[Target, ...]:
        """The parts of a COMPOSITE, or the target itself."""
        return self.parts if self.kind is Kind.COMPOSITE else (self,)


_IGNORED = {"raw", "scale", "notes", "parts"}


def same(one: Target, other: Target) -> bool:
    """Whether both promise the same, however they are printed and whatever had to be assumed."""
    names = [field.name for field in fields(Target) if field.name not in _IGNORED]
    return (
        all(getattr(one, name) == getattr(other, name) for name in names)
        and len(one.parts) == len(other.parts)
        and all(same(a, b) for a, b in zip(one.parts, other.parts, strict=True))
    )
