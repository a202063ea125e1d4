"""Availability as contracts define it: agreed service time, less announced maintenance, less outages.

``availability = 1 − outages ÷ (agreed − excluded)``. Agreed is the time inside the service hours of the period.
Excluded is the part of it that a maintenance window covers which was announced early enough *before* it began: what is
announced afterwards excludes nothing. An outage counts where it meets agreed time that is not excluded; overlapping
outages of the same thing count once; an outage that has not ended counts up to the moment of reckoning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from chengshu.scenes.operations.reckoning.spans import Span, common, merged, seconds, without


@dataclass(frozen=True, slots=True)
class Announced:
    """A maintenance window as it was announced.

    :param announced_at: when the users were told; None: never
    """

    start: datetime
    end: datetime
    announced_at: datetime | None
    withdrawn: bool = False

    def excludes(self, notice: timedelta) -> bool:
        """Whether it was announced at least so long before it began."""
        if self.withdrawn or self.announced_at is None:
            return False
        return self.announced_at + notice <= self.start and self.announced_at < self.start


@dataclass(frozen=True, slots=True)
class Down:
    """A stretch in which a service or a device could not be used; ``end`` None: it still cannot."""

    start: datetime
    end: datetime | None = None

    def until(self, moment: datetime) -> Span:
        end = moment if self.end is None else min(self.end, moment)
        return Span(self.start, max(self.start, end))


@dataclass(frozen=True, slots=True)
class Reckoned:
    """Seconds of a period: agreed, excluded from it, and down in what remains."""

    agreed_s: int
    excluded_s: int
    down_s: int
    longest_s: int = 0
    """The longest single outage inside the counted time."""

    @property
    def counted_s(self) -> int:
        return self.agreed_s - self.excluded_s

    @property
    def share(self) -> Decimal | None:
        """From 0 to 1; None where no time counts: nothing over nothing is no number."""
        if self.counted_s <= 0:
            return None
        return Decimal(self.counted_s - self.down_s) / Decimal(self.counted_s)


def reckon(
    agreed: Iterable[Span],
    outages: Iterable[Down],
    announced: Iterable[Announced] = (),
    *,
    notice: timedelta = timedelta(),
    now: datetime,
) -> Reckoned:
    """One service, or one device, in one period.

    :param agreed: the service time of the period
    :param notice: how long before it begins a window must be announced
    :param now: nothing after this moment counts, neither as agreed nor as down
    """
    agreed = tuple(Span(one.start, min(one.end, now)) for one in merged(agreed) if one.start < now)
    windows = (Span(one.start, one.end) for one in announced if one.excludes(notice))
    excluded = common(agreed, windows)
    counted = without(agreed, excluded)
    stretches = merged(one.until(now) for one in outages)
    down = common(counted, stretches)
    longest = max((seconds(common(counted, [one])) for one in stretches), default=0)
    return Reckoned(seconds(agreed), seconds(excluded), seconds(down), longest)


def mean_of_devices(devices: Mapping[str, Reckoned] | Sequence[Reckoned]) -> Decimal | None:
    """The arithmetic mean over devices that have counted time; None if none has."""
    each = devices.values() if isinstance(devices, Mapping) else devices
    shares = [one.share for one in each if one.share is not None]
    return sum(shares, Decimal()) / len(shares) if shares else None
