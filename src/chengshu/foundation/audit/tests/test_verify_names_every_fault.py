"""Whatever the owner of the database does to the chain, verification names the entry and what happened to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chengshu.foundation.audit import chain
from chengshu.foundation.audit.anchors import anchor, anchor_file
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.audit.tests.conftest import as_owner
from chengshu.foundation.audit.verify import Fault, facts_of, verify

Write = Callable[..., list[AuditEntry]]


def found() -> list[tuple[Fault, int, int | None]]:
    return [(one.fault, one.position, one.entry_id) for one in verify().broken]


def put(entry: AuditEntry, *, position: int, previous: str, digest: str) -> int:
    """Insert a copy of an entry at another place; returns its id."""
    with as_owner() as cursor:
        cursor.execute(
            "INSERT INTO audit_auditentry (lane, position, previous, digest, at, actor, roles, unit_name, ip, terminal,"
            " session, channel, trace, action, outcome, thing, reason, details)"
            " SELECT lane, %s, %s, %s, at, actor, roles, unit_name, ip, terminal, session, channel, trace, action,"
            " outcome, thing, reason, details FROM audit_auditentry WHERE id = %s RETURNING id",
            [position, previous, digest, entry.pk],
        )
        return int(cursor.fetchone()[0])


def shift(from_position: int, by: int) -> None:
    """Move everything from a position on, in two steps because a place is taken once."""
    with as_owner() as cursor:
        cursor.execute(
            "UPDATE audit_auditentry SET position = position + 100000 WHERE position >= %s", [from_position]
        )
        cursor.execute(
            "UPDATE audit_auditentry SET position = position - 100000 + %s WHERE position >= 100000", [by]
        )


def test_a_sound_chain_verifies(lane: Write) -> None:
    lane(8)
    outcome = verify()
    assert (outcome.entries, outcome.lanes, outcome.broken) == (8, 1, [])


@pytest.mark.parametrize(
    ("column", "value"),
    [("actor", "somebody.else"), ("outcome", "refused"), ("at", "2020-01-01"), ("details", '{"n": 99}')],
)
def test_an_altered_fact_is_named(lane: Write, column: str, value: str) -> None:
    entries = lane(8)
    with as_owner() as cursor:
        cursor.execute(f"UPDATE audit_auditentry SET {column} = %s WHERE id = %s", [value, entries[3].pk])
    assert found() == [(Fault.ALTERED, 4, entries[3].pk)]


@pytest.mark.parametrize("number", [0, 3, 7])
def test_an_altered_digest_is_named_wherever_it_stands(lane: Write, number: int) -> None:
    entries = lane(8)
    with as_owner() as cursor:
        cursor.execute(
            "UPDATE audit_auditentry SET digest = %s WHERE id = %s", ["a" * 64, entries[number].pk]
        )
    assert found() == [(Fault.ALTERED, number + 1, entries[number].pk)]


def test_an_entry_altered_together_with_its_digest_is_named(lane: Write) -> None:
    entries = lane(8)
    forged = entries[3]
    facts = {**facts_of(forged), "actor": "somebody.else"}
    digest = chain.digest_of(forged.lane, 4, forged.previous, facts)
    with as_owner() as cursor:
        cursor.execute(
            "UPDATE audit_auditentry SET actor = 'somebody.else', digest = %s WHERE id = %s",
            [digest, forged.pk],
        )
    assert found() == [(Fault.ALTERED, 4, forged.pk)]


@pytest.mark.parametrize("number", [0, 3])
def test_a_removed_entry_is_named(lane: Write, number: int) -> None:
    entries = lane(8)
    with as_owner() as cursor:
        cursor.execute("DELETE FROM audit_auditentry WHERE id = %s", [entries[number].pk])
    assert found() == [(Fault.REMOVED, number + 1, None)]


def test_a_removed_entry_is_named_when_the_rest_moved_up(lane: Write) -> None:
    entries = lane(5)
    with as_owner() as cursor:
        cursor.execute("DELETE FROM audit_auditentry WHERE id = %s", [entries[2].pk])
    shift(4, -1)
    assert found() == [
        (Fault.REMOVED, 3, None),
        (Fault.REORDERED, 3, entries[3].pk),
        (Fault.REORDERED, 4, entries[4].pk),
    ]


def test_a_cut_off_end_is_found_by_the_anchor(lane: Write) -> None:
    entries = lane(8)
    anchor()
    with as_owner() as cursor:
        cursor.execute("DELETE FROM audit_auditentry WHERE id = ANY(%s)", [[e.pk for e in entries[5:]]])
    assert found() == [(Fault.REMOVED, 8, None)]


def test_the_anchor_file_finds_it_when_the_anchors_are_gone_from_the_database(lane: Write) -> None:
    lane(8)
    anchor()
    assert anchor_file().stat().st_mode & 0o777 == 0o600
    with as_owner() as cursor:
        cursor.execute("DELETE FROM audit_auditanchor")
        cursor.execute("DELETE FROM audit_auditentry")
    assert found() == [(Fault.REMOVED, 8, None)]


def test_an_end_rewritten_as_a_whole_is_found_by_the_anchor(lane: Write) -> None:
    last = lane(8)[-1]
    anchor()
    digest = chain.digest_of(last.lane, 8, last.previous, {**facts_of(last), "actor": "nobody"})
    with as_owner() as cursor:
        cursor.execute(
            "UPDATE audit_auditentry SET actor = 'nobody', digest = %s WHERE id = %s", [digest, last.pk]
        )
    assert found() == [(Fault.ALTERED, 8, last.pk)]


def test_an_anchor_is_taken_only_when_something_was_added(lane: Write) -> None:
    lane(2)
    assert anchor() is not None
    assert anchor() is None


@pytest.mark.parametrize(("left", "right"), [(3, 4), (3, 6), (1, 8)])
def test_two_swapped_entries_are_both_named_and_nobody_else(lane: Write, left: int, right: int) -> None:
    entries = lane(9)
    with as_owner() as cursor:
        for place, entry in ((-1, left), (left, right), (right, left)):
            cursor.execute(
                "UPDATE audit_auditentry SET position = %s WHERE id = %s", [place, entries[entry - 1].pk]
            )
    assert found() == [
        (Fault.REORDERED, left, entries[right - 1].pk),
        (Fault.REORDERED, right, entries[left - 1].pk),
    ]


def test_far_swapped_entries_are_told_by_their_followers(lane: Write) -> None:
    entries = lane(180)
    with as_owner() as cursor:
        for place, number in ((-1, 10), (10, 170), (170, 10)):
            cursor.execute(
                "UPDATE audit_auditentry SET position = %s WHERE id = %s", [place, entries[number - 1].pk]
            )
    assert found() == [
        (Fault.REORDERED, 10, entries[169].pk),
        (Fault.REORDERED, 170, entries[9].pk),
    ]


def test_an_inserted_entry_with_a_foreign_digest_is_named(lane: Write) -> None:
    entries = lane(5)
    shift(3, 1)
    forged = put(entries[0], position=3, previous="b" * 64, digest="c" * 64)
    faults = found()
    assert (Fault.INSERTED, 3, forged) in faults
    assert {fault for fault, position, _id in faults if position > 3} == {Fault.REORDERED}


def test_an_inserted_entry_with_a_digest_of_its_own_is_named(lane: Write) -> None:
    entries = lane(5)
    shift(3, 1)
    previous = entries[1].digest
    facts = {**facts_of(entries[0]), "account_id": None, "unit_id": None, "on_behalf_of": None}
    forged = put(
        entries[0],
        position=3,
        previous=previous,
        digest=chain.digest_of(entries[0].lane, 3, previous, facts),
    )
    assert (Fault.INSERTED, 3, forged) in found()


def test_an_entry_put_into_a_lane_that_never_began_is_named(lane: Write) -> None:
    entries = lane(3)
    forged = put(entries[0], position=9, previous="b" * 64, digest="c" * 64)
    faults = found()
    assert (Fault.INSERTED, 9, forged) in faults
    assert (Fault.REMOVED, 4, None) in faults


def test_values_that_the_database_stores_in_another_form_still_verify(committed: None) -> None:
    from chengshu.foundation.asking import system
    from chengshu.foundation.audit.chain import Entry, append_alone

    given: dict[str, Any] = {"rate": {"x": 1e16, "y": float("nan")}, "text": "a\x00b\ud800", "list": [0.1, 2]}
    append_alone(Entry.of(system("test", "cli"), "sample.do", "done", given=given))
    assert verify().is_sound
