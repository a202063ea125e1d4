"""What becomes of a piece of long work, and for whom it is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, NotSignedIn
from chengshu.foundation.files import store
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.queries import files
from chengshu.foundation.identity.actions import disable_account
from chengshu.foundation.jobs import calls, queries
from chengshu.foundation.jobs.actions import cancel_job
from chengshu.foundation.jobs.calls import Job, job
from chengshu.foundation.jobs.models import JobRecord, JobState
from chengshu.foundation.jobs.runner import TryAgain, asker_of, run_record
from chengshu.foundation.jobs.work import Cancelled, Work
from chengshu.foundation.orgs.actions import end_appointment
from chengshu.foundation.orgs.models import Unit

SignedIn = Callable[[str], Client]
Maker = Callable[..., Job]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Maker:
    """``made(function, …)`` is a job that exists for this test only."""
    monkeypatch.setattr(calls, "_jobs", {})
    return lambda function, **options: job(title="Test", **options)(function)


def queued() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'chengshu.perform_job'")
        return int(cursor.fetchone()[0])


def test_the_public_asks_for_no_work(made: Maker, anonymous: Client) -> None:
    from chengshu.foundation.asking import NOBODY, asking

    work = made(lambda work: None)
    with asking(NOBODY), pytest.raises(NotSignedIn):
        work.enqueue()


def test_nobody_sees_cancels_or_fetches_the_work_of_another(
    made: Maker, as_persona: Any, signed_in: SignedIn
) -> None:
    with as_persona("unit_officer"):
        record = made(lambda work: None).enqueue()
    with as_persona("unit_head"):
        assert not JobRecord.objects.filter(pk=record.pk).exists()
        with pytest.raises(Missing):
            queries.my_job(record.pk)
    other = signed_in("unit_head")
    for address in (f"/jobs/{record.pk}/", f"/jobs/{record.pk}/progress/", f"/jobs/{record.pk}/result/"):
        assert other.get(address).status_code == 404
    assert other.post(f"/jobs/{record.pk}/cancel/").status_code == 404
    assert other.get(f"/api/v1/jobs/{record.pk}").status_code == 404


def test_work_is_queued_with_its_record_and_vanishes_with_a_rollback(made: Maker, as_persona: Any) -> None:
    work = made(lambda work: None)
    before = queued()

    def enqueue_and_fail() -> None:
        with as_persona("unit_officer"):
            work.enqueue()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        enqueue_and_fail()
    assert queued() == before
    with as_persona("unit_officer"):
        work.enqueue()
    assert queued() == before + 1


def test_work_reads_what_its_asker_may_read(made: Maker, as_persona: Any) -> None:
    for key in ("service-centre", "finance-bureau"):
        store_file(unit=Unit.objects.get(key=key), name=f"{key}.txt", content=key.encode())

    def names(work: Work) -> list[str]:
        return [file.name for file in files()]

    with as_persona("unit_officer"):
        record = made(names).enqueue()
    assert run_record(record.pk) == JobState.DONE
    record.refresh_from_db()
    assert record.result == ["service-centre.txt"]


def test_powers_are_those_of_the_moment_when_it_runs(made: Maker, as_persona: Any, cast: Any) -> None:
    with as_persona("unit_officer"):
        record = made(lambda work: sorted(current_asker().powers)).enqueue()
    assert "files.view" in asker_of(record).powers
    for appointment in cast["unit_officer"].account.appointments.all():
        end_appointment(appointment=appointment, on=date(2020, 1, 2), reason="moved on")
    assert asker_of(record).powers == {}


def test_a_disabled_account_gets_no_work_done(made: Maker, as_persona: Any, cast: Any) -> None:
    with as_persona("unit_officer"):
        record = made(lambda work: 1).enqueue()
    disable_account(account=cast["unit_officer"].account, reason="left")
    assert run_record(record.pk) == JobState.FAILED
    record.refresh_from_db()
    assert record.error_code == "job.account_disabled"


def test_work_asked_for_by_a_token_has_no_more_than_the_token(made: Maker, as_persona: Any) -> None:
    with as_persona("unit_officer"):
        record = made(lambda work: None).enqueue()
    assert "files.store_file" in asker_of(record).powers
    record.permissions = ["files.view"]
    assert set(asker_of(record).powers) == {"files.view"}


def test_an_error_of_ours_ends_the_work_with_words(made: Maker, as_persona: Any) -> None:
    def wrong(work: Work) -> None:
        raise InvalidInput("The table is wrong.", code="table.wrong", hint="Correct it.")

    with as_persona("unit_officer"):
        record = made(wrong).enqueue()
    assert run_record(record.pk) == JobState.FAILED
    record.refresh_from_db()
    assert (record.error_code, record.error, record.hint) == (
        "table.wrong",
        "The table is wrong.",
        "Correct it.",
    )


def test_what_nobody_foresaw_is_tried_again_and_given_up_in_the_end(made: Maker, as_persona: Any) -> None:
    def broken(work: Work) -> None:
        raise RuntimeError("secret detail")

    with as_persona("unit_officer"):
        record = made(broken, attempts=2).enqueue()
    with pytest.raises(TryAgain):
        run_record(record.pk)
    record.refresh_from_db()
    assert (record.state, record.attempts) == (JobState.WAITING, 1)
    assert run_record(record.pk) == JobState.FAILED
    record.refresh_from_db()
    assert record.error_code == "job.broken"
    assert "secret detail" not in record.error


def test_a_worker_killed_again_and_again_does_not_take_the_job_for_ever(made: Maker, as_persona: Any) -> None:
    with as_persona("unit_officer"):
        record = made(lambda work: 1, attempts=3).enqueue()
    JobRecord.objects.filter(pk=record.pk).update(state=JobState.RUNNING, attempts=3)
    assert run_record(record.pk) == JobState.FAILED


def test_a_result_kept_outside_a_step_is_kept_too(made: Maker, as_persona: Any) -> None:
    """``keep_result`` runs for the person who asked and stands in the audit chain under that name."""
    with as_persona("unit_officer"):
        record = made(
            lambda work: work.keep(store.draft(b"x"), name="../x.txt", media_type="text/plain"), stepwise=True
        ).enqueue()
    run_record(record.pk)
    record.refresh_from_db()
    assert record.result_name == "x.txt"
    assert AuditEntry.objects.get(action="jobs.keep_result").actor == "unit.officer"


def test_a_broken_attempt_leaves_nothing_and_the_next_goes_on_from_its_checkpoint(
    made: Maker, as_persona: Any
) -> None:
    unit = Unit.objects.get(key="service-centre")
    seen: list[int] = []

    def steps(work: Work) -> None:
        for number in range(work.checkpoint.get("next", 0), 3):
            with work.step():
                store_file(unit=unit, name=f"{number}.txt", content=b"x")
                work.save_checkpoint(next=number + 1)
                if number == 1 and work.record.attempts == 1:
                    raise RuntimeError("the power fails")
            seen.append(number)

    with as_persona("unit_officer"):
        record = made(steps, stepwise=True).enqueue()
    with pytest.raises(TryAgain):
        run_record(record.pk)
    assert [file.name for file in files()] == ["0.txt"]
    assert run_record(record.pk) == JobState.DONE
    assert sorted(file.name for file in files()) == ["0.txt", "1.txt", "2.txt"]
    assert seen == [0, 1, 2]


def test_work_that_has_ended_is_not_done_again(made: Maker, as_persona: Any) -> None:
    runs: list[int] = []
    with as_persona("unit_officer"):
        record = made(lambda work: runs.append(1)).enqueue()
    run_record(record.pk)
    assert run_record(record.pk) == JobState.DONE
    assert runs == [1]


def test_cancelled_work_never_starts(made: Maker, signed_in: SignedIn, as_persona: Any) -> None:
    runs: list[int] = []
    with as_persona("unit_officer"):
        record = made(lambda work: runs.append(1)).enqueue()
    assert signed_in("unit_officer").post(f"/jobs/{record.pk}/cancel/").status_code == 302
    assert run_record(record.pk) == JobState.CANCELLED
    assert runs == []
    with as_persona("unit_officer"), pytest.raises(Conflict):
        cancel_job(record=queries.my_job(record.pk))


def test_running_work_ends_where_it_notices_the_cancelling(made: Maker, as_persona: Any) -> None:
    def endless(work: Work) -> None:
        raise Cancelled("cancelled")

    with as_persona("unit_officer"):
        record = made(endless).enqueue()
    assert run_record(record.pk) == JobState.CANCELLED


def test_progress_and_a_file_are_there_for_the_person_who_asked(
    made: Maker, as_persona: Any, signed_in: SignedIn
) -> None:
    def writes(work: Work) -> None:
        work.advance(2, 3, "two of three")
        path: Path = store.draft(b"a,b\r\n")
        work.keep(path, name="结果.csv", media_type="text/csv")
        work.advance(3)

    with as_persona("unit_officer"):
        record = made(writes).enqueue()
    client = signed_in("unit_officer")
    assert "hx-get" in client.get(f"/jobs/{record.pk}/progress/").content.decode()
    run_record(record.pk)
    shown = client.get(f"/api/v1/jobs/{record.pk}").json()
    assert (shown["state"], shown["done"], shown["total"], shown["has_file"]) == ("done", 3, 3, True)
    assert "hx-trigger" not in client.get(f"/jobs/{record.pk}/progress/").content.decode()
    sent = client.get(f"/jobs/{record.pk}/result/")
    assert b"".join(sent.streaming_content) == b"a,b\r\n"
    assert "%E7%BB%93%E6%9E%9C.csv" in sent["Content-Disposition"]
    assert client.get("/jobs/").status_code == 200
