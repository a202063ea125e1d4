"""A failed block leaves nothing behind, whether it came first in its transaction or later; who asks stays known."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection, transaction

from chengshu.foundation import prepared
from chengshu.foundation.asking import Asker, asking, system
from chengshu.foundation.audit import chain
from chengshu.foundation.audit.models import AuditEntry

OFFICER = Asker(account_id=7, name="officer", powers={"audit.view_entries": frozenset({3})})


def _write(actor: str) -> None:
    chain.append(chain.Entry(actor, "sample.do", "done", datetime.now(UTC)))


def _do(actor: str, called: list[str], *, fails: bool = False) -> None:
    """What an action does to the database, as bare as it can be."""
    with prepared.undoable():
        prepared.tell({"chengshu.action": "sample.do"})
        _write(actor)
        transaction.on_commit(lambda: called.append(actor))
        if fails:
            raise RuntimeError("on purpose")


def _fail(actor: str, called: list[str]) -> None:
    with pytest.raises(RuntimeError):
        _do(actor, called, fails=True)


def _actors() -> list[str]:
    with asking(system("test", "cli")):
        return list(AuditEntry.objects.order_by("id").values_list("actor", flat=True))


def _told() -> tuple[int, bool]:
    """Who asks, and whether an action runs, by a statement of Django's own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT scope_account(), scope_in_action()")
        row = cursor.fetchone()
    assert row is not None
    return row[0], row[1]


def test_what_fails_first_leaves_nothing_and_the_next_still_counts(committed: None) -> None:
    called: list[str] = []
    with asking(OFFICER):
        _fail("first", called)
        _do("second", called)
    assert _actors() == ["second"]
    assert called == ["second"]


def test_what_fails_later_takes_nothing_with_it(committed: None) -> None:
    with asking(OFFICER):
        _write("before")
        _fail("failed", [])
        _write("after")
    assert _actors() == ["before", "after"]


def test_the_asker_is_known_again_and_the_action_over_after_a_failure(committed: None) -> None:
    with asking(OFFICER):
        _fail("first", [])
        assert _told() == (7, False)
        _fail("later", [])
        assert _told() == (7, False)


def test_the_first_statement_knows_who_asks_also_in_a_nested_block(committed: None) -> None:
    with asking(OFFICER):
        with asking(Asker(account_id=8, name="other")):
            assert _told() == (8, False)
        assert _told() == (7, False)
    assert _told()[0] is None


def test_a_block_without_a_statement_begins_no_transaction(committed: None) -> None:
    with asking(OFFICER):
        assert connection.connection is None or connection.connection.info.transaction_status.name == "IDLE"


def test_an_error_of_the_database_comes_out_as_djangos_and_is_undone(committed: None) -> None:
    with asking(OFFICER):
        with pytest.raises(DataError), prepared.undoable():
            prepared.run("SELECT 1 / %s::integer", [0])
        assert _told() == (7, False)


def test_a_text_with_a_nul_is_refused_instead_of_cut_off(committed: None) -> None:
    with pytest.raises(DataError), transaction.atomic():
        prepared.run("SELECT %s::text", ["a\x00b"])
