"""Days and clocks on the real calendar, around Spring Festival and National Day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from chengshu.foundation.calendar import published_calendar
from chengshu.scenes.approvals.construction.days import case_days, compression, read_days, shares
from chengshu.scenes.approvals.construction.plan import Standing, obstacles, shipped_plan
from chengshu.scenes.approvals.construction.proof import Look, is_whole, link_of, prove
from chengshu.scenes.approvals.construction.stages import Branch, Run, branch, face

CALENDAR = published_calendar()
ACCEPTED = date(2026, 2, 10)


def days_until(until: date, **changes: object):  # type: ignore[no-untyped-def]
    plain = {"legal": "20wd", "promised": "4wd", "pauses": ()}
    return case_days(
        "approvals.planning_permit", accepted=ACCEPTED, until=until, calendar=CALENDAR, **{**plain, **changes}
    )


@pytest.mark.parametrize("text", ["", "8h", "20", "wd", "20wd rolls"])
def test_what_is_no_number_of_days_is_not_guessed(text: str) -> None:
    assert read_days(text) is None


def test_four_of_twenty_working_days_is_eighty_percent() -> None:
    found = days_until(date(2026, 2, 13))
    assert (found.used, found.promised_share, found.used_share) == (3, Decimal("0.8000"), Decimal("0.8500"))


def test_spring_festival_does_not_count() -> None:
    assert days_until(date(2026, 3, 16)).used == 20


def test_an_expert_review_takes_its_nine_working_days_out() -> None:
    pause = ((date(2026, 2, 24), date(2026, 3, 6)),)
    assert days_until(date(2026, 3, 27), pauses=pause).used == 20


def test_natural_days_are_counted_out_and_never_multiplied() -> None:
    week = days_until(date(2026, 2, 12), legal="7d", promised="")
    assert (week.legal, week.promised_share) == (4, None)
    national_day = case_days(
        "x",
        accepted=date(2026, 9, 30),
        until=date(2026, 10, 9),
        legal="7d",
        promised="1wd",
        pauses=(),
        calendar=CALENDAR,
    )
    assert (national_day.legal, national_day.promised_share, national_day.used_share) == (0, None, None)


def test_a_share_of_nothing_is_nothing() -> None:
    assert compression(1, 0) is None
    assert shares([]).by_item is None


def test_the_mean_over_items_and_over_cases_differ() -> None:
    pairs = [("a", Decimal("0.9")), ("a", Decimal("0.9")), ("a", Decimal("0.9")), ("b", Decimal("0.5"))]
    found = shares([*pairs, ("c", None)])
    assert (found.items, found.cases) == (2, 4)
    assert (found.by_item, found.by_case) == (Decimal("0.7000"), Decimal("0.8000"))


def test_parallel_items_count_a_day_once_and_the_owners_time_not_at_all() -> None:
    first = Run("a", True, accepted=date(2026, 3, 2), decided=date(2026, 3, 6), limit="10wd")
    beside = Run("b", True, accepted=date(2026, 3, 3), decided=date(2026, 3, 9), limit="4wd")
    later = Run("c", True, accepted=date(2026, 3, 23), decided=date(2026, 3, 25), limit="4wd")
    clock = face([first, beside, later], date(2026, 4, 1), CALENDAR)
    assert (clock.used, clock.limit, clock.running) == (5 + 2, 10, False)
    whole = face([first, beside, later], date(2026, 4, 1), CALENDAR, limit=120)
    assert (whole.left, whole.is_late) == (113, False)


def test_an_item_that_is_not_needed_never_counts() -> None:
    assert face([Run("a", False, accepted=ACCEPTED)], date(2026, 3, 1), CALENDAR).used == 0


@pytest.mark.parametrize(
    ("run", "today", "expected"),
    [
        (Run("a", True), ACCEPTED, Branch.PLANNED),
        (Run("a", False), ACCEPTED, Branch.NOT_NEEDED),
        (Run("a", True, filed=ACCEPTED), ACCEPTED, Branch.FILED),
        (Run("a", True, accepted=ACCEPTED, limit="4wd"), date(2026, 2, 14), Branch.RUNNING),
        (Run("a", True, accepted=ACCEPTED, limit="4wd"), date(2026, 2, 23), Branch.RUNNING),
        (Run("a", True, accepted=ACCEPTED, limit="4wd"), date(2026, 2, 24), Branch.LATE),
        (Run("a", True, accepted=ACCEPTED, decided=date(2026, 2, 13)), date(2026, 3, 1), Branch.DECIDED),
        (
            Run("a", True, accepted=ACCEPTED, limit="4wd", pauses=((date(2026, 2, 11), None),)),
            date(2026, 3, 16),
            Branch.RUNNING,
        ),
    ],
)
def test_a_branch_is_late_only_after_its_working_days(run: Run, today: date, expected: Branch) -> None:
    assert branch(run, today, CALENDAR) is expected


def test_the_plan_has_four_stages_with_one_lead_each_and_known_orders() -> None:
    plan = shipped_plan()
    assert [stage.number for stage in plan.stages] == [1, 2, 3, 4]
    assert all(plan.item(key) for item in plan.items for key in item.after)


def test_a_construction_permit_waits_for_everything_outside_the_stages() -> None:
    item = shipped_plan().item("approvals.construction_permit")
    assert item is not None
    standings = [
        Standing("approvals.planning_permit", 2, "规划", True, "11"),
        Standing("approvals.eia_form", 0, "环评", True, "8"),
        Standing("approvals.drainage_permit", 0, "排水", False, ""),
    ]
    assert [one.title for one in obstacles(item, standings)] == ["环评"]


# -- proof of a notice --------------------------------------------------------------------------------------------

POSTED = datetime(2026, 3, 9, 1, tzinfo=UTC)


def chain(*hours: float) -> list[Look]:
    looks: list[Look] = []
    previous = ""
    for hour in hours:
        at = POSTED + timedelta(hours=hour)
        link = link_of(previous, at, 200, "d", True)
        looks.append(Look(at, 200, "d", True, previous, link))
        previous = link
    return looks


def test_a_look_taken_out_breaks_the_chain() -> None:
    looks = chain(0, 1, 2, 3)
    assert is_whole(looks)
    assert not is_whole([looks[0], *looks[2:]])


def test_only_looks_without_a_long_gap_prove_the_whole_period() -> None:
    assert prove(chain(0, 1, 2, 3, 4), since=POSTED, until=POSTED + timedelta(hours=5)).covers
    gappy = prove(chain(0, 1, 6), since=POSTED, until=POSTED + timedelta(hours=7))
    assert (gappy.covers, gappy.longest_gap) == (False, timedelta(hours=5))
    assert not prove([], since=POSTED, until=POSTED + timedelta(hours=1)).covers
