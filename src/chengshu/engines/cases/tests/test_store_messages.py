"""What a completion sends to the database, with real commits: two messages, nothing lost and nothing unaudited."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connections, transaction

from chengshu.engines.cases import store
from chengshu.engines.cases.api import complete_task, open_case
from chengshu.engines.cases.models import Case, Task
from chengshu.engines.cases.tests.deploying import deploy
from chengshu.engines.cases.tests.models import LEAVE, PARALLEL
from chengshu.foundation import prepared
from chengshu.foundation.asking import Asker, asking, system
from chengshu.foundation.audit import chain
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.audit.verify import verify
from chengshu.foundation.errors import Conflict, Missing
from chengshu.foundation.testing.browser import own_database
from chengshu.foundation.testing.personas import cast_in


@pytest.fixture
def officer(django_db_setup: None, django_db_blocker: Any) -> Iterator[Asker]:
    """An asker in a database of its own, with two processes in force."""
    with django_db_blocker.unblock(), own_database(f"chengshu_test_messages_{os.getpid()}"):
        with asking(system("test", "cli")):
            deploy(LEAVE)
            deploy(PARALLEL, "test.parallel")
            asker = cast_in()["unit_officer"].asker()
        yield asker
        for connection in connections.all():
            connection.close()


@pytest.fixture
def sent(officer: Asker, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The first word of each statement, message by message."""
    messages: list[list[str]] = []
    answers = prepared._answers

    def noting(here: Any, calls: Any, wanted: int = 0) -> Any:
        messages.append([call.statement.split("(")[0].split()[-1] for call in calls])
        return answers(here, calls, wanted)

    monkeypatch.setattr(prepared, "_answers", noting)
    return messages


def _opened(asker: Asker, key: str = "test.leave") -> int:
    with asking(asker):
        return open_case(definition=key)


def _task(case_id: int, node: str) -> int:
    with asking(system("test", "cli")):
        return Task.objects.get(case_id=case_id, node=node, state="open").pk


def _entries() -> list[tuple[str, str]]:
    with asking(system("test", "cli")):
        rows = AuditEntry.objects.filter(action="cases.complete_task").order_by("id")
        return list(rows.values_list("actor", "outcome"))


def test_a_completion_takes_two_messages(officer: Asker, sent: list[list[str]]) -> None:
    case_id = _opened(officer, "test.parallel")
    with asking(officer):
        complete_task(task_id=_task(case_id, "apply"))
    task_id = _task(case_id, "left")
    sent.clear()
    with asking(officer):
        complete_task(task_id=task_id)
    assert [message[0] for message in sent] == ["BEGIN", "cases_apply"]
    assert [message[-1] for message in sent] == ["audit_head", "COMMIT"]


def test_what_waits_is_seen_by_the_next_question(officer: Asker) -> None:
    case_id = _opened(officer, "test.parallel")
    task_id = _task(case_id, "apply")
    with asking(officer):
        complete_task(task_id=task_id)
        assert Task.objects.get(pk=task_id).state == "completed"
        assert prepared.run("SELECT count(*) FROM cases_task WHERE case_id = %s::bigint", [case_id]) == (3,)
        assert prepared.run("SELECT scope_in_action()::text") == ("false",)


def test_completions_leave_a_sound_chain_also_several_in_one_transaction(officer: Asker) -> None:
    case_id = _opened(officer, "test.parallel")
    with asking(officer):
        complete_task(task_id=_task(case_id, "apply"), opinion='a "details":null b ␀ 1.5')
    left, right = _task(case_id, "left"), _task(case_id, "right")
    with asking(officer):
        complete_task(task_id=left, variables={"share": 0.25})
        complete_task(task_id=right, variables={"share": 1e16})
    assert [outcome for _actor, outcome in _entries()] == ["done"] * 3
    with asking(system("test", "cli")):
        assert verify().broken == []


def test_a_refused_and_a_failed_completion_are_audited_and_change_nothing(officer: Asker) -> None:
    case_id = _opened(officer)
    task_id = _task(case_id, "apply")
    stranger = Asker(account_id=officer.account_id + 1000 if officer.account_id else 1, name="stranger")
    with pytest.raises(Missing), asking(stranger):
        complete_task(task_id=task_id)
    with asking(officer):
        complete_task(task_id=task_id)
    with pytest.raises(Conflict), asking(officer):
        complete_task(task_id=task_id)
    assert _entries() == [("stranger", "failed"), (officer.name, "done"), (officer.name, "failed")]
    with asking(system("test", "cli")):
        assert Task.objects.filter(case_id=case_id, state="completed").count() == 1
        assert verify().broken == []


def test_a_write_that_the_database_refuses_at_the_end_undoes_everything(
    officer: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = _opened(officer)
    task_id = _task(case_id, "apply")
    monkeypatch.setattr(store, "_APPLY", "SELECT cases_apply(%s::bigint + 1, %s::jsonb)")
    with pytest.raises(DatabaseError), asking(officer):
        complete_task(task_id=task_id)
    monkeypatch.undo()
    assert _entries() == []
    with asking(officer):
        complete_task(task_id=task_id)
    assert _entries() == [(officer.name, "done")]


def test_a_place_taken_in_a_savepoint_that_is_gone_is_asked_for_again(officer: Asker) -> None:
    case_id = _opened(officer)
    with asking(system("test", "cli")):
        prepared.tell({"chengshu.action": "cases.sample"})
        try:
            with transaction.atomic():
                row, place = prepared.run_all((store._LOAD, [case_id, None, False]), chain.place_query())
                assert row is not None
                chain.reserve((15, 999, "f" * 64) if place else None)
                raise RuntimeError("on purpose")
        except RuntimeError:
            pass
        chain.append(chain.Entry.of(system("test", "cli"), "cases.sample", "done", given={}))
    with asking(system("test", "cli")):
        assert AuditEntry.objects.get(action="cases.sample").position < 999
        assert verify().broken == []
        assert Case.objects.filter(pk=case_id).exists()
