"""Contrast by WCAG 2.2 (1.4.3 text 4.5:1, 1.4.11 shapes 3:1), computed from the tokens of both themes."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[5] / "frontend" / "src" / "styles" / "tokens.css"
TONES = ("positive", "caution", "negative", "neutral", "info")
TEXT = [
    (ink, ground)
    for ink in ("ink", "ink-2", "ink-3", "accent", "accent-hover")
    for ground in ("canvas", "surface")
]
TEXT += [
    ("ink", "sunken"),
    ("ink-2", "sunken"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("accent", "accent-wash"),
]
TEXT += [("ink", f"{tone}-wash") for tone in TONES] + [(f"{tone}-ink", f"{tone}-wash") for tone in TONES]
TEXT += [(f"on-{tone}", f"{tone}-solid") for tone in TONES if tone != "neutral"] + [
    ("neutral-ink", "neutral-wash")
]
TEXT += [(f"{tone}-ink", "surface") for tone in TONES]
SHAPES = [(name, ground) for name in ("line-strong", "focus") for ground in ("surface", "canvas")]
SHAPES += [(f"{tone}-solid", "surface") for tone in TONES if tone != "caution"]
CASES = [(pair, 4.5) for pair in TEXT] + [(pair, 3.0) for pair in SHAPES]


def block(opening: str) -> dict[str, str]:
    body = TOKENS.read_text(encoding="utf-8").split(opening, 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})\b", body))


LIGHT = block(":root {")
DARK = {**LIGHT, **block(':root[data-theme="dark"] {')}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_formula_knows_black_on_white():
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("pair", "least"), CASES, ids=[f"{ink}-on-{ground}" for (ink, ground), _ in CASES])
def test_every_pair_has_enough_contrast(theme, pair, least):
    ink, ground = pair
    assert contrast(theme[ink], theme[ground]) >= least


def test_the_chosen_dark_theme_is_the_one_the_system_gives():
    assert block(':root[data-theme="dark"] {') == block(':root:not([data-theme="light"]) {')


def test_both_themes_name_the_same_colours():
    assert set(block(":root {")) - set(block(':root[data-theme="dark"] {')) == set()
