"""One clock of a case: started, paused, resumed, extended, stopped; what it has used, what is left, when it is due.

Pure and immutable: every step gives a new clock, every question names the moment at which it is asked. What the
law allows is asked of ``law`` and ``lawful`` before; here only what cannot be on any clock is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.clocks.limits import Limit, LimitUnit
from chengshu.engines.cases.clocks.timekeeping import Due, Measure, Span, Timekeeping, merged, moved
from chengshu.engines.cases.data import Light
from chengshu.foundation.calendar import SHANGHAI
from chengshu.foundation.errors import Conflict, InvalidInput

_LAST_SECOND = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class ClockPause:
    """Time that does not count, on a ground that the law knows.

    :param ground: key of the ground
    :param until: when the clock went on; None while it stands still
    :param expected_until: the last day that the applicant was told it would take (行政许可法 Art. 45)
    :param notice: number of the written notice to the applicant
    """

    ground: str
    since: datetime
    until: datetime | None = None
    expected_until: date | None = None
    notice: str = ""

    def __post_init__(self) -> None:
        if self.until is not None and self.until < self.since:
            raise InvalidInput(
                _("A pause cannot end before it starts."),
                field="until",
                code="clocks.pause_reversed",
                hint=_("Check the days on which the clock was stopped and started again."),
            )

    def end(self, as_of: datetime) -> datetime:
        """When it ended; ``as_of`` while it stands."""
        return self.until or max(as_of, self.since)

    def expected_end(self, as_of: datetime) -> datetime:
        """When it ended or is expected to; never before ``as_of`` while it stands."""
        if self.until or self.expected_until is None:
            return self.end(as_of)
        told = datetime.combine(self.expected_until, _LAST_SECOND, tzinfo=SHANGHAI)
        return max(told, self.end(as_of))


@dataclass(frozen=True, slots=True)
class ClockExtension:
    """An approved extension; it counts from the old due day.

    :param by: how much, in the clock's unit
    :param approver: who approved it, by office
    :param document: number of the approval or of the notice to the applicant
    """

    by: Limit
    granted_at: datetime
    approver: str = ""
    reason: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class WarnWhen:
    """When a clock turns yellow: what is left is at most ``share`` of the limit, or ``floor`` units if that is more."""

    share: Decimal
    floor: int = 0

    def steps(self, total: int, size: int) -> int:
        """How many steps of a measure before the end a clock turns yellow.

        :param total: steps of the whole limit
        :param size: steps of one unit
        """
        return max(self.floor * size, int(self.share * total))


@lru_cache(maxsize=64)
def warn_after(share: float) -> WarnWhen:
    """The warning of a model's limit: yellow once this share of it is used."""
    return WarnWhen(Decimal(1) - Decimal(str(share)))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a clock stands at one moment.

    :param used: in the clock's unit (months: in natural days), pauses excluded, never negative
    :param left: negative once the limit is exceeded
    :param due: while it is paused, the due moment if it went on now
    :param forecast: the due moment if every pause that stands ends on the day the applicant was told
    :param warn: when it turns yellow
    """

    used: Decimal
    left: Decimal
    due: Due
    forecast: Due
    warn: Due
    light: Light


@dataclass(frozen=True, slots=True)
class Clock:
    """A running, paused or stopped clock.

    :param started_at: for day units its day is day 0, the day after it the first that counts (民法典 Art. 201)
    """

    limit: Limit
    started_at: datetime
    pauses: tuple[ClockPause, ...] = ()
    extensions: tuple[ClockExtension, ...] = ()
    stopped_at: datetime | None = None

    @property
    def open_pauses(self) -> tuple[ClockPause, ...]:
        return tuple(pause for pause in self.pauses if pause.until is None)

    @property
    def amounts(self) -> tuple[Limit, ...]:
        """The limit, then its extensions."""
        return (self.limit, *(extension.by for extension in self.extensions))

    def pause(self, pause: ClockPause) -> Clock:
        """Stand still from now on; several grounds may hold at once.

        :raises Conflict: if the clock is stopped, has not started by then, or stands still on this ground already
        """
        self._insist_running()
        if pause.since < self.started_at:
            raise Conflict(
                _("The clock had not started by then."),
                code="clocks.not_started",
                hint=_("Give a moment after the acceptance."),
            )
        if any(open_pause.ground == pause.ground for open_pause in self.open_pauses):
            raise Conflict(
                _("The clock is paused on this ground already."),
                code="clocks.paused_already",
                hint=_("Resume it first, or pause it on another ground."),
            )
        return replace(self, pauses=(*self.pauses, pause))

    def resume(self, ground: str, at: datetime) -> Clock:
        """Go on, unless another ground still holds.

        :raises Conflict: if it is not paused on this ground
        """
        standing = next((pause for pause in self.open_pauses if pause.ground == ground), None)
        if standing is None:
            raise Conflict(
                _("The clock is not paused on this ground."),
                code="clocks.not_paused",
                hint=_("Look at the pauses of the clock on the page of the case."),
            )
        ended = replace(standing, until=at)
        return replace(self, pauses=tuple(ended if pause is standing else pause for pause in self.pauses))

    def extend(self, extension: ClockExtension) -> Clock:
        """Give more time, counted from the old due day.

        :raises Conflict: if the clock is stopped
        :raises InvalidInput: if the extension counts in another unit than the limit
        """
        self._insist_running()
        if extension.by.unit is not self.limit.unit:
            raise InvalidInput(
                _("The extension must count in the unit of the limit."),
                field="amount",
                code="clocks.unit",
                hint=_("Give the extension in the unit in which the limit runs."),
            )
        return replace(self, extensions=(*self.extensions, extension))

    def stop(self, at: datetime) -> Clock:
        """End it; pauses that still stand end with it.

        :raises Conflict: if it is stopped already
        """
        self._insist_running()
        ended = tuple(
            replace(pause, until=max(at, pause.since)) if pause.until is None else pause
            for pause in self.pauses
        )
        return replace(self, pauses=ended, stopped_at=at)

    def due(self, timekeeping: Timekeeping, as_of: datetime) -> Due:
        """When it is due, counting a pause that still stands up to ``as_of``."""
        return self._due(timekeeping, self._spans(as_of))

    def forecast(self, timekeeping: Timekeeping, as_of: datetime) -> Due:
        """When it will be due if each pause that still stands ends on the day the applicant was told, or now."""
        return self._due(timekeeping, [(pause.since, pause.expected_end(as_of)) for pause in self.pauses])

    def warns(self, timekeeping: Timekeeping, warning: WarnWhen, as_of: datetime) -> Due:
        """When it turns yellow: the beginning of that day, or that moment for hours; at the latest when it is due."""
        spans = self._spans(as_of)

        def at(measure: Measure) -> datetime:
            begun = measure.point(self.started_at)
            total = timekeeping.length(measure, begun, self.amounts)
            early = max(total - warning.steps(total, measure.size), 0)
            if not early:
                return self.started_at
            point = moved(measure, measure.plus(begun, early), merged(measure, begun, spans))
            last = timekeeping.end(self.limit, point)
            return last if self.limit.unit is LimitUnit.HOURS else _start_of_day(last)

        return timekeeping.bounded(self.limit, at)

    def counts(self, timekeeping: Timekeeping, as_of: datetime) -> tuple[Decimal, Decimal]:
        """What is used and what is left, in the clock's unit; months are told in natural days."""
        moment = max(self._by(as_of), self.started_at)
        spans = self._spans(as_of)

        def count(measure: Measure) -> tuple[Decimal, Decimal]:
            begun, now = measure.point(self.started_at), measure.point(moment)
            unpaused = timekeeping.unpaused_end(measure, begun, self.amounts)
            pauses = merged(measure, begun, spans)
            end = moved(measure, unpaused, pauses)
            paused = sum(measure.between(a, min(b, now)) for a, b in pauses if a <= min(end, now))
            used = measure.between(begun, now) - paused
            left = timekeeping.length(measure, begun, self.amounts) - used
            return Decimal(used) / measure.size, Decimal(left) / measure.size

        return timekeeping.counted(self.limit, count)

    def standing(self, timekeeping: Timekeeping, warning: WarnWhen, as_of: datetime) -> Standing:
        """Everything about it at one moment."""
        used, left = self.counts(timekeeping, as_of)
        due = self.due(timekeeping, as_of)
        warn = self.warns(timekeeping, warning, as_of)
        light = light_of(self._by(as_of), due, warn, stopped=self.stopped_at is not None)
        return Standing(used, left, due, self.forecast(timekeeping, as_of), warn, light)

    def is_late(self, timekeeping: Timekeeping, as_of: datetime) -> bool:
        """Whether the limit was exceeded by then; a provisional due day cannot be exceeded yet."""
        due = self.due(timekeeping, as_of)
        return not due.is_provisional and self._by(as_of) > due.at

    def _due(self, timekeeping: Timekeeping, spans: list[Span]) -> Due:
        def at(measure: Measure) -> datetime:
            begun = measure.point(self.started_at)
            end = timekeeping.unpaused_end(measure, begun, self.amounts)
            return timekeeping.end(self.limit, moved(measure, end, merged(measure, begun, spans)))

        return timekeeping.bounded(self.limit, at)

    def _spans(self, as_of: datetime) -> list[Span]:
        return [(pause.since, pause.end(as_of)) for pause in self.pauses]

    def _by(self, as_of: datetime) -> datetime:
        return min(as_of, self.stopped_at) if self.stopped_at else as_of

    def _insist_running(self) -> None:
        if self.stopped_at is not None:
            raise Conflict(
                _("This clock has been stopped."),
                code="clocks.stopped",
                hint=_("A stopped clock is a fact of the record; look at the history of the case."),
            )


def light_of(moment: datetime, due: Due, warn: Due, *, stopped: bool = False) -> Light:
    """Red after the due moment, yellow from the warning on, else green.

    A provisional due day never turns red; a clock that was stopped in time stays green.
    """
    if moment > due.at and not due.is_provisional:
        return "red"
    return "yellow" if moment >= warn.at and not stopped else "green"


def _start_of_day(moment: datetime) -> datetime:
    return moment.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
