"""Documentation that can be checked is checked."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from chengshu.hub.catalogue.reference import REFERENCE, ROOT, pages


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_generated_page_is_current(name: str) -> None:
    committed = (REFERENCE / name).read_text(encoding="utf-8") if (REFERENCE / name).exists() else ""
    assert committed == pages()[name], "run ./chengshu catalogue reference and commit docs/reference"


def _listed() -> set[str]:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| ([^|]+) \|", text, flags=re.M)
    return {name.strip() for cell in cells for name in cell.split(",")}


def test_every_python_dependency_has_its_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {re.split(r"[\[<>=;]", requirement)[0].strip() for requirement in wanted}
    assert names - _listed() == set()


def test_every_browser_dependency_has_its_line() -> None:
    package = json.loads((ROOT / "frontend" / "package.json").read_text(encoding="utf-8"))
    names = {**package["dependencies"], **package["devDependencies"]}
    listed = " ".join(_listed())
    assert [name for name in names if name.rpartition("/")[2] not in listed] == []


def test_every_link_inside_the_documentation_leads_somewhere() -> None:
    broken = []
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("src/**/README.md")]:
        prose = re.sub(r"`[^`\n]*`", "", page.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", prose):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)} → {target}")
    assert broken == []


def test_the_readme_shows_the_two_commands_first() -> None:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.S)
    assert blocks, "README.md shows no command"
    assert blocks[0].split() == ["./chengshu", "up", "./chengshu", "test"]


@pytest.mark.parametrize(
    "module_readme", sorted(p.parent for p in (ROOT / "src/chengshu/scenes").glob("*/apps.py"))
)
def test_every_scene_tells_its_words_in_both_languages(module_readme: Path) -> None:
    text = (module_readme / "README.md").read_text(encoding="utf-8")
    assert re.search(r"[一-鿿]", text)
    assert "| English | 中文 |" in text
