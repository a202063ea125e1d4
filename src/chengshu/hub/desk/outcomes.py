"""The result of a simulation as its page shows it: key figures, tables, a chart, and the drawing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from chengshu.hub.desk import heat
from chengshu.hub.desk.simulation import Figures


def shown(result: Figures, titles: Mapping[str, str]) -> dict[str, Any]:
    names = {step.key: step.name for step in result.steps}
    return {
        "figures": result,
        "titles": titles,
        "bottleneck": names.get(result.bottleneck, ""),
        "steps": sorted(result.steps, key=lambda step: step.wait_share, reverse=True),
        "queues": _queues(result, titles),
        "duration": heat.hours(result.median_duration_h),
        "slow": heat.hours(result.p90_duration_h),
        "hours": working_hours,
    }


def working_hours(value: float) -> str:
    """Minutes below one hour, otherwise hours; never days, for a working day has no 24 hours."""
    return heat.hours(value) if value < 1 else _("%(hours).1f h") % {"hours": value}


def _queues(result: Figures, titles: Mapping[str, str]) -> dict[str, Any]:
    """The length of each role's queue at the end of each day, weekly where there are many days."""
    days = len(result.roles[0].queue_by_day) if result.roles else 0
    every = max(1, days // 40)
    return {
        "kind": "line",
        "unit": _("tasks"),
        "categories": [_("day %(number)d") % {"number": day + 1} for day in range(0, days, every)],
        "series": [
            {"name": titles.get(role.role, role.role), "values": list(role.queue_by_day[::every])}
            for role in result.roles
        ],
    }


def painted(result: Figures) -> list[dict[str, Any]]:
    """Warmth by the mean wait, with the wait written on the step."""
    most = max((step.mean_wait_h for step in result.steps), default=0.0)
    return [
        {
            "node": step.key,
            "heat": heat.degree(step.mean_wait_h, most),
            "text": _("waits %(time)s") % {"time": working_hours(step.mean_wait_h)},
            "title": step.name,
        }
        for step in result.steps
    ]
