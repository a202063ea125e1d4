"""Promises that the platform computes: bound by definition, fed by observations, tainted, tampered with, typed into."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from chengshu.engines.indicators.api import (
    definitions,
    evaluate,
    register_indicators,
    withdraw_indicators,
)
from chengshu.engines.indicators.data import IndicatorDefinition, Parameter, Period, Proves, budget_year
from chengshu.foundation import prepared
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Refused
from chengshu.foundation.events.bus import deliver_waiting
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.models import File
from chengshu.hub.promises import base_data
from chengshu.hub.promises.actions.bindings import bind_attestation, bind_indicator, unbind
from chengshu.hub.promises.actions.computed import bind_declared, take_computed_values
from chengshu.hub.promises.actions.evidence import attest
from chengshu.hub.promises.actions.monitoring import (
    FormEntry,
    LineEntry,
    missing_in,
    open_monitoring,
    save_monitoring,
)
from chengshu.hub.promises.actions.standing import refresh_standings
from chengshu.hub.promises.commands import cli
from chengshu.hub.promises.judging import is_proven, promise_of
from chengshu.hub.promises.models import Binding, BindingKind, Observation
from chengshu.hub.promises.tests.proof_world import (
    COUNT,
    PER_CASE,
    RATE,
    WITHIN,
    WORDS,
    YEAR,
    YES,
    ZERO,
    World,
)
from chengshu.hub.promises.wanted import uses, wanted, wanted_periods

RECORDS = """
    SELECT f.id AS key, f.name AS label, f.name LIKE 'ok%%' AS counted, f.name LIKE '%%sim%%' AS simulated,
           5 AS amount
    FROM files_file f
    WHERE f.created_at >= %(since)s AND f.created_at < %(until)s AND f.purpose = %(purpose)s
"""
COUNTED = IndicatorDefinition(
    name="files.ok_count",
    title="Files that are fine",
    meaning="Files stored in the period whose name begins with ok.",
    unit="宗",
    kind="count",
    owner="data-bureau",
    records_sql=RECORDS,
    parameters={"purpose": Parameter("Purpose", default="test")},
    proves=(Proves("P02-01", year=YEAR),),
)
SHARE = replace(COUNTED, name="files.ok_rate", unit="%", kind="rate", proves=(RATE,))


@contextmanager
def known(*definitions: IndicatorDefinition) -> Iterator[None]:
    register_indicators(*definitions)
    try:
        yield
    finally:
        withdraw_indicators(*definitions)


@pytest.fixture(autouse=True)
def _without_the_scenes() -> Iterator[None]:
    """The scenes' definitions name promises of the printed tables; the small year has others under those numbers."""
    shipped = definitions()
    withdraw_indicators(*shipped)
    yield
    register_indicators(*shipped)


def stored(world: World, *names: str, on: str = "2025-06-30 12:00+08") -> None:
    """Files of these names, as if they had been stored in the budget year."""
    files = [
        store_file(unit=world.form.unit, name=f"{name}.txt", content=f"{name}\n".encode(), purpose="test")
        for name in names
    ]
    prepared.tell({"chengshu.action": "test", "chengshu.write": '{"files": "*"}'})
    File.objects.filter(pk__in=[file.pk for file in files]).update(created_at=on)
    prepared.tell({"chengshu.action": "", "chengshu.write": ""})


def computed(world: World, definition: IndicatorDefinition, **parameters: str) -> None:
    """The indicator of the whole year, taken over."""
    evaluate(name=definition.name, period=budget_year(YEAR), parameters=parameters)
    take_computed_values(budget_year=world.year)


def last(world: World, ref: str) -> Observation:
    return Observation.objects.filter(indicator=world[ref]).latest("pk")


@pytest.mark.parametrize(
    "persona", ["unit_officer", "unit_head", "finance_reviewer", "supervisor", "resident"]
)
def test_only_the_department_has_the_platform_bind_and_take_over(world: World, persona: str) -> None:
    for attempt in (bind_declared, take_computed_values):
        with pytest.raises(Refused), world.as_persona(persona):
            attempt(budget_year=world.year)


def test_a_computed_promise_takes_no_typed_value(world: World) -> None:
    with known(COUNTED):
        bind_declared(budget_year=world.year)
        with pytest.raises(Conflict) as refused, world.as_persona("unit_officer"):
            attest(
                indicator=world[COUNT],
                as_of=date(YEAR, 12, 31),
                value="150",
                statement="x",
                file=world.file(),
            )
    assert refused.value.code == "attestation.computed"


def test_a_definition_binds_the_promise_it_names_once(world: World) -> None:
    with known(COUNTED, SHARE):
        first = bind_declared(budget_year=world.year)
        again = bind_declared(budget_year=world.year)
    assert (sorted(first.bound), again.bound, first.refused) == ([COUNT, RATE], [], {})
    binding = promise_of(world[COUNT]).binding
    assert binding is not None
    assert (binding.kind, binding.source_name, binding.source_version) == ("indicator", COUNTED.name, "1")
    assert binding.created_by_id is None
    assert world[COUNT].standing.binding_kind == BindingKind.INDICATOR


def test_a_persons_binding_is_never_overridden(world: World) -> None:
    with world.as_persona("unit_head"):
        bind_attestation(indicator=world[COUNT], post=world.post_of("unit_officer"))
    world.bind(RATE)
    with known(COUNTED, SHARE):
        assert bind_declared(budget_year=world.year).bound == []
        assert Binding.objects.filter(indicator=world[COUNT], kind=BindingKind.INDICATOR).count() == 0


def test_a_promise_that_a_person_unbound_stays_unbound(world: World) -> None:
    with known(COUNTED):
        bind_declared(budget_year=world.year)
        with world.as_persona("unit_head"):
            unbind(indicator=world[COUNT], reason="口径有争议")
        assert bind_declared(budget_year=world.year).bound == []


def test_a_new_version_takes_the_promise_over_from_the_old_one(world: World) -> None:
    old = replace(COUNTED, valid_until=date(2025, 12, 31))
    new = replace(COUNTED, version="2", valid_from=date(2026, 1, 1))
    with known(old):
        bind_declared(budget_year=world.year)
    with known(old, new):
        assert bind_declared(budget_year=world.year).bound == [COUNT]
        versions = (
            Binding.objects.filter(indicator=world[COUNT])
            .order_by("number")
            .values_list("source_version", flat=True)
        )
        assert list(versions) == ["", "1", "2"]


def test_a_number_in_another_unit_proves_nothing(world: World) -> None:
    wrong = replace(SHARE, proves=(COUNT, WORDS))
    with known(wrong):
        done = bind_declared(budget_year=world.year)
        assert done.bound == []
        assert set(done.refused) == {COUNT, WORDS}
        with pytest.raises(InvalidInput) as refused:
            bind_indicator(indicator=world[COUNT], source_name=wrong.name, source_version="1")
        assert (refused.value.code, refused.value.field) == ("binding.unit", "source_name")
        with pytest.raises(InvalidInput) as refused:
            bind_indicator(indicator=world[WORDS], source_name=wrong.name, source_version="1")
        assert refused.value.code == "binding.in_words"


def test_the_computed_number_is_the_promises_value_with_evidence(world: World) -> None:
    stored(world, *(f"ok {number}" for number in range(3)), "late")
    with known(COUNTED):
        bind_declared(budget_year=world.year)
        computed(world, COUNTED)
        again = take_computed_values(budget_year=world.year)
    seen = last(world, COUNT)
    assert (seen.value, seen.as_of, again) == (Decimal(3), date(YEAR, 12, 31), 0)
    assert is_proven(seen)
    assert seen.evidence["source"] == {"name": COUNTED.name, "version": "1"}
    assert seen.evidence["records"]["count"] == 4
    assert seen.evidence["period"] == "2025-01-01/2025-12-31"
    assert world[COUNT].standing.verdict == "broken"


def test_a_computed_promise_is_given_out_as_a_pack_and_no_other(world: World, tmp_path: Path) -> None:
    with pytest.raises(Missing):
        CliRunner().invoke(cli, ["pack", COUNT, "--out", str(tmp_path / "no.zip")], catch_exceptions=False)
    stored(world, "ok 1", "late")
    with known(COUNTED):
        bind_declared(budget_year=world.year)
        computed(world, COUNTED)
        path = tmp_path / "pack.zip"
        assert (
            CliRunner().invoke(cli, ["pack", COUNT, "--out", str(path)], catch_exceptions=False).exit_code
            == 0
        )
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("pack.json"))
    assert (manifest["about"]["promise"], manifest["observation"]["value"]) == (COUNT, "1")
    assert [use.title for use in uses(COUNTED.name)] == [COUNT]


def test_a_rate_that_meets_its_target_keeps_the_promise(world: World) -> None:
    stored(world, *(f"ok {number}" for number in range(19)), "late")
    with known(SHARE):
        bind_declared(budget_year=world.year)
        computed(world, SHARE)
    assert last(world, RATE).value == Decimal(95)
    assert (world[RATE].standing.verdict, world[RATE].standing.simulated) == ("kept", False)


def test_nothing_recorded_leaves_the_promise_unproven_and_never_at_a_hundred(world: World) -> None:
    with known(SHARE):
        bind_declared(budget_year=world.year)
        computed(world, SHARE)
    assert Observation.objects.filter(indicator=world[RATE]).count() == 0
    assert (world[RATE].standing.verdict, world[RATE].standing.reason) == ("unproven", "verdict.no_value")


def test_a_simulated_record_proves_nothing_and_shows(world: World) -> None:
    stored(world, *(f"ok {number}" for number in range(19)), "ok sim")
    with known(SHARE):
        bind_declared(budget_year=world.year)
        computed(world, SHARE)
    standing = world[RATE].standing
    assert last(world, RATE).simulated
    assert (standing.verdict, standing.reason, standing.simulated) == ("unproven", "verdict.simulated", True)


def test_late_data_changes_the_value_of_the_promise(world: World) -> None:
    stored(world, "ok 1")
    with known(SHARE):
        bind_declared(budget_year=world.year)
        computed(world, SHARE)
        assert world[RATE].standing.verdict == "kept"
        stored(world, "late 2")
        computed(world, SHARE)
    assert [seen.value for seen in promise_of(world[RATE]).observations] == [100, 50]
    assert world[RATE].standing.verdict == "broken"


def test_records_that_vanish_leave_no_value_behind(world: World) -> None:
    stored(world, "ok 1")
    with known(SHARE):
        bind_declared(budget_year=world.year)
        computed(world, SHARE)
        prepared.tell({"chengshu.action": "test", "chengshu.write": '{"files": "*"}'})
        File.objects.update(purpose="other")
        prepared.tell({"chengshu.action": "", "chengshu.write": ""})
        computed(world, SHARE)
    assert promise_of(world[RATE]).observations == ()
    assert world[RATE].standing.reason == "verdict.no_value"


def test_another_question_does_not_count_for_this_one(world: World) -> None:
    stored(world, "ok 1")
    with known(SHARE):
        bind_declared(budget_year=world.year)
        computed(world, SHARE)
        bind_indicator(
            indicator=world[RATE], source_name=SHARE.name, source_version="1", parameters={"purpose": "other"}
        )
        assert promise_of(world[RATE]).observations == ()


@pytest.mark.parametrize(("name", "word"), [("ok 1", "yes"), ("late 1", "no")])
def test_a_yes_or_no_follows_from_whether_anything_counts(world: World, name: str, word: str) -> None:
    stored(world, name)
    with known(replace(COUNTED, proves=(YES,))):
        bind_declared(budget_year=world.year)
        computed(world, COUNTED)
    assert (last(world, YES).value, last(world, YES).value_text) == (None, word)
    assert promise_of(world[YES]).observations


@pytest.mark.parametrize(
    ("changes", "way", "value", "verdict"),
    [
        ({"kind": "maximum", "unit": "h"}, {"statistic": "maximum"}, "5", "kept"),
        ({"kind": "p95", "unit": "h"}, {"statistic": "p95"}, "5", "kept"),
        (
            {"kind": "rate", "unit": "%"},
            {"statistic": "compliance_share", "share_target": "100"},
            "50",
            "broken",
        ),
    ],
)
def test_a_limit_for_single_cases_is_proven_by_its_statistic(
    world: World, changes: dict[str, Any], way: dict[str, str], value: str, verdict: str
) -> None:
    stored(world, "ok 1", "late 2")
    definition = replace(COUNTED, **changes, proves=(Proves(PER_CASE, way=way, year=YEAR),))
    with known(definition):
        assert bind_declared(budget_year=world.year).refused == {}
        computed(world, definition)
    assert last(world, PER_CASE).value == Decimal(value)
    assert world[PER_CASE].standing.verdict == verdict


def test_no_incident_among_many_records_keeps_a_promise_of_zero(world: World) -> None:
    stored(world, "late 1", "late 2")
    with known(replace(COUNTED, unit="次", direction="lower", proves=(ZERO,))):
        bind_declared(budget_year=world.year)
        computed(world, COUNTED)
    assert last(world, ZERO).value == 0
    assert world[ZERO].standing.verdict == "kept"


def test_the_worker_carries_a_new_number_to_the_promise(world: World) -> None:
    stored(world, "ok 1")
    with known(SHARE):
        bind_declared(budget_year=world.year)
        deliver_waiting()
        assert last(world, RATE).value == 100
        stored(world, "late 2")
        evaluate(name=SHARE.name, period=budget_year(YEAR))
        deliver_waiting()
    assert last(world, RATE).value == 50


def test_what_is_wanted_is_each_months_end_and_today() -> None:
    spans = [str(period) for period in wanted_periods(2025, date(2025, 3, 15))]
    assert spans == ["2025-01-01/2025-01-31", "2025-01-01/2025-02-28", "2025-01-01/2025-03-15"]
    assert wanted_periods(2026, date(2025, 3, 15)) == ()
    assert len(wanted_periods(2025, date(2026, 3, 15))) == 12


def test_every_binding_in_force_is_wanted(world: World) -> None:
    with known(COUNTED):
        bind_declared(budget_year=world.year)
        asked = [one for one in wanted() if one.name == COUNTED.name]
    assert {one.period.first_day for one in asked} == {date(YEAR, 1, 1)}
    assert asked[-1].period == budget_year(YEAR)


def test_base_data_binds_what_is_declared(world: World) -> None:
    with known(COUNTED):
        assert base_data.load() == "kept, bound 1 promises"
        assert base_data.load() == "kept, bound 0 promises"


def test_the_period_of_a_mean_is_the_units_own_affair(world: World) -> None:
    stored(world, "ok 1")
    with known(replace(COUNTED, kind="mean", unit="h", direction="lower", proves=(WITHIN,))):
        bind_declared(budget_year=world.year)
        computed(world, COUNTED)
    assert (last(world, WITHIN).value, world[WITHIN].standing.verdict) == (Decimal(5), "kept")


def page(world: World, path: str, persona: str = "department_officer") -> str:
    answer = world.client(persona).get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def test_the_pages_tell_a_computed_promise_from_an_attested_one(world: World) -> None:
    world.bind(COUNT)
    world.prove(COUNT, "120")
    stored(world, *(f"ok {number}" for number in range(19)), "late")
    with known(SHARE):
        bind_declared(budget_year=world.year)
        computed(world, SHARE)
        number = last(world, RATE).evidence["observation"]
        own = page(world, f"/promises/{RATE.replace('#', '-')}/")
        attested = page(world, f"/promises/{COUNT.replace('#', '-')}/")
        project = page(world, "/promises/projects/P02/")
        board = page(world, "/promises/?lens=evidence")
    assert f"/indicators/observations/{number}/" in own
    assert "19 / 20" in own
    assert "No value can be typed in here" in own
    assert "No value can be typed in here" not in attested
    assert "Computed by the platform" in project
    assert "Attested by a post" in project
    assert f"/indicators/observations/{number}/" in project
    assert "heat__cell--positive" in board
    assert "heat__cell--info" in board


def test_a_simulated_number_is_marked_on_every_page(world: World) -> None:
    stored(world, "ok sim")
    with known(SHARE):
        bind_declared(budget_year=world.year)
        computed(world, SHARE)
        for path in (f"/promises/{RATE.replace('#', '-')}/", "/promises/projects/P02/"):
            assert "Simulated" in page(world, path)
        assert "rest on simulated records" in page(world, "/promises/")


def test_whoever_may_not_see_indicators_gets_no_way_to_the_records(world: World) -> None:
    stored(world, "ok 1")
    with known(SHARE):
        bind_declared(budget_year=world.year)
        computed(world, SHARE)
        number = last(world, RATE).evidence["observation"]
        assert world.client("unit_officer").get(f"/indicators/observations/{number}/").status_code == 404
        assert world.client("resident").get(f"/promises/{RATE.replace('#', '-')}/").status_code == 403


def test_a_computed_value_that_was_tampered_with_proves_nothing(world: World) -> None:
    stored(world, "ok 1")
    with known(SHARE):
        bind_declared(budget_year=world.year)
        computed(world, SHARE)
        prepared.tell({"chengshu.action": "test", "chengshu.write": '{"promises": "*"}'})
        Observation.objects.filter(indicator=world[RATE]).update(value=99)
        prepared.tell({"chengshu.action": "", "chengshu.write": ""})
        assert "The digest does not fit" in page(world, f"/promises/{RATE.replace('#', '-')}/")
        refresh_standings(budget_year=world.year)
    assert world[RATE].standing.verdict == "unproven"


def test_the_monitoring_form_takes_no_other_value_for_a_computed_promise(world: World) -> None:
    stored(world, "ok 1", on="2025-03-03 12:00+08")
    with known(SHARE):
        bind_declared(budget_year=world.year)
        evaluate(name=SHARE.name, period=Period(date(YEAR, 1, 1), date(YEAR, 7, 31)))
        take_computed_values(budget_year=world.year)
        checkpoint = open_monitoring(form=world.form, as_of=date(YEAR, 7, 31))
        line = checkpoint.lines.get(indicator=world[RATE])
        assert line.actual == "100"
        with pytest.raises(InvalidInput) as refused:
            save_monitoring(monitoring=checkpoint, entry=FormEntry({RATE: LineEntry(actual="100.1")}))
        assert refused.value.field == f"actual-{RATE}"
        save_monitoring(monitoring=checkpoint, entry=FormEntry({RATE: LineEntry(actual="100")}))
        other = checkpoint.lines.get(indicator=world[COUNT])
    assert f"actual-{RATE}" not in missing_in(checkpoint)
    assert f"actual-{COUNT}" in missing_in(checkpoint)
    assert other.actual == ""


def test_a_computed_promise_without_a_number_needs_a_word_at_the_checkpoint(world: World) -> None:
    with known(SHARE):
        bind_declared(budget_year=world.year)
        checkpoint = open_monitoring(form=world.form, as_of=date(YEAR, 7, 31))
        assert f"remark-{RATE}" in missing_in(checkpoint)
        entry = FormEntry({RATE: LineEntry(remark="系统三季度上线")})
        save_monitoring(monitoring=checkpoint, entry=entry)
        assert f"remark-{RATE}" not in missing_in(checkpoint)


def test_the_binding_form_asks_with_parameters(world: World) -> None:
    with known(SHARE):
        client = world.client("department_officer")
        path = f"/promises/evidence/{RATE.replace('#', '-')}/bind/"
        form = {"kind": "indicator", "source_name": f"{SHARE.name}@1", "source_parameters": "purpose = other"}
        wrong = client.post(path, {**form, "source_parameters": "other"})
        assert (wrong.status_code, "name=value, one in each line" in wrong.content.decode()) == (422, True)
        unknown = client.post(path, {**form, "source_parameters": "colour=red"})
        assert unknown.status_code == 422
        assert client.post(path, form).status_code == 302
        binding = Binding.objects.filter(indicator=world[RATE]).latest("number")
        assert (binding.source_version, binding.parameters["source"]) == ("1", {"purpose": "other"})
        assert "purpose=other" in page(world, f"/promises/evidence/{RATE.replace('#', '-')}/")
