"""Every kept observation computed again: what differs has a cause, and what has none is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from chengshu.engines.indicators import recomputing, rounds
from chengshu.engines.indicators.api import evaluate
from chengshu.engines.indicators.models import IndicatorObservation
from chengshu.engines.indicators.queries import view_of
from chengshu.engines.indicators.recomputing import Cause, recheck
from chengshu.engines.indicators.results import ObservationView
from chengshu.engines.indicators.tests.counting import COUNT, RATE, RECORDS, known, stored, this_year, variant
from chengshu.foundation.audit.models import AuditEntry


def causes() -> dict[int, Cause]:
    return {found.observation.id: found.cause for _place, found in recheck()}


def _long_over(seen: ObservationView) -> ObservationView:
    return replace(seen, computed_at=seen.period.until + timedelta(minutes=1))


def _changed(seen: ObservationView) -> ObservationView:
    return replace(seen, value=Decimal(99))


def _kept_seal(seen: ObservationView) -> str:
    return IndicatorObservation.objects.get(pk=seen.id).evidence_digest


def test_what_nothing_happened_to_holds(db: None) -> None:
    stored("ok 1", "late 2")
    with known(RATE, COUNT):
        seen = [evaluate(name=name, period=this_year()).id for name in (RATE.name, COUNT.name)]
        assert causes() == dict.fromkeys(seen, Cause.HOLDS)


def test_a_period_that_went_on_is_reality(db: None) -> None:
    stored("ok 1")
    with known(RATE):
        first = evaluate(name=RATE.name, period=this_year())
        stored("late 2")
        second = evaluate(name=RATE.name, period=this_year())
        assert causes() == {first.id: Cause.REALITY, second.id: Cause.HOLDS}
        (found,) = [one for _place, one in recheck() if one.cause is Cause.REALITY]
        assert (found.now, found.changed, found.changes[0].sort) == ("50", 1, "added")


def test_another_definition_under_the_same_version_is_named(db: None) -> None:
    stored("ok 1", "late 2")
    with known(RATE):
        seen = evaluate(name=RATE.name, period=this_year())
    with known(variant(records_sql=RECORDS.replace("ok%%", "late%%") + " AND f.name LIKE 'late%%'")):
        (found,) = [one for _place, one in recheck()]
        assert (found.observation.id, found.cause, found.now) == (seen.id, Cause.DEFINITION, "100")


def test_records_of_a_period_that_was_over_came_late(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    stored("ok 1")
    with known(RATE):
        evaluate(name=RATE.name, period=this_year())
        stored("late 2")
        monkeypatch.setattr(recomputing, "view_of", lambda row: _long_over(view_of(row)))
        monkeypatch.setattr(recomputing, "seal_of", _kept_seal)
        monkeypatch.setattr(recomputing, "LONGEST_ACTION", timedelta(days=400))
        (found,) = [one for _place, one in recheck()]
        assert (found.cause, found.changed) == (Cause.LATE, 1)


def test_records_that_changed_although_nothing_was_written_are_not_explained(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored("ok 1")
    with known(RATE):
        seen = evaluate(name=RATE.name, period=this_year())
        stored("late 2")
        monkeypatch.setattr(
            "chengshu.engines.indicators.recomputing._last_writes",
            lambda: {"files": seen.computed_at - timedelta(hours=1)},
        )
        (found,) = [one for _place, one in recheck()]
        assert (found.cause, found.cause.is_explained) == (Cause.UNEXPLAINED, False)


def test_a_number_that_was_changed_breaks_its_seal(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    stored("ok 1")
    with known(RATE):
        seen = evaluate(name=RATE.name, period=this_year())
        monkeypatch.setattr(recomputing, "view_of", lambda row: _changed(view_of(row)))
        assert causes() == {seen.id: Cause.SEAL}
        monkeypatch.setattr(recomputing, "seal_of", _kept_seal)
        assert causes() == {seen.id: Cause.ARITHMETIC}


def test_records_that_are_gone_from_the_roll_are_found(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    stored("ok 1")
    with known(RATE):
        seen = evaluate(name=RATE.name, period=this_year())
        monkeypatch.setattr("chengshu.engines.indicators.recomputing.roll_of", lambda seen: {})
        assert causes() == {seen.id: Cause.ROLL}


def test_a_round_that_is_interrupted_goes_on_where_it_was(db: None, tmp_path: Path) -> None:
    stored("ok 1")
    state = tmp_path / "var" / "state.json"
    with known(RATE, COUNT):
        for name in (RATE.name, COUNT.name):
            evaluate(name=name, period=this_year())
        done = rounds.resumed(state)
        walk = rounds.go_on(done, state)
        next(walk)
        walk.close()
        again = rounds.resumed(state)
        assert (sum(again.counts.values()), rounds.left(again)) == (1, 1)
        assert [*rounds.go_on(again, state)] != []
        assert (again.counts, rounds.left(again), again.unexplained) == ({"holds": 2}, 0, 0)
        assert rounds.resumed(state, restart=True).counts == {}


def test_what_differs_is_kept_anew_when_that_is_asked_for(db: None, tmp_path: Path) -> None:
    stored("ok 1")
    with known(RATE):
        first = evaluate(name=RATE.name, period=this_year())
        stored("late 2")
        done = rounds.resumed(tmp_path / "state.json")
        assert [found.cause for found in rounds.go_on(done, tmp_path / "state.json")] == [Cause.REALITY]
        (kept,) = rounds.keep_anew(done)
        assert (kept["instead_of"], kept["value"]) == (first.id, "50")
        assert IndicatorObservation.objects.count() == 2
    assert AuditEntry.objects.filter(action="indicators.evaluate", outcome="done").count() == 2
    assert timezone.now() > first.computed_at
