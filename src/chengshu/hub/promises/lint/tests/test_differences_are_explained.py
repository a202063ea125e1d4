"""The page of differences names every pair in which list and linter differ, and no other."""

from __future__ import annotations

import re

from .source_tables import REPOSITORY, pairs

PAGE = REPOSITORY / "docs" / "reference" / "lint-differences.md"
_ROW = re.compile(r"^\| ([SVCX]\d\d) \| ([PD0-9# ]+) \|", re.MULTILINE)


def _explained(heading: str) -> set[tuple[str, str]]:
    section = PAGE.read_text("utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    return {(ref, code) for code, refs in _ROW.findall(section) for ref in refs.split()}


def test_everything_reported_beyond_the_list_is_explained() -> None:
    assert _explained("Reported, but not listed") == set(pairs("all.txt")) - set(pairs("required.txt"))


def test_nothing_explained_as_missing_is_reported() -> None:
    missing = _explained("Listed, but not reported")

    assert missing
    assert not missing & set(pairs("all.txt"))


def test_the_figures_of_the_page_are_true() -> None:
    text = PAGE.read_text("utf-8")
    required, everything = len(set(pairs("required.txt"))), len(set(pairs("all.txt")))
    listed = required + len(_explained("Listed, but not reported"))

    assert f"listed {listed} suspicious" in text
    assert f"reports {required} of them" in text
    assert f"{everything} pairs" in text
