"""What a target asks for: its kind, its number, and whether its values add up over the year or are levels.

A measure is the evaluating side of a target; the printed text and its parsing live elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput, Words

HUNDRED = Decimal(100)
ZERO = Decimal(0)
ONE = Decimal(1)


class Kind(StrEnum):
    """How a target is judged."""

    POS = "pos"
    """Higher is better."""
    NEG = "neg"
    """Lower is better."""
    EQ = "eq"
    """The number itself is promised."""
    BOOL = "bool"
    """Done or not done."""
    QUAL = "qual"
    """Described in words; an evaluator judges."""
    SATISFACTION = "satisfaction"
    """Share of satisfied people, or their mean score."""
    TIME_LIMIT = "time_limit"
    """A limit for each single case; needs a named statistic."""


class Nature(StrEnum):
    """Whether the values of a measure add up."""

    ACCUMULATING = "accumulating"
    """Counts, money, deliverables: the value to date grows through the year."""
    LEVEL = "level"
    """Rates, durations, scores: the latest value stands for itself."""


class Statistic(StrEnum):
    """What stands for many cases under a limit per case. The mean is left out: it hides the late ones."""

    COMPLIANCE_SHARE = "compliance_share"
    """Percent of closed cases within the limit."""
    P95 = "p95"
    """The duration that 95 % of the cases do not exceed."""
    MAXIMUM = "maximum"
    """The longest duration."""


STATISTIC_NAMES: Mapping[Statistic, Words] = {
    Statistic.COMPLIANCE_SHARE: _("Share of cases within the limit"),
    Statistic.P95: _("95th percentile"),
    Statistic.MAXIMUM: _("Maximum"),
}


class Achievement(StrEnum):
    """The three grades of a target described in words."""

    ACHIEVED = "achieved"
    PARTLY = "partly"
    NOT_ACHIEVED = "not_achieved"


@dataclass(frozen=True, slots=True)
class Measure:
    """What one target asks for.

    :param target: the promised number in ``unit``; for a time limit the limit of one case; None for BOOL
        and QUAL
    :param strict: the bound itself does not count (超过, 不足)
    :param exact: for EQ, deviations in both directions cost points (such as a rebuilt area)
    :param statistic: for TIME_LIMIT, what is compared with the limit
    :param share_target: for COMPLIANCE_SHARE, the promised percent of cases within the limit
    :raises InvalidInput: if the parts do not fit together
    """

    kind: Kind
    target: Decimal | None = None
    unit: str = ""
    nature: Nature = Nature.LEVEL
    strict: bool = False
    exact: bool = False
    statistic: Statistic | None = None
    share_target: Decimal | None = None

    def __post_init__(self) -> None:
        if self.kind not in (Kind.BOOL, Kind.QUAL):
            self._require_number()
        if self.kind is Kind.TIME_LIMIT:
            self._require_statistic()

    @property
    def judged_as(self) -> Kind:
        """The arithmetic that applies: satisfaction and compliance are POS, other time limits NEG."""
        if self.kind is Kind.SATISFACTION or self.statistic is Statistic.COMPLIANCE_SHARE:
            return Kind.POS
        return Kind.NEG if self.kind is Kind.TIME_LIMIT else self.kind

    @property
    def bound(self) -> Decimal:
        """The number that the actual value is compared with.

        :raises InvalidInput: if the measure has none (BOOL, QUAL)
        """
        number = self.share_target if self.statistic is Statistic.COMPLIANCE_SHARE else self.target
        if number is None:
            raise InvalidInput(
                _("This target has no number to compare with."),
                field="target",
                code="measure.no_number",
                hint=_("State whether it was met, or have an evaluator judge it."),
            )
        return number

    @property
    def accumulates(self) -> bool:
        return self.nature is Nature.ACCUMULATING

    def is_met_by(self, actual: Decimal) -> bool:
        """Whether this value keeps the target; a strict bound excludes the number itself."""
        if self.judged_as is Kind.EQ and self.exact:
            return actual == self.bound
        if self.judged_as is Kind.NEG or (self.judged_as is Kind.EQ and self.bound == 0):
            return actual < self.bound if self.strict else actual <= self.bound
        return actual > self.bound if self.strict else actual >= self.bound

    def _require_number(self) -> None:
        if self.target is None or not self.target.is_finite() or self.target < 0:
            raise InvalidInput(
                _("This target needs a number that is zero or more."),
                field="target",
                code="measure.target",
                hint=_("Enter the promised number, or describe the target in words."),
            )
        if self.target == 0 and self.kind in (Kind.POS, Kind.SATISFACTION):
            raise InvalidInput(
                _("A higher-is-better target of zero promises nothing."),
                field="target",
                code="measure.zero_promise",
                hint=_("If zero incidents are meant, choose lower-is-better."),
            )

    def _require_statistic(self) -> None:
        if self.statistic is None:
            raise InvalidInput(
                _("A time limit for single cases needs a named statistic."),
                field="statistic",
                code="measure.statistic",
                hint=_("Choose the share of cases within the limit, the 95th percentile or the maximum."),
            )
        share = self.share_target
        if self.statistic is Statistic.COMPLIANCE_SHARE and (share is None or not 0 < share <= HUNDRED):
            raise InvalidInput(
                _("The share of cases within the limit needs a promised percentage."),
                field="share_target",
                code="measure.share_target",
                hint=_("Enter a percentage above 0 and up to 100."),
            )
