"""Decision models that must not be deployed: each refusal names the element and the next step."""

from __future__ import annotations

import pytest

from chengshu.engines.cases.dmn import DmnError, read_decisions
from chengshu.engines.cases.feel import FeelLimit, Limits
from chengshu.engines.cases.tests.decision_models import decision, definitions, input_data, table

BOMB = b"""<!DOCTYPE definitions [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" namespace="x" name="&b;"/>"""

REFUSED = {
    "dmn.empty": b"  ",
    "dmn.malformed": b"<definitions><decision></definitions>",
    "dmn.doctype": BOMB,
    "dmn.not_dmn": b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>',
    "dmn.expression": definitions(decision("broken", "1 +")),
    "dmn.dangling": definitions(decision("lonely", "1", inputs=("nowhere",))),
    "dmn.cycle": definitions(
        decision("a", "b", decisions=("b",))
        + decision("b", "c", decisions=("c",))
        + decision("c", "a", decisions=("a",))
    ),
    "dmn.hit_policy": definitions(decision("odd", table("LUCKIEST", [("-", "1")]))),
    "dmn.rule_width": definitions(
        decision(
            "wide",
            table("FIRST", [("-", "1")]).replace(
                "</rule>", "<outputEntry><text>2</text></outputEntry></rule>"
            ),
        )
    ),
    "dmn.no_output": definitions(decision("bare", '<decisionTable hitPolicy="FIRST"/>')),
    "dmn.import": definitions(
        '<import name="x" namespace="urn:absent" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'
    ),
    "dmn.language": definitions(
        decision("foreign", "x").replace(
            "<literalExpression>", '<literalExpression expressionLanguage="groovy">'
        )
    ),
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_model_that_cannot_be_used_is_refused(code: str) -> None:
    with pytest.raises(DmnError) as caught:
        read_decisions(REFUSED[code])
    assert code in [finding.code for finding in caught.value.findings]
    assert str(caught.value.message)


def test_a_refusal_names_the_element_and_its_line() -> None:
    body = "\n\n" + decision("broken", "1 + (")
    with pytest.raises(DmnError) as caught:
        read_decisions(definitions(body))
    finding = caught.value.findings[0]
    assert (finding.element, finding.element_name, finding.line) == ("d-broken", "broken", 3)


def test_all_faults_are_reported_at_once() -> None:
    with pytest.raises(DmnError) as caught:
        read_decisions(definitions(decision("one", "1 +") + decision("two", ")")))
    assert [finding.element_name for finding in caught.value.findings] == ["one", "two"]


def test_a_leniently_read_model_keeps_what_is_good() -> None:
    model = read_decisions(definitions(decision("good", "1 + 1") + decision("bad", "1 +")), lenient=True)
    assert model.evaluate("good") == 2
    assert model.evaluate("bad") is None
    assert [finding.code for finding in model.findings] == ["dmn.expression"]


def test_a_decision_that_does_not_exist_is_refused() -> None:
    model = read_decisions(definitions(decision("one", "1")))
    with pytest.raises(DmnError):
        model.evaluate("two")


def test_a_decision_that_never_ends_is_stopped() -> None:
    model = read_decisions(
        definitions(
            decision("endless", "every i in 1..999999999 satisfies n > 0", inputs=("n",)) + input_data("n")
        )
    )
    with pytest.raises(FeelLimit):
        model.evaluate("endless", {"n": 1}, limits=Limits(steps=10_000))


def test_functions_of_other_languages_are_null_and_warned_of() -> None:
    function = (
        '<functionDefinition kind="Java"><formalParameter name="x"/>'
        '<context><contextEntry><variable name="class"/><literalExpression><text>"java.lang.Math"</text>'
        "</literalExpression></contextEntry></context></functionDefinition>"
    )
    model = read_decisions(definitions(decision("outside", function)))
    assert model.evaluate("outside") is None
    assert [(finding.severity, finding.code) for finding in model.findings] == [
        ("warning", "dmn.external_function")
    ]
