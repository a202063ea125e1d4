"""The figures that a situation report may show, each reckoned from the records of a desk and naming them.

Drills and simulated records are left out everywhere; drills have a figure of their own. The words are printed: Chinese.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.db.models import F, Model
from django.urls import reverse
from django.utils import timezone

from chengshu.engines.indicators import api as indicators
from chengshu.engines.indicators.data import month
from chengshu.foundation.asking import asking, current_asker, system
from chengshu.scenes.command.models import CityEvent, DutySlot, EventState, Grade, Instruction, PlanRun

MOST_NAMED: Final = 200
Figure = dict[str, Any]
Reckon = Callable[[int, datetime, datetime], Figure]

GRADES: Final = {"1": "特别重大", "2": "重大", "3": "较大", "4": "一般", "": "未定级"}


def _figure(rows: Iterable[Model], unit: str, route: str, why: str = "") -> Figure:
    """The number of rows with the rows behind it; with ``why`` there is no number."""
    found = list(rows)
    named = [[str(one), reverse(route, args=[one.pk])] for one in found[:MOST_NAMED]]
    return {"value": None if why else str(len(found)), "unit": unit, "why": why, "records": named}


def _events(unit: int) -> Any:
    return CityEvent.objects.filter(unit_id=unit, merged_into=None, drill=False, simulated=False)


def _reported(unit: int, since: datetime, until: datetime) -> Figure:
    rows = _events(unit).filter(reported_at__gte=since, reported_at__lt=until)
    return _figure(rows, "件", "command:event")


def _graded(unit: int, since: datetime, until: datetime) -> Figure:
    rows = list(_events(unit).filter(reported_at__gte=since, reported_at__lt=until))
    told = [f"{GRADES[grade]}{sum(one.grade == grade for one in rows)}件" for grade in (*Grade.values, "")]
    return {**_figure(rows, "", "command:event"), "value": "、".join(told)}


def _resolved(unit: int, since: datetime, until: datetime) -> Figure:
    rows = _events(unit).filter(resolved_at__gte=since, resolved_at__lt=until)
    return _figure(rows, "件", "command:event")


def _open(unit: int, since: datetime, until: datetime) -> Figure:
    over = (EventState.RESOLVED, EventState.CLOSED, EventState.WITHDRAWN)
    rows = _events(unit).filter(reported_at__lt=until).exclude(state__in=over)
    return _figure(rows, "件", "command:event")


def _issued(unit: int, since: datetime, until: datetime) -> Figure:
    return _figure(_instructions(unit, since, until), "条", "command:instruction")


def _received(unit: int, since: datetime, until: datetime) -> Figure:
    rows = _instructions(unit, since, until)
    why = "" if rows.exists() else "本时段未下达指令"
    return _figure(rows.filter(received_at__lte=F("receipt_by")), "条", "command:instruction", why)


def _instructions(unit: int, since: datetime, until: datetime) -> Any:
    found = Instruction.objects.filter(unit_id=unit, drill=False, simulated=False)
    return found.filter(issued_at__gte=since, issued_at__lt=until).exclude(state="withdrawn")


def _slots(unit: int, since: datetime, until: datetime) -> Any:
    found = DutySlot.objects.filter(unit_id=unit, simulated=False, starts_at__gte=since, starts_at__lt=until)
    return found.select_related("post")


def _turns(unit: int, since: datetime, until: datetime) -> Figure:
    rows = _slots(unit, since, until)
    return _without_page(rows, "" if rows.exists() else "本时段没有生成排班")


def _arrived(unit: int, since: datetime, until: datetime) -> Figure:
    rows = _slots(unit, since, until)
    why = "" if rows.exists() else "本时段没有生成排班"
    return _without_page(rows.filter(arrived_at__isnull=False), why)


def _without_page(rows: Iterable[DutySlot], why: str) -> Figure:
    found = list(rows)
    named = [
        [f"{one.post.title} {timezone.localtime(one.starts_at):%m-%d %H:%M}", reverse("command:roster")]
        for one in found[:MOST_NAMED]
    ]
    return {"value": None if why else str(len(found)), "unit": "班次", "why": why, "records": named}


def _runs(unit: int, since: datetime, until: datetime) -> Figure:
    found = PlanRun.objects.filter(unit_id=unit, drill=False, simulated=False)
    return _figure(found.filter(started_at__gte=since, started_at__lt=until), "次", "command:run")


def _drills(unit: int, since: datetime, until: datetime) -> Figure:
    found = PlanRun.objects.filter(unit_id=unit, drill=True, simulated=False)
    return _figure(found.filter(started_at__gte=since, started_at__lt=until), "次", "command:run")


FIGURES: Final[Mapping[str, tuple[str, Reckon]]] = {
    "events_reported": ("接报事件", _reported),
    "events_graded": ("其中按等级", _graded),
    "events_resolved": ("处置完毕事件", _resolved),
    "events_open": ("未处置完毕事件", _open),
    "instructions_issued": ("下达指令", _issued),
    "instructions_received": ("其中按时签收", _received),
    "duty_turns": ("应到岗班次", _turns),
    "duty_arrived": ("其中已到岗", _arrived),
    "runs_started": ("启动预案", _runs),
    "drills_held": ("开展演练", _drills),
}


def reckoned(
    unit: int, keys: Iterable[str], names: Iterable[str], since: datetime, until: datetime
) -> list[Figure]:
    """Every figure of a report in order, reckoned as the platform over the records of one desk."""
    with asking(system("command: situation reports", current_asker().channel)):
        own = [{"key": key, "title": FIGURES[key][0], **FIGURES[key][1](unit, since, until)} for key in keys]
        return own + [_indicator(name, until) for name in names]


def _indicator(name: str, until: datetime) -> Figure:
    """The last observation of the month to date; without one, why there is none."""
    known = {one.name: one for one in indicators.definitions()}
    if name not in known:
        return {"key": name, "title": name, "value": None, "unit": "", "why": "没有这项指标", "records": []}
    on = timezone.localdate(until)
    seen = indicators.latest(name=name, period=month(on.year, on.month))
    value = None if seen is None or seen.value is None else format(seen.value.normalize(), "f")
    why = "" if value is not None else (seen.reason if seen else "") or "本月尚无可计算的记录"
    return {
        "key": name,
        "title": f"{known[name].title}（本月累计）",
        "value": value,
        "unit": known[name].unit,
        "why": why,
        "records": [],
        "observation": seen.id if seen else None,
        "digest": seen.evidence_digest if seen else "",
        "simulated": bool(seen and seen.simulated),
    }
