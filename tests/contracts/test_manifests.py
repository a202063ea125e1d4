"""Every installed app is what its manifest says."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.conf import settings

from chengshu import settings as settings_module
from chengshu.foundation.manifest import (
    CONTRIBUTIONS,
    Engine,
    Foundation,
    Hub,
    Module,
    Scene,
    modules,
    scenes,
)

PACKAGE = Path(settings_module.__file__).parent
KINDS: dict[str, type[Module]] = {"foundation": Foundation, "engines": Engine, "hub": Hub, "scenes": Scene}


def test_every_installed_name_of_ours_loads_as_a_module() -> None:
    named = [name for name in settings.INSTALLED_APPS if name.startswith("chengshu.")]
    assert [module.name for module in modules()] == named


@pytest.mark.parametrize("module", modules(), ids=lambda m: m.label)
def test_a_module_stands_in_the_layer_of_its_kind(module: Module) -> None:
    assert isinstance(module, KINDS[module.layer])
    assert str(module.title), "a manifest has a title"
    assert module.owner, "a manifest names its owner"


@pytest.mark.parametrize("module", modules(), ids=lambda m: m.label)
def test_a_manifest_holds_attributes_only(module: Module) -> None:
    tree = ast.parse((Path(module.path) / "apps.py").read_text(encoding="utf-8"))
    methods = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert methods == []


def test_the_scenes_of_the_settings_are_the_folders_of_scenes() -> None:
    folders = {path.parent.name for path in (PACKAGE / "scenes").glob("*/apps.py")}
    assert {scene.label for scene in scenes()} == folders


@pytest.mark.parametrize("scene", scenes(), ids=lambda s: s.label)
def test_a_scene_uses_what_it_declares_and_declares_what_it_uses(scene: Scene) -> None:
    used = set()
    for source in Path(scene.path).rglob("*.py"):
        if "tests" in source.parts or "migrations" in source.parts:
            continue
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            name = node.module if isinstance(node, ast.ImportFrom) else None
            if name and name.startswith(("chengshu.engines.", "chengshu.hub.")):
                used.add(name.split(".")[2])
    assert used == set(scene.uses)


ORDER = ("urls", "endpoints", "views", "listeners", "tasks", "actions", "queries", "models")
"""Inside a scene imports point down this list too."""


@pytest.mark.parametrize("scene", scenes(), ids=lambda s: s.label)
def test_imports_inside_a_scene_point_down(scene: Scene) -> None:
    upward = []
    for place, name in enumerate(ORDER):
        path = Path(scene.path) / f"{name}.py"
        if not path.exists():
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(scene.name):
                imported = {(node.module or "").rpartition(".")[2], *(alias.name for alias in node.names)}
                upward += [f"{name} → {above}" for above in ORDER[:place] if above in imported]
    assert upward == []


NOT_IN_THE_SAMPLE = {
    "base_data": "a real installation must not start with made-up notes",
    "follow_ups": "they would stand on the pages of real applications",
    "services": "no step of its process is another system's",
}


def test_the_sample_uses_every_extension_point() -> None:
    folder = PACKAGE / "scenes" / "sample"
    points = {*CONTRIBUTIONS, "models", "queries", "urls", "views", "endpoints", "commands"} - set(
        NOT_IN_THE_SAMPLE
    )
    assert {name for name in points if not (folder / f"{name}.py").exists()} == set()
    assert {name for name in NOT_IN_THE_SAMPLE if (folder / f"{name}.py").exists()} == set()
