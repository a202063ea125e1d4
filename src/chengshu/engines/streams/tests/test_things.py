"""Thing models: what is refused, each mistake with its place; which values are taken."""

from __future__ import annotations

import math
from typing import Any

import pytest

from chengshu.engines.streams.tests.builders import DEFINITION
from chengshu.engines.streams.things import (
    DefinitionRefused,
    Kind,
    Property,
    ValueFate,
    read_definition,
    value_of,
)


@pytest.mark.parametrize(
    ("source", "pointer"),
    [
        (None, "/"),
        ([], "/"),
        ({}, "/properties"),
        ({"properties": "level"}, "/properties"),
        ({"properties": [{"key": "Level", "title": "水位"}]}, "/properties/0/key"),
        ({"properties": [{"key": "a", "title": ""}]}, "/properties/0/title"),
        ({"properties": [{"key": "a", "title": "甲"}, {"key": "a", "title": "乙"}]}, "/properties/1/key"),
        ({"properties": [{"key": "a", "title": "甲", "kind": "float"}]}, "/properties/0/kind"),
        ({"properties": [{"key": "a", "title": "甲", "least": 2, "most": 1}]}, "/properties/0/most"),
        ({"properties": [{"key": "a", "title": "甲", "least": True}]}, "/properties/0/least"),
        ({"properties": [{"key": "a", "title": "甲", "kind": "text", "most": 1}]}, "/properties/0/most"),
        ({"properties": [{"key": "a", "title": "甲", "kind": "choice"}]}, "/properties/0/options"),
        ({"properties": [{"key": "a", "title": "甲", "options": ["x"]}]}, "/properties/0/options"),
        ({"properties": [{"key": "a", "title": "甲", "writable": 1}]}, "/properties/0/writable"),
        ({"properties": [{"key": "a", "title": "甲", "colour": "red"}]}, "/properties/0/colour"),
        ({"properties": [{"key": "a", "title": "甲"}], "heartbeat_s": 0}, "/heartbeat_s"),
        ({"properties": [{"key": "a", "title": "甲"}], "heartbeat_s": "60"}, "/heartbeat_s"),
        ({"events": [{"key": "a", "title": "甲", "level": 1}]}, "/events/0/level"),
    ],
)
def test_a_mistake_is_named_by_its_place(source: Any, pointer: str) -> None:
    with pytest.raises(DefinitionRefused) as refused:
        read_definition(source)
    assert [mistake.pointer for mistake in refused.value.mistakes] == [pointer]


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(DefinitionRefused) as refused:
        read_definition(
            {"heartbeat_s": -1, "properties": [{"key": "a"}, {"key": "b", "title": "乙", "kind": 7}]}
        )
    assert len(refused.value.mistakes) == 3


def test_a_definition_is_read_whole() -> None:
    read = read_definition(DEFINITION)
    assert read.heartbeat_s == 60
    assert read.properties["level"] == Property("level", "水位", Kind.NUMBER, "m", -2.0, 8.0)
    assert read.properties["mode"].is_writable
    assert read.commands["pump"].parameters[0].kind is Kind.BOOLEAN
    assert (read.commands["reboot"].expires_s, read.commands["pump"].expires_s) == (600, 60)
    assert list(read.events) == ["opened"]


LEVEL = Property("level", "水位", Kind.NUMBER, "m", -2.0, 8.0)


@pytest.mark.parametrize(
    ("declared", "raw", "fate"),
    [
        (LEVEL, "3.2", ValueFate.UNREADABLE),
        (LEVEL, True, ValueFate.UNREADABLE),
        (LEVEL, None, ValueFate.UNREADABLE),
        (LEVEL, [1], ValueFate.UNREADABLE),
        (LEVEL, math.nan, ValueFate.UNREADABLE),
        (LEVEL, math.inf, ValueFate.UNREADABLE),
        (LEVEL, 10**400, ValueFate.OUT_OF_RANGE),
        (LEVEL, 8.01, ValueFate.OUT_OF_RANGE),
        (LEVEL, -2.01, ValueFate.OUT_OF_RANGE),
        (Property("n", "数", Kind.INTEGER), 1.5, ValueFate.UNREADABLE),
        (Property("b", "是否", Kind.BOOLEAN), 1, ValueFate.UNREADABLE),
        (Property("c", "模式", Kind.CHOICE, options=("a",)), "b", ValueFate.OUT_OF_RANGE),
        (Property("c", "模式", Kind.CHOICE, options=("a",)), 1, ValueFate.UNREADABLE),
        (Property("t", "文", Kind.TEXT), "x" * 201, ValueFate.UNREADABLE),
        (Property("t", "文", Kind.TEXT), "a\x00", ValueFate.UNREADABLE),
    ],
)
def test_a_value_that_the_model_does_not_know_has_its_fate(
    declared: Property, raw: Any, fate: ValueFate
) -> None:
    assert value_of(declared, raw) is fate


@pytest.mark.parametrize("raw", [-2, 0, 3.25, 8])
def test_a_number_within_its_limits_is_taken(raw: float) -> None:
    assert value_of(LEVEL, raw) == (float(raw), "")


def test_words_and_truths_are_kept_as_readings_keep_them() -> None:
    assert value_of(Property("b", "是否", Kind.BOOLEAN), True) == (1.0, "")
    taken = value_of(Property("c", "模式", Kind.CHOICE, options=("auto",)), "auto")
    assert isinstance(taken, tuple)
    assert math.isnan(taken[0])
    assert taken[1] == "auto"
