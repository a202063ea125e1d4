"""Definitions: what is wrong is named with its place and line; what is right reads as declared."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest

from chengshu.engines.registers.definitions import DefinitionRefused, all_fields, read_form
from chengshu.engines.registers.definitions.keywords import ALWAYS, ITEMS, KEYWORDS
from chengshu.engines.registers.definitions.shape import SCHEMA, pattern_test
from chengshu.engines.registers.tests.builders import SOURCE, example


def definition(properties: dict[str, Any], **top: Any) -> str:
    return json.dumps(
        {"type": "object", "title": "表", "properties": properties, **top}, indent=1, ensure_ascii=False
    )


def refused(source: str) -> dict[str, str]:
    """Code → pointer of everything that is found."""
    with pytest.raises(DefinitionRefused) as error:
        read_form("test.form", source)
    for finding in error.value.findings:
        assert str(finding.message)
        assert finding.line >= 1
    return {finding.code: finding.pointer for finding in error.value.findings}


TEXT = {"type": "string", "title": "甲"}


@pytest.mark.parametrize(
    ("source", "code", "line"),
    [
        ("", "form.json", 1),
        ('{"type": "object",\n "title": }', "form.json", 2),
        ('{"a": 1,\n"b": {"c": 1,\n"c": 2}}', "form.twice", 3),
        ('{"a": NaN}', "form.json", 1),
        ('{"a": 1e999}', "form.json", 1),
        ("[" * 5000 + "]" * 5000, "form.json", 1),
        ('{"a":' * 30 + "1" + "}" * 30, "form.too_deep", 1),
        ("[1]", "form.type", 1),
        (" " * 300_001, "form.too_long", 1),
        ('{"title": "a\\u0000b"}', "form.character", 1),
        ('{"title": "中\\ud800"}', "form.character", 1),
    ],
)
def test_what_is_no_definition_is_refused_with_its_line(source: str, code: str, line: int) -> None:
    with pytest.raises(DefinitionRefused) as error:
        read_form("test.form", source)
    first = error.value.findings[0]
    assert (first.code, first.line) == (code, line)


@pytest.mark.parametrize(
    ("field", "code", "pointer"),
    [
        ({"type": "text"}, "form.value", "/properties/a/type"),
        ({"title": "甲"}, "form.keyword_missing", "/properties/a"),
        (TEXT | {"maxLenght": 3}, "form.unknown_keyword", "/properties/a/maxLenght"),
        (TEXT | {"minimum": 3}, "form.keyword", "/properties/a/minimum"),
        (TEXT | {"x-validator": "uscx"}, "form.validator", "/properties/a/x-validator"),
        (TEXT | {"x-masked": "blur"}, "form.mask", "/properties/a/x-masked"),
        (TEXT | {"pattern": "(?=a)"}, "form.pattern", "/properties/a/pattern"),
        (TEXT | {"pattern": "(a"}, "form.pattern", "/properties/a/pattern"),
        (TEXT | {"minLength": 9, "maxLength": 3}, "form.limits", "/properties/a/minLength"),
        (TEXT | {"x-code-list": "ethnic_groups"}, "form.code_list", "/properties/a/x-code-list"),
        (TEXT | {"enum": ["1"], "x-code-list": "yes_no"}, "form.options", "/properties/a"),
        (TEXT | {"x-prefill": "legal_entity.name"}, "form.prefill", "/properties/a/x-prefill"),
        (TEXT | {"x-prefill": "legal_entity.salary"}, "form.prefill", "/properties/a/x-prefill"),
        (
            TEXT | {"x-variable": "a", "x-masked": "name"},
            "form.personal_variable",
            "/properties/a/x-variable",
        ),
        (TEXT | {"x-variable": "1a"}, "form.name", "/properties/a/x-variable"),
        (TEXT | {"x-show-when": {"==": [{"var": "zz"}, "1"]}}, "form.condition", "/properties/a/x-show-when"),
        (TEXT | {"x-show-when": {"run": "rm"}}, "form.condition", "/properties/a/x-show-when"),
        (TEXT | {"x-show-when": {"filled": {"var": "a"}}}, "form.circle", "/properties/a/x-show-when"),
        ({"type": "array", "items": {"type": "boolean"}}, "form.items", "/properties/a"),
        ({"type": "array", "items": {"type": "object"}}, "form.items", "/properties/a/items"),
        ({"type": "number", "x-computed": {"sum": ["zz"]}}, "form.computed", "/properties/a/x-computed"),
        (
            {"type": "number", "x-computed": {"mean": ["zz"]}},
            "form.unknown_keyword",
            "/properties/a/x-computed/mean",
        ),
    ],
)
def test_a_wrong_field_is_named_by_its_pointer(field: dict[str, Any], code: str, pointer: str) -> None:
    assert refused(definition({"a": field}))[code] == pointer


def test_every_finding_is_told_at_once() -> None:
    found = refused(
        definition(
            {"a": TEXT | {"x-validator": "nope"}, "b": TEXT | {"x-masked": "nope"}},
            required=["c"],
            **{"x-order": ["a"]},
        )
    )
    assert set(found) == {"form.validator", "form.mask", "form.required_unknown", "form.order"}


def test_conditions_may_not_run_in_circles() -> None:
    when = {"a": "b", "b": "c", "c": "a"}
    fields = {name: TEXT | {"x-show-when": {"filled": {"var": other}}} for name, other in when.items()}
    assert "form.circle" in refused(definition(fields))


def test_a_personal_field_may_only_be_asked_whether_it_is_filled() -> None:
    personal = TEXT | {"x-masked": "name"}
    compared = {"p": personal, "a": TEXT | {"x-show-when": {"==": [{"var": "p"}, "某"]}}}
    assert "form.condition" in refused(definition(compared))
    read_form("test.form", definition({"p": personal, "a": TEXT | {"x-show-when": {"filled": {"var": "p"}}}}))


def test_a_row_is_not_asked_for_from_outside_of_its_group() -> None:
    rows = {"type": "array", "title": "行", "items": {"type": "object", "properties": {"x": TEXT}}}
    fields = {"rows": rows, "a": TEXT | {"x-show-when": {"filled": {"var": "rows.x"}}}}
    assert refused(definition(fields))["form.condition"] == "/properties/a/x-show-when"


def test_repeating_groups_do_not_nest() -> None:
    inner = {"type": "array", "items": {"type": "object", "properties": {"x": TEXT}}}
    outer = {"type": "array", "items": {"type": "object", "properties": {"inner": inner}}}
    assert refused(definition({"outer": outer}))["form.nesting"] == "/properties/outer/items/properties/inner"


def test_two_fields_do_not_become_one_variable() -> None:
    fields = {name: TEXT | {"x-variable": "v"} for name in ("a", "b")}
    assert "form.variable_twice" in refused(definition(fields))


@pytest.mark.parametrize(
    ("material", "code"),
    [
        ({"key": "m", "title": "材料", "necessity": "3"}, "form.material"),
        ({"key": "m", "title": "材料", "waived_by": "legal_entity"}, "form.material"),
        ({"key": "m", "title": "材料", "show_when": {"filled": {"var": "zz"}}}, "form.condition"),
        ({"key": "m", "title": "材料", "necessity": "4"}, "form.value"),
    ],
)
def test_a_wrong_material_is_named(material: dict[str, Any], code: str) -> None:
    assert code in refused(definition({"a": TEXT}, **{"x-materials": [material]}))


def test_the_definition_must_call_itself_by_its_key() -> None:
    assert "form.id" in refused(definition({"a": TEXT}, **{"$id": "urn:chengshu:form:other.form"}))


def test_the_complete_example_reads_as_declared() -> None:
    form = example()
    kinds = {field.path: field.kind for field in all_fields(form.fields)}
    assert kinds["applicant.kind"] == "choice"
    assert kinds["items"] == "rows"
    assert kinds["items.amount"] == kinds["total"] == "computed"
    assert kinds["promise"] == "consent"
    assert len(form.digest) == 64
    assert [material.key for material in form.materials] == ["licence", "food_permit", "photo"]


def test_the_example_is_a_json_schema_that_others_can_read() -> None:
    jsonschema_rs.meta.validate(json.loads(SOURCE))
    jsonschema_rs.meta.validate(json.loads(SCHEMA.read_text("utf-8")))


def test_every_keyword_of_the_shape_means_something_for_some_kind() -> None:
    known = set(json.loads(SCHEMA.read_text("utf-8"))["$defs"]["field"]["properties"])
    meant = set(ALWAYS).union(*KEYWORDS.values(), *ITEMS.values())
    assert known == meant


def test_a_pattern_cannot_stall_the_page() -> None:
    assert not pattern_test("(a+)+b")("a" * 5000)
    assert pattern_test("[A-Z]{2}[0-9]+")("AB12")
    assert not pattern_test("[A-Z]{2}[0-9]+")("xAB12")
