"""Real commits: whatever the owner of the database does to results, verification names it; a killed prober leaves a
whole batch or none."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction

from chengshu.engines.probes import recording, tasks
from chengshu.engines.probes.models import Batch, Check, Outage, Result, Target
from chengshu.engines.probes.tests.builders import check, done, series, target
from chengshu.engines.probes.verifying import Fault, verify
from chengshu.foundation.asking import asking, system
from chengshu.foundation.events.models import OutboxEvent
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.runtime.secrets import secret
from chengshu.foundation.testing import browser

PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def data(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("probes")
    with django_db_blocker.unblock(), browser.own_database(f"chengshu_test_probes_{os.getpid()}"):
        with asking(system("test", "cli")):
            load_base_data()
        yield folder


@pytest.fixture(autouse=True)
def own_key(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    """One key for all that is signed in this database."""
    monkeypatch.setenv("CHENGSHU_DATA_DIR", str(data))
    monkeypatch.setenv("CHENGSHU_PROBES_NETWORKS", "127.0.0.0/8")


@pytest.fixture
def chain(data: Path, request: pytest.FixtureRequest) -> Check:
    """A check of the test's own with six results, each in a batch of its own."""
    return made(request.node.name, "++--++")


def made(name: str, marks: str) -> Check:
    key = "".join(one if one.isalnum() else "-" for one in name.lower())[-50:].strip("-")
    with asking(system("test", "cli")):
        of = check(target(key))
    series(of, marks)
    return of


def faults(of: Check) -> list[tuple[Fault, int]]:
    with asking(system("test", "cli")):
        broken = verify(of.pk).broken
    print(*broken, sep="\n")  # noqa: T201 - what a failure shows
    return [(one.fault, one.position) for one in broken]


def as_owner(statement: str, *given: object) -> None:
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(statement, given)


def rows(of: Check) -> list[Result]:
    with asking(system("test", "cli")):
        return list(Result.objects.filter(check_row=of).order_by("position"))


def test_what_nobody_touched_is_sound(chain: Check) -> None:
    assert faults(chain) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("outcome", "ok"),
        ("at", "2026-01-01T00:00:00Z"),
        ("latency_us", 1),
        ("detail", "200"),
        ("facts", '{"status": 200}'),
    ],
)
def test_an_altered_fact_is_named(chain: Check, column: str, value: object) -> None:
    as_owner(f"UPDATE probes_result SET {column} = %s WHERE id = %s", value, rows(chain)[3].pk)
    assert faults(chain) == [(Fault.ALTERED, 4)]


def test_a_result_written_anew_with_its_digest_is_named(chain: Check) -> None:
    row = rows(chain)[3]
    row.outcome = "ok"
    from chengshu.engines.probes.chaining import result_digest

    with asking(system("test", "cli")):
        asked = row.version.digest
    digest = result_digest(row.check_row_id, row.position, row.previous, asked, recording.facts_of(row))
    as_owner("UPDATE probes_result SET outcome = 'ok', digest = %s WHERE id = %s", digest, row.pk)
    assert (Fault.ALTERED, 4) in faults(chain)


def test_a_removed_result_is_named(chain: Check) -> None:
    as_owner("DELETE FROM probes_result WHERE id = %s", rows(chain)[2].pk)
    assert (Fault.REMOVED, 3) in faults(chain)


def test_a_removed_last_result_leaves_its_batch_lacking(chain: Check) -> None:
    last = rows(chain)[-1]
    as_owner("DELETE FROM probes_result WHERE id = %s", last.pk)
    assert faults(chain) == [], "of the check alone nothing is left that knows of it"
    with asking(system("test", "cli")):
        broken = [one for one in verify().broken if one.position == last.batch_id and one.check == 0]
    assert [one.fault for one in broken] == [Fault.REMOVED]


def test_two_results_that_changed_places_are_named(chain: Check) -> None:
    second, third = rows(chain)[1:3]
    as_owner("UPDATE probes_result SET position = 3 WHERE id = %s", second.pk)
    as_owner("UPDATE probes_result SET position = 2 WHERE id = %s", third.pk)
    assert {(Fault.REORDERED, 2), (Fault.REORDERED, 3)} <= set(faults(chain))


def test_an_inserted_result_is_named(chain: Check) -> None:
    last = rows(chain)[-1]
    from chengshu.engines.probes.chaining import result_digest

    with asking(system("test", "cli")):
        digest = result_digest(chain.pk, 7, last.digest, last.version.digest, recording.facts_of(last))
    as_owner(
        "INSERT INTO probes_result (check_row_id, version_id, unit_id, batch_id, position, at, outcome, reason, detail,"
        " latency_us, facts, previous, digest) SELECT check_row_id, version_id, unit_id, batch_id, 7, at, outcome,"
        " reason, detail, latency_us, facts, digest, %s FROM probes_result WHERE id = %s",
        digest,
        last.pk,
    )
    assert faults(chain) == [(Fault.INSERTED, 7)]


def test_a_check_that_was_made_to_ask_something_else_is_named(chain: Check) -> None:
    as_owner("UPDATE probes_checkversion SET parameters = '{}' WHERE check_row_id = %s", chain.pk)
    with asking(system("test", "cli")):
        assert [one.check for one in verify(chain.pk).broken if "version" in one.detail] == [chain.pk]


def test_a_batch_signed_by_nobody_is_named(chain: Check) -> None:
    number = rows(chain)[1].batch_id
    as_owner("UPDATE probes_batch SET prober = 'somebody' WHERE id = %s", number)
    assert (Fault.ALTERED, number) in faults(chain)


def test_an_end_that_was_cut_off_is_known_to_the_audit_chain(chain: Check) -> None:
    with asking(system("test", "cli")):
        tasks.anchor()
        tasks.anchor()
    last = rows(chain)[-1]
    as_owner("DELETE FROM probes_result WHERE id = %s", last.pk)
    as_owner("DELETE FROM probes_batch WHERE id = %s", last.batch_id)
    with asking(system("test", "cli")):
        broken = [one for one in verify().broken if "audit entry" in one.detail]
    assert [(one.fault, one.position) for one in broken] == [(Fault.REMOVED, last.batch_id)]


# -- a prober that dies


def _die(*_given: object, **_named: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _record_and_die(where: str, given: Any) -> None:
    for connection in connections.all():
        connection.connection = None  # the parent's must not be used by two
    setattr(recording, where, _die)
    recording.record([given], "test")


@pytest.mark.parametrize("where", ["_sign", "_follow", "_keep"])
def test_a_prober_killed_while_it_writes_leaves_nothing_and_the_next_writes_once(
    data: Path, where: str
) -> None:
    of = made(f"killed{where}", "++-")
    given = done(of, 3, False)
    for connection in connections.all():
        connection.close()
    process = multiprocessing.get_context("fork").Process(target=_record_and_die, args=(where, given))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    with asking(system("test", "cli")):
        assert Result.objects.filter(check_row=of).count() == 3
        assert not Outage.objects.filter(check_row=of).exists()
    assert recording.record([given], "test").opened == 1
    with asking(system("test", "cli")):
        outage = Outage.objects.get(check_row=of)
        told = OutboxEvent.objects.filter(name="probes.OutageBegan", facts__outage=outage.pk)
        assert told.count() == 1
        assert Result.objects.filter(check_row=of).count() == 4
    assert faults(of) == []


def wait_for(what: Callable[[], bool]) -> None:
    """Until it holds; says so if it never does."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        with asking(system("test", "cli")):
            if what():
                return
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.1)


def test_the_process_asks_survives_a_kill_and_stops_in_order(data: Path) -> None:
    with asking(system("test", "cli")):
        of = check(target("own"), kind="postgres", parameters={}, interval_s=5, timeout_ms=5000)
    secret("django")
    environment = {**browser._environment(data, ""), "PYTHONPATH": os.pathsep.join(sys.path)}
    environment["CHENGSHU_DATA_DIR"] = str(data)
    command = [sys.executable, "-m", "chengshu.engines.probes.probing"]

    def written() -> int:
        return Result.objects.filter(check_row=of, outcome="ok").count()

    first = subprocess.Popen(command, env=environment)
    try:
        wait_for(lambda: written() >= 1)
    finally:
        first.kill()
        first.wait()
    with asking(system("test", "cli")):
        before = written()
    second = subprocess.Popen(command, env=environment)
    try:
        wait_for(lambda: written() > before)
        second.terminate()
        assert second.wait(PATIENCE_S) == 0
    finally:
        second.kill()
        second.wait()
    assert faults(of) == []
    with asking(system("test", "cli")):
        positions = list(
            Result.objects.filter(check_row=of).order_by("pk").values_list("position", flat=True)
        )
        assert positions == list(range(1, len(positions) + 1))
        assert Target.objects.get(key="own").state.state == "up"
        assert Batch.objects.exists()
