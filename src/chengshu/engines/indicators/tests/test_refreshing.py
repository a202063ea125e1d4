"""Only what can have changed is computed anew, and the answer is that of computing everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.utils import timezone, translation

from chengshu.engines.indicators import actions, sources
from chengshu.engines.indicators.api import compute, evaluate, latest, refresh_indicators
from chengshu.engines.indicators.data import Parameter
from chengshu.engines.indicators.models import ChangeMark, IndicatorObservation, IndicatorStanding
from chengshu.engines.indicators.registry import definition as registered
from chengshu.engines.indicators.registry import definitions
from chengshu.engines.indicators.states import State, judge
from chengshu.engines.indicators.tests.counting import COUNT, RATE, known, stored, this_year, variant
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.orgs.models import Unit

OTHER = variant(
    COUNT, name="files.other_count", parameters={"purpose": Parameter("Purpose", default="other")}
)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def only_these(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The indicators of the scenes are left out: these tests count every question."""
    for module in (actions,):
        monkeypatch.setattr(
            module,
            "definitions",
            lambda: tuple(each for each in definitions() if each.name.startswith("files.")),
        )
        monkeypatch.setattr(module, "all_wanted", lambda: ())


def test_what_nothing_was_written_to_is_left_alone(only_these: None) -> None:
    stored("ok 1")
    with known(RATE):
        first = refresh_indicators()
        second = refresh_indicators()
        assert (second.asked, second.stored) == (0, 0)
        assert 0 < second.unchanged <= first.asked
        stored("late 2")
        third = refresh_indicators()
        assert (third.asked, third.unchanged) == (second.unchanged, 0)
        assert latest(name=RATE.name, period=this_year()).value == 50  # type: ignore[union-attr]


def test_a_write_of_another_app_makes_nothing_anew(only_these: None, cast: Any) -> None:
    stored("ok 1")
    files_only = variant(
        records_sql="SELECT f.id AS key, true AS counted, false AS simulated FROM files_file f"
        " WHERE f.created_at < %(until)s AND f.purpose = %(purpose)s",
        dimensions={},
    )
    with known(files_only):
        refresh_indicators()
        assert cast["unit_officer"].account is not None
        done = refresh_indicators()
        assert (done.asked, done.unchanged > 0) == (0, True)


def test_another_definition_of_the_same_version_is_computed(only_these: None) -> None:
    stored("ok 1", "late 2")
    with known(RATE):
        refresh_indicators()
    with known(variant(records_sql=RATE.records_sql.replace("ok%%", "%%"))):
        done = refresh_indicators()
        assert done.unchanged == 0
        assert latest(name=RATE.name, period=this_year()).value == 100  # type: ignore[union-attr]


def test_everything_is_computed_when_that_is_asked_for(only_these: None) -> None:
    stored("ok 1")
    with known(RATE):
        first = refresh_indicators()
        again = refresh_indicators(everything=True)
        assert (again.asked, again.stored, again.unchanged) == (first.asked, 0, 0)


def test_what_reads_a_table_written_without_actions_is_always_computed(only_these: None) -> None:
    sessions = variant(
        records_sql="SELECT s.id AS key, true AS counted, false AS simulated FROM identity_session s"
        " WHERE s.started_at < %(until)s AND %(purpose)s <> ''"
    )
    assert sources.apps_of(sessions) is None
    with known(sessions):
        first = refresh_indicators()
        assert first.failed == {}
        again = refresh_indicators()
        assert again.asked > 0
        assert again.unchanged == 0


def test_every_definition_of_this_installation_names_its_sources(db: None) -> None:
    for each in definitions():
        read = sources.apps_of(each)
        assert read is None or read, each.name
        assert sources.lineage(each), each.name


def test_a_number_that_fails_is_suspect_and_tried_again(only_these: None) -> None:
    stored("ok 1")
    with known(RATE):
        refresh_indicators()
    broken = variant(records_sql=RATE.records_sql.replace("f.id AS key", "(1 / (f.id - f.id)) AS key"))
    with known(broken):
        done = refresh_indicators()
        assert any("zero" in problem for problem in done.failed.values())
        standing = IndicatorStanding.objects.filter(name=RATE.name, last_day=timezone.localdate())[0]
        seen = latest(name=RATE.name, period=this_year())
        judged = judge(broken, standing, seen)
        assert judged.state is State.SUSPECT
        assert "zero" in str(judged.reasons[0])
        since = standing.failing_since
        refresh_indicators()
        assert IndicatorStanding.objects.get(pk=standing.pk).failing_since == since
    with known(RATE):
        refresh_indicators()
        standing = IndicatorStanding.objects.get(pk=standing.pk)
        assert judge(RATE, standing, latest(name=RATE.name, period=this_year())).state is State.FRESH


def test_a_number_that_nobody_looked_after_is_late_and_a_settled_one_never(only_these: None) -> None:
    stored("ok 1")
    with known(RATE):
        assert judge(RATE, None, None).state is State.NEVER
        seen = evaluate(name=RATE.name, period=this_year())
        standing = IndicatorStanding.objects.get(observation=seen.id)
        now = timezone.now()
        assert judge(RATE, standing, seen, now=now).state is State.FRESH
        late = judge(RATE, standing, seen, now=now + timedelta(hours=RATE.late_after_hours, minutes=1))
        assert late.state is State.LATE
        assert "looked after" in str(late.reasons[0])
        standing.last_day = (now - timedelta(days=90)).date()
        assert judge(RATE, standing, seen, now=now + timedelta(days=9)).state is State.FRESH


def test_the_chain_is_read_once_and_goes_on_where_it_was_left(db: None) -> None:
    with known(RATE):
        evaluate(name=RATE.name, period=this_year())
        refresh_indicators()
        before = sources.marks().get("app:files", 0)
        stored("ok 1", "ok 2")
        refresh_indicators()
        after = sources.marks()["app:files"]
        assert after >= before + 2
        refresh_indicators()
        assert sources.marks()["app:files"] == after
    assert ChangeMark.objects.filter(name__startswith="lane:").exists()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_leaving_out_what_is_unchanged_gives_what_computing_everything_gives(
    only_these: None, seed: int
) -> None:
    chance, unit = Random(seed), Unit.objects.get(key="data-bureau")  # noqa: S311
    steps: list[Callable[[int], object]] = [
        lambda n: stored(f"ok {n}"),
        lambda n: stored(f"late sim {n}"),
        lambda n: store_file(unit=unit, name=f"ok {n}.txt", content=f"{n}".encode(), purpose="other"),
        lambda n: None,
    ]
    with known(RATE, COUNT, OTHER):
        for number in range(5):
            for _time in range(chance.randrange(3)):
                chance.choice(steps)(number * 10 + _time)
            done = refresh_indicators()
            assert done.failed == {}
            for standing in IndicatorStanding.objects.filter(name__startswith="files."):
                seen = standing.observation
                assert seen is not None
                period = this_year() if standing.last_day == timezone.localdate() else None
                if period is None or standing.first_day != period.first_day:
                    continue
                now = compute(name=standing.name, period=period, parameters=standing.parameters)
                assert (seen.value, seen.evidence["records"]["sm3"]) == (now.value, now.records_digest)
    assert registered  # the registry is whole again
    assert IndicatorObservation.objects.filter(name=RATE.name).exists()


def test_what_was_written_before_the_chain_was_ever_read_is_not_overlooked(only_these: None) -> None:
    stored("ok 1")
    with known(RATE):
        evaluate(name=RATE.name, period=this_year())
        stored("late 2")
        refresh_indicators()
        assert latest(name=RATE.name, period=this_year()).value == 50  # type: ignore[union-attr]
