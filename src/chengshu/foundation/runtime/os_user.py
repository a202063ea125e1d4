"""The operating-system user of the embedded database.

PostgreSQL refuses to run as root. When Chengshu is started as root, the database therefore runs as a
system user of its own, which can do nothing but read its cluster; every other start needs none of this.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chengshu.foundation.errors import Misconfigured

NAME = "chengshu-db"

_MAKERS = (
    ("useradd", ("--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
                 "--shell", "/usr/sbin/nologin", NAME)),
    ("adduser", ("-S", "-D", "-H", "-h", "/nonexistent", "-s", "/sbin/nologin", NAME)),
)  # fmt: skip
"""The usual tool first, then BusyBox's."""


@dataclass(frozen=True, slots=True)
class OsUser:
    """Whom a child process runs as."""

    name: str
    uid: int
    gid: int


def database_user() -> OsUser | None:
    """The user the embedded database runs as: ``None`` means "as whoever runs Chengshu".

    :raises Misconfigured: if we are root and no such user exists nor can be made
    """
    if os.geteuid() != 0:
        return None
    return _known() or _made()


def _known() -> OsUser | None:
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        return None
    return OsUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _made() -> OsUser:
    for tool, arguments in _MAKERS:
        program = shutil.which(tool, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
        if program and run_as(None, [program, *arguments]).returncode == 0:
            user = _known()
            if user:
                return user
    raise Misconfigured(
        f"PostgreSQL does not run as root, and the user {NAME} could not be made.",
        key="DATABASE_URL",
        hint=f"Make a system user called {NAME}, or run Chengshu as an ordinary user, or set DATABASE_URL.",
    )


def run_as(
    user: OsUser | None, command: Sequence[str | Path], **options: object
) -> subprocess.CompletedProcess[str]:
    """Run ``command`` to its end as ``user``, without any of our supplementary groups."""
    identity: dict[str, object] = {"user": user.uid, "group": user.gid, "extra_groups": []} if user else {}
    return subprocess.run(  # type: ignore[call-overload, no-any-return]  # noqa: S603
        [str(part) for part in command], text=True, capture_output=True, check=False, **identity, **options
    )


def can_reach(user: OsUser | None, directory: Path) -> bool:
    """Whether ``user`` can pass through every parent of an existing ``directory``."""
    if user is None:
        return os.access(directory, os.X_OK)
    return run_as(user, ["/bin/sh", "-c", 'cd -- "$1"', "sh", directory], cwd="/").returncode == 0
