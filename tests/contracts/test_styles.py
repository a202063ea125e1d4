"""Style sheets: each part of a page is styled in one place, so that one page's sheet never bends another's."""

from __future__ import annotations

import re
from collections import defaultdict

from chengshu.foundation.runtime.layout import ROOT

STYLES = ROOT / "frontend" / "src" / "styles"
SHARED = {"print.css"}
"""Restyles on paper what others define."""
_BLOCK = re.compile(r"^\s*\.([a-z][a-z0-9]*(?:-[a-z0-9]+)*)\s*[,{]", re.MULTILINE)


def test_a_part_of_a_page_is_styled_in_one_sheet() -> None:
    sheets = defaultdict(set)
    for sheet in STYLES.glob("*.css"):
        for block in _BLOCK.findall(sheet.read_text(encoding="utf-8")):
            sheets[block].add(sheet.name)
    assert sheets, "no style sheet was read"
    twice = {block: sorted(names) for block, names in sheets.items() if len(names - SHARED) > 1}
    assert twice == {}
