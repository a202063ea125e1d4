"""Reading a series from a file with the columns ``timestamp`` and ``value``.

A cell that says that there is no value (empty, NA, NaN, null) is a missing value, which is no mistake: it becomes part
of a gap. Anything else that is neither a moment nor a number is a mistake, named with its line, column and reason;
the row is left out and the rest is still looked at.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from chengshu.foundation.errors import InvalidFile, InvalidInput, Place, Words

Floats = NDArray[np.float64]

NO_VALUE = frozenset({"", "na", "n/a", "nan", "null", "none", "-"})
LARGEST = 64 * 1024 * 1024
"""Bytes of a file that are read at most; about two million rows."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be used.

    :param line: 1-based line of the file
    :param column: the column's heading, or empty if the whole row is meant
    """

    line: int
    column: str
    reason: Words


@dataclass(frozen=True)
class Series:
    """Moments in seconds since 1970, strictly increasing, each with its value; NaN where the file says there is none.

    :param zoned: whether the file's moments name their zone; if not, they are taken as they are written
    """

    moments: Floats
    values: Floats
    bad: tuple[BadRow, ...] = ()
    zoned: bool = False

    def text_of(self, moment: float) -> str:
        """A moment as the file would have written it."""
        at = datetime.fromtimestamp(round(moment, 3), UTC)
        return at.isoformat() if self.zoned else at.replace(tzinfo=None).isoformat(sep=" ")


def read_series(path: Path) -> Series:
    """The series in a CSV file.

    :raises InvalidFile: the file is no text, has not the two columns, or not a single usable row
    :raises InvalidInput: there is no such file, or it is larger than ``LARGEST``
    """
    return series_of(_text(path).splitlines(keepends=True))


def series_of(lines: Iterable[str]) -> Series:
    """The series in the lines of a CSV file; see ``read_series``."""
    reader = csv.reader(lines)
    rows = _rows(reader)
    heading = [name.strip().lower() for name in next(rows, (1, []))[1]]
    places = _columns(heading)
    found: dict[float, float] = {}
    bad: list[BadRow] = []
    zoned = False
    for line, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        try:
            moment, has_zone, value = _read_row(line, row, places)
        except _Unusable as unusable:
            bad.append(unusable.bad)
            continue
        if moment in found:
            bad.append(BadRow(line, "timestamp", _("The moment was there before; the later row counts.")))
        found[moment] = value
        zoned = zoned or has_zone
    if not any(math.isfinite(value) for value in found.values()):
        raise _nothing_usable(bad)
    moments = np.array(sorted(found), dtype=np.float64)
    return Series(moments, np.array([found[moment] for moment in moments.tolist()]), tuple(bad), zoned)


class _Unusable(Exception):
    """Leaves the reading of one row."""

    def __init__(self, bad: BadRow) -> None:
        super().__init__()
        self.bad = bad


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise InvalidInput(
                _("The file is larger than 64 MiB."), field="file", hint=_("Split it by time.")
            )
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidInput(
            str(error), field="file", hint=_("Name a file that exists and can be read.")
        ) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InvalidFile(
            _("The file is not UTF-8 text."), place=Place(line), hint=_("Save it as CSV UTF-8.")
        ) from None


def _rows(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line on which each begins; a row that the CSV reader refuses comes as one without cells enough."""
    line = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            row = ["unreadable"]
        yield line, row
        line = int(reader.line_num) + 1  # type: ignore[attr-defined]


def _columns(heading: list[str]) -> tuple[int, int]:
    for name in ("timestamp", "value"):
        if heading.count(name) != 1:
            raise InvalidFile(
                _("The first line must name the column %(name)s exactly once.") % {"name": name},
                place=Place(1, label=name),
                field=name,
                hint=_("Begin the file with: timestamp,value"),
            )
    return heading.index("timestamp"), heading.index("value")


def _read_row(line: int, row: list[str], places: tuple[int, int]) -> tuple[float, bool, float]:
    if len(row) <= max(places):
        raise _Unusable(BadRow(line, "", _("The row has too few cells.")))
    moment, zoned = _moment(line, row[places[0]].strip())
    return moment, zoned, _value(line, row[places[1]].strip())


def _moment(line: int, text: str) -> tuple[float, bool]:
    if not text:
        raise _Unusable(BadRow(line, "timestamp", _("There is no moment.")))
    if len(text) > 8 and text.replace(".", "", 1).isdecimal():
        return _epoch(line, text), False
    try:
        at = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise _no_moment(line, text) from None
    zoned = at.tzinfo is not None
    return (at if zoned else at.replace(tzinfo=UTC)).timestamp(), zoned


def _epoch(line: int, text: str) -> float:
    """Seconds or, when far too large for these, milliseconds since 1970."""
    number = float(text)
    number = number / 1000 if number > 1e11 else number
    if number >= 1e10:
        raise _no_moment(line, text)
    return number


def _no_moment(line: int, text: str) -> _Unusable:
    return _Unusable(BadRow(line, "timestamp", _("“%(text)s” is not a date and time.") % {"text": text[:40]}))


def _value(line: int, text: str) -> float:
    if text.lower() in NO_VALUE:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        value = math.inf
    if "_" in text or not math.isfinite(value):
        raise _Unusable(BadRow(line, "value", _("“%(text)s” is not a number.") % {"text": text[:40]}))
    return value


def _nothing_usable(bad: list[BadRow]) -> InvalidFile:
    first = bad[0] if bad else BadRow(2, "value", _("There is no row with a value."))
    return InvalidFile(
        _("The file has no usable row; the first reason: %(reason)s") % {"reason": first.reason},
        place=Place(first.line, label=first.column),
        field=first.column,
        hint=_("Give one row for each value, such as: 2026-01-01 00:00:00,1.5"),
    )
