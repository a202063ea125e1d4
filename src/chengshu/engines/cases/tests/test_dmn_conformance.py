"""The runner for folders in the layout of the DMN compatibility kit, on models written for this project."""

from __future__ import annotations

from pathlib import Path

import pytest

from chengshu.engines.cases.dmn.conformance import agrees, run_folder
from chengshu.engines.cases.tests.decision_models import decision, definitions, input_data

KIT = Path(__file__).parent / "tck"

SUITE = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
 <modelName>m.dmn</modelName>
 <testCase id="good"><resultNode name="d"><expected><value xsi:type="xsd:decimal">2.00000000001</value></expected>
 </resultNode></testCase>
 <testCase id="other"><resultNode name="d"><expected><value xsi:type="xsd:decimal">3</value></expected></resultNode>
 </testCase>
 <testCase id="absent"><resultNode name="x"><expected><value xsi:nil="true"/></expected></resultNode></testCase>
 <testCase id="error"><resultNode name="x" errorResult="true"/></testCase>
</testCases>"""


def write(folder: Path, content: bytes) -> None:
    (folder / "m.dmn").write_bytes(content)
    (folder / "m-test-01.xml").write_text(SUITE)


def test_what_fails_is_listed_with_both_values(tmp_path: Path) -> None:
    write(tmp_path, definitions(decision("d", "1 + 1")))
    report = run_folder(tmp_path)
    assert (report["models"], report["cases"], report["passed"]) == (1, 4, 2)
    assert [(entry["case"], entry["expected"], entry["actual"]) for entry in report["failed"]] == [
        ("other", "3", "2"),
        ("absent", "null", ""),
    ]


@pytest.mark.parametrize("content", [b"", b"<a/>", b"<!DOCTYPE a []><a/>", b"\xff\xfe"])
def test_a_model_that_cannot_be_read_is_listed_and_ends_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "good").mkdir()
    (tmp_path / "bad").mkdir()
    write(tmp_path / "good", definitions(decision("d", "2")))
    write(tmp_path / "bad", content)
    report = run_folder(tmp_path)
    assert (report["models"], report["cases"], report["passed"]) == (2, 8, 2)
    assert sum(1 for entry in report["failed"] if entry["reason"]) == 6


def test_a_test_without_its_model_is_listed(tmp_path: Path) -> None:
    (tmp_path / "m-test-01.xml").write_text(SUITE)
    report = run_folder(tmp_path)
    assert (report["models"], report["cases"], report["passed"], len(report["failed"])) == (0, 4, 0, 4)


def test_values_agree_only_with_their_like() -> None:
    assert agrees({"a": [1]}, {"a": [1], "b": None})
    assert not agrees({"a": [1]}, {"a": [1], "b": 2})
    assert not agrees("1", 1)
    assert not agrees([1, 2], [2, 1])


def test_every_case_of_our_own_kit_passes() -> None:
    report = run_folder(KIT)
    assert report["failed"] == []
    assert report["models"] >= 40
    assert report["passed"] == report["cases"] >= 390


UNTYPED = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><modelName>m.dmn</modelName>
 <testCase id="numbers"><inputNode name="n"><value>20</value></inputNode>
  <inputNode name="b"><value>true</value></inputNode>
  <inputNode name="day"><value>2024-02-29</value></inputNode>
  <inputNode name="s"><value>20</value></inputNode>
  <resultNode name="sum"><computed><value>21.0</value></computed></resultNode>
  <resultNode name="turned"><expected><value>false</value></expected></resultNode>
  <resultNode name="month"><expected><value>2</value></expected></resultNode>
  <resultNode name="text"><expected><value>2020</value></expected></resultNode>
  <resultNode name="nothing"><expected><value/></expected></resultNode></testCase>
 <testCase id="wrong"><inputNode name="n"><value>20</value></inputNode>
  <resultNode name="sum"><expected><value>22</value></expected></resultNode></testCase>
</testCases>"""


def test_values_without_a_type_mean_what_the_model_declares(tmp_path: Path) -> None:
    inputs = {"n": "number", "b": "boolean", "day": "date", "s": "string"}
    decisions = {"sum": ("n + 1", "n"), "turned": ("not(b)", "b"), "month": ("day.month", "day")}
    decisions |= {"text": ("s + s", "s"), "nothing": ("n / 0", "n")}
    (tmp_path / "m.dmn").write_bytes(
        definitions(
            "".join(input_data(name, of) for name, of in inputs.items())
            + "".join(decision(name, text, inputs=(needed,)) for name, (text, needed) in decisions.items())
        )
    )
    (tmp_path / "m-test-01.xml").write_text(UNTYPED)
    report = run_folder(tmp_path)
    assert (report["cases"], report["passed"]) == (2, 1)
    assert [(entry["case"], entry["actual"]) for entry in report["failed"]] == [("wrong", "21")]


def test_a_broken_test_file_is_listed_and_the_others_are_run(tmp_path: Path) -> None:
    write(tmp_path, definitions(decision("d", "2")))
    (tmp_path / "a-test-01.xml").write_text("<testCases><testCase")
    report = run_folder(tmp_path)
    assert (report["cases"], report["passed"]) == (4, 2)
    assert report["failed"][0]["file"] == "a-test-01.xml"
    assert report["failed"][0]["reason"]
