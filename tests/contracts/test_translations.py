"""Every word for people is there in both Chinese scripts, and no template speaks on its own."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from chengshu import settings as settings_module
from chengshu.foundation.manifest import modules

PACKAGE = Path(settings_module.__file__).parent
METHODS = [
    ("**/tests/**", "ignore"),
    ("**/migrations/**", "ignore"),
    ("**.py", "python"),
    ("**.html", "jinja2"),
]
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2),
            "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2)}  # fmt: skip
CHINESE = re.compile(r"[一-鿿]")
SCRIPTS = ("zh_Hans", "zh_Hant")
SHOWS_SAMPLE_CONTENT = {"gallery.html"}
"""The component gallery shows made-up rows, which are content and not words of the interface."""


def said(folder: Path) -> set[str]:
    """Every message id in the source of an app."""
    found = extract_from_dir(
        str(folder),
        METHODS,
        {"**.html": {"trimmed": "false", "extensions": "jinja2.ext.i18n,jinja2.ext.do"}},
        KEYWORDS,
    )
    messages = set()
    for _file, _line, message, _comments, _context in found:
        messages.add(message[0] if isinstance(message, tuple) else message)
    return messages - {""}


def translated(script: str) -> dict[str, set[str]]:
    """Of every app, what its catalogue translates, or empty where it has none."""
    known = {}
    for module in modules():
        path = Path(module.path) / "locale" / script / "LC_MESSAGES" / "django.po"
        catalogue = catalogue_of(path)
        known[module.label] = {
            message.id if isinstance(message.id, str) else message.id[0]
            for message in catalogue
            if message.id and message.string and all(_forms(message.string)) and not message.fuzzy
        }
    return known


def catalogue_of(path: Path) -> Catalog:
    """The catalogue of a file, empty where there is none."""
    return read_po(BytesIO(path.read_bytes())) if path.exists() else Catalog()


def _forms(string: object) -> tuple[str, ...]:
    return tuple(string) if isinstance(string, tuple | list) else (str(string),)


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_message_is_translated(script: str) -> None:
    everywhere = set().union(*translated(script).values())
    missing = {
        f"{module.label}: {message}"
        for module in modules()
        for message in said(Path(module.path))
        if message not in everywhere and not CHINESE.search(message)
    }
    assert missing == set()


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)[sd]", text))


@pytest.mark.parametrize("script", SCRIPTS)
def test_translations_keep_their_placeholders(script: str) -> None:
    wrong = []
    for module in modules():
        path = Path(module.path) / "locale" / script / "LC_MESSAGES" / "django.po"
        for message in catalogue_of(path):
            if not message.id:
                continue
            source = message.id if isinstance(message.id, str) else message.id[-1]
            wrong += [
                f"{module.label}: {source}"
                for form in _forms(message.string)
                if _placeholders(form) != _placeholders(source)
            ]
    assert wrong == []


@pytest.mark.parametrize(
    "template",
    [p for p in sorted(PACKAGE.rglob("templates/**/*.html")) if p.name not in SHOWS_SAMPLE_CONTENT],
    ids=lambda p: p.name,
)
def test_a_template_has_no_words_outside_the_catalogue(template: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", template.read_text(encoding="utf-8"), flags=re.S)
    assert CHINESE.findall(text) == [], "Chinese words belong in the catalogue, as translations of English"
