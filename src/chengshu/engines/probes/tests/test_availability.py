"""Availability against outages whose truth is known."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from freezegun import freeze_time
from hypothesis import given
from hypothesis import strategies as st

from chengshu.engines.probes import actions, availability
from chengshu.engines.probes.models import DayFigure
from chengshu.engines.probes.pages.showing import share
from chengshu.engines.probes.reckoning import (
    Announced,
    Known,
    Treatment,
    mean_of_devices,
    reckon,
    stretches,
    total,
    whole_service,
)
from chengshu.engines.probes.spans import Span, common, length_us, merged, without
from chengshu.engines.probes.tests.builders import MINUTE, START, at, check, series, target
from chengshu.engines.probes.window import agreed_spans
from chengshu.foundation.calendar import SHANGHAI

HOURS = 24 * 60
PERIOD = Span(at(0), at(HOURS))


def span(first: float, last: float) -> Span:
    return Span(at(first), at(last))


def known(**more: Any) -> Known:
    return Known(**{"agreed": [PERIOD], "since": at(0), **more})


def minutes(microseconds: int) -> float:
    return microseconds / 60_000_000


stretch = st.tuples(st.integers(0, HOURS), st.integers(0, HOURS)).map(lambda pair: span(min(pair), max(pair)))
some = st.lists(stretch, max_size=6)


def covered(spans: list[Span]) -> set[int]:
    """Minutes, the slow way."""
    return {
        minute
        for one in spans
        for minute in range(round((one.start - START) / MINUTE), round((one.end - START) / MINUTE))
    }


@given(some, some, some, some)
def test_every_minute_is_in_the_term_where_it_belongs(
    down: list[Span], gaps: list[Span], unreachable: list[Span], works: list[Span]
) -> None:
    announced = [Announced(one.start, one.end, one.start - MINUTE) for one in works if one.start < one.end]
    figure = reckon(known(down=down, gaps=gaps, unreachable=unreachable, announced=announced), now=at(HOURS))
    out = covered([Span(one.start, one.end) for one in announced])
    unknown = covered(gaps) - out
    above = covered(unreachable) - out - unknown
    counted = set(range(HOURS)) - out - unknown - above
    broken = covered(down) & counted
    assert minutes(figure.excluded_us) == len(out)
    assert minutes(figure.gap_us) == len(unknown)
    assert minutes(figure.unreachable_us) == len(above)
    assert minutes(figure.counted_us) == len(counted)
    assert minutes(figure.down_us) == len(broken)
    expected = Decimal(len(counted) - len(broken)) / Decimal(len(counted)) if counted else None
    assert figure.share == expected


@given(some, some)
def test_spans_are_sets_of_moments(first: list[Span], second: list[Span]) -> None:
    assert covered(list(merged(first))) == covered(first)
    assert covered(list(common(first, second))) == covered(first) & covered(second)
    assert covered(list(without(first, second))) == covered(first) - covered(second)
    assert minutes(length_us(first)) == len(covered(first))


@given(some, some)
def test_a_stricter_treatment_never_gives_more(down: list[Span], gaps: list[Span]) -> None:
    facts = known(down=down, gaps=gaps)
    lenient = reckon(facts, now=at(HOURS)).share
    strict = reckon(facts, Treatment(gaps_are_down=True), now=at(HOURS)).share
    assert strict is not None
    assert lenient is None or strict <= lenient


@pytest.mark.parametrize("late", [0, 1, 600])
def test_what_is_announced_when_it_begins_or_later_excludes_nothing(late: int) -> None:
    announced = [Announced(at(60), at(120), at(60 + late))]
    figure = reckon(known(down=[span(60, 120)], announced=announced), now=at(HOURS))
    assert (minutes(figure.excluded_us), minutes(figure.down_us)) == (0, 60)


def test_what_was_withdrawn_excludes_nothing() -> None:
    announced = [Announced(at(60), at(120), at(0), withdrawn=True)]
    assert reckon(known(announced=announced), now=at(HOURS)).excluded_us == 0


def test_where_no_time_counts_there_is_no_number() -> None:
    assert reckon(known(gaps=[PERIOD]), now=at(HOURS)).share is None
    assert reckon(Known([PERIOD], None), now=at(HOURS)).share is None


def test_one_lost_second_of_a_year_is_not_a_hundred_percent() -> None:
    year = Span(START, START + timedelta(days=365))
    down = [Span(START, START + timedelta(seconds=1))]
    figure = reckon(Known([year], START, down), now=year.end)
    assert figure.share == 1 - Decimal(1) / Decimal(365 * 86400)
    assert share(figure.share) == "99.9999%"


def test_a_day_in_shanghai_has_twenty_four_hours() -> None:
    since = datetime(2026, 3, 29, tzinfo=SHANGHAI)
    for days in (1, 217):
        assert length_us(agreed_spans("every", "00:00-24:00", since, since + timedelta(days=days))) == (
            days * 86_400_000_000
        )


def test_working_days_know_holidays_and_make_up_days() -> None:
    since = datetime(2025, 10, 1, tzinfo=SHANGHAI)
    spans = agreed_spans("working", "08:30-12:00 14:00-17:30", since, datetime(2025, 10, 12, tzinfo=SHANGHAI))
    assert {one.start.astimezone(SHANGHAI).date() for one in spans} == {
        date(2025, 10, 9),
        date(2025, 10, 10),
        date(2025, 10, 11),
    }
    assert length_us(spans) == 3 * 7 * 3_600_000_000


def test_a_service_is_down_while_any_of_its_targets_is() -> None:
    each = [
        stretches(known(down=down), now=at(HOURS))
        for down in ([span(0, 60)], [span(30, 90)], [span(600, 610)])
    ]
    figure = whole_service(each)
    assert (minutes(figure.down_us), minutes(figure.longest_us)) == (100, 90)
    assert minutes(figure.counted_us) == HOURS


def test_the_mean_leaves_out_devices_without_a_number() -> None:
    figures = [
        reckon(known(down=[span(0, HOURS / 2)]), now=at(HOURS)),
        reckon(known(), now=at(HOURS)),
        reckon(known(gaps=[PERIOD]), now=at(HOURS)),
    ]
    assert mean_of_devices(figures) == Decimal("0.75")
    assert mean_of_devices([]) is None
    assert total(figures).counted_us == 2 * HOURS * 60_000_000


# -- from results to figures


@pytest.fixture
def frozen() -> Any:
    with freeze_time(START) as clock:
        yield clock


def test_injected_outages_give_the_availability_that_is_known(district: None, frozen: Any) -> None:
    site = target()
    of = check(site, timeout_ms=1000)
    series(of, "+" * 30 + "-" * 12 + "+" * 18)
    frozen.move_to(at(60))
    found = availability.of_target(site, at(0), at(60))
    assert found.outages == 1
    assert minutes(found.figure.down_us) == 12
    assert found.figure.gap_us == 0
    assert found.figure.share == Decimal(48) / Decimal(60)


def test_time_in_which_nobody_asked_is_neither_up_nor_down(district: None, frozen: Any) -> None:
    site = target()
    of = check(site, timeout_ms=1000)
    series(of, "+" * 10 + "." * 20 + "+" * 10)
    frozen.move_to(at(40))
    found = availability.of_target(site, at(0), at(40))
    assert found.figure.gap_us == 19 * 60_000_000 - 1_000_000 + 0 * 1
    assert found.figure.share == 1
    strict = availability.of_target(site, at(0), at(40), Treatment(gaps_are_down=True))
    assert strict.figure.down_us == found.figure.gap_us


def test_an_outage_during_which_the_prober_was_away_counts_only_what_is_known(
    district: None, frozen: Any
) -> None:
    site = target()
    of = check(site, timeout_ms=1000)
    series(of, "+" * 10 + "--" + "." * 18 + "--" + "++++++++")
    frozen.move_to(at(40))
    figure = availability.of_target(site, at(0), at(40)).figure
    assert figure.down_us + figure.gap_us == 22 * 60_000_000
    assert figure.gap_us == 17 * 60_000_000 - 1_000_000


def test_maintenance_counts_by_when_the_platform_heard_of_it(district: None, frozen: Any) -> None:
    site = target()
    of = check(site, timeout_ms=1000)
    actions.announce_maintenance(
        unit=site.unit, title="早公告", starts_at=at(10), ends_at=at(14), target=site
    )
    frozen.move_to(at(22))
    actions.announce_maintenance(
        unit=site.unit, title="晚公告", starts_at=at(20), ends_at=at(24), target=site
    )
    series(of, "+" * 10 + "----" + "+" * 6 + "----" + "+" * 16)
    frozen.move_to(at(40))
    figure = availability.of_target(site, at(0), at(40)).figure
    assert (minutes(figure.excluded_us), minutes(figure.down_us)) == (4, 4)


def test_the_figure_of_a_day_is_kept_once_and_again_if_it_changed(district: None, frozen: Any) -> None:
    site = target()
    of = check(site, timeout_ms=1000)
    series(of, "+" * 30)
    day = timezone.localdate(START)
    frozen.move_to(START + timedelta(days=2))
    assert availability.keep_day(day) >= 1
    assert availability.keep_day(day) == 0
    series(of, "+", first=40)
    assert availability.keep_day(day) == 1
    assert list(DayFigure.objects.filter(target=site).values_list("number", flat=True)) == [2, 1]
