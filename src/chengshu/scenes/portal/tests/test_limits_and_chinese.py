"""Limits in words and compared, and the two scripts of Chinese."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from chengshu.hub.services.limits import words_of
from chengshu.scenes.portal.chinese import LONGEST_QUERY, searched, shown
from chengshu.scenes.portal.limits import saving

DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("promised", "legal"), [("", "20wd"), ("1wd", ""), ("24h", "20wd"), ("1wd", "24h"), ("3d", "20wd")]
)
def test_what_cannot_be_compared_is_not(promised: str, legal: str) -> None:
    assert saving(promised, legal, today=DAY) is None


@pytest.mark.parametrize(
    ("promised", "legal", "percent"),
    [("4wd", "20wd", 80), ("1wd", "20wd", 95), ("10wd", "20wd", 50), ("30wd", "20wd", -50)],
)
def test_working_days_are_divided_by_working_days(promised: str, legal: str, percent: int) -> None:
    found = saving(promised, legal, today=DAY)
    assert found is not None
    assert (found.percent, found.converted) == (percent, False)


def test_natural_days_are_counted_out_on_the_calendar() -> None:
    found = saving("1wd", "30d", today=DAY)
    assert found is not None
    assert found.converted
    assert found.percent == 95, "30 days from 2 March 2026 hold 22 working days"


def test_limits_are_words() -> None:
    with translation.override("zh-hans"):
        assert [words_of(each) for each in ("20wd", "60d", "3m", "24h", "0wd", "", "另行通知")] == [
            "20 个工作日",
            "60 日（自然日）",
            "3 个月",
            "24 小时",
            "当日",
            "",
            "另行通知",
        ]


@pytest.mark.parametrize(
    ("typed", "plain"), [("排水證", "排水证"), ("　ＡＢＣ　１", "ABC 1"), ("a\x00b\tc", "a b c"), ("", "")]
)
def test_a_search_is_read_as_the_catalogue_writes(typed: str, plain: str) -> None:
    assert searched(typed) == plain


def test_a_long_search_is_cut() -> None:
    assert len(searched("长" * 500)) == LONGEST_QUERY


def test_data_are_shown_in_the_script_of_the_page() -> None:
    with translation.override("zh-hant"):
        assert shown("许可证") == "許可證"
    with translation.override("en"):
        assert shown("许可证") == "许可证"
