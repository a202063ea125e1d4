"""Targets, checks and results in few words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from chengshu.engines.probes import actions
from chengshu.engines.probes.checking.answers import Answer
from chengshu.engines.probes.models import Check, Target
from chengshu.engines.probes.recording import Done, Written, record
from chengshu.foundation.asking import asking, system
from chengshu.foundation.orgs.models import Unit

START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def unit() -> Unit:
    return Unit.objects.get(key="service-centre")


def target(key: str = "site", **more: Any) -> Target:
    given: dict[str, Any] = {"unit": more.pop("unit", None) or unit(), "title": f"站点 {key}", "kind": "site"}
    return actions.add_target(key=key, **{**given, **more})


def check(of: Target, name: str = "主页", **more: Any) -> Check:
    given: dict[str, Any] = {
        "kind": "http",
        "parameters": {"url": "https://www.example.gov.cn/"},
        "down_after": 2,
        "up_after": 2,
    }
    return actions.define_check(target=of, name=name, **{**given, **more})


def done(
    of: Check, minute: float, is_ok: bool = True, reason: str = "status", latency_us: int = 20_000
) -> Done:
    answer = (
        Answer("ok", latency_us=latency_us)
        if is_ok
        else Answer("failed", reason, "503", latency_us=latency_us)
    )
    with asking(system("test", "cli")):
        version = of.versions.order_by("-number")[0]
    return Done(of.pk, version.pk, START + minute * MINUTE, answer)


def series(of: Check, marks: str, *, first: float = 0, step: float = 1) -> Written:
    """``+`` answered, ``-`` failed, ``.`` was not asked, one a step; each result a batch of its own."""
    total = Written()
    for place, mark in enumerate(marks):
        if mark != ".":
            one = record([done(of, first + place * step, mark == "+")], "test")
            total = Written(total.results + one.results, total.opened + one.opened, total.ended + one.ended)
    return total


def at(minute: float) -> datetime:
    return START + minute * MINUTE


def all_of(done_: Iterable[Done]) -> Written:
    return record(list(done_), "test")
