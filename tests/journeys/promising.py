"""From a decided case to the promise that it proves: bind it, have the numbers computed, read the evidence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import ExitStack

from django.utils import timezone

from chengshu.engines.indicators import api as indicators
from chengshu.hub.promises.wanted import wanted_periods
from tests.browser.windows import Window
from tests.journeys.applying import go
from tests.journeys.town import Town


def bind(
    town: Town,
    stack: ExitStack,
    ref: str,
    unit: str,
    source: str,
    asked: Mapping[str, str] | None = None,
    *,
    share: bool = False,
) -> Window:
    """The head of a unit has the platform prove a promise of it; their window.

    :param asked: what the indicator is asked with
    :param share: the printed limit holds for each case, and every case shall keep it
    """
    head = town.officer(stack, unit, "unit_head")
    assert head.open(f"/promises/evidence/{ref.replace('#', '-')}/") == 200
    page = head.page
    page.check("main input[name=kind][value=indicator]")
    offered = page.locator(f"main select[name=source_name] option[value^='{source}']").first
    page.select_option("main select[name=source_name]", offered.get_attribute("value"))
    lines = [f"{name}={value}" for name, value in (asked or {}).items()]
    page.fill("main textarea[name=source_parameters]", "\n".join(lines))
    if share:
        page.select_option("main select[name=statistic]", "compliance_share")
        page.fill("main input[name=share_target]", "100")
    page.fill("main form[action*='/bind/'] textarea[name=reason]", "由平台按办件记录计算。")
    go(head, page.locator("main form[action*='/bind/'] button[type=submit]"))
    refused = page.locator(".error-summary").all_inner_texts()
    assert not refused, refused
    town.settle()
    return head


def evaluate(town: Town, source: str, asked: Mapping[str, str] | None = None) -> None:
    """Compute the year to date, as the worker does every hour for everything that promises want."""
    with town.inside():
        period = wanted_periods(timezone.localdate().year)[-1]
        indicators.evaluate(name=source, period=period, parameters=asked or {})
    town.settle()


def records_behind(window: Window, ref: str) -> int:
    """How many records the number rests on that stands at a promise now; none before anything is computed."""
    assert window.open(f"/promises/{ref.replace('#', '-')}/") == 200
    told = window.page.locator("dl.facts div:has(dt:text-is('记录数')) dd")
    return int(re.findall(r"\d+", told.first.inner_text())[0]) if told.count() else 0
