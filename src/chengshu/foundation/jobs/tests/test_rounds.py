"""Periodic work: due when it should be, once, and again after a failure."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from chengshu.foundation.jobs import periodic
from chengshu.foundation.jobs.models import PeriodicRun
from chengshu.foundation.jobs.periodic import run_due

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=ZONE)

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def only_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(periodic, "_rounds", {})


def test_an_hourly_round_runs_once_an_hour() -> None:
    runs: list[int] = []

    @periodic.periodic(every=timedelta(hours=1))
    def count() -> None:
        runs.append(1)

    for minutes in (0, 1, 59, 61, 62):
        run_due(NOON + timedelta(minutes=minutes))
    assert len(runs) == 2


def test_a_daily_round_runs_at_its_time_and_is_made_up_for() -> None:
    runs: list[datetime] = []
    now = NOON

    @periodic.periodic(daily_at=time(2, 30))
    def count() -> None:
        runs.append(now)

    run_due(now)
    for now in (
        NOON + timedelta(hours=12),
        NOON + timedelta(hours=14, minutes=31),
        NOON + timedelta(hours=20),
    ):
        run_due(now)
    assert runs == [NOON, NOON + timedelta(hours=14, minutes=31)]


def test_a_failed_round_keeps_its_reason_changes_nothing_and_is_tried_again() -> None:
    runs: list[int] = []

    @periodic.periodic(every=timedelta(days=1))
    def fails() -> None:
        runs.append(1)
        PeriodicRun.objects.create(name="half a change")
        raise ValueError("no disk")

    run_due(NOON)
    assert PeriodicRun.objects.get().last_error == "ValueError: no disk"
    run_due(NOON + timedelta(minutes=5))
    assert len(runs) == 1
    run_due(NOON + timedelta(minutes=11))
    assert len(runs) == 2
