"""Work that comes round by itself: an app's ``tasks.py`` says what and how often, the worker does it once.

    @periodic(every=timedelta(hours=1))
    def forget_abandoned_uploads() -> None: ...

    @periodic(daily_at=time(2, 30))
    def refresh_standings() -> None: ...

Each runs as the platform itself in one transaction. A failure is logged, kept and tried again after ``RETRY``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from chengshu.foundation.asking import asking, system
from chengshu.foundation.jobs.models import PeriodicRun

log = logging.getLogger("chengshu.jobs")

RETRY = timedelta(minutes=10)
_DAY = timedelta(days=1)
Round = Callable[[], object]


@dataclass(frozen=True)
class Periodic:
    """One piece of periodic work; ``daily_at`` is a time of day in the district's zone."""

    name: str
    function: Round
    every: timedelta
    daily_at: time | None = None

    def due_since(self, now: datetime) -> datetime:
        """It is due if it last started before this moment."""
        if self.daily_at is None:
            return now - self.every
        today = timezone.make_aware(datetime.combine(timezone.localdate(now), self.daily_at))
        return today if today <= now else today - _DAY


_rounds: dict[str, Periodic] = {}


def periodic(*, every: timedelta = _DAY, daily_at: time | None = None) -> Callable[[Round], Round]:
    """Register a function without arguments as periodic work."""

    def register(function: Round) -> Round:
        name = f"{function.__module__}.{function.__name__}"
        _rounds[name] = Periodic(name, function, every, daily_at)
        return function

    return register


def registered_rounds() -> dict[str, Periodic]:
    return dict(_rounds)


def run_due(now: datetime | None = None) -> list[str]:
    """Do what is due; the names of what was done or tried. Several workers may call this at once."""
    moment = now or timezone.now()
    return [work.name for work in registered_rounds().values() if _claim(work, moment) and _run(work)]


def _claim(work: Periodic, now: datetime) -> bool:
    """Whether this worker is the one to do it now."""
    due = Q(last_started_at=None) | Q(last_started_at__lt=work.due_since(now))
    failed = ~Q(last_error="") & Q(last_started_at__lt=now - min(RETRY, work.every))
    with asking(system("periodic", "worker")):
        PeriodicRun.objects.bulk_create([PeriodicRun(name=work.name)], ignore_conflicts=True)
        claimed = PeriodicRun.objects.filter(due | failed, name=work.name).update(last_started_at=now)
    return bool(claimed)


def _run(work: Periodic) -> bool:
    error = ""
    try:
        with asking(system("periodic", "worker")):
            work.function()
    except Exception as failure:
        log.exception("%s failed", work.name)
        error = f"{type(failure).__name__}: {failure}"[:2000]
    with asking(system("periodic", "worker")):
        PeriodicRun.objects.filter(name=work.name).update(last_finished_at=timezone.now(), last_error=error)
    return True
