"""Conditions and alarms put together: readings, moments and people's doings in, events out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from chengshu.engines.streams.data import Reading
from chengshu.engines.streams.rules.alarms import Alarms, Key
from chengshu.engines.streams.rules.definition import AlarmEvent, Device, Maintenance, Rule
from chengshu.engines.streams.rules.watching import Conditions


class Engine:
    """The rules in force over the devices known; a new one is made when either changes, and goes on from ``save``.

    The same readings give the same events, in whatever batches they come, with whatever ticks in between. Readings
    that were seen before, and readings older than what their metric has brought since, change nothing.
    """

    def __init__(
        self,
        rules: Iterable[Rule],
        devices: Iterable[Device] = (),
        maintenance: Iterable[Maintenance] = (),
        saved: Mapping[str, Any] | None = None,
    ) -> None:
        known = {device.id: device for device in devices}
        rules = list(rules)
        self._events: list[AlarmEvent] = []
        self.alarms = Alarms(rules, known, maintenance, self._events.append)
        self.conditions = Conditions(rules, known, self.alarms.change, self.alarms.tick)
        if saved:
            self.conditions.load(saved["conditions"])
            self.alarms.load(saved["alarms"])

    def feed(self, readings: Iterable[Reading]) -> list[AlarmEvent]:
        """The events that these readings bring about, in order."""
        feed = self.conditions.feed
        for reading in readings:
            feed(reading)
        return self._taken()

    def tick(self, now: int) -> list[AlarmEvent]:
        """Let time pass up to ``now``, which must not be later than the arrival of what is still to be fed.

        If the feeder lags behind, ``now`` is the arrival of the oldest reading that waits, not the wall clock: else
        devices that have long spoken are called silent.
        """
        self.conditions.tick(now)
        return self._taken()

    def clock_was_set(self, by: int) -> None:
        """Count silences on from where they were, on a clock that shows ``by`` milliseconds more (less, if negative).

        Conditions on values go by the devices' own clocks and notice nothing. Escalations of open alarms go by the
        moment at which those were raised: a clock set forward brings them sooner, one set back later.
        """
        self.conditions.clock_was_set(by)
        self.alarms.clock_was_set(by)

    def expect(
        self, device: Device, since: int, interval: int = 0, metrics: Collection[str] | None = None
    ) -> None:
        """Count the silence of a device that has not sent anything yet from ``since``.

        :param interval: milliseconds between two of its messages, as its thing model says
        :param metrics: what it measures; a rule about another metric does not wait for it
        """
        self.conditions.expect(device, since, interval, metrics)

    def acknowledge(self, key: Key, raised_at: int, at: int) -> list[AlarmEvent]:
        """Somebody has seen the alarm; without effect if this very one is over and closed."""
        self.alarms.acknowledge(key, raised_at, at)
        return self._taken()

    def clear(self, key: Key, raised_at: int, at: int) -> list[AlarmEvent]:
        """Somebody ends the alarm by hand."""
        self.alarms.clear(key, raised_at, at)
        return self._taken()

    def suppress(self, key: Key, until: int, at: int) -> list[AlarmEvent]:
        """Somebody hides the alarms of a rule and subject up to ``until``."""
        self.alarms.suppress(key, until, at)
        return self._taken()

    def save(self) -> dict[str, Any]:
        """Everything that is to survive a restart, as JSON values."""
        return {"conditions": self.conditions.save(), "alarms": self.alarms.save()}

    def _taken(self) -> list[AlarmEvent]:
        events, self._events[:] = list(self._events), []
        return events
