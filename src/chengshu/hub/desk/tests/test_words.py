"""The editors in the browser say only what the catalogue can translate."""

from __future__ import annotations

import re

import pytest
from django.utils.translation import override

from chengshu.foundation.runtime.layout import ROOT
from chengshu.hub.desk import words

SOURCES = [
    *(ROOT / "frontend/src/desk").rglob("*.ts"),
    *(ROOT / "frontend/src/islands").glob("bpmn-*.ts"),
    ROOT / "frontend/src/islands/dmn-editor.ts",
]
SAID = re.compile(r"\bt\(\s*'((?:[^'\\]|\\.)+)'")
PACKAGES = ROOT / "frontend" / "node_modules"
ASKED = re.compile(r"translate\(\s*(['\"])((?:[^'\"\\]|\\.)+)\1")
NOT_SHOWN = {" + shift + ", "HELLO {you}"}
"""Examples in comments and a key name, not words for people."""


def test_every_word_of_our_editor_is_in_the_table() -> None:
    said = {word for source in SOURCES for word in SAID.findall(source.read_text(encoding="utf-8"))}
    assert len(said) > 100
    assert said - set(words.table()) == set()


@pytest.mark.parametrize("package", ["bpmn-js", "dmn-js-decision-table", "dmn-js-drd"])
def test_every_word_of_a_diagram_package_is_in_the_table(package: str) -> None:
    folder = PACKAGES / package / "lib"
    if not folder.exists():
        pytest.skip("the front end's packages are not installed")
    asked = {
        word
        for source in folder.rglob("*.js")
        for _quote, word in ASKED.findall(source.read_text(encoding="utf-8"))
    }
    assert asked - NOT_SHOWN - set(words.table()) == set()


def test_every_word_is_chinese_in_chinese() -> None:
    with override("zh-hans"):
        table = words.table()
    assert [word for word, said in table.items() if said == word] == []


def test_placeholders_survive_translation() -> None:
    with override("zh-hans"):
        table = words.table()
    braces = re.compile(r"{\s*\w+\s*}")
    assert [
        word for word, said in table.items() if sorted(braces.findall(word)) != sorted(braces.findall(said))
    ] == []
