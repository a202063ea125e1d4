"""Bindings: what proves a promise, on record for ever, and weaker only with a reason."""

from __future__ import annotations

import pytest

from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.hub.promises.actions.bindings import bind_attestation, bind_indicator, unbind
from chengshu.hub.promises.models import Binding, BindingKind
from chengshu.hub.promises.sources import PlatformIndicator, register, withdraw
from chengshu.hub.promises.tests.proof_world import COUNT, PER_CASE, RATE, World


@pytest.mark.parametrize(
    "persona", ["unit_officer", "other_department_officer", "finance_reviewer", "supervisor", "resident"]
)
def test_only_the_head_and_the_department_bind(world: World, persona: str) -> None:
    indicator, post = world[COUNT], world.post_of("unit_officer")
    with pytest.raises(Refused), world.as_persona(persona):
        bind_attestation(indicator=indicator, post=post)
    with pytest.raises(Refused), world.as_persona(persona):
        unbind(indicator=indicator, reason="x")


def test_an_unknown_indicator_of_the_platform_is_named(world: World) -> None:
    for name in ("hotline.calls", "", "'; DROP TABLE x; --", "中文"):
        with pytest.raises(InvalidInput) as wrong:
            bind_indicator(indicator=world[COUNT], source_name=name, source_version="1")
        assert (wrong.value.code, wrong.value.field) == ("binding.no_such_indicator", "source_name")


def test_an_unknown_version_or_parameter_is_named(world: World) -> None:
    source = register(PlatformIndicator("hall.cases", "2", "Cases", "件", {"hall": "Which hall"}))
    try:
        with pytest.raises(InvalidInput) as wrong:
            bind_indicator(indicator=world[COUNT], source_name="hall.cases", source_version="1")
        assert (wrong.value.code, wrong.value.data) == ("binding.no_such_version", {"versions": ["2"]})
        with pytest.raises(InvalidInput) as wrong:
            bind_indicator(
                indicator=world[COUNT], source_name="hall.cases", source_version="2", parameters={"x": 1}
            )
        assert wrong.value.data == {"unknown": ["x"], "known": ["hall"]}
        with pytest.raises(ValueError, match="registered twice"):
            register(PlatformIndicator("hall.cases", "2", "Other"))
    finally:
        withdraw(source)


def test_a_new_binding_ends_the_one_before_and_both_stay(world: World) -> None:
    with world.as_persona("department_officer"):
        bind_attestation(indicator=world[COUNT], post=world.post_of("unit_officer"))
    kept = list(Binding.objects.filter(indicator=world[COUNT]).order_by("number"))
    assert [(b.number, b.kind, b.valid_to is None) for b in kept] == [
        (1, BindingKind.UNBOUND, False),
        (2, BindingKind.ATTESTATION, True),
    ]
    assert kept[1].created_by == world.cast["department_officer"].account


def test_weaker_proof_needs_a_reason(world: World) -> None:
    source = register(PlatformIndicator("hall.cases", "1", "Cases", "件"))
    try:
        bind_indicator(indicator=world[COUNT], source_name="hall.cases", source_version="1")
        post, indicator = world.post_of("unit_officer"), world[COUNT]
        with pytest.raises(InvalidInput) as wrong, world.as_persona("unit_head"):
            bind_attestation(indicator=indicator, post=post)
        assert (wrong.value.field, wrong.value.code) == ("reason", "binding.weaker")
        with world.as_persona("unit_head"):
            bound = bind_attestation(indicator=indicator, post=post, reason="接口停用")
        assert bound.reason == "接口停用"
    finally:
        withdraw(source)


def test_measuring_otherwise_needs_a_reason(world: World) -> None:
    post, indicator = world.post_of("unit_officer"), world[PER_CASE]
    bind_attestation(indicator=indicator, post=post, way={"statistic": "maximum"})
    with pytest.raises(InvalidInput) as wrong:
        bind_attestation(
            indicator=indicator, post=post, way={"statistic": "compliance_share", "share_target": "80"}
        )
    assert wrong.value.code == "binding.weaker"


def test_unbinding_needs_something_bound_and_a_reason(world: World) -> None:
    with pytest.raises(Conflict):
        unbind(indicator=world[RATE], reason="x")
    world.bind(RATE)
    with pytest.raises(InvalidInput):
        unbind(indicator=world[RATE], reason="  ")
    world.prove(RATE, "95")
    unbind(indicator=world[RATE], reason="岗位撤销")
    standing = world[RATE].standing
    assert (standing.verdict, standing.reason, standing.binding_kind) == (
        "unproven",
        "verdict.unbound",
        "unbound",
    )


@pytest.mark.parametrize(
    ("way", "field"),
    [
        ({"statistic": "mean"}, "statistic"),
        ({"statistic": "compliance_share"}, "share_target"),
        ({"statistic": "compliance_share", "share_target": "0"}, "share_target"),
        ({"statistic": "compliance_share", "share_target": "101"}, "share_target"),
        ({"statistic": "compliance_share", "share_target": "NaN"}, "share_target"),
        ({"statistic": "maximum", "nature": "x"}, "nature"),
        ({"statistic": "maximum", "due_on": "2024-06-30"}, "due_on"),
        ({"statistic": "maximum", "due_on": "tomorrow"}, "due_on"),
        ({"statistic": "maximum", "monthly": "1,2,x"}, "monthly"),
        ({"statistic": "maximum", "monthly": "0.5 1"}, "plan"),
        ({"statistic": "maximum", "colour": "red"}, "way"),
    ],
)
def test_a_wrong_way_of_measuring_is_named(world: World, way: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        bind_attestation(indicator=world[PER_CASE], post=world.post_of("unit_officer"), way=way)
    assert wrong.value.field == field
    assert world[PER_CASE].bindings.count() == 1
