"""Built-in functions on text. Positions count characters (code points) from 1; from the end when negative."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from chengshu.engines.cases.feel.builtins.registry import built_in
from chengshu.engines.cases.feel.limits import Run
from chengshu.engines.cases.feel.regex import (
    BadPattern,
    Pattern,
    compiled_pattern,
    is_match,
    pieces_between,
    replaced,
)
from chengshu.engines.cases.feel.values import kind


@built_in("substring", "string: string, start position: number, length?: number")
def substring(run: Run, text: str, start: Decimal, length: Decimal | None = None) -> str | None:
    first = int(start) if abs(start) <= len(text) else 0
    if first == 0 or (length is not None and length < 1):
        return run.null("index", index=start)
    begin = first - 1 if first > 0 else len(text) + first
    end = len(text) if length is None or length > len(text) else begin + int(length)
    return text[begin:end]


@built_in("string length", "string: string")
def string_length(_run: Run, text: str) -> Decimal:
    return Decimal(len(text))


@built_in("upper case", "string: string")
def upper_case(_run: Run, text: str) -> str:
    return text.upper()


@built_in("lower case", "string: string")
def lower_case(_run: Run, text: str) -> str:
    return text.lower()


@built_in("substring before", "string: string, match: string")
def substring_before(_run: Run, text: str, match: str) -> str:
    before, found, _after = text.partition(match) if match else ("", "", "")
    return before if found else ""


@built_in("substring after", "string: string, match: string")
def substring_after(_run: Run, text: str, match: str) -> str:
    return text.partition(match)[2] if match else text


@built_in("contains", "string: string, match: string")
def contains(_run: Run, text: str, match: str) -> bool:
    return match in text


@built_in("starts with", "string: string, match: string")
def starts_with(_run: Run, text: str, match: str) -> bool:
    return text.startswith(match)


@built_in("ends with", "string: string, match: string")
def ends_with(_run: Run, text: str, match: str) -> bool:
    return text.endswith(match)


@built_in("string join", "list: list")
@built_in("string join", "list: list, delimiter?: string")
@built_in("string join", "list: list, delimiter?: string, prefix?: string, suffix?: string")
def string_join(
    run: Run,
    items: list[Any],
    delimiter: str | None = None,
    prefix: str | None = None,
    suffix: str | None = None,
) -> str | None:
    """The texts of the list; null elements are left out."""
    for item in items:
        if item is not None and not isinstance(item, str):
            return run.null("argument_type", name="string join", kind=kind(item), parameter="list")
    texts = [item for item in items if item is not None]
    run.made_characters(sum(map(len, texts)) + len(delimiter or "") * len(texts))
    return (prefix or "") + (delimiter or "").join(texts) + (suffix or "")


def _pattern(run: Run, pattern: str, flags: str | None) -> Pattern | None:
    try:
        return compiled_pattern(pattern, flags or "")
    except BadPattern as error:
        return run.null("regex", pattern=pattern, reason=error.reason)


@built_in("matches", "input: string, pattern: string, flags?: string")
def matches(run: Run, text: str, pattern: str, flags: str | None = None) -> bool | None:
    compiled = _pattern(run, pattern, flags)
    return None if compiled is None else is_match(compiled, text, run.tick)


@built_in("replace", "input: string, pattern: string, replacement: string, flags?: string")
def replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> str | None:
    compiled = _pattern(run, pattern, flags)
    if compiled is None:
        return None
    try:
        result = replaced(compiled, text, replacement, run.tick, literal="q" in (flags or ""))
    except BadPattern as error:
        return run.null("regex", pattern=pattern, reason=error.reason)
    return result


@built_in("split", "string: string, delimiter: string")
def split(run: Run, text: str, delimiter: str) -> list[str] | None:
    compiled = _pattern(run, delimiter, None)
    return None if compiled is None else pieces_between(compiled, text, run.tick)
