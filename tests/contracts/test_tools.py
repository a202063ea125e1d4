"""What stands under ``tools/`` is no part of the platform: it shares no code with what it checks."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / "tools"
PROGRAMS = sorted(TOOLS.rglob("*.py"))


def imported(program: Path) -> set[str]:
    """The top-level names of everything it imports, wherever it does."""
    names = set()
    for node in ast.walk(ast.parse(program.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    return {name.partition(".")[0] if not name.startswith(".") else name for name in names}


def test_there_are_tools() -> None:
    assert PROGRAMS != []


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_a_tool_imports_the_standard_library_only(program: Path) -> None:
    assert imported(program) - sys.stdlib_module_names == set()
    text = program.read_text(encoding="utf-8")
    assert [name for name in ("__import__", "import_module", "exec(", "eval(") if name in text] == []


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_a_tool_runs_without_the_platform_and_its_packages(program: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(program), "--help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (program.parent / "README.md").exists()
