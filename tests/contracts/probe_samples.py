"""Targets to knock at: in each of three units one with a check, results, an outage and the figure of a day."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils import timezone

from chengshu.engines.probes import actions
from chengshu.engines.probes.checking.answers import Answer
from chengshu.engines.probes.machine import as_prober
from chengshu.engines.probes.models import DayFigure, Outage, Result, StateChange
from chengshu.engines.probes.recording import Done, record
from chengshu.foundation.orgs.models import Unit
from tests.contracts.district import District


def make_probes(district: District, units: tuple[str, ...]) -> dict[str, dict[str, models.Model]]:
    """Rows of the engine by table and unit: what people make through actions, what the prober writes as it would."""
    made: dict[str, dict[str, models.Model]] = {}
    for key in units:
        for row in _one_target(district.units[key]):
            made.setdefault(row._meta.db_table, {})[key] = row
    return made


def _one_target(unit: Unit) -> list[models.Model]:
    target = actions.add_target(unit=unit, key=f"site-{unit.key}", title="门户网站", kind="site")
    check = actions.define_check(
        target=target,
        name="首页",
        kind="http",
        parameters={"url": "https://www.example.gov.cn/"},
        down_after=1,
    )
    now = timezone.now()
    window = actions.announce_maintenance(
        unit=unit, title="升级", starts_at=now, ends_at=now + timedelta(hours=2), target=target
    )
    secret = actions.keep_secret(unit=unit, name="portal", content="only for the probe")
    version = check.versions.get()
    answer = Answer("failed", "status", "503", {"status": 503}, 20_000)
    record([Done(check.pk, version.pk, now, answer)], "test")
    with as_prober("test"):
        figure = DayFigure(
            target=target,
            unit=unit,
            day=timezone.localdate(),
            agreed_us=1,
            excluded_us=0,
            unreachable_us=0,
            gap_us=0,
            counted_us=1,
            down_us=0,
            longest_us=0,
            results=1,
            reckoned_at=now,
        )
        figure.save()
    written = [model.objects.get(unit=unit) for model in (Result, Outage, StateChange)]
    return [target, check, version, window, secret, check.state, target.state, figure, *written]
