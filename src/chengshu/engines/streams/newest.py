"""The time of the newest reading of every series, kept between batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from chengshu.engines.streams import latest
from chengshu.engines.streams.data import Reading
from chengshu.engines.streams.writing import Series

MOST_KEPT: Final = 2_000_000
"""Series; with more of them everything is forgotten and asked again."""


class Newest:
    """Asked anew once anybody else took a number, for then readings may have been handed in afterwards.

    Right only under :func:`latest.sole_writer`, for whoever writes readings takes the number of a batch under it and
    keeps it until its transaction has ended.
    """

    def __init__(self) -> None:
        self._times: dict[Series, int] = {}
        self._devices: set[int] = set()
        self._number = 0

    def of(self, devices: Iterable[int], number: int) -> tuple[Mapping[Series, int], bool]:
        """The times, of these devices at least, and whether somebody else took a number since.

        :param number: of the batch that is to be judged
        """
        is_alone = latest.last_number() == number == self._number + 1
        if not is_alone or len(self._times) > MOST_KEPT:
            self._times, self._devices = {}, set()
        self._number = number
        if unknown := set(devices) - self._devices:
            self._times |= latest.newest_of(unknown)
            self._devices |= unknown
        return self._times, not is_alone

    def came(self, readings: Iterable[Reading]) -> None:
        """Readings that were written and are newer than anything before of their series."""
        times = self._times
        for reading in readings:
            key = (reading.device, reading.metric)
            if reading.at > times.get(key, -1):
                times[key] = reading.at
