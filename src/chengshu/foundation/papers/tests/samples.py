"""Papers that the tests of this package print."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from chengshu.foundation.papers.layout import Cell, Imprint, Paper, Part, Row

PRINTED_AT = datetime(2025, 8, 15, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))

FORMULA_LIKE = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", '@SUM(1+1)*cmd|"x"', "\t=1+1", "＝1+1")
MARKUP_LIKE = (
    "#set page(width: 1cm)",
    "$ x^2 $ *bold* _x_ <label> @ref",
    '"]) #panic("x")',
    "</w:t><w:p/>",
    "&amp; &P &&",
)


def imprint(*, simulated: bool = False) -> Imprint:
    return Imprint(PRINTED_AT, "2025-1", simulated)


def paper(*texts: str, simulated: bool = False) -> Paper:
    """Two columns: a text and an amount, under a repeated heading."""
    heading = Row((Cell("名称", "label"), Cell("金额", "label")), heading=True)
    rows = (Row((Cell(text), Cell(Decimal("13074.48"), "number"))) for text in texts or ("一",))
    part = Part(
        "清单", "测试清单", (80, 40), (heading, *rows), orientation="portrait", above=("部门名称：某局",)
    )
    return Paper((part,), imprint(simulated=simulated))
