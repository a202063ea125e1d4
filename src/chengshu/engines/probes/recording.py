"""The one way in which results come into the tables: a batch, its chain, its signature and what follows, all at once.

All of a batch is one transaction under one lock, so that a prober that dies leaves the whole of it or nothing: no
result is there twice, no outage is open twice, and an event is announced if and only if its outage is written. Several
probers may write; each batch begins from what the tables hold, and nothing is remembered outside them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from chengshu.engines.probes import chaining
from chengshu.engines.probes.checking.answers import Answer
from chengshu.engines.probes.events import OutageBegan, OutageEnded
from chengshu.engines.probes.judging import Changed, CheckMemory, Ended, Judge, Opened, Step, TargetMemory
from chengshu.engines.probes.machine import as_prober
from chengshu.engines.probes.models import (
    Batch,
    CheckState,
    CheckVersion,
    Outage,
    Result,
    StateChange,
    Target,
    TargetState,
)
from chengshu.foundation.audit import signing
from chengshu.foundation.audit.canonical import sm3
from chengshu.foundation.events.bus import emit

LOCK: Final = 0x70_72_6F_62
"""Arbitrary number of the advisory lock under which batches are written one after another."""
MOST: Final = 500
"""Results of one batch."""


@dataclass(frozen=True, slots=True)
class Done:
    """An answer that was got, and by which version of which check."""

    check: int
    version: int
    at: datetime
    answer: Answer


@dataclass(frozen=True, slots=True)
class Written:
    """What a batch brought."""

    results: int = 0
    opened: int = 0
    ended: int = 0


@dataclass(slots=True)
class _Standing:
    """Where everything stands before the batch, locked."""

    states: dict[int, CheckState]
    targets: dict[int, TargetState]
    open: dict[int, Outage]
    judge: Judge
    touched: set[int] = field(default_factory=set)


def record(done: Sequence[Done], prober: str) -> Written:
    """Write answers in the order given; those of checks that were retired meanwhile are left out.

    :param done: at most ``MOST``
    :param prober: who asked, such as ``probes`` or ``operator``
    """
    with as_prober(prober):
        _lock()
        now = timezone.now()
        standing = _standing()
        versions = CheckVersion.objects.in_bulk({one.version for one in done})
        kept = [one for one in done if one.check in standing.states and one.version in versions]
        if not kept:
            return Written()
        results = _chain(kept, standing, versions)
        _sign(results, prober, now)
        steps: list[tuple[Result, Step]] = []
        for result in results:
            following = standing.judge.take(result.check_row_id, result.at, result.outcome)
            steps += [(result, step) for step in following]
        opened, ended = _follow(steps, standing, now)
        _keep(standing)
        return Written(len(results), opened, ended)


def settle(target: Target, at: datetime) -> None:
    """What follows for a target when one of its checks was retired or it was itself; called within an action."""
    with as_prober("probes"):
        _lock()
        standing = _standing(also=target.pk)
        steps = standing.judge.settle(target.pk, at)
        _follow([(None, step) for step in steps], standing, at)
        _keep(standing)


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _standing(also: int | None = None) -> _Standing:
    rows = CheckState.objects.filter(check_row__retired_at=None).select_related("check_row__target")
    states = {row.check_row_id: row for row in rows}
    in_force = _in_force(states)
    wanted = {row.check_row.target_id for row in states.values()} | ({also} if also else set())
    targets = {row.target_id: row for row in TargetState.objects.filter(target__in=wanted)}
    outages = {row.target_id: row for row in Outage.objects.filter(ended_at=None, target__in=wanted)}
    parents = dict(Target.objects.filter(pk__in=wanted).values_list("pk", "parent_id"))
    memories = {
        number: TargetMemory(
            number,
            parents[number],
            row.state,
            row.since,
            outages[number].began_at if number in outages else None,
        )
        for number, row in targets.items()
    }
    for number, row in states.items():
        memories[row.check_row.target_id].checks.append(_memory(row, in_force[number]))
    return _Standing(states, targets, outages, Judge(memories.values()))


def _in_force(states: Iterable[int]) -> dict[int, CheckVersion]:
    rows = CheckVersion.objects.filter(check_row__in=list(states)).order_by("check_row_id", "number")
    return {row.check_row_id: row for row in rows}


def _memory(row: CheckState, version: CheckVersion) -> CheckMemory:
    return CheckMemory(
        row.check_row_id,
        row.check_row.target_id,
        version.down_after,
        version.up_after,
        timedelta(seconds=version.valid_s),
        row.phase,
        row.since,
        row.contrary,
        row.contrary_since,
        row.known_at,
        row.last_ok_at,
    )


def _chain(done: Iterable[Done], standing: _Standing, versions: dict[int, CheckVersion]) -> list[Result]:
    results = []
    for one in done:
        state, version, answer = standing.states[one.check], versions[one.version], one.answer
        row = Result(
            check_row_id=one.check,
            version=version,
            unit_id=state.unit_id,
            position=state.position + 1,
            at=one.at,
            outcome=answer.outcome,
            reason=answer.reason,
            detail=answer.detail,
            latency_us=answer.latency_us,
            facts=dict(answer.facts),
            previous=state.digest or chaining.START,
        )
        row.digest = chaining.result_digest(
            one.check, row.position, row.previous, version.digest, facts_of(row)
        )
        state.position, state.digest, state.asked_at = row.position, row.digest, row.at
        state.outcome, state.reason, state.detail = row.outcome, row.reason, row.detail
        state.latency_us = row.latency_us
        standing.touched.add(one.check)
        results.append(row)
    return results


def facts_of(row: Result) -> dict[str, Any]:
    """The facts that the digest of a result covers, besides its place."""
    return {name: getattr(row, name) for name in chaining.RESULT_FACTS}


def _sign(results: list[Result], prober: str, now: datetime) -> None:
    last = Batch.objects.order_by("-pk").first()
    ordered = sorted(results, key=lambda row: (row.check_row_id, row.position))
    facts: dict[str, Any] = {
        "prober": prober[:60],
        "at": now,
        "count": len(results),
        "root": chaining.root_of(row.digest for row in ordered),
        "previous": last.digest if last else chaining.START,
    }
    content = chaining.batch_content(**facts)
    signature = signing.sign(content)
    batch = Batch(
        **facts, digest=sm3(content), signature=signature, signed_with=sm3(signing.public_key().encode())
    )
    batch.save()
    for row in results:
        row.batch = batch
    Result.objects.bulk_create(results)


def _follow(
    steps: Iterable[tuple[Result | None, Step]], standing: _Standing, now: datetime
) -> tuple[int, int]:
    """Outages, states and their announcements; how many outages began and how many ended."""
    count: dict[type[Step], int] = defaultdict(int)
    for result, step in steps:
        count[type(step)] += 1
        target = standing.targets[step.target]
        if isinstance(step, Opened):
            _open(step, result, standing, now)
        elif isinstance(step, Ended):
            _end(step, standing)
        elif isinstance(step, Changed):
            target.state, target.since = step.state, step.at
            target.save(update_fields=["state", "since"])
            StateChange.objects.create(
                target_id=step.target, unit_id=target.unit_id, state=step.state, at=step.at, noted_at=now
            )
    return count[Opened], count[Ended]


def _open(step: Opened, result: Result | None, standing: _Standing, now: datetime) -> None:
    state = standing.states[step.check]
    target = state.check_row.target
    row = Outage.objects.create(
        target=target,
        unit_id=target.unit_id,
        check_row_id=step.check,
        version_id=_version_of(step, result),
        began_at=step.at,
        noticed_at=now,
        reason=state.reason,
        detail=state.detail,
        simulated=target.simulated,
    )
    standing.open[step.target] = row
    emit(OutageBegan(row.pk, target.key, target.unit_id, _told(row.began_at)))


def _version_of(step: Opened, result: Result | None) -> int:
    if result is not None and result.check_row_id == step.check:
        return result.version_id
    found = CheckVersion.objects.filter(check_row=step.check).order_by("-number").first()
    assert found is not None
    return found.pk


def _end(step: Ended, standing: _Standing) -> None:
    row = standing.open.pop(step.target)
    row.ended_at = step.at
    row.save(update_fields=["ended_at"])
    key = Target.objects.values_list("key", flat=True).get(pk=step.target)
    emit(OutageEnded(row.pk, key, row.unit_id, _told(row.began_at), _told(step.at)))


def _told(moment: datetime) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds")


def _keep(standing: _Standing) -> None:
    """What the judge now remembers of the checks that were asked."""
    for number in standing.touched:
        row, memory = standing.states[number], standing.judge.checks[number]
        row.phase, row.since = memory.phase, memory.since
        row.contrary, row.contrary_since = memory.contrary, memory.contrary_since
        row.known_at, row.last_ok_at = memory.known_at, memory.last_ok_at
    CheckState.objects.bulk_update(
        [standing.states[number] for number in sorted(standing.touched)],
        [
            *("phase", "since", "contrary", "contrary_since", "asked_at", "known_at", "last_ok_at"),
            *("outcome", "reason", "detail", "latency_us", "position", "digest"),
        ],
        batch_size=MOST,
    )
    for number in standing.touched:
        if (at := standing.states[number].asked_at) is not None:
            CheckState.objects.filter(check_row=number, wanted_at__lte=at).update(wanted_at=None)
