"""The shell's environment without any page of the product: plain Jinja over our templates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import translation
from jinja2 import Environment, FileSystemLoader
from lxml.html import HtmlElement, fragment_fromstring

from chengshu.foundation.web.jinja import environment

TEMPLATES = Path(__file__).parents[1] / "templates"


@pytest.fixture
def env() -> Environment:
    return environment(loader=FileSystemLoader(TEMPLATES))


@pytest.fixture
def render(env: Environment) -> Callable[..., str]:
    """Render a piece of template that may use ``ui``."""

    def rendered(source: str, **context: object) -> str:
        return env.from_string('{% import "ui.html" as ui %}' + source).render(**context)

    return rendered


@pytest.fixture
def parse(render: Callable[..., str]) -> Callable[..., HtmlElement]:
    """Render a piece of template and read it as a tree."""
    return lambda source, **context: fragment_fromstring(render(source, **context), create_parent="div")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield
