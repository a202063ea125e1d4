"""The State Council's notices on days off and make-up workdays, as facts in ``published/<year>.toml``.

A year's notice may also settle days of the year before (the notice of 2019 makes 2018-12-29 a workday),
so the years are always merged before anybody asks.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidFile, Unavailable

PUBLISHED = Path(__file__).parent / "published"


class DayKind(StrEnum):
    """What a day is to people who work office days."""

    WORKDAY = "workday"
    MAKE_UP = "make_up"
    """A Saturday or Sunday that is worked (调休上班)."""
    WEEKEND = "weekend"
    STATUTORY = "statutory"
    """One of the statutory holidays (法定休假日)."""
    OFF = "off"
    """A day off that the notice adds to a break (调休放假 or a weekend day inside it)."""

    @property
    def is_worked(self) -> bool:
        """Whether offices work on such a day."""
        return self in (DayKind.WORKDAY, DayKind.MAKE_UP)


class NoticeMissing(Unavailable):
    """The notice of a year is not on file; weekends are never assumed in its place.

    :param year: the year whose notice is needed
    """

    default_code = "calendar.notice_missing"

    def __init__(self, year: int) -> None:
        file = f"{year}.toml"
        super().__init__(
            _("The holiday notice of %(year)s is not on file, so its working days are not known.")
            % {"year": year},
            hint=_("Add the State Council's notice as calendar/published/%(file)s.") % {"file": file},
            data={"year": year, "file": file},
        )
        self.year = year


@dataclass(frozen=True, slots=True)
class Notice:
    """One published notice.

    :param number: document number, such as 国办发明电〔2025〕7号
    :param title: its full title
    :param url: where it was published
    """

    number: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Settled:
    """A day that a notice takes out of the ordinary week.

    :param occasion: the holiday's name as the notice prints it
    """

    day: date
    kind: DayKind
    occasion: str


@dataclass(frozen=True, slots=True)
class YearNotices:
    """Everything the notices of one year settle.

    :param settled: days that differ from the ordinary week or are named; may hold days of the year before
    """

    year: int
    notices: tuple[Notice, ...]
    settled: tuple[Settled, ...]


def published_years(folders: Iterable[Path] = (PUBLISHED,)) -> tuple[YearNotices, ...]:
    """The notices on file, by year.

    :param folders: where the ``<year>.toml`` files are; a later folder replaces a year of an earlier one,
        which is how a city adds a notice before a release carries it
    :raises InvalidFile: ``calendar.notice_file`` when a file cannot be read as such a notice
    """
    by_year = {
        found.year: found
        for folder in folders
        for found in (read_year(path) for path in sorted(folder.glob("[0-9][0-9][0-9][0-9].toml")))
    }
    return tuple(by_year[year] for year in sorted(by_year))


def read_year(path: Path) -> YearNotices:
    """One year's file.

    :raises InvalidFile: ``calendar.notice_file`` naming the file and what is wrong in it
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        return _year_of(content, path)
    except (KeyError, TypeError, ValueError, UnicodeDecodeError) as cause:
        raise _broken(path, str(cause)) from cause


def _year_of(content: dict[str, Any], path: Path) -> YearNotices:
    year = int(content["year"])
    if path.stem != str(year):
        raise _broken(path, f"year = {year}")
    statutory = frozenset(content["statutory"])
    off = [
        Settled(day, DayKind.STATUTORY if day in statutory else DayKind.OFF, entry["name"])
        for entry in content["break"]
        for day in _span(entry["first"], entry["last"])
    ]
    made_up = [Settled(entry["day"], DayKind.MAKE_UP, entry["name"]) for entry in content.get("make_up", ())]
    settled = tuple(sorted(off + made_up, key=lambda entry: entry.day))
    _refuse_contradictions(settled, statutory, path)
    notices = tuple(Notice(**entry) for entry in content["notice"])
    return YearNotices(year=year, notices=notices, settled=settled)


def _span(first: date, last: date) -> list[date]:
    if last < first:
        raise ValueError(f"{first} > {last}")
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def _refuse_contradictions(settled: tuple[Settled, ...], statutory: frozenset[date], path: Path) -> None:
    days = [entry.day for entry in settled]
    twice = {day for day, after in pairwise(days) if day == after}
    if twice:
        raise _broken(path, f"{min(twice)} is named twice")
    not_off = statutory - {entry.day for entry in settled if entry.kind is DayKind.STATUTORY}
    if not_off:
        raise _broken(path, f"{min(not_off)} is statutory but not in a break")


def _broken(path: Path, reason: str) -> InvalidFile:
    return InvalidFile(
        _("The holiday notice %(file)s cannot be read: %(reason)s.") % {"file": path.name, "reason": reason},
        code="calendar.notice_file",
        hint=_("Compare it with the file of another year in calendar/published."),
        data={"file": path.name},
    )
