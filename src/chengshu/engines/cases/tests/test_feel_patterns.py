"""The regular expressions behind ``matches``, ``replace`` and ``split``: XPath's, always answered in bounded work."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengshu.engines.cases.feel.regex import BadPattern, compiled_pattern, is_match, pieces_between, replaced


def ignored(_steps: int) -> None:
    """A ledger without bounds."""


REFUSED = [
    *(
        "(",
        ")",
        "[",
        "a**",
        "*",
        "a{2,1}",
        "a{x}",
        "[z-a]",
        "\\k",
        "\\1",
        "(a\\1)",
        "(?=a)",
        "[]",
        "\\p{Nope}",
        "\\p",
    ),
    *("a{1001}{1001}", "(" * 100, "a{99999999}", "[a-\\d]", "}", "]"),
]


@pytest.mark.parametrize("pattern", REFUSED)
def test_what_xpath_does_not_allow_is_refused_with_a_reason(pattern: str) -> None:
    with pytest.raises(BadPattern) as caught:
        compiled_pattern(pattern)
    assert str(caught.value.reason)


MATCHES = [
    ("abc", "b", "", True),
    ("abc", "^b", "", False),
    ("abc", "c$", "", True),
    ("a\nb", "^b", "", False),
    ("a\nb", "^b", "m", True),
    ("a\nb", "a.b", "", False),
    ("a\nb", "a.b", "s", True),
    ("ABC", "b", "i", True),
    ("a b", "a b", "x", False),
    ("a+b", "a+b", "q", True),
    ("aXbX", "a(X)b\\1", "", True),
    ("aXbY", "a(X)b\\1", "", False),
    ("é", "\\p{Ll}", "", True),
    ("用", "\\p{IsCJKUnifiedIdeographs}", "", True),
    ("5", "[\\d-[5]]", "", False),
    ("-", "[a-]", "", True),
    ("x", "(?:x|y){1,2}$", "", True),
    ("aaa", "^a{2}$", "", False),
    ("91440101MA59ABCDE1", "^[0-9A-Z]{18}$", "", True),
]


@pytest.mark.parametrize(("text", "pattern", "flags", "expected"), MATCHES)
def test_a_pattern_matches_or_not(text: str, pattern: str, flags: str, expected: bool) -> None:
    assert is_match(compiled_pattern(pattern, flags), text, ignored) is expected


def test_the_leftmost_alternative_wins_and_lazy_quantifiers_take_little() -> None:
    assert replaced(compiled_pattern("a|ab"), "abab", "-", ignored, literal=False) == "-b-b"
    assert replaced(compiled_pattern("a.*?b"), "axbxb", "-", ignored, literal=False) == "-xb"
    assert replaced(compiled_pattern("a.*b"), "axbxb", "-", ignored, literal=False) == "-"


def test_work_grows_with_the_product_of_pattern_and_text() -> None:
    steps: list[int] = []
    is_match(compiled_pattern("(a*)*(a*)*(a*)*b"), "a" * 200, steps.append)
    assert sum(steps) < 200 * 200 * 40


LETTERS = st.text("ab", max_size=8)


def repeated(pair: tuple[str, str]) -> str:
    """A part with its quantifier; what can match nothing is not repeated: engines end such a repetition differently."""
    part, quantifier = pair
    return part if re.fullmatch(part, "") else f"({part}){quantifier}"


PATTERNS = st.recursive(
    st.sampled_from(["a", "b", "[ab]", "."]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{1,2}", "*?", "+?"])).map(repeated),
    ),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(PATTERNS, LETTERS)
def test_the_first_match_is_the_one_that_python_finds(pattern: str, text: str) -> None:
    ours = next(compiled_pattern(pattern).matches(text, ignored), None)
    theirs = re.search(pattern, text)
    assert (ours and (ours[0], ours[1])) == (theirs and theirs.span())


@pytest.mark.parametrize(
    ("text", "pattern", "parts"),
    [
        ("a,b,,c", ",", ["a", "b", "", "c"]),
        ("abc", "", ["a", "b", "c"]),
        ("", ",", [""]),
        ("a1b22c", "[0-9]+", ["a", "b", "c"]),
    ],
)
def test_a_text_is_split_between_matches(text: str, pattern: str, parts: list[str]) -> None:
    assert pieces_between(compiled_pattern(pattern), text, ignored) == parts


@pytest.mark.parametrize(
    ("text", "pattern", "flags", "expected"),
    [
        ("one two", r" one \ s two ", "x", True),
        ("one two", "o ne[ ]t wo", "x", True),
        ("one two", "one two", "x", False),
        ("onetwo", r"\p{ I sBasicLatin }+", "x", True),
        ("z", "[^Z]", "i", False),
        ("Z", "[^z]", "i", False),
        ("y", "[^Z]", "i", True),
    ],
)
def test_blanks_and_case_count_only_where_the_flags_say_so(
    text: str, pattern: str, flags: str, expected: bool
) -> None:
    assert is_match(compiled_pattern(pattern, flags), text, ignored) is expected
