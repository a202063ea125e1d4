"""The model of the sample is sound, names only what exists, and its decision table ranks as the rules say."""

from __future__ import annotations

from pathlib import Path

import pytest

from chengshu.engines.cases import api as cases
from chengshu.engines.registers import api as registers
from chengshu.foundation.orgs.base_data import load_base_data

FOLDER = Path(cases.__file__).parents[2] / "scenes" / "sample"
PROCESS = (FOLDER / "processes" / "seal_use.bpmn").read_bytes()
DECISION = (FOLDER / "processes" / "seal_level.dmn").read_bytes()


def test_the_decision_has_no_finding(db: None) -> None:
    assert cases.lint(DECISION, "decision") == ()


def test_the_forms_are_known_before_anything_is_loaded(db: None) -> None:
    assert {"sample.seal_use", "sample.seal_review", "sample.seal_record"} <= registers.known_forms()


def test_a_form_passes_on_the_variables_that_its_fields_name(db: None) -> None:
    load_base_data()
    registers.load_declared_forms()
    assert registers.variables_passed_by("sample.seal_record") == frozenset({"sealed_copies"})
    assert registers.variables_passed_by("sample.nothing") is None


def test_the_process_lacks_nothing_but_its_decision_which_is_put_in_force_first(db: None) -> None:
    errors = [(one.code, one.element) for one in cases.lint(PROCESS, "process") if one.severity == "error"]
    assert errors == [("bpmn.unknown_decision", "rank")]


@pytest.mark.parametrize("word", ["incoming", "outgoing"])
def test_every_flow_is_named_at_both_ends(word: str) -> None:
    text = PROCESS.decode()
    assert text.count(f"<bpmn:{word}>") == text.count("<bpmn:sequenceFlow ")


def test_every_node_and_flow_is_drawn() -> None:
    text = PROCESS.decode()
    assert text.count("<bpmndi:BPMNEdge ") == text.count("<bpmn:sequenceFlow ")
    nodes = sum(
        text.count(f"<bpmn:{kind} ")
        for kind in ("startEvent", "endEvent", "userTask", "businessRuleTask", "exclusiveGateway")
    )
    assert text.count("<bpmndi:BPMNShape ") == nodes
