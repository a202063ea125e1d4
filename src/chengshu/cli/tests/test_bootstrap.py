"""The shell script and what it hands to Python: refusals first, then when an environment counts as fresh."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chengshu.cli import bootstrap
from chengshu.foundation.runtime.layout import ROOT

SCRIPT = ROOT / "chengshu"
SHELLS = [shell for shell in ("dash", "sh", "bash") if shutil.which(shell)]


def _checkout(folder: Path) -> Path:
    """A checkout with nothing but the script, a lock file, and a bootstrap that tells what it was given."""
    root = folder / "a checkout"
    (root / "src" / "chengshu" / "cli").mkdir(parents=True)
    shutil.copy(SCRIPT, root / "chengshu")
    (root / "src" / "chengshu" / "cli" / "bootstrap.py").write_text(
        "import sys; print('bootstrap', *sys.argv[1:])\n"
    )
    python = root / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho python "$@"\n')
    python.chmod(0o755)
    return root


def _run(
    shell: str, script: Path, *arguments: str, folder: Path | None = None, **environment: str
) -> tuple[int, str, str]:
    done = subprocess.run(
        [shell, str(script), *arguments],
        cwd=folder or script.parent,
        env={"PATH": os.environ["PATH"], "CHENGSHU_PYTHON": sys.executable, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("shell", SHELLS)
def test_without_a_new_enough_python_it_says_what_to_do(shell: str, tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n')
    old.chmod(0o755)
    tools = f"{tmp_path}:/nonexistent"
    for tool in ("dirname", "readlink", "head"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    status, out, told = _run(str(shutil.which(shell)), SCRIPT, "up", PATH=tools, CHENGSHU_PYTHON="python3")
    assert status == 1
    assert out == ""
    assert "needs Python 3.11 or later; found: Python 3.9.2" in told
    assert "CHENGSHU_PYTHON=" in told


SYSTEM = Path("/usr/bin/python3")


def _is_complete(python: Path) -> bool:
    code = "import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))"
    return python.exists() and not subprocess.run([python, "-I", "-c", code], capture_output=True).returncode


@pytest.mark.parametrize("shell", SHELLS)
def test_the_systems_own_python_comes_first_where_it_makes_environments(shell: str, tmp_path: Path) -> None:
    root = _checkout(tmp_path)
    (root / "src" / "chengshu" / "cli" / "bootstrap.py").write_text("import sys; print(sys.executable)\n")
    other = tmp_path / "python3"
    other.write_text('#!/bin/sh\n[ "$1" = -I ] && [ "$2" != -S ] && echo other\nexit 0\n')
    other.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    _, first, _ = _run(shell, root / "chengshu", "status", PATH=path, CHENGSHU_PYTHON="")
    _, named, _ = _run(shell, root / "chengshu", "status", PATH=path, CHENGSHU_PYTHON="python3")
    assert (first.splitlines()[0], named.splitlines()[0]) == (
        str(SYSTEM) if _is_complete(SYSTEM) else "other",
        "other",
    )


@pytest.mark.parametrize("shell", SHELLS)
def test_it_works_from_any_folder_and_passes_arguments_on_unchanged(shell: str, tmp_path: Path) -> None:
    root = _checkout(tmp_path)
    status, out, told = _run(shell, root / "chengshu", "status", "two words", "--json", folder=tmp_path)
    assert (status, told) == (0, "")
    assert out.splitlines() == [
        f"bootstrap {root} requirements.lock",
        "python -m chengshu.cli status two words --json",
    ]


def test_it_works_through_a_link(tmp_path: Path) -> None:
    root = _checkout(tmp_path)
    (tmp_path / "link").symlink_to(root / "chengshu")
    status, out, _ = _run("sh", tmp_path / "link", "status")
    assert status == 0
    assert f"bootstrap {root} " in out


@pytest.mark.parametrize("command", ["test", "check"])
def test_the_gate_gets_the_development_packages(command: str, tmp_path: Path) -> None:
    root = _checkout(tmp_path)
    _, out, _ = _run("sh", root / "chengshu", command)
    assert out.startswith(f"bootstrap {root} requirements-dev.lock")


def _environment(folder: Path, version: str) -> tuple[Path, Path]:
    environment, lock = folder / ".venv", folder / "requirements.lock"
    (environment / "bin").mkdir(parents=True)
    (environment / "bin" / "python").symlink_to(sys.executable)
    lock.write_text("package==1 --hash=sha256:00\n")
    stamp = bootstrap.stamp_of(environment, lock)
    stamp.parent.mkdir()
    stamp.write_text(bootstrap.expected_stamp(lock, version))
    return environment, lock


def test_an_environment_without_a_stamp_is_not_fresh(tmp_path: Path) -> None:
    environment, lock = _environment(tmp_path, "3.11.7")
    assert bootstrap.is_fresh(environment, lock, "3.11.7")
    bootstrap.stamp_of(environment, lock).unlink()
    assert not bootstrap.is_fresh(environment, lock, "3.11.7")


def test_another_lock_file_or_another_python_makes_it_stale(tmp_path: Path) -> None:
    environment, lock = _environment(tmp_path, "3.11.7")
    assert not bootstrap.is_fresh(environment, lock, "3.12.0")
    lock.write_text("package==2 --hash=sha256:00\n")
    assert not bootstrap.is_fresh(environment, lock, "3.11.7")


def test_an_environment_whose_python_has_gone_is_not_fresh(tmp_path: Path) -> None:
    environment, lock = _environment(tmp_path, "3.11.7")
    (environment / "bin" / "python").unlink()
    (environment / "bin" / "python").symlink_to("/nonexistent/python")
    assert not bootstrap.is_fresh(environment, lock, "3.11.7")
    assert bootstrap.python_version(environment) == ""


def test_the_development_packages_satisfy_the_runtime_lock_too(tmp_path: Path) -> None:
    environment, lock = _environment(tmp_path, "none")
    development = tmp_path / bootstrap.DEVELOPMENT
    development.write_text(lock.read_text() + "tool==1 --hash=sha256:00\n")
    bootstrap._write_stamps(environment, development)
    version = bootstrap.python_version(environment)
    assert bootstrap.is_fresh(environment, lock, version)
    assert bootstrap.is_fresh(environment, development, version)


def test_two_starts_at_once_wait_for_one_another(tmp_path: Path) -> None:
    """The second gets in only when the first has left, and says meanwhile why it waits."""
    _, lock = _environment(tmp_path, "3.11.7")
    code = (
        "import sys; from pathlib import Path; from chengshu.cli import bootstrap\n"
        "with bootstrap._one_at_a_time(Path(sys.argv[1])): print('inside')"
    )
    with bootstrap._one_at_a_time(lock):
        second = subprocess.Popen(
            [sys.executable, "-u", "-c", code, str(lock)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert second.stderr is not None
        assert "waiting for it" in second.stderr.readline()
        assert second.poll() is None
    out, _ = second.communicate(timeout=30)
    assert out == "inside\n"
