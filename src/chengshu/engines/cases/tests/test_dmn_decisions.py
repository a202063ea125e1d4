"""Decision models at work: hit policies, requirements, types, imports and what a test run shows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from chengshu.engines.cases.dmn import read_decisions
from chengshu.engines.cases.dmn.document import NAMESPACES
from chengshu.engines.cases.tests.decision_models import decision, definitions, input_data, literal, table

RULES = [("< 10", '"low"'), ("[5..20]", '"mid"'), ("> 15", '"high"')]
ORDER = '<outputValues><text>"high", "mid", "low"</text></outputValues>'
DEFAULT = '<defaultOutputEntry><text>"none"</text></defaultOutputEntry>'

POLICIES: list[tuple[str, str, int, Any]] = [
    ("UNIQUE", "", 3, "low"),
    ("UNIQUE", "", 7, None),
    ("UNIQUE", "", 12, "mid"),
    ("ANY", "", 7, None),
    ("ANY", "", 30, "high"),
    ("FIRST", "", 7, "low"),
    ("PRIORITY", ORDER, 7, "mid"),
    ("PRIORITY", ORDER, 18, "high"),
    ("RULE ORDER", "", 18, ["mid", "high"]),
    ("OUTPUT ORDER", ORDER, 18, ["high", "mid"]),
    ("COLLECT", "", 7, ["low", "mid"]),
    ("UNIQUE", DEFAULT, 7, None),
]


@pytest.mark.parametrize(("policy", "more", "n", "expected"), POLICIES)
def test_a_hit_policy_decides_among_the_matching_rules(policy: str, more: str, n: int, expected: Any) -> None:
    model = read_decisions(
        definitions(input_data("n") + decision("d", table(policy, RULES, more=more), inputs=("n",)))
    )
    assert model.evaluate("d", {"n": n}) == expected


@pytest.mark.parametrize(
    ("aggregation", "expected", "of_nothing"),
    [("SUM", 6, None), ("MIN", 1, None), ("MAX", 3, None), ("COUNT", 3, 0)],
)
def test_collected_results_are_aggregated(aggregation: str, expected: int, of_nothing: int | None) -> None:
    rules = [("> 0", "1"), ("> 1", "2"), ("> 2", "3")]
    content = definitions(
        input_data("n") + decision("d", table("COLLECT", rules, aggregation=aggregation), inputs=("n",))
    )
    model = read_decisions(content)
    assert model.evaluate("d", {"n": 5}) == expected
    assert model.evaluate("d", {"n": 0}) == of_nothing


def test_a_default_stands_in_when_no_rule_matches() -> None:
    rules = [("< 3", '"few"')]
    model = read_decisions(
        definitions(input_data("n") + decision("d", table("FIRST", rules, more=DEFAULT), inputs=("n",)))
    )
    assert model.evaluate("d", {"n": 9}) == "none"


def test_a_test_run_shows_the_matching_rules_and_why_something_is_null() -> None:
    model = read_decisions(
        definitions(
            input_data("n")
            + decision("d", table("COLLECT", RULES), inputs=("n",))
            + decision("e", "d[1] + 1", decisions=("d",))
        )
    )
    traced = model.evaluate_traced("e", {"n": 7})
    assert traced.value is None
    assert [(found.element, found.inputs, found.rules) for found in traced.tables] == [
        ("d-d", (Decimal(7),), (1, 2))
    ]
    assert [(remark.code, remark.element) for remark in traced.remarks] == [("feel.operands", "d-e")]


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_every_edition_of_the_standard_is_read(namespace: str) -> None:
    model = read_decisions(definitions(decision("d", "1 + 1"), model=namespace))
    assert model.evaluate("d") == 2


def test_a_decision_is_found_by_name_or_id() -> None:
    model = read_decisions(definitions(decision("d", "1")))
    assert model.evaluate("d-d") == model.evaluate("d") == 1


def test_the_inputs_of_a_decision_include_those_of_what_it_requires() -> None:
    model = read_decisions(
        definitions(
            input_data("a", "number")
            + input_data("b", "string")
            + input_data("unused")
            + decision("low", "a", inputs=("a",))
            + decision("top", "b + string(low)", inputs=("b",), decisions=("low",))
        )
    )
    assert {(found.name, found.type) for found in model.inputs_of("top")} == {
        ("a", "number"),
        ("b", "string"),
    }
    assert [found.name for found in model.decisions] == ["low", "top"]


def test_only_what_is_required_is_in_scope() -> None:
    model = read_decisions(definitions(input_data("n") + decision("d", "n")))
    assert model.evaluate("d", {"n": 1}) is None


def test_a_required_decision_is_made_once() -> None:
    model = read_decisions(
        definitions(
            input_data("n")
            + decision("base", table("FIRST", [("-", "1")]), inputs=("n",))
            + decision("left", "base", decisions=("base",))
            + decision("right", "base", decisions=("base",))
            + decision("top", "left + right", decisions=("left", "right"))
        )
    )
    traced = model.evaluate_traced("top", {"n": 1})
    assert (traced.value, len(traced.tables)) == (2, 1)


TYPES = """<itemDefinition name="tScore"><typeRef>number</typeRef>
<allowedValues><text>[0..100]</text></allowedValues></itemDefinition>
<itemDefinition name="tBonus"><typeRef>tScore</typeRef>
<allowedValues><text>[200..300]</text></allowedValues></itemDefinition>
<itemDefinition name="tScores" isCollection="true"><typeRef>tScore</typeRef></itemDefinition>
<itemDefinition name="tPupil"><itemComponent name="name"><typeRef>string</typeRef></itemComponent>
<itemComponent name="scores"><typeRef>tScores</typeRef></itemComponent></itemDefinition>"""

COERCIONS: list[tuple[str, Any, Any]] = [
    ("tScore", 50, 50),
    ("tScore", 500, None),
    ("tScore", "50", None),
    ("tBonus", 250, 250),
    ("tBonus", 50, None),
    ("tBonus", "x", None),
    ("tScore", [50], 50),
    ("tScore", [[50]], 50),
    ("tScores", 50, [50]),
    ("tScores", [50, 500], None),
    ("tPupil", {"name": "Li", "scores": 7}, {"name": "Li", "scores": [7]}),
    ("tPupil", {"name": "Li"}, {"name": "Li", "scores": None}),
    ("tPupil", {"name": 5, "scores": []}, None),
    ("nowhere", "x", "x"),
]


@pytest.mark.parametrize(("of", "given", "expected"), COERCIONS)
def test_a_value_is_held_to_its_type(of: str, given: Any, expected: Any) -> None:
    model = read_decisions(definitions(TYPES + input_data("x", of) + decision("d", "x", inputs=("x",))))
    assert model.evaluate("d", {"x": given}) == expected


def test_a_type_that_contains_itself_is_fine() -> None:
    tree = (
        '<itemDefinition name="tTree"><itemComponent name="v"><typeRef>number</typeRef></itemComponent>'
        '<itemComponent name="below" isCollection="true"><typeRef>tTree</typeRef></itemComponent></itemDefinition>'
    )
    model = read_decisions(
        definitions(tree + input_data("t", "tTree") + decision("d", "t.below.v", inputs=("t",)))
    )
    assert model.evaluate("d", {"t": {"v": 1, "below": [{"v": 2, "below": []}, {"v": 3}]}}) == [2, 3]


def test_a_knowledge_model_may_call_itself() -> None:
    function = (
        '<businessKnowledgeModel id="b" name="fact"><variable name="fact"/><encapsulatedLogic>'
        '<formalParameter name="n" typeRef="number"/>'
        + literal("if n <= 1 then 1 else n * fact(n - 1)")
        + "</encapsulatedLogic></businessKnowledgeModel>"
    )
    model = read_decisions(definitions(function))
    assert model.invoke("fact", {"n": 6}) == 720


def test_an_imported_model_is_decided_with_inputs_under_its_name() -> None:
    inner = definitions(
        input_data("n", "number") + decision("twice", "n * 2", inputs=("n",)), namespace="urn:inner"
    )
    outer = definitions(
        '<import name="in ner" namespace="urn:inner" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'
        '<decision id="d" name="d"><variable name="d"/><informationRequirement>'
        '<requiredDecision href="urn:inner#d-twice"/></informationRequirement>'
        + literal("in ner.twice + 1")
        + "</decision>"
    )
    model = read_decisions(outer, others=[inner])
    assert model.evaluate("d", {"in ner": {"n": 4}}) == 9
    assert model.evaluate("d", {"in ner.n": 4}) == 9


def test_models_that_import_each_other_are_not_followed_for_ever() -> None:
    importing = '<import name="x" namespace="{}" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'
    one = definitions(importing.format("urn:two") + decision("d", "1"), namespace="urn:one")
    two = definitions(importing.format("urn:one"), namespace="urn:two")
    assert read_decisions(one, others=[two, one]).evaluate("d") == 1


NAMELESS = '<import name="" namespace="{}" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'


def test_a_model_imported_without_a_name_brings_its_elements_in_as_own() -> None:
    inner = definitions(
        input_data("area", "number") + decision("fee", "area * 3", inputs=("area",)), namespace="urn:inner"
    )
    outer = definitions(NAMELESS.format("urn:inner") + decision("due", "fee + 1", decisions=("fee",)))
    model = read_decisions(outer, others=[inner])
    assert model.evaluate("due", {"area": 4}) == 13
    assert model.evaluate("fee", {"area": 4}) == 12


def test_of_two_elements_of_a_name_the_importing_model_s_own_is_meant_everywhere() -> None:
    inner = definitions(
        decision("rate", '"theirs"') + decision("shown", "rate", decisions=("rate",)), namespace="urn:inner"
    )
    outer = definitions(NAMELESS.format("urn:inner") + decision("rate", '"ours"'))
    assert read_decisions(outer, others=[inner]).evaluate("shown") == "ours"


def test_of_several_imports_without_a_name_the_first_counts_and_those_within_it() -> None:
    deep = definitions(decision("rate", '"deep"'), namespace="urn:deep")
    first = definitions(NAMELESS.format("urn:deep"), namespace="urn:first")
    second = definitions(decision("rate", '"second"'), namespace="urn:second")
    outer = definitions(NAMELESS.format("urn:first") + NAMELESS.format("urn:second") + decision("d", "1"))
    assert read_decisions(outer, others=[second, first, deep]).evaluate("rate") == "deep"


def test_a_decision_without_logic_is_told_like_an_input() -> None:
    person = '<decision id="d-opinion" name="opinion"><variable name="opinion" typeRef="string"/></decision>'
    model = read_decisions(definitions(person + decision("d", '"said: " + opinion', decisions=("opinion",))))
    assert model.evaluate("d", {"opinion": "agreed"}) == "said: agreed"
    assert model.evaluate("d") is None


PARCEL = """<itemDefinition name="tParcel"><itemComponent name="lot"><typeRef>string</typeRef></itemComponent>
<itemComponent name="area"><typeRef>number</typeRef></itemComponent></itemDefinition>"""


def test_a_context_without_one_of_its_components_is_not_of_its_type() -> None:
    model = read_decisions(
        definitions(
            PARCEL
            + decision("whole", '{lot: "7", area: 1, more: 2}', of="tParcel")
            + decision("short", '{lot: "7"}', of="tParcel")
        )
    )
    assert model.evaluate("whole") == {"lot": "7", "area": 1, "more": 2}
    assert model.evaluate("short") is None


def test_an_argument_that_is_not_of_its_type_is_null_inside_the_function() -> None:
    function = (
        '<businessKnowledgeModel id="k" name="known"><variable name="known"/><encapsulatedLogic>'
        '<formalParameter name="p" typeRef="tParcel"/>' + literal("p != null") + "</encapsulatedLogic>"
        "</businessKnowledgeModel>"
    )
    call = (
        '<decision id="d-{0}" name="{0}"><variable name="{0}"/><knowledgeRequirement><requiredKnowledge href="#k"/>'
        "</knowledgeRequirement>{1}</decision>"
    )
    model = read_decisions(
        definitions(
            PARCEL
            + function
            + call.format("good", literal('known({lot: "7", area: 1})'))
            + call.format("bad", literal('known({lot: "7"})'))
        )
    )
    assert model.evaluate("good") is True
    assert model.evaluate("bad") is False


def test_instance_of_does_not_look_at_allowed_values() -> None:
    model = read_decisions(
        definitions(
            TYPES
            + decision("many", "500 instance of tScore")
            + decision("list", "[500, 1] instance of tScores")
            + decision("text", '"5" instance of tScore')
        )
    )
    assert [model.evaluate(name) for name in ("many", "list", "text")] == [True, True, False]


@pytest.mark.parametrize("language", ["FEEL", "feel", "http://www.omg.org/spec/FEEL/20140401"])
def test_the_language_feel_is_known_by_all_its_names(language: str) -> None:
    logic = f'<literalExpression expressionLanguage="{language}"><text>1 + 1</text></literalExpression>'
    assert read_decisions(definitions(decision("d", logic))).evaluate("d") == 2


@pytest.mark.parametrize("default", ["", ' xmlns="urn:own"'])
def test_elements_without_the_prefix_that_the_file_declares_are_read(default: str) -> None:
    content = (
        f'<definitions{default} xmlns:dmn="{next(iter(NAMESPACES))}" namespace="urn:own" name="m">'
        f"{decision('d', '1 + 1')}</definitions>"
    )
    assert read_decisions(content.encode()).evaluate("d") == 2
