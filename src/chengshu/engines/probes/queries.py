"""What is known: targets by how bad they are, results, outages, what is due; row security decides whose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Case, Count, F, IntegerField, Prefetch, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.probes import sealing
from chengshu.engines.probes.checking.answers import Asked
from chengshu.engines.probes.kinds import secrets_named
from chengshu.engines.probes.machine import as_prober
from chengshu.engines.probes.models import (
    Check,
    CheckState,
    CheckVersion,
    Maintenance,
    Outage,
    Result,
    Secret,
    State,
    StateChange,
    Target,
)
from chengshu.engines.probes.probing import Due
from chengshu.engines.probes.spans import Span, merged, without
from chengshu.foundation.errors import Missing

SEVERITY: Final = (State.DOWN, State.UNREACHABLE, State.UNKNOWN, State.UP)
"""The worst first."""


def targets(*, words: str = "", state: str = "", group: str = "", retired: bool = False) -> QuerySet[Target]:
    """Targets that the asker may see, the worst first."""
    worst = Case(
        *(When(state__state=one, then=Value(place)) for place, one in enumerate(SEVERITY)),
        default=Value(2),
        output_field=IntegerField(),
    )
    rows = Target.objects.select_related("unit", "parent", "state").annotate(worst=worst)
    rows = rows.filter(retired_at__isnull=not retired)
    if words:
        rows = rows.filter(Q(title__icontains=words) | Q(key__icontains=words) | Q(address__icontains=words))
    if state:
        rows = rows.filter(state__state=state)
    if group:
        rows = rows.filter(group=group)
    return rows.prefetch_related(
        Prefetch("checks", Check.objects.filter(retired_at=None).select_related("state"), to_attr="in_force")
    ).order_by("worst", "key")


def counts() -> dict[str, int]:
    """How many targets are in each state."""
    rows = Target.objects.filter(retired_at=None).values("state__state").annotate(count=Count("pk"))
    found = {row["state__state"]: row["count"] for row in rows.order_by()}
    return {one.value: found.get(one.value, 0) for one in SEVERITY}


def groups() -> list[str]:
    rows = Target.objects.filter(retired_at=None).exclude(group="")
    return list(rows.order_by("group").values_list("group", flat=True).distinct())


def target_by_key(key: str) -> Target:
    """
    :raises Missing: if there is none, or none the asker may see
    """
    row = Target.objects.select_related("unit", "parent", "state").filter(key=key).first()
    if row is None:
        raise Missing(_("There is no such target."), hint=_("It may belong to another unit."))
    return row


def check_by_id(check_id: int) -> Check:
    """
    :raises Missing: if there is none, or none the asker may see
    """
    row = Check.objects.select_related("target", "state").filter(pk=check_id).first()
    if row is None:
        raise Missing(_("There is no such check."), hint=_("It may belong to another unit."))
    return row


def maintenance_by_id(maintenance_id: int) -> Maintenance:
    """
    :raises Missing: if there is none, or none the asker may see
    """
    row = Maintenance.objects.filter(pk=maintenance_id).first()
    if row is None:
        raise Missing(_("There is no such maintenance."), hint=_("It may belong to another unit."))
    return row


def version_in_force(check: Check) -> CheckVersion:
    return check.versions.get(number=check.number)


def checks_of(target: Target) -> list[Check]:
    """In force first, then those that were retired."""
    rows = target.checks.select_related("state").prefetch_related("versions")
    return list(rows.order_by(F("retired_at").desc(nulls_first=True), "name"))


def is_silent(state: CheckState, version: CheckVersion, now: datetime) -> bool:
    """Whether nothing has been heard for so long that the state tells nothing."""
    return state.known_at is None or now - state.known_at > timedelta(seconds=version.valid_s)


def silent_targets(rows: Iterable[Target], now: datetime) -> set[int]:
    """Those of which some check has not been heard for longer than its results tell anything."""
    numbers = [check.pk for row in rows for check in row.in_force]  # type: ignore[attr-defined]
    versions = {
        one.check_row_id: one for one in CheckVersion.objects.filter(check_row__in=numbers).order_by("number")
    }
    return {
        row.pk
        for row in rows
        for check in row.in_force  # type: ignore[attr-defined]
        if is_silent(check.state, versions[check.pk], now)
    }


def due_checks(leading: Callable[[int, int], timedelta]) -> list[Due]:
    """What is to be asked now, with the secrets that it takes.

    :param leading: check, interval in seconds → by how much before its interval is over
    """
    with as_prober("probes"):
        now = timezone.now()
        rows = CheckState.objects.filter(check_row__retired_at=None).select_related("check_row")
        wanted = [row for row in rows if row.check_row.number]
        versions = {
            one.check_row_id: one
            for one in CheckVersion.objects.filter(
                check_row__in=[row.check_row_id for row in wanted], number=F("check_row__number")
            )
        }
        return [
            as_due(versions[row.check_row_id])
            for row in wanted
            if _is_due(row, versions[row.check_row_id].interval_s, leading, now)
        ]


def _is_due(
    row: CheckState, interval_s: int, leading: Callable[[int, int], timedelta], now: datetime
) -> bool:
    if row.asked_at is None or row.wanted_at is not None:
        return True
    return now >= row.asked_at + timedelta(seconds=interval_s) - leading(row.check_row_id, interval_s)


def as_due(version: CheckVersion) -> Due:
    """A version as it is to be performed; secrets are opened here, and only those it names."""
    names = secrets_named(version.kind, version.parameters)
    secrets = sealing.opened(version.unit_id, names) if names else {}
    asked = Asked(version.kind, version.parameters, version.timeout_ms, secrets)
    return Due(version.check_row_id, version.pk, version.interval_s, asked)


def results_of(check: Check) -> QuerySet[Result]:
    return check.results.select_related("version").order_by("-position")


def outages(*, since: datetime, until: datetime, target: Target | None = None) -> QuerySet[Outage]:
    """Outages that touch a period, the latest first."""
    rows = Outage.objects.select_related("target", "check_row").filter(began_at__lt=until)
    rows = rows.filter(Q(ended_at=None) | Q(ended_at__gt=since))
    return rows.filter(target=target) if target is not None else rows


def changes_of(target: Target, since: datetime, until: datetime) -> list[tuple[str, Span]]:
    """The states of a target in a period, one after another. A later note of an earlier moment cuts the one before."""
    rows = list(StateChange.objects.filter(target=target, at__lt=until).order_by("id").values("state", "at"))
    found = []
    for place, row in enumerate(rows):
        end = rows[place + 1]["at"] if place + 1 < len(rows) else until
        if max(row["at"], since) < min(end, until):
            found.append((str(row["state"]), Span(max(row["at"], since), min(end, until))))
    return found


_GAPS: Final = """
    WITH known AS (
        SELECT at, at + make_interval(secs => 2 * v.interval_s + v.timeout_ms / 1000.0) AS good_until,
               lead(at) OVER (ORDER BY position) AS following
        FROM probes_result r JOIN probes_checkversion v ON v.id = r.version_id
        WHERE r.check_row_id = %(check)s AND r.outcome <> 'impossible'
          AND r.at >= %(since)s - interval '3 days' AND r.at < %(until)s
    )
    SELECT good_until, coalesce(following, %(until)s) FROM known
    WHERE coalesce(following, %(until)s) > good_until
"""
_FIRST: Final = """
    SELECT min(at) FROM probes_result
    WHERE check_row_id = %(check)s AND outcome <> 'impossible'
      AND at >= %(since)s - interval '3 days' AND at < %(until)s
"""


def gaps_of_check(check: Check, since: datetime, until: datetime) -> tuple[Span, ...]:
    """Time in which the check was in force and nobody knows anything of it.

    An interval is a day at most, so that three days before the period tell what was known when it began.
    """
    begin, end = max(since, check.defined_at), min(until, check.retired_at or until)
    if begin >= end:
        return ()
    given: dict[str, Any] = {"check": check.pk, "since": begin, "until": end}
    with connection.cursor() as cursor:
        cursor.execute(_FIRST, given)
        (first,) = cursor.fetchone()
        cursor.execute(_GAPS, given)
        spans = [Span(start, stop) for start, stop in cursor.fetchall()]
    if first is None:
        return (Span(begin, end),)
    if first > begin:
        spans.append(Span(begin, first))
    return merged(Span(max(one.start, begin), min(one.end, end)) for one in spans)


def gaps_of(
    checks: Iterable[Check], down: Iterable[Span], since: datetime, until: datetime
) -> tuple[Span, ...]:
    """Of a target: outside its outages any silent check leaves things open; within one only if all are silent."""
    each = {check.pk: (check, gaps_of_check(check, since, until)) for check in checks}
    some = merged(span for _check, spans in each.values() for span in spans)
    heard: list[Span] = []
    for check, spans in each.values():
        life = Span(max(since, check.defined_at), min(until, check.retired_at or until))
        heard += without([life], spans) if life.start < life.end else ()
    return merged((*without(some, down), *without(some, heard)))


def maintenance_of(target: Target, since: datetime, until: datetime) -> QuerySet[Maintenance]:
    """Announced for the target itself, or for its group within its unit."""
    whose = Q(target=target) | (
        Q(group=target.group, unit=target.unit_id, target=None) if target.group else Q(pk=None)
    )
    return Maintenance.objects.filter(whose, starts_at__lt=until, ends_at__gt=since)


def maintenance_now(now: datetime) -> QuerySet[Maintenance]:
    """Announced, not withdrawn, not over."""
    rows = Maintenance.objects.select_related("unit", "target")
    return rows.filter(withdrawn_at=None, ends_at__gt=now).order_by("starts_at")


def is_in_maintenance(target: Target, at: datetime) -> bool:
    rows = maintenance_of(target, at - timedelta(microseconds=1), at + timedelta(microseconds=1))
    return rows.filter(withdrawn_at=None, announced_at__lt=F("starts_at")).exists()


_COURSE: Final = """
    SELECT to_timestamp(floor(extract(epoch FROM at) / %(step)s) * %(step)s) AS start, count(*),
           count(*) FILTER (WHERE outcome = 'failed'),
           percentile_disc(0.5) WITHIN GROUP (ORDER BY latency_us) FILTER (WHERE outcome = 'ok'),
           percentile_disc(0.95) WITHIN GROUP (ORDER BY latency_us) FILTER (WHERE outcome = 'ok')
    FROM probes_result
    WHERE check_row_id = %(check)s AND at >= %(since)s AND at < %(until)s
    GROUP BY 1 ORDER BY 1
"""


def course(check: Check, since: datetime, until: datetime, step_s: int) -> list[Mapping[str, Any]]:
    """Answer times in steps: median and 95th percentile of the answers that were as they should be."""
    with connection.cursor() as cursor:
        cursor.execute(_COURSE, {"check": check.pk, "since": since, "until": until, "step": step_s})
        names = ("start", "count", "failed", "median_us", "p95_us")
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


_P95: Final = """
    SELECT percentile_disc(0.95) WITHIN GROUP (ORDER BY latency_us) FILTER (WHERE outcome = 'ok'), count(*)
    FROM probes_result WHERE check_row_id = ANY (%(checks)s) AND at >= %(since)s AND at < %(until)s
"""


def latency_p95(checks: Iterable[int], since: datetime, until: datetime) -> tuple[int | None, int]:
    """The 95th percentile of answer times in microseconds, and how many results there are."""
    with connection.cursor() as cursor:
        cursor.execute(_P95, {"checks": list(checks), "since": since, "until": until})
        p95, count = cursor.fetchone()
        return p95, count


def secrets_kept() -> QuerySet[Secret]:
    """Their names; what is in them nobody reads."""
    return Secret.objects.select_related("unit").defer("sealed")
