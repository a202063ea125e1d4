"""The front end's build: npm from the wheel, only when its sources changed. A running server needs no
Node.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from chengshu.foundation.errors import Unavailable
from chengshu.foundation.runtime.layout import PACKAGE, ROOT, Layout
from chengshu.foundation.runtime.stamps import digest_of, is_fresh, write_stamp

SOURCE: Final = ROOT / "frontend"
OUTPUT: Final = PACKAGE / "foundation" / "web" / "static" / "dist"
_STAMP: Final = ".chengshu-stamp"
_NOT_SOURCES: Final = ("node_modules", "dist")


def is_stale() -> bool:
    """Whether there is a front end whose build is missing or older than its sources."""
    return _is_present() and not is_fresh(OUTPUT / _STAMP, _digest())


def _is_present() -> bool:
    return (SOURCE / "package-lock.json").exists()


def _digest() -> str:
    return digest_of(_sources(), SOURCE)


def _sources() -> list[Path]:
    return [
        path
        for path in SOURCE.rglob("*")
        if path.relative_to(SOURCE).parts[0] not in _NOT_SOURCES and path.is_file()
    ]


def build(layout: Layout) -> str:
    """Install the locked packages if they changed, then build.

    :raises Unavailable: if npm fails; its last lines are in the message
    """
    layout.run.mkdir(parents=True, exist_ok=True)
    with (layout.run / "front-end.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_stale():
            _install(layout)
            digest = _digest()
            _npm(layout, "run", "build")
            write_stamp(OUTPUT / _STAMP, digest)
    return f"{sum(1 for path in OUTPUT.rglob('*') if path.is_file())} files"


def _install(layout: Layout) -> None:
    stamp = SOURCE / "node_modules" / _STAMP
    digest = digest_of([SOURCE / "package-lock.json"], SOURCE)
    if not is_fresh(stamp, digest):
        _npm(layout, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        write_stamp(stamp, digest)


def _npm(layout: Layout, *arguments: str) -> None:
    programs = Path(sys.executable).parent
    npm = programs / "npm"
    if not npm.exists():
        raise Unavailable(
            "npm is not in the virtual environment.", hint="Start with ./chengshu, which installs it."
        )
    done = subprocess.run(  # noqa: S603
        [str(npm), *arguments],
        cwd=SOURCE,
        env={**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    log = layout.logs / "front-end.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_bytes(done.stdout)
    if done.returncode:
        last = "\n".join(done.stdout.decode("utf-8", "replace").splitlines()[-15:])
        raise Unavailable(f"npm {arguments[0]} failed:\n{last}", hint=f"All of its output is in {log}.")
