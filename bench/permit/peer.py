"""The same process in SpiffWorkflow, in a virtual environment of the measurement's own: it is no dependency of ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

VERSION = "3.2.0"
PACKAGES = (f"SpiffWorkflow=={VERSION}", "psycopg[binary]==3.3.9")
HERE = Path(__file__).resolve().parent


def run(folder: Path) -> dict[str, Any]:
    """Drive it as we drive ours: lock, read, complete, write, commit, each step a transaction of its own."""
    python = _environment(folder / "peer")
    environment = {**os.environ, "PEER_DATABASE": json.dumps(_connection())}
    done = subprocess.run(
        [python, str(HERE / "peer_run.py")], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the peer's run failed: {done.stderr.strip()[-2000:]}")
    return dict(json.loads(done.stdout))


def _environment(folder: Path) -> str:
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES],
        check=True,
        stdout=sys.stderr,
    )
    return python


def _connection() -> dict[str, Any]:
    from django.db import connections

    given = connections["owner"].get_connection_params()
    return {name: given[name] for name in ("dbname", "user", "password", "host", "port") if given.get(name)}
