"""Adding a scene edits one line outside its folder, and what comes out runs."""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chengshu import settings as settings_module
from chengshu.cli.scaffold import create_scene
from chengshu.foundation.errors import Conflict, InvalidInput

PACKAGE = Path(settings_module.__file__).parent


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package without what is built, to be changed freely."""
    target = tmp_path / "chengshu"
    shutil.copytree(PACKAGE, target, ignore=shutil.ignore_patterns("__pycache__", "dist", "*.mo"))
    return target


def differing(left: Path, right: Path) -> list[str]:
    """Files that differ or are new on the right, relative to it."""
    compared = filecmp.dircmp(left, right, ignore=["__pycache__", "dist"])
    found = [*compared.diff_files, *compared.right_only]
    for name in compared.common_dirs:
        found += [f"{name}/{below}" for below in differing(left / name, right / name)]
    return sorted(found)


def test_a_new_scene_edits_one_line_outside_its_folder(copy: Path) -> None:
    create_scene("waste_water", copy)
    assert differing(PACKAGE, copy) == ["scenes/waste_water", "settings.py"]
    before = (PACKAGE / "settings.py").read_text().splitlines()
    after = (copy / "settings.py").read_text().splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    (line,) = [old for old in before if old.startswith("SCENES = [")]
    assert changed == [(line, line.replace("]", ', "waste_water"]'))]


def test_a_new_scene_is_complete(copy: Path) -> None:
    create_scene("parks", copy)
    checks = (["check", "--fail-level", "ERROR"], ["makemigrations", "--check", "--dry-run", "parks"])
    environment = {
        **os.environ,
        "PYTHONPATH": str(copy.parent),
        "DJANGO_SETTINGS_MODULE": "chengshu.settings",
    }
    for arguments in checks:
        ran = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "django", *arguments],
            env=environment,
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
    assert not [path for path in (copy / "scenes" / "parks").rglob("*") if "sample" in path.name]


@pytest.mark.parametrize("name", ["Parks", "1parks", "parks-and-rivers", "", "class name"])
def test_a_name_that_is_none_is_refused(copy: Path, name: str) -> None:
    with pytest.raises(InvalidInput):
        create_scene(name, copy)


def test_an_existing_scene_is_not_overwritten(copy: Path) -> None:
    with pytest.raises(Conflict):
        create_scene("sample", copy)
