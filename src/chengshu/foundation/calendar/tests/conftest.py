"""What the calendar's tests share."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from chengshu.foundation.calendar import (
    OfficeHours,
    Season,
    Window,
    WorkingCalendar,
    published_calendar,
)


@pytest.fixture(scope="session")
def calendar() -> WorkingCalendar:
    return published_calendar()


@pytest.fixture
def holiday_cn(shared: Path) -> Path:
    return shared / "data" / "holiday-cn"


def office_week(*windows: tuple[int, int]) -> dict[int, tuple[Window, ...]]:
    stretches = tuple(Window(time(opens), time(closes)) for opens, closes in windows)
    return dict.fromkeys(range(5), stretches)


@pytest.fixture(scope="session")
def hall(calendar: WorkingCalendar) -> OfficeHours:
    """A service hall: 9-12 and 14-18 in summer, 9-12 and 13-17 in winter, Friday afternoons closed."""
    summer, winter = office_week((9, 12), (14, 18)), office_week((9, 12), (13, 17))
    summer[4] = winter[4] = (Window(time(9), time(12)),)
    return OfficeHours(
        calendar,
        seasons=(Season((5, 1), (9, 30), summer), Season((10, 1), (4, 30), winter)),
    )
