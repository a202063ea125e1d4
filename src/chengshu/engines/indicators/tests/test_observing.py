"""Numbers with their evidence: who may compute, what writes is refused, and what tells that something changed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from chengshu import __version__
from chengshu.engines.indicators import computing, running, standing
from chengshu.engines.indicators.api import (
    compare,
    compute,
    evaluate,
    history,
    latest,
    observation,
    records_of,
    refresh_indicators,
    register_wanted,
    verify,
)
from chengshu.engines.indicators.data import Period, Wanted, budget_year, month
from chengshu.engines.indicators.models import IndicatorObservation, RecordChunk
from chengshu.engines.indicators.tests.counting import (
    COUNT,
    RATE,
    RECORDS,
    known,
    stored,
    this_year,
    variant,
    written_freely,
)
from chengshu.foundation.asking import asking, system
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Refused
from chengshu.foundation.events.models import OutboxEvent
from chengshu.foundation.files.models import File

OF_THE_CENTRE = variant(owner="service-centre")
"""The unit officer of the centre sees the number, and the files of the centre only."""
WRITES = "WITH gone AS (DELETE FROM files_file RETURNING id) SELECT id AS key, true AS counted FROM gone"


@pytest.mark.parametrize("persona", ["resident", "reviewer", "unit_officer", "other_department_officer"])
def test_whoever_lacks_the_power_at_the_owner_cannot_compute(
    as_persona: Callable[[str], Any], persona: str
) -> None:
    with known(RATE), pytest.raises(Refused), as_persona(persona):
        evaluate(name=RATE.name, period=this_year())


@pytest.mark.parametrize("persona", ["resident", "supervisor", "department_officer"])
def test_only_the_system_administrator_computes_everything(
    as_persona: Callable[[str], Any], persona: str
) -> None:
    with pytest.raises(Refused), as_persona(persona):
        refresh_indicators()


def test_a_query_that_writes_is_refused_before_it_runs(db: None) -> None:
    stored("ok 1")
    with pytest.raises(Conflict) as wrong:
        computing.computed_by(variant(records_sql=WRITES, parameters={}), this_year(), {})
    assert wrong.value.code == "indicators.sql.writes"
    assert File.objects.count() == 1


def test_the_database_itself_refuses_to_write_for_an_indicator(db: None) -> None:
    stored("ok 1")
    with written_freely():
        for sql in (WRITES, "UPDATE files_file SET name = ''", "INSERT INTO files_file (name) VALUES ('x')"):
            with pytest.raises(DatabaseError, match="read-only transaction"), running.reading(5) as cursor:
                cursor.execute(sql)
    assert File.objects.get().name == "ok 1.txt"


def test_whatever_a_query_leaves_behind_is_undone(db: None) -> None:
    with running.reading(5) as cursor:
        cursor.execute(
            "SELECT set_config('chengshu.left', 'behind', false), set_config('work_mem', '7MB', false)"
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting('chengshu.left', true), ''), current_setting('work_mem') = '7MB'"
        )
        assert cursor.fetchone() == ("", False)


def test_a_query_is_stopped_after_its_time(db: None) -> None:
    with pytest.raises(DatabaseError, match="timeout"), running.reading(1) as cursor:
        cursor.execute("SELECT pg_sleep(30)")
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        after = cursor.fetchone()[0]
        cursor.execute("SHOW transaction_read_only")
        assert (after, cursor.fetchone()[0]) == ("0", "off")


def test_a_viewer_without_scope_sees_no_record_only_how_many(as_persona: Callable[[str], Any]) -> None:
    stored("ok 1", "late 2")
    with known(OF_THE_CENTRE):
        seen = evaluate(name=RATE.name, period=this_year())
        assert (records_of(seen.id).visible, records_of(seen.id).beyond) == (2, 0)
        with as_persona("unit_officer"):
            outside = records_of(seen.id)
            assert (outside.lines, outside.total, outside.visible, outside.beyond) == ((), 0, 0, 2)
            assert observation(seen.id).records == 2
        for stranger in ("resident", "other_department_officer"):
            with pytest.raises(Missing), as_persona(stranger):
                records_of(seen.id)


def test_a_viewer_sees_the_records_of_the_own_unit_and_the_count_of_the_rest(
    as_persona: Callable[[str], Any],
) -> None:
    stored("ok 1", "late 2")
    stored("ok 3", unit="service-centre")
    with known(OF_THE_CENTRE):
        seen = evaluate(name=RATE.name, period=this_year())
        with as_persona("unit_officer"):
            own = records_of(seen.id)
    assert [line.label for line in own.lines] == ["ok 3.txt"]
    assert (own.visible, own.beyond, own.gone) == (1, 2, 0)


def test_a_record_that_only_a_narrower_view_would_count_is_not_shown(
    as_persona: Callable[[str], Any],
) -> None:
    """What is hidden from the viewer must not make other records appear as part of the number."""
    stored("ok 1")
    stored("ok 3", unit="service-centre")
    alone = (
        RECORDS + " AND NOT EXISTS (SELECT FROM files_file o WHERE o.id <> f.id AND o.unit_id <> f.unit_id)"
    )
    with known(variant(OF_THE_CENTRE, records_sql=alone)):
        seen = evaluate(name=RATE.name, period=this_year())
        assert seen.records == 0
        with as_persona("unit_officer"):
            assert records_of(seen.id).lines == ()


def test_a_number_names_its_parts(db: None) -> None:
    stored("ok 1", "ok 2", "late 3")
    stored("ok 4", unit="service-centre")
    with known(RATE):
        seen = evaluate(name=RATE.name, period=this_year())
    assert (seen.value, seen.numerator, seen.denominator, seen.records) == (Decimal(75), 3, 4, 4)
    assert seen.evidence["parts"]["unit"] == [["data-bureau", "2", "3", 3], ["service-centre", "1", "1", 1]]
    assert seen.evidence["software"] == __version__
    assert seen.evidence["definition"]["records_sql"] == RECORDS.strip()
    assert seen.evidence["parameters"]["purpose"] == "test"
    assert seen.evidence["records"]["count"] == 4
    assert len(seen.records_digest) == len(seen.evidence_digest) == 64
    assert not seen.simulated


def test_nothing_over_nothing_is_no_rate(db: None) -> None:
    with known(RATE, COUNT):
        for name in (RATE.name, COUNT.name):
            seen = evaluate(name=name, period=this_year())
            assert (seen.value, seen.reason, seen.records) == (None, "nothing_examined", 0)


def test_a_count_of_what_was_examined_may_be_zero(db: None) -> None:
    stored("late 1")
    with known(COUNT):
        assert evaluate(name=COUNT.name, period=this_year()).value == 0


def test_one_simulated_record_taints_the_number(db: None) -> None:
    stored("ok 1")
    with known(RATE):
        clean = evaluate(name=RATE.name, period=this_year())
        stored("ok sim 2")
        tainted = evaluate(name=RATE.name, period=this_year())
    assert (clean.simulated, tainted.simulated) == (False, True)
    assert tainted.evidence["records"]["simulated"] == 1
    assert [line.simulated for line in records_of(tainted.id).lines] == [False, True]


def test_what_stands_still_is_kept_once(db: None) -> None:
    stored("ok 1")
    with known(RATE):
        first, second = (evaluate(name=RATE.name, period=this_year()) for _again in range(2))
        stored("ok 2")
        third = evaluate(name=RATE.name, period=this_year())
    assert first.id == second.id != third.id
    assert first.value == third.value, "the same number from other records is another observation"
    announced = OutboxEvent.objects.filter(name="indicators.IndicatorObserved")
    assert [event.facts["observation"] for event in announced.order_by("id")] == [first.id, third.id]


def test_late_data_changes_the_number_and_verification_tells_which(db: None) -> None:
    kept, changing, going = stored("ok 1", "ok 2", "late 3")
    with known(RATE):
        seen = evaluate(name=RATE.name, period=this_year())
        assert verify(seen.id).holds
        (new,) = stored("ok 4")
        with written_freely():
            File.objects.filter(pk=changing.pk).update(name="late 2.txt")
            File.objects.filter(pk=going.pk).update(purpose="other")
        found = verify(seen.id)
    assert (found.intact, found.known, found.holds, found.changed) == (True, True, False, 3)
    assert {(change.sort, change.key) for change in found.changes} == {
        ("changed", str(changing.pk)),
        ("added", str(new.pk)),
        ("gone", str(going.pk)),
    }
    assert found.now is not None
    assert found.observation.value == Decimal("66.6666")
    assert found.now.value == Decimal("66.6666")
    assert records_of(seen.id).gone == 1
    assert str(kept.pk) not in {change.key for change in found.changes}


def test_verification_names_to_a_viewer_only_what_the_viewer_may_see(
    as_persona: Callable[[str], Any],
) -> None:
    stored("ok 1")
    with known(OF_THE_CENTRE):
        seen = evaluate(name=RATE.name, period=this_year())
        stored("late 2")
        with as_persona("unit_officer"):
            found = verify(seen.id)
        assert (found.holds, found.changed, found.changes) == (False, 1, ())


def test_a_stored_number_that_was_tampered_with_does_not_hold(db: None) -> None:
    stored("ok 1")
    with known(RATE):
        seen = evaluate(name=RATE.name, period=this_year())
        copy = IndicatorObservation.objects.get(pk=seen.id)
        copy.pk, copy.value = None, Decimal(99)
        with written_freely():
            IndicatorObservation.objects.bulk_create([copy])
        found = verify(IndicatorObservation.objects.latest("id").pk)
    assert (found.intact, found.holds) == (False, False)


def test_the_application_can_neither_change_nor_delete_what_was_observed(db: None) -> None:
    stored("ok 1")
    with known(RATE):
        evaluate(name=RATE.name, period=this_year())
    for table in (IndicatorObservation, RecordChunk):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            table.objects.all().delete()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        IndicatorObservation.objects.update(value=100)


def test_an_observation_is_verified_without_its_definition(db: None) -> None:
    stored("ok 1")
    with known(RATE):
        seen = evaluate(name=RATE.name, period=this_year())
    found = verify(seen.id)
    assert (found.known, found.holds) == (False, True)


def test_two_versions_are_compared_record_by_record(db: None) -> None:
    stored("ok 1", "late 2", "ok sim 3")
    first = variant(valid_until=date(2025, 12, 31))
    without = RECORDS + " AND f.name NOT LIKE '%%sim%%'"
    second = variant(version="2", valid_from=date(2026, 1, 1), records_sql=without)
    with known(first, second):
        found = compare(name=RATE.name, first="1", second="2", period=this_year())
    assert (found.first.records, found.second.records, found.changed) == (3, 2, 1)
    assert [change.sort for change in found.changes] == ["gone"]


def test_a_past_period_is_computed_by_the_version_of_then(db: None) -> None:
    first = variant(valid_until=date(2025, 12, 31))
    second = variant(version="2", valid_from=date(2026, 1, 1), records_sql=RECORDS + " AND true")
    with known(first, second):
        assert compute(name=RATE.name, period=budget_year(2025)).version == "1"
        assert compute(name=RATE.name, period=month(2026, 1)).version == "2"
        assert compute(name=RATE.name, period=month(2026, 1), version="1").version == "1"


def test_a_second_query_that_disagrees_with_the_records_is_refused(db: None) -> None:
    stored("ok 1", "late 2")
    whole = RECORDS.replace("\n    FROM", ", 1 AS one\n    FROM")
    agreeing = (
        f"SELECT count(*) FILTER (WHERE counted) AS numerator, count(*) AS denominator FROM ({whole}) AS r"
    )
    with known(variant(sql=agreeing)):
        assert compute(name=RATE.name, period=this_year()).value == 50
    with known(variant(sql="SELECT 100 AS value")), pytest.raises(Conflict) as wrong:
        compute(name=RATE.name, period=this_year())
    assert wrong.value.code == "indicators.disagree"
    with known(variant(kind="index", unit="分", sql="SELECT 87.5 AS value")):
        assert compute(name=RATE.name, period=this_year()).value == Decimal("87.5")


def test_a_record_counted_twice_is_refused(db: None) -> None:
    stored("ok 1")
    twice = RECORDS.replace("JOIN orgs_unit", "CROSS JOIN (VALUES (1), (2)) AS doubled JOIN orgs_unit")
    with known(variant(records_sql=twice)), pytest.raises(Conflict) as wrong:
        compute(name=RATE.name, period=this_year())
    assert wrong.value.code == "indicators.counted_twice"


@pytest.mark.parametrize("given", [{"colour": "red"}, {"purpose": "test", "x": ""}])
def test_an_unknown_parameter_is_named(db: None, given: dict[str, str]) -> None:
    with known(RATE), pytest.raises(InvalidInput) as wrong:
        compute(name=RATE.name, period=this_year(), parameters=given)
    assert wrong.value.code == "indicators.parameter"


@pytest.mark.parametrize(
    "value", ["'; DROP TABLE files_file; --", "%s", "%(since)s", "\x00", "测试", "x" * 10_000]
)
def test_a_parameter_is_never_part_of_the_statement(db: None, value: str) -> None:
    stored("ok 1")
    with known(RATE):
        assert compute(name=RATE.name, period=this_year(), parameters={"purpose": value}).records == 0
    assert File.objects.count() == 1


def test_days_belong_to_the_district_and_both_ends_count(db: None) -> None:
    (file,) = stored("ok 1")
    at = "2025-03-31 23:59:59.999999+08"
    with written_freely():
        File.objects.filter(pk=file.pk).update(created_at=at)
    with known(RATE):
        assert compute(name=RATE.name, period=month(2025, 3)).records == 1
        assert compute(name=RATE.name, period=month(2025, 4)).records == 0
        assert compute(name=RATE.name, period=Period(date(2025, 3, 31), date(2025, 3, 31))).records == 1


def test_the_refresh_goes_on_after_a_failure_and_fills_the_months(db: None) -> None:
    stored("ok 1")
    broken = variant(name="files.broken", records_sql=RECORDS.replace("files_file", "files_gone"))
    register_wanted("test", lambda: [Wanted(RATE.name, "1", budget_year(2025), {"purpose": "other"})])
    try:
        with known(RATE, broken):
            done = refresh_indicators(today=date(2026, 3, 5))
            again = refresh_indicators(today=date(2026, 3, 5))
    finally:
        register_wanted("test", list)
    assert "files.broken" in {name.split()[0] for name in done.failed}
    assert [str(seen.period) for seen in history(name=RATE.name, parameters={"purpose": "other"})] == [
        "2025-01-01/2025-12-31"
    ]
    own = history(name=RATE.name, parameters={"purpose": "test"})
    assert [str(seen.period) for seen in own] == [
        "2026-01-01/2026-03-05",
        "2026-01-01/2026-01-31",
        "2026-02-01/2026-02-28",
        "2026-03-01/2026-03-05",
    ]
    assert (done.stored >= 5, again.stored) == (True, 0)
    assert done.asked > again.asked, "a month that is long over is not computed again"


def test_a_refresh_that_takes_long_leaves_the_past_for_the_next_round(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chengshu.engines.indicators.actions.LONGEST_SECONDS", -1)
    with known(RATE):
        done = refresh_indicators(today=date(2026, 3, 5))
        assert [str(seen.period) for seen in history(name=RATE.name)] == ["2026-01-01/2026-03-05"]
        assert done.left >= 3
        monkeypatch.setattr("chengshu.engines.indicators.actions.LONGEST_SECONDS", 240)
        assert refresh_indicators(today=date(2026, 3, 5)).left == 0
        assert len(history(name=RATE.name)) == 4


def test_a_refresh_waits_for_nobody_and_leaves_what_another_computes_now(db: None) -> None:
    another, lock = connection.copy(), [standing._LOCKS, RATE.name]
    with known(RATE, variant(name="files.other")), closing(another), another.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", lock)
        done = refresh_indicators(today=date(2026, 3, 5))
        cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", lock)
        assert (done.left, history(name=RATE.name)) == (4, ())
        assert len(history(name="files.other")) == 4
        assert refresh_indicators(today=date(2026, 3, 5)).left == 0
        assert len(history(name=RATE.name)) == 4


def test_the_latest_answer_is_found_by_its_question(db: None) -> None:
    with known(RATE):
        assert latest(name=RATE.name, period=this_year()) is None
        seen = evaluate(name=RATE.name, period=this_year())
        assert latest(name=RATE.name, period=this_year()) == seen
        assert latest(name=RATE.name, period=this_year(), parameters={"purpose": "other"}) is None


def test_records_are_paged_and_told_apart_by_whether_they_count(db: None) -> None:
    stored(*(f"ok {number}" for number in range(5)), "late 9")
    with known(RATE):
        seen = evaluate(name=RATE.name, period=this_year())
        second = records_of(seen.id, page=2, size=4)
        assert (len(second.lines), second.total, second.page, second.pages) == (2, 6, 2, 2)
        late = records_of(seen.id, counted=False)
        assert [line.label for line in late.lines] == ["late 9.txt"]
        assert late.lines[0].url == f"/files/{late.lines[0].key}/"
        assert records_of(seen.id, page=99, size=4).page == 2


def test_a_link_leads_to_this_installation_or_nowhere(db: None) -> None:
    stored("ok 1")
    outside = RECORDS.replace("'/files/' || f.id || '/'", "'//elsewhere.example/'")
    with known(variant(records_sql=outside)):
        seen = evaluate(name=RATE.name, period=this_year())
        assert records_of(seen.id).lines[0].url == ""


def test_tomorrows_roll_shares_the_chunks_of_yesterday(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chengshu.engines.indicators.rolls.MEAN_LINES", 2)
    stored(*(f"ok {number}" for number in range(12)))
    with known(RATE):
        first = evaluate(name=RATE.name, period=this_year())
        stored("ok 99")
        second = evaluate(name=RATE.name, period=this_year())
    chunks, later = (seen.evidence["records"]["chunks"] for seen in (first, second))
    assert len(set(chunks) & set(later)) >= len(chunks) - 1 > 0
    assert records_of(second.id).visible == 13


def test_computing_asks_as_the_platform_and_gives_the_asker_back(as_persona: Callable[[str], Any]) -> None:
    stored("ok 1")
    with known(RATE), as_persona("unit_officer"):
        assert compute(name=RATE.name, period=this_year()).records == 1
        assert File.objects.count() == 0, "the asker's own scope is back"
    with asking(system("test", "cli")):
        assert File.objects.count() == 1
