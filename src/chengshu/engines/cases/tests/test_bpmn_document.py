"""Reading, writing and comparing BPMN files: what is refused, and that nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings

from chengshu.engines.cases.bpmn.document import (
    Document,
    differences,
    element,
    examine_document,
    read_document,
    write_document,
)
from chengshu.engines.cases.bpmn.parsing import MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS
from chengshu.engines.cases.refusals import ModelRefused
from chengshu.engines.cases.tests.bpmn_models import (
    END,
    START,
    chain,
    definitions,
    process,
    processes,
    straight,
    task,
)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


MODEL = straight(task("step"))

BILLION_LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE definitions [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="&c;"/></definitions>"""

REFUSED = {
    "an empty file": (b"", "bpmn.empty"),
    "blanks only": (b" \n\t ", "bpmn.empty"),
    "a byte order mark only": (b"\xef\xbb\xbf", "bpmn.empty"),
    "no XML at all": (b"hello", "bpmn.malformed"),
    "an office file": (b"PK\x03\x04\x14\x00\x06\x00", "bpmn.malformed"),
    "a tag left open": (MODEL.replace(b"</bpmn:process>", b""), "bpmn.malformed"),
    "a prefix without a namespace": (MODEL.replace(b"<bpmn:endEvent", b"<foo:endEvent"), "bpmn.malformed"),
    "two roots": (MODEL + b"<more/>", "bpmn.malformed"),
    "an undefined entity": (MODEL.replace(b'name="Step"', b'name="&nbsp;"'), "bpmn.malformed"),
    "a null byte": (MODEL.replace(b"Step", b"St\x00ep"), "bpmn.malformed"),
    "a billion laughs": (BILLION_LAUGHS, "bpmn.doctype"),
    "an outside entity": (
        b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>',
        "bpmn.doctype",
    ),
    "a DOCTYPE behind a UTF-16 byte order mark": (
        b"\xff\xfe" + "<!DOCTYPE d><d/>".encode("utf-16-le"),
        "bpmn.doctype",
    ),
    "a decision model": (
        b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"/>',
        "bpmn.not_bpmn",
    ),
    "a web page": (b"<html><body/></html>", "bpmn.not_bpmn"),
    "definitions without a namespace": (b"<definitions><process id='p'/></definitions>", "bpmn.not_bpmn"),
    "bytes of another encoding": (MODEL.replace(b"Permit", "许可".encode("gb18030")), "bpmn.encoding"),
    "an encoding nobody knows": (MODEL.replace(b"UTF-8", b"EBCDIC-X"), "bpmn.encoding"),
    "half a UTF-16 character": (b"\xff\xfe<\x00d\x00\x00", "bpmn.encoding"),
    "an id used twice": (process(START + START + END), "bpmn.duplicate_id"),
    "too many bytes": (MODEL + b" " * MAX_BYTES, "bpmn.too_large"),
    "too many elements": (process("<bpmn:documentation/>" * MAX_ELEMENTS), "bpmn.limits"),
    "too deep": (definitions("<a>" * MAX_DEPTH + "</a>" * MAX_DEPTH), "bpmn.limits"),
    "too many attributes": (process("<a " + " ".join(f'a{i}="1"' for i in range(300)) + "/>"), "bpmn.limits"),
}


@pytest.mark.parametrize(("content", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_safe_bpmn_file_is_refused_with_a_next_step(content: bytes, code: str) -> None:
    with pytest.raises(ModelRefused) as refused:
        read_document(content)
    assert refused.value.code == code
    assert str(refused.value.message)
    assert str(refused.value.hint)


def test_a_malformed_file_names_the_line() -> None:
    with pytest.raises(ModelRefused) as refused:
        read_document(b"<a>\n<b>\n</a>")
    assert refused.value.findings[0].line == 3


def test_a_decision_model_is_called_one() -> None:
    with pytest.raises(ModelRefused, match="decision model"):
        read_document(REFUSED["a decision model"][0])


def test_an_id_used_twice_names_both_lines() -> None:
    with pytest.raises(ModelRefused, match=r"lines 3 and 5"):
        read_document(definitions('<bpmn:process id="p"/>\n\n<bpmn:process id="p"/>').replace(b"\n ", b" "))


def test_examining_keeps_the_first_of_two_elements_with_the_same_id() -> None:
    document = examine_document(process(START + '<bpmn:task id="start"/>'))
    assert document.by_id["start"].kind == "startEvent"
    assert [finding.code for finding in document.findings] == ["bpmn.duplicate_id"]


ENCODED = {
    "UTF-8 with a byte order mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16 little endian": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "UTF-16 big endian": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "UTF-16 without a byte order mark": lambda text: text.encode("utf-16-le"),
    "Latin 9": lambda text: text.replace("UTF-8", "ISO-8859-15").encode("iso8859-15", "xmlcharrefreplace"),
    "a code page of Windows": lambda text: text.replace("UTF-8", "windows-1251").encode(
        "cp1251", "xmlcharrefreplace"
    ),
    "GB 18030": lambda text: text.replace("UTF-8", "GB18030").encode("gb18030"),
    "GBK under the name of GB 2312": lambda text: text.replace("UTF-8", "gb2312").encode("gbk"),
    "UTF-8 that calls itself UTF-16": lambda text: text.replace("UTF-8", "UTF-16").encode(),
}


@pytest.mark.parametrize("encode", ENCODED.values(), ids=ENCODED)
def test_files_of_usual_encodings_are_read(encode: Callable[[str], bytes]) -> None:
    text = straight(task("step", name="审查")).decode()
    assert read_document(encode(text)).by_id["step"].name == "审查"


FAITHFUL = {
    "default and prefixed name of one namespace": b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
      xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t"><b:process id="p"><task id="t"/>
      </b:process></definitions>""",
    "a default namespace taken back": b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">
      <extensionElements><plain xmlns="" a="1"><inner/></plain></extensionElements></definitions>""",
    "breaks and quotes in attributes": definitions('<bpmn:process id="p" name="one&#10;two&#9;&quot;&lt;&amp;&#13;"/>'),
    "mixed text": definitions(
        "<bpmn:documentation>a <b xmlns='x'>bold</b> &lt; <![CDATA[<&>]]> end</bpmn:documentation>"
    ),
    "an extension of a vendor": definitions(
        """<bpmn:process id="p"><bpmn:extensionElements><v:x xmlns:v="urn:v" v:a="1" a="2">t<v:y/>u</v:x>
        </bpmn:extensionElements></bpmn:process>"""
    ),
    "a type by its qualified name": definitions(
        """<bpmn:process id="p"><bpmn:sequenceFlow id="f" sourceRef="a" targetRef="b"><bpmn:conditionExpression
        xsi:type="bpmn:tFormalExpression">=x &gt; 1</bpmn:conditionExpression></bpmn:sequenceFlow></bpmn:process>"""
    ),
    "remarks": b"<!-- first --><?style none?>" + MODEL[39:].replace(b"<bpmn:process", b"<!-- a --><bpmn:process"),
    "a language": definitions('<bpmn:documentation xml:lang="zh">x</bpmn:documentation>'),
}  # fmt: skip


@pytest.mark.parametrize("content", FAITHFUL.values(), ids=FAITHFUL)
def test_reading_and_writing_loses_nothing(content: bytes) -> None:
    document = read_document(content)
    written = write_document(document)
    again = read_document(written)
    assert differences(document, again) == []
    assert write_document(again) == written


def test_prefixes_and_remarks_stay_as_they_were() -> None:
    written = write_document(read_document(FAITHFUL["remarks"]))
    assert b"<!-- first -->\n<?style none?>" in written
    assert b"<!-- a --><bpmn:process" in written
    assert b"<b:process" in write_document(
        read_document(FAITHFUL["default and prefixed name of one namespace"])
    )


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(processes())
def test_any_process_survives_reading_and_writing(content: bytes) -> None:
    document = read_document(content)
    written = write_document(document)
    assert differences(document, read_document(written)) == []


def test_a_new_element_brings_its_namespace_along() -> None:
    document = read_document(b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>')
    document.root.append(element("bpmndi:BPMNDiagram", id="d"))
    added = document.root.append(element("bpmn:process", id="p"))
    added.set("xsi:type", "x")
    again = read_document(write_document(document))
    assert [child.tag for child in again.root.children] == [child.tag for child in document.root.children]
    assert again.processes[0].get("xsi:type") == "x"


def test_a_control_character_cannot_be_written() -> None:
    document = read_document(MODEL)
    document.by_id["step"].set("name", "a\x0bb")
    with pytest.raises(ModelRefused, match=r"U\+000B"):
        write_document(document)


def _without(document: Document) -> None:
    document.processes[0].remove(document.by_id["step"])


def _renamed(document: Document) -> None:
    document.by_id["step"].set("name", "Other")


def _reworded(document: Document) -> None:
    document.by_id["step"].text = "words"


def _reordered(document: Document) -> None:
    document.processes[0].nodes.reverse()


def _moved(document: Document) -> None:
    next(found for found in document.root.walk() if found.local == "Bounds").set("x", "999")


WITH_DIAGRAM = process(
    START + task("step") + END + chain("start", "step", "end"),
    beside="""<bpmndi:BPMNDiagram id="d"><bpmndi:BPMNPlane id="pl" bpmnElement="p"><bpmndi:BPMNShape id="s"
      bpmnElement="step"><dc:Bounds x="1" y="2" width="3" height="4"/></bpmndi:BPMNShape></bpmndi:BPMNPlane>
      </bpmndi:BPMNDiagram>""",
)


@pytest.mark.parametrize("alter", [_without, _renamed, _reworded, _reordered, _moved])
def test_every_kind_of_loss_is_a_difference(alter: Callable[[Document], None]) -> None:
    document = read_document(WITH_DIAGRAM)
    altered = document.copy()
    alter(altered)
    assert differences(document, altered)
    assert differences(document, read_document(WITH_DIAGRAM)) == []


def test_blanks_between_words_do_not_differ() -> None:
    document = read_document(MODEL)
    spread = read_document(MODEL.replace(b"><", b">\n  <"))
    assert differences(document, spread) == []


REPORTED = {
    "a flow to nowhere": (START + chain("start", "nowhere"), "bpmn.dangling_reference"),
    "a flow to a flow": (
        START + END + chain("start", "end") + chain("start", "start-end"),
        "bpmn.wrong_reference",
    ),
    "an element that BPMN does not have": ('<bpmn:humanTask id="t"/>', "bpmn.unknown_element"),
}


@pytest.mark.parametrize(("steps", "code"), REPORTED.values(), ids=REPORTED)
def test_lesser_faults_are_reported_with_their_line(steps: str, code: str) -> None:
    findings = read_document(process(steps)).findings
    assert [(finding.code, finding.line) for finding in findings] == [(code, 7)]


def test_a_message_of_an_imported_file_is_no_fault() -> None:
    receiving = '<bpmn:receiveTask id="r" messageRef="other:paid"/>'
    assert read_document(process(receiving, attributes='xmlns:other="urn:other"')).findings == ()
    assert [finding.code for finding in read_document(process(receiving.replace("other:", ""))).findings] == [
        "bpmn.dangling_reference"
    ]


def test_what_vendors_put_into_extensions_without_a_namespace_is_theirs() -> None:
    inside = '<bpmn:extensionElements><bpmn:ruler id="start"/></bpmn:extensionElements>'
    document = read_document(process(START + inside))
    assert document.findings == ()
    assert document.by_id["start"].kind == "startEvent"


def test_the_reference_models_keep_every_element(shared: Path) -> None:
    models = sorted((shared / "data" / "bpmn-miwg").glob("*.bpmn"))
    assert models
    for path in models:
        document = read_document(path.read_bytes())
        again = read_document(write_document(document))
        assert differences(document, again) == [], path.name
        assert document.findings == (), path.name
