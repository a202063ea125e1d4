"""Results are written once, in signed chains, with the outages that follow from them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from chengshu.engines.probes import actions
from chengshu.engines.probes.models import Batch, CheckState, Outage, Result, StateChange, Target, TargetState
from chengshu.engines.probes.tests.builders import all_of, at, check, done, series, target
from chengshu.engines.probes.verifying import verify
from chengshu.foundation.errors import Refused
from chengshu.foundation.events.models import OutboxEvent


def test_nobody_writes_results_outside_the_write_path(district: None, as_persona: Any) -> None:
    of = check(target())
    series(of, "+")
    row = Result.objects.get()
    for statement in (
        "INSERT INTO probes_batch VALUES (0, 'x', now(), 0, '', '', '', '', '')",
        f"UPDATE probes_result SET outcome = 'failed' WHERE id = {row.pk}",
        f"DELETE FROM probes_result WHERE id = {row.pk}",
        f"UPDATE probes_outage SET ended_at = now() WHERE id = {row.pk} RETURNING pg_backend_pid() / 0",
    ):
        with as_persona("section_head"), transaction.atomic(), connection.cursor() as cursor:
            if "probes_outage" in statement:
                cursor.execute(statement)
                assert cursor.rowcount == 0
            else:
                with pytest.raises(ProgrammingError), transaction.atomic():
                    cursor.execute(statement)


def test_another_department_sees_no_results(district: None, as_persona: Any) -> None:
    series(check(target()), "+--")
    with as_persona("other_department_officer"):
        assert not Target.objects.exists()
        assert not Result.objects.exists()
        assert not Outage.objects.exists()
        assert not StateChange.objects.exists()


def test_nobody_without_the_power_anchors(district: None, as_persona: Any) -> None:
    series(check(target()), "+")
    last = Batch.objects.get()
    with as_persona("section_head"), pytest.raises(Refused):
        actions.anchor_results(batch=last.pk, digest=last.digest)


def test_an_outage_is_opened_once_and_told_once(district: None) -> None:
    of = check(target(service=7))
    assert series(of, "++-----").opened == 1
    outage = Outage.objects.get()
    assert (outage.began_at, outage.ended_at, outage.reason) == (at(2), None, "status")
    assert series(of, "-+-++", first=7).ended == 1
    outage.refresh_from_db()
    assert outage.ended_at == at(10)
    told = OutboxEvent.objects.filter(name__startswith="probes.").order_by("id")
    assert [event.name for event in told] == ["probes.OutageBegan", "probes.OutageEnded"]
    assert told[0].facts["outage"] == outage.pk
    states = StateChange.objects.order_by("id").values_list("state", "at")
    assert list(states) == [("up", at(0)), ("down", at(2)), ("up", at(10))]


def test_children_of_a_parent_that_is_down_open_no_outage(district: None) -> None:
    line = target("line", kind="link")
    site = target("child", parent=line)
    above, below = check(line), check(site)
    for minute in range(6):
        all_of([done(above, minute, minute < 2), done(below, minute + 0.5, minute < 2)])
    assert [row.target_id for row in Outage.objects.all()] == [line.pk]
    assert TargetState.objects.get(target=site).state == "unreachable"


def test_a_result_of_a_retired_check_is_left_out(district: None) -> None:
    of = check(target())
    late = done(of, 3)
    actions.retire_check(check=of)
    assert all_of([late]).results == 0
    assert not Result.objects.exists()


def test_retiring_ends_an_open_outage(district: None) -> None:
    site = target()
    series(check(site), "+--")
    actions.retire_target(target=site)
    assert Outage.objects.get().ended_at is not None
    assert TargetState.objects.get(target=site).state == "unknown"


def test_asking_for_a_check_now_lasts_until_it_was_asked(district: None) -> None:
    of = check(target())
    actions.want_check(check=of)
    series(of, "+")
    assert CheckState.objects.get(check_row=of).wanted_at is not None, "asked before it was wanted"
    minutes = (timezone.now() - at(0)).total_seconds() / 60
    all_of([done(of, minutes + 1)])
    assert CheckState.objects.get(check_row=of).wanted_at is None


def test_checks_of_any_name_are_proven_together(district: None) -> None:
    later = check(target("zz"), "乙")
    sooner = [check(target("aa"), "乙"), check(target("bb"), "甲")]
    all_of([done(one, minute) for minute in range(2) for one in (later, *sooner)])
    actions.retire_check(check=later)
    again = check(later.target, "乙")
    all_of([done(one, 3) for one in (again, *sooner)])
    outcome = verify()
    assert (outcome.results, outcome.checks, outcome.broken) == (9, 4, ())
