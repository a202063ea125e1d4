"""Attestations and the verdicts that follow: who may, what is refused, and that nothing is kept without evidence."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput, Refused
from chengshu.hub.promises.actions.bindings import bind_attestation
from chengshu.hub.promises.actions.evidence import (
    Computation,
    approve_attestation,
    attest,
    record_observation,
    refuse_attestation,
    withdraw_attestation,
)
from chengshu.hub.promises.actions.standing import refresh_standings
from chengshu.hub.promises.judging import judge, promise_of
from chengshu.hub.promises.models import AttestationState, Observation, Standing
from chengshu.hub.promises.sources import PlatformIndicator, register, withdraw
from chengshu.hub.promises.tests.proof_world import (
    COUNT,
    LAST_DAY,
    PER_CASE,
    RATE,
    UNCLEAR,
    WITHIN,
    WORDS,
    YES,
    ZERO,
    World,
)


def standing_of(world: World, ref: str) -> Standing:
    return Standing.objects.get(indicator=world[ref])


# Who may not


@pytest.mark.parametrize(
    "persona", ["other_department_officer", "finance_reviewer", "supervisor", "resident"]
)
def test_nobody_outside_the_unit_attests(world: World, persona: str) -> None:
    world.bind(COUNT)
    file = world.file()
    indicator = world[COUNT]
    with pytest.raises(Refused), world.as_persona(persona):
        attest(indicator=indicator, as_of=LAST_DAY, value="120", statement="x", file=file)


def test_another_post_of_the_same_unit_does_not_attest(world: World) -> None:
    world.bind(COUNT)
    file, indicator = world.file(), world[COUNT]
    with pytest.raises(Refused) as refused, world.as_persona("unit_head"):
        attest(indicator=indicator, as_of=LAST_DAY, value="120", statement="x", file=file)
    assert refused.value.code == "attestation.post"


def test_the_maker_does_not_decide(world: World) -> None:
    indicator = world[COUNT]
    bind_attestation(indicator=indicator, post=world.post_of("unit_head"))
    with world.as_persona("unit_head"):
        own = attest(indicator=indicator, as_of=LAST_DAY, value="120", statement="见附件", file=world.file())
    for decide in (
        lambda: approve_attestation(attestation=own),
        lambda: refuse_attestation(attestation=own, reason="x"),
    ):
        with pytest.raises(Refused) as refused, world.as_persona("unit_head"):
            decide()
        assert refused.value.code == "attestation.own"
    assert not Observation.objects.exists()


@pytest.mark.parametrize("persona", ["unit_officer", "other_department_officer", "finance_reviewer"])
def test_only_the_head_or_the_department_approves(world: World, persona: str) -> None:
    world.bind(COUNT)
    waiting = world.attest(COUNT, "120")
    with pytest.raises(Refused), world.as_persona(persona):
        approve_attestation(attestation=waiting)


def test_nobody_else_withdraws(world: World) -> None:
    world.bind(COUNT)
    waiting = world.attest(COUNT, "120")
    with pytest.raises(Refused), world.as_persona("unit_head"):
        withdraw_attestation(attestation=waiting, reason="x")


def test_no_person_records_computed_values(world: World) -> None:
    computation, indicator = Computation("count", {}, "0" * 64, 3), world[COUNT]
    for persona in ("department_officer", "unit_head", "resident"):
        with pytest.raises(Refused), world.as_persona(persona):
            record_observation(indicator=indicator, as_of=LAST_DAY, value="3", computation=computation)


# What is refused


@pytest.mark.parametrize(
    ("ref", "value", "code"),
    [
        (COUNT, "", "value.empty"),
        (COUNT, "   ", "value.empty"),
        (COUNT, "abc", "value.number"),
        (COUNT, "12.5", "value.whole"),
        (COUNT, "-3", "value.negative"),
        (COUNT, "120%", "value.unit"),
        (COUNT, "120宗", "value.unit"),
        (COUNT, "1e5", "value.unit"),
        (COUNT, "NaN", "value.number"),
        (COUNT, "Infinity", "value.number"),
        (COUNT, "1,23", "value.unit"),
        (COUNT, "9" * 15, "value.too_long"),
        (COUNT, "١٢", "value.number"),
        (COUNT, "12\x00", "value.number"),
        (COUNT, "<script>alert(1)</script>", "value.number"),
        (COUNT, "1; DROP TABLE promises_form", "value.unit"),
        (RATE, "101", "value.share"),
        (RATE, "95分", "value.unit"),
        (WITHIN, "30分钟", "value.unit"),
        (YES, "maybe", "value.choice"),
        (WORDS, "90", "value.choice"),
    ],
)
def test_a_wrong_value_is_named(world: World, ref: str, value: str, code: str) -> None:
    world.bind(ref)
    with pytest.raises(InvalidInput) as wrong:
        world.attest(ref, value)
    assert (wrong.value.code, wrong.value.field) == (code, "value")


@pytest.mark.parametrize(
    ("as_of", "code"),
    [
        (date(2024, 12, 31), "value.other_year"),
        (date(2026, 1, 1), "value.other_year"),
        (timezone.localdate() + timedelta(days=1), None),
    ],
)
def test_the_day_lies_in_the_year_and_not_ahead(world: World, as_of: date, code: str | None) -> None:
    world.bind(COUNT)
    with pytest.raises(InvalidInput) as wrong:
        world.attest(COUNT, "120", as_of)
    assert wrong.value.field == "as_of"
    assert code is None or wrong.value.code == code


def test_a_file_and_a_statement_are_required(world: World) -> None:
    world.bind(COUNT)
    for changes, field in (
        ({"file": None}, "file"),
        ({"statement": " "}, "statement"),
        ({"statement": "字" * 2001}, "statement"),
    ):
        with pytest.raises(InvalidInput) as wrong:
            world.attest(COUNT, "120", **changes)
        assert wrong.value.field == field


def test_an_unbound_promise_is_not_attested(world: World) -> None:
    with pytest.raises(Conflict) as conflict:
        world.attest(COUNT, "120")
    assert conflict.value.code == "attestation.not_bound"


def test_a_decided_attestation_is_not_decided_again(world: World) -> None:
    world.bind(COUNT)
    waiting = world.attest(COUNT, "120")
    with world.as_persona("unit_head"):
        approve_attestation(attestation=waiting)
    with pytest.raises(Conflict), world.as_persona("department_officer"):
        refuse_attestation(attestation=waiting, reason="too late")
    assert Observation.objects.count() == 1


def test_a_refusal_needs_a_reason(world: World) -> None:
    world.bind(COUNT)
    waiting = world.attest(COUNT, "120")
    with pytest.raises(InvalidInput), world.as_persona("unit_head"):
        refuse_attestation(attestation=waiting, reason=" ")
    waiting.refresh_from_db()
    assert waiting.state == AttestationState.SUBMITTED


def test_an_attestation_of_a_former_binding_is_not_approved(world: World) -> None:
    world.bind(COUNT)
    waiting = world.attest(COUNT, "120")
    bind_attestation(indicator=world[COUNT], post=world.post_of("unit_head"))
    with pytest.raises(Conflict) as conflict, world.as_persona("department_officer"):
        approve_attestation(attestation=waiting)
    assert conflict.value.code == "attestation.outdated"


# What follows


def test_an_approved_attestation_keeps_its_promise(world: World) -> None:
    world.bind(COUNT)
    waiting = world.attest(COUNT, "1,20０件".replace(",", ""))
    assert standing_of(world, COUNT).verdict == "unproven"
    with world.as_persona("unit_head"):
        seen = approve_attestation(attestation=waiting)
    standing = standing_of(world, COUNT)
    assert (seen.value, standing.verdict, standing.observation_id) == (Decimal(1200), "kept", seen.pk)
    assert seen.evidence["file"]["sm3"] == waiting.file.content.sm3
    assert seen.evidence["file"]["sha256"] == waiting.file.content.sha256
    assert (seen.evidence["made_by"], seen.evidence["approved_by"]) == ("unit.officer", "unit.head")
    assert len(seen.evidence_digest) == 64


@pytest.mark.parametrize(
    ("ref", "value", "verdict"),
    [
        (COUNT, "99", "broken"),
        (RATE, "89.99%", "broken"),
        (RATE, "90", "kept"),
        (WITHIN, "12小时", "kept"),
        (WITHIN, "12.5", "broken"),
        (YES, "yes", "kept"),
        (YES, "no", "broken"),
        (WORDS, "achieved", "kept"),
        (WORDS, "partly", "broken"),
        (ZERO, "0", "kept"),
        (ZERO, "1", "broken"),
    ],
)
def test_the_verdict_follows_from_the_value(world: World, ref: str, value: str, verdict: str) -> None:
    world.bind(ref)
    world.prove(ref, value)
    assert standing_of(world, ref).verdict == verdict


def test_a_time_limit_needs_a_statistic_and_counts_by_it(world: World) -> None:
    with pytest.raises(InvalidInput) as wrong:
        world.bind(PER_CASE)
    assert (wrong.value.field, wrong.value.code) == ("statistic", "measure.statistic")
    world.bind(PER_CASE, statistic="compliance_share", share_target="95")
    world.prove(PER_CASE, "96.5")
    assert standing_of(world, PER_CASE).verdict == "kept"


def test_an_unclear_target_stays_unproven_whatever_is_attested(world: World) -> None:
    world.bind(UNCLEAR)
    world.prove(UNCLEAR, "achieved")
    standing = standing_of(world, UNCLEAR)
    assert (standing.verdict, standing.reason) == ("unproven", "measure.operator")


def test_altered_evidence_proves_nothing(world: World) -> None:
    world.bind(COUNT)
    seen = world.prove(COUNT, "120")
    promise = promise_of(world[COUNT])
    assert judge(promise, LAST_DAY).state == "kept"
    promise.observations[0].evidence["file"]["sm3"] = "0" * 64
    assert judge(promise, LAST_DAY).state == "unproven"
    promise = promise_of(world[COUNT])
    promise.observations[0].value = Decimal(121)
    assert judge(promise, LAST_DAY).state == "unproven"
    assert seen.pk == promise.observations[0].pk


def test_a_withdrawn_attestation_no_longer_counts(world: World) -> None:
    world.bind(COUNT)
    seen = world.prove(COUNT, "120")
    assert seen.attestation is not None
    with world.as_persona("unit_officer"):
        withdraw_attestation(attestation=seen.attestation, reason="重复计算")
    standing = standing_of(world, COUNT)
    assert (standing.verdict, standing.reason) == ("unproven", "verdict.no_value")
    assert Observation.objects.filter(pk=seen.pk).exists()


def test_simulated_figures_prove_nothing(world: World) -> None:
    world.bind(COUNT)
    world.prove(COUNT, "120", simulated=True)
    standing = standing_of(world, COUNT)
    assert (standing.verdict, standing.simulated) == ("unproven", True)


def test_a_value_of_another_way_of_measuring_no_longer_counts(world: World) -> None:
    world.bind(PER_CASE, statistic="compliance_share", share_target="95")
    world.prove(PER_CASE, "96")
    world.bind(PER_CASE, statistic="maximum")
    assert standing_of(world, PER_CASE).reason == "verdict.no_value"


def test_a_year_that_has_ended_needs_a_value_of_its_last_day(world: World) -> None:
    world.bind(RATE)
    world.prove(RATE, "95", date(2025, 6, 30))
    assert standing_of(world, RATE).reason == "verdict.stale"


def test_recalculation_judges_by_the_day_given(world: World) -> None:
    world.bind(RATE)
    world.prove(RATE, "95", date(2025, 6, 30))
    assert refresh_standings(budget_year=world.year, as_of=date(2025, 7, 1)) > 0
    assert standing_of(world, RATE).verdict == "kept"
    refresh_standings(budget_year=world.year, as_of=date(2025, 11, 30))
    assert standing_of(world, RATE).reason == "verdict.outdated"


def test_nothing_is_kept_without_evidence(world: World) -> None:
    refresh_standings(budget_year=world.year)
    assert set(Standing.objects.values_list("verdict", "reason")) == {("unproven", "verdict.unbound")}


def test_a_computed_value_needs_a_registered_source_and_tells_how(world: World) -> None:
    from chengshu.hub.promises.actions.bindings import bind_indicator

    source = register(PlatformIndicator("hall.cases", "1", "Cases", "件"))
    try:
        bind_indicator(indicator=world[COUNT], source_name="hall.cases", source_version="1")
        good = Computation("count closed cases", {"unit": "service-centre"}, "a" * 64, 150)
        for wrong in (
            Computation("", {}, "a" * 64, 1),
            Computation("q", {}, "A" * 64, 1),
            Computation("q", {}, "short", 1),
            Computation("q", {}, "a" * 64, -1),
        ):
            with pytest.raises(InvalidInput):
                record_observation(indicator=world[COUNT], as_of=LAST_DAY, value="150", computation=wrong)
        seen = record_observation(indicator=world[COUNT], as_of=LAST_DAY, value="150", computation=good)
        assert standing_of(world, COUNT).verdict == "kept"
        assert seen.evidence["records"] == {"count": 150, "sm3": "a" * 64}
        assert seen.evidence["source"] == {"name": "hall.cases", "version": "1"}
        assert seen.evidence["software"]
    finally:
        withdraw(source)


def test_a_refused_write_leaves_nothing_behind(world: World) -> None:
    world.bind(COUNT)
    with pytest.raises(ChengshuError):
        world.attest(COUNT, "abc")
    assert not world[COUNT].attestations.exists()
