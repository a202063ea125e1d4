"""``./chengshu bench NAME``: one of the measurements under ``bench/``, in a throw-away database."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from chengshu.cli.output import AsJson, people
from chengshu.foundation.errors import Missing
from chengshu.foundation.runtime.layout import ROOT

_HELPERS = ("__init__", "measuring")


def register(app: typer.Typer) -> None:
    app.command()(bench)


def measurements(folder: Path) -> list[str]:
    """The names of all measurements."""
    return sorted(path.stem for path in folder.glob("*.py") if path.stem not in _HELPERS)


def bench(
    name: Annotated[str, typer.Argument(help="Which measurement; without one they are listed.")] = "",
    as_json: AsJson = False,
) -> None:
    """Measure, in a throw-away database beside the real one; figures come with the machine's load."""
    known = measurements(ROOT / "bench")
    if not name:
        people.print("\n".join(known))
        return
    if name not in known:
        raise Missing(f"There is no measurement “{name}”.", hint=f"There are: {', '.join(known)}.")
    command = [sys.executable, "-m", f"bench.{name}", *(["--json"] if as_json else [])]
    raise typer.Exit(subprocess.run(command, cwd=ROOT, check=False).returncode)  # noqa: S603
