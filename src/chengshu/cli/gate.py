"""``check`` and ``test``: the gate that people and continuous integration share."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typer

from chengshu.cli.output import AsJson, people, print_json
from chengshu.foundation.runtime.layout import ROOT, Layout

_BIN: Final = Path(sys.executable).parent
_PYTHON: Final = sys.executable
_APT_PATIENCE_S: Final = 900


@dataclass(frozen=True, slots=True)
class Check:
    """One part of the gate.

    :param command: passes if its exit status is 0
    :param applies: whether there is anything to check yet
    """

    name: str
    command: tuple[str, ...]
    applies: Callable[[], bool] = lambda: True


CHECKS: Final = (
    Check("format", (str(_BIN / "ruff"), "format", "--check", ".")),
    Check("lint", (str(_BIN / "ruff"), "check", ".")),
    Check("types", (str(_BIN / "mypy"),)),
    Check("import contracts", (str(_BIN / "lint-imports"),)),
    Check("Django", (_PYTHON, "-m", "chengshu.cli", "manage", "check", "--fail-level", "WARNING")),
    Check(
        "migrations", (_PYTHON, "-m", "chengshu.cli", "manage", "makemigrations", "--check", "--dry-run")
    ),
    Check("front end", (str(_BIN / "npm"), "--prefix", "frontend", "run", "check"),
          lambda: (ROOT / "frontend" / "package.json").exists()),
    Check("documentation", (_PYTHON, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider",
                            "tests/contracts/test_docs.py"),
          lambda: (ROOT / "tests" / "contracts" / "test_docs.py").exists()),
)  # fmt: skip

_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def register(app: typer.Typer) -> None:
    app.command()(check)
    app.command(context_settings=_PASS_ON)(test)


def check(as_json: AsJson = False) -> None:
    """Format, lint, types, import contracts, Django, migrations, docs: every failure is listed, not just
    the first.
    """
    from chengshu.foundation.runtime.database_for_tests import ensure_test_server

    _build()
    ensure_test_server()
    outcomes = [(one, *_passes(one)) for one in CHECKS if one.applies()]
    failed = [one.name for one, passed, _ in outcomes if not passed]
    if as_json:
        parts = [
            {"check": one.name, "passed": passed, "seconds": round(seconds, 1)}
            for one, passed, seconds in outcomes
        ]
        print_json({"failed": failed, "checks": parts})
    elif failed:
        people.print(f"\n[bold red]{len(failed)} of {len(outcomes)} checks failed:[/] {', '.join(failed)}")
    else:
        people.print(f"\n[bold green]All {len(outcomes)} checks passed.[/]")
    raise typer.Exit(1 if failed else 0)


def _passes(one: Check) -> tuple[bool, float]:
    begun = time.monotonic()
    done = subprocess.run(  # noqa: S603
        one.command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    passed, seconds = done.returncode == 0, time.monotonic() - begun
    people.print(
        f"[green]✓[/] {one.name} [dim]({seconds:.1f} s)[/]" if passed else f"[bold red]✗ {one.name}[/]"
    )
    if not passed:
        people.print(done.stdout.rstrip(), markup=False, soft_wrap=True)
    return passed, seconds


def test(context: typer.Context) -> None:
    """Run all tests; further arguments go to pytest.

    Their order is shuffled anew with each change of the source and stays the same while the source does, so that
    a failure by order can be seen again elsewhere. ``--randomly-seed=default`` draws another one.
    """
    from chengshu.foundation.runtime.database_for_tests import ensure_test_server

    _build()
    ensure_test_server()
    _ensure_chromium()
    arguments = context.args
    if not any(part.startswith(("-n", "--numprocesses", "-p")) for part in arguments):
        arguments = ["-n", "2", *arguments]
    if not any(part.startswith(("--randomly", "--hypothesis", "-p")) for part in arguments):
        seed = order_of_tests(ROOT)
        arguments = [f"--randomly-seed={seed}", f"--hypothesis-seed={seed}", *arguments]
    status = subprocess.run([_PYTHON, "-m", "pytest", *arguments], cwd=ROOT, check=False).returncode  # noqa: S603
    raise typer.Exit(status)


def order_of_tests(root: Path) -> int:
    """The seed of random order and drawn examples: a digest of the names of all Python files of source and tests.

    So a mended line is tried in the very order in which it failed, and new files bring a new order.
    """
    sources = sorted(source for part in ("src", "tests") for source in (root / part).rglob("*.py"))
    names = "\n".join(source.relative_to(root).as_posix() for source in sources)
    return int.from_bytes(hashlib.sha256(names.encode()).digest()[:4])


def _build() -> None:
    from chengshu.cli.starting import take_visibly
    from chengshu.foundation.runtime.steps import BUILD_STEPS

    take_visibly(BUILD_STEPS, Layout.from_environment())


def _ensure_chromium() -> None:
    """Install Debian's Chromium where that needs no question; elsewhere say what will be skipped."""
    from chengshu.foundation.runtime.doctor import chromium

    if chromium():
        return
    if os.geteuid() or not shutil.which("apt-get"):
        people.print(
            "Browser tests will be skipped: there is no Chromium, and installing it takes root and apt-get."
        )
        return
    people.print("Installing Chromium for the browser tests …")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (("update",), ("install", "-y", "--no-install-recommends", "chromium", "fonts-noto-cjk")):
        done = subprocess.run(  # noqa: S603
            ["apt-get", "-q", *command],  # noqa: S607
            env=environment, stdout=subprocess.DEVNULL, timeout=_APT_PATIENCE_S, check=False,
        )  # fmt: skip
        if done.returncode:
            people.print("Browser tests will be skipped: Chromium could not be installed.")
            return


test.__test__ = False  # type: ignore[attr-defined]
