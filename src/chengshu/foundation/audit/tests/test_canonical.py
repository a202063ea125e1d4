"""The canonical form keeps every text, and only a real NUL is replaced."""

from __future__ import annotations

import json

import pytest

from chengshu.foundation.audit.canonical import canonical


@pytest.mark.parametrize(
    "text", ["\\u0000", "C:\\u0000", "\\\\u0000", "\x00", "\\\x00", "\x00\x00\\u0000\x00"]
)
def test_an_escape_that_somebody_typed_is_no_nul(text: str) -> None:
    assert json.loads(canonical({"reason": text})) == {"reason": text.replace("\x00", "␀")}
