from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from chengshu.foundation.web import formats


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        formats.local_datetime(datetime(2025, 1, 1, 8))  # noqa: DTZ001 (the fault under test)


@pytest.mark.parametrize(
    "write", [formats.money, formats.number, formats.percent, formats.local_date, formats.relative_days]
)
def test_what_is_missing_is_not_zero(write):
    assert write(None) == "—"


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("13074.48", "13,074.48"),
        ("2.005", "2.01"),
        ("0", "0.00"),
        ("-1234.5", "-1,234.50"),
        ("1E+3", "1,000.00"),
    ],
)
def test_amounts_have_thousands_and_two_decimals(amount, written):
    assert formats.money(Decimal(amount)) == written


def test_a_number_keeps_its_stored_decimals():
    assert formats.number(Decimal("1234.50")) == "1,234.50"
    assert formats.number(35000) == "35,000"


def test_a_share_becomes_a_percentage():
    assert formats.percent(Decimal("0.9965")) == "99.7%"


def test_the_day_is_the_day_in_shanghai():
    late = datetime(2025, 2, 28, 16, 0, tzinfo=UTC)
    assert formats.local_date(late, "short") == "2025-03-01"
    assert formats.local_date(late) == "1 March 2025"
    with translation.override("zh-hans"):
        assert formats.local_datetime(late) == "2025年3月1日 00:00"


@pytest.mark.parametrize(
    ("day", "words"), [(20, "today"), (21, "in 1 day"), (25, "in 5 days"), (18, "2 days ago")]
)
def test_distance_is_counted_in_calendar_days(day, words):
    assert formats.relative_days(date(2025, 9, day), today=date(2025, 9, 20)) == words


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0 B"), (1023, "1,023 B"), (1536, "1.5 KB"), (20971520, "20.0 MB")]
)
def test_file_sizes(size, words):
    assert formats.file_size(size) == words
