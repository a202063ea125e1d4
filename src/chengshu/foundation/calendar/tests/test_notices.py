"""The published facts: complete, cited, free of contradictions, equal to an independent collection."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from chengshu.foundation.calendar import DayKind, WorkingCalendar, published_years
from chengshu.foundation.calendar.notices import PUBLISHED, read_year
from chengshu.foundation.errors import InvalidFile

GOOD = (PUBLISHED / "2026.toml").read_text("utf-8")


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("2026.toml", "year = "),
        ("2026.toml", "year = 2026"),
        ("2027.toml", GOOD),
        ("2026.toml", GOOD + '\n[[make_up]]\nname = "春节"\nday = 2026-02-17\n'),
        ("2026.toml", GOOD.replace("statutory = [", "statutory = [\n  2026-03-03,")),
        ("2026.toml", GOOD.replace("last = 2026-01-03", "last = 2025-12-03")),
    ],
    ids=["not TOML", "no days", "other year's name", "day named twice", "statutory yet worked", "reversed"],
)
def test_a_broken_notice_is_refused_by_name(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(InvalidFile) as refusal:
        read_year(written(tmp_path, name, text))
    assert refusal.value.code == "calendar.notice_file"
    assert refusal.value.data["file"] == name


def test_every_year_from_2015_to_2026_is_on_file_with_a_numbered_notice() -> None:
    years = published_years()
    assert [entry.year for entry in years] == list(range(2015, 2027))
    for entry in years:
        assert str(entry.year) in entry.notices[0].title
        assert all("发明电〔" in notice.number for notice in entry.notices)


def test_a_later_folder_replaces_and_adds_years(tmp_path: Path) -> None:
    written(
        tmp_path,
        "2027.toml",
        'year = 2027\nstatutory = []\nbreak = []\n[[notice]]\nnumber="x"\ntitle="y"\nurl="z"\n',
    )
    years = published_years((PUBLISHED, tmp_path))
    assert years[-1].year == 2027
    assert WorkingCalendar(years).is_workday(date(2027, 1, 4))


@pytest.mark.parametrize(
    ("year", "days"), [(2015, 12), (2018, 11), (2020, 10), (2024, 11), (2025, 13), (2026, 13)]
)
def test_statutory_holidays_number_what_the_law_gives(
    calendar: WorkingCalendar, year: int, days: int
) -> None:
    """2015 has the one-off 3 September; in 2020 the mid-autumn day falls on 1 October."""
    entries = next(entry for entry in calendar.years if entry.year == year).settled
    assert sum(entry.kind is DayKind.STATUTORY for entry in entries) == days


def test_a_years_file_settles_days_of_the_year_before(calendar: WorkingCalendar) -> None:
    assert calendar.day(date(2018, 12, 29)).kind is DayKind.MAKE_UP
    assert calendar.day(date(2018, 12, 31)).kind is DayKind.OFF
    assert calendar.day(date(2018, 12, 31)).occasion == "元旦"


def test_the_facts_equal_the_independent_collection(calendar: WorkingCalendar, holiday_cn: Path) -> None:
    theirs = {
        date.fromisoformat(day["date"]): (day["isOffDay"], day["name"])
        for path in holiday_cn.glob("*.json")
        for day in json.loads(path.read_text("utf-8"))["days"]
    }
    ours = {
        entry.day: (not entry.kind.is_worked, entry.occasion)
        for year in calendar.years
        for entry in year.settled
    }
    assert ours == theirs
    assert len(theirs) > 390
