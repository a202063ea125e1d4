"""Each text for people has its Chinese, with the same placeholders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from chengshu.hub.promises.evaluation import rules

PACKAGE = Path(__file__).parents[1]
CATALOGUES = (PACKAGE.parent / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po",)
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%")


def texts() -> Iterator[str]:
    for path in [*PACKAGE.glob("*.py"), *PACKAGE.glob("rules/*.py")]:
        yield from (str(found[1]) for found in extract_from_file("python", path, keywords={"_": None}))
    law = rules.at(date(2025, 1, 1))
    for rule in law.by_id.values():
        if isinstance(rule.value, list):
            yield from (row["label"] for row in rule.rows if "label" in row)


@pytest.fixture(scope="module")
def chinese() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in CATALOGUES:
        if path.exists():
            with path.open("rb") as file:
                catalogue: Catalog = read_po(file, locale="zh_Hans")
            found |= {str(message.id): str(message.string) for message in catalogue if message.id}
    return found


def test_every_text_has_its_chinese(chinese: dict[str, str]) -> None:
    every = set(texts())
    assert len(every) > 150
    assert sorted(text for text in every if not chinese.get(text)) == []


def test_placeholders_survive_translation(chinese: dict[str, str]) -> None:
    differing = [
        text
        for text in set(texts())
        if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(chinese.get(text, text)))
    ]
    assert differing == []
