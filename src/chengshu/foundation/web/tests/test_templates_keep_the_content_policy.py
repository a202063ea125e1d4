"""Every template of the project must work under ``script-src 'self'; style-src 'self'``."""

import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[3]
TEMPLATES = sorted(PACKAGE.rglob("templates/**/*.html"))
FORBIDDEN = {
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>", re.I),
    "an inline style element": re.compile(r"<style\b", re.I),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I),
    "an htmx expression to evaluate": re.compile(r"hx-on\b|\"(?:js|javascript):|hx-trigger=\"[^\"]*\[", re.I),
    "a foreign address for code or style": re.compile(
        r"<(?:script|link)[^>]*(?:src|href)=\"(?:https?:)?//", re.I
    ),
}


def test_the_patterns_find_what_they_forbid():
    bad = '<script>x</script> <style> <p style="x"> <p onclick="x"> <a hx-on:click="x"> <script src="//cdn">'
    assert [name for name, pattern in FORBIDDEN.items() if not pattern.search(bad)] == []


def test_there_are_templates_to_look_at():
    assert any(path.name == "base.html" for path in TEMPLATES)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_template_needs_an_exception(path):
    source = re.sub(r"\{#.*?#\}|\{\{.*?\}\}", "", path.read_text(encoding="utf-8"), flags=re.S)
    assert [name for name, pattern in FORBIDDEN.items() if pattern.search(source)] == []
