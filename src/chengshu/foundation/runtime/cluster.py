"""The embedded PostgreSQL cluster: made once, started on a Unix socket only, stopped cleanly, recovered
when it fell.

As root the cluster belongs to a user of its own (see :mod:`os_user`). If that user cannot pass into the data
directory, nothing is opened for it: the cluster lies under ``/var/lib/chengshu`` instead and the data
directory says so.
"""

from __future__ import annotations

import os
import secrets as randomness
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chengshu.foundation.errors import Conflict, Misconfigured, Unavailable
from chengshu.foundation.runtime.database import SUPERUSER_ROLE, is_embedded
from chengshu.foundation.runtime.layout import Layout
from chengshu.foundation.runtime.os_user import OsUser, can_reach, database_user, run_as
from chengshu.foundation.runtime.programs import Programs, programs_for
from chengshu.foundation.runtime.secrets import secret
from chengshu.foundation.runtime.system import is_alive, processes_in

LONGEST_SOCKET_PATH: Final = 107
"""Bytes in ``sockaddr_un.sun_path`` without its closing zero."""

SHELTER: Final = Path("/var/lib/chengshu")

_SOCKET_FILE: Final = ".s.PGSQL.5432.lock"
_SETTINGS: Final = (
    ("listen_addresses", ""),
    ("unix_socket_permissions", "0700"),
    ("password_encryption", "scram-sha-256"),
    ("logging_collector", "off"),
    ("log_destination", "stderr"),
    ("log_line_prefix", "%m [%p] %q%u@%d "),
    ("timezone", "Asia/Shanghai"),
    ("log_timezone", "Asia/Shanghai"),
    ("jit", "off"),
)
THROW_AWAY: Final = (("fsync", "off"), ("synchronous_commit", "off"), ("full_page_writes", "off"))
"""For clusters of tests only: a crash loses them, and nobody minds."""

_ACCESS: Final = (
    "# Written by Chengshu: passwords on the Unix socket, nothing else.\nlocal all all scram-sha-256\n"
)


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster and whom it runs as.

    :param settings: further ``postgresql.conf`` settings given on the command line
    """

    layout: Layout
    programs: Programs
    user: OsUser | None
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def data(self) -> Path:
        return self.layout.cluster_data

    @property
    def exists(self) -> bool:
        return (self.data / "PG_VERSION").exists()

    def command(self) -> tuple[str, ...]:
        """The command line that runs the server in the foreground."""
        directory = ("unix_socket_directories", str(self.layout.socket_directory))
        options = [f"--{name}={value}" for name, value in (*_SETTINGS, directory, *self.settings)]
        return (str(self.programs.path("postgres")), "-D", str(self.data), *options)

    def prepare(self) -> bool:
        """Make the cluster unless it exists, and its socket's directory; True if it was made just now.

        :raises Conflict: if the cluster was made by another major version
        """
        made = not self.exists
        if made:
            self._initialise()
        self._check_version()
        _ensure_socket_directory(self.layout, self.user)
        return made

    def _initialise(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        password = self.layout.cluster_home / ".password"
        try:
            _write_for(self.user, password, secret(f"database-{SUPERUSER_ROLE}", self.layout))
            done = run_as(self.user, [
                self.programs.path("initdb"), "-D", self.data, f"--username={SUPERUSER_ROLE}",
                f"--pwfile={password}", "--auth=scram-sha-256", "--encoding=UTF8",
                "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions",
            ], cwd=self.layout.cluster_home)  # fmt: skip
        finally:
            password.unlink(missing_ok=True)
        if done.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise Unavailable(
                f"The database cluster could not be made: {done.stderr.strip()}",
                hint="Run ./chengshu doctor; or set DATABASE_URL to a PostgreSQL of your own.",
            )
        _write_for(self.user, self.data / "pg_hba.conf", _ACCESS)

    def _check_version(self) -> None:
        made_by = int((self.data / "PG_VERSION").read_text(encoding="ascii"))
        if made_by != self.programs.major():
            raise Conflict(
                f"The cluster in {self.data} was made by PostgreSQL {made_by}; "
                f"this release brings {self.programs.major()}.",
                hint="Run ./chengshu backup with the old release, restore with the new one.",
            )

    def is_ready(self) -> bool:
        """Whether the server takes connections; it says so on the eighth line of ``postmaster.pid``."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    def leftovers(self) -> list[int]:
        """Process ids of servers and backends that work in this cluster's directory."""
        return processes_in(self.data) if self.data.exists() else []

    def stop(self, timeout_s: float = 20) -> bool:
        """Stop whatever runs in this directory, gently at first; True if anything ran."""
        ran = bool(self.leftovers())
        for number, patience_s in ((signal.SIGINT, timeout_s), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            if not self.leftovers():
                break
            self._signal(number)
            wait_until(lambda: not self.leftovers(), patience_s)
        return ran

    def _signal(self, number: int) -> None:
        """The postmaster tells its backends itself; only orphans are told one by one."""
        running = self.leftovers()
        postmaster = self.postmaster()
        for pid in [postmaster] if postmaster in running and number != signal.SIGKILL else running:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue

    def postmaster(self) -> int:
        """The process id in ``postmaster.pid``, 0 if there is none; it may be stale."""
        try:
            return int((self.data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return 0

    def forget_stale_pid(self) -> bool:
        """Remove lock files of a server that is gone: after a restart its process number may be anyone's."""
        if self.leftovers():
            return False
        socket = self.layout.socket_directory / _SOCKET_FILE
        stale = [
            path for path in (self.data / "postmaster.pid", socket, socket.with_suffix("")) if path.exists()
        ]
        for path in stale:
            path.unlink()
        return bool(stale)

    def start(self, timeout_s: float = 60) -> None:
        """Start it in the background, unsupervised: for tests and for commands while nothing else runs."""
        self.forget_stale_pid()
        log = self.layout.logs / "postgres.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            told = run_as(self.user, _detached(self.command()), cwd="/", start_new_session=True, stdin=output)
        pid = int(told.stdout)
        if not wait_until(lambda: self.is_ready() or not is_alive(pid), timeout_s) or not is_alive(pid):
            raise Unavailable("The database did not start.", hint=f"Its log is {log}.")


def _detached(command: tuple[str, ...]) -> tuple[str, ...]:
    """Runs ``command`` as nobody's child, so that whoever starts it may end; prints its process id.

    The log comes in as standard input, already open: the server's own user could not open it.
    """
    return ("/bin/sh", "-c", 'exec 3<&0; "$@" </dev/null >&3 2>&3 3<&- & echo $!', "sh", *command)


def embedded_cluster(layout: Layout, settings: tuple[tuple[str, str], ...] = ()) -> Cluster:
    """The cluster of this data directory; its home is chosen now if it has none yet.

    :raises Misconfigured: if ``DATABASE_URL`` is set: then the database is somebody else's
    """
    if not is_embedded():
        raise Misconfigured(
            "The embedded database is not used while DATABASE_URL is set.",
            key="DATABASE_URL",
            hint="Unset DATABASE_URL to use the embedded database.",
        )
    user = database_user()
    _ensure_home(layout, user)
    return Cluster(layout, programs_for(user, layout.cluster_home), user, settings)


@contextmanager
def running_cluster(layout: Layout) -> Iterator[None]:
    """Have the database answer inside this block: started if it is embedded and down, and then stopped
    again.
    """
    if not is_embedded():
        yield
        return
    cluster = embedded_cluster(layout)
    if cluster.leftovers():
        yield
        return
    cluster.prepare()
    cluster.start()
    try:
        yield
    finally:
        cluster.stop()


def _ensure_home(layout: Layout, user: OsUser | None) -> None:
    """Choose where the cluster lies and make it a directory of its user's own."""
    if not layout.data.exists():
        layout.data.mkdir(parents=True, mode=0o711 if user else 0o700)
    if not layout.cluster_home.exists():
        home = layout.data / "postgres"
        if user and not can_reach(user, layout.data):
            home = _sheltered(layout)
        home.mkdir(mode=0o700, exist_ok=True)
        _own(user, home)


def _sheltered(layout: Layout) -> Path:
    """A random name: a data directory made anew in the same place must not find the old one's cluster."""
    SHELTER.mkdir(mode=0o711, exist_ok=True)
    home = SHELTER / randomness.token_hex(8)
    layout.cluster_pointer.write_text(f"{home}\n", encoding="utf-8")
    return home


def _ensure_socket_directory(layout: Layout, user: OsUser | None) -> None:
    inside = layout.cluster_home / "socket"
    if len(os.fsencode(inside / _SOCKET_FILE)) <= LONGEST_SOCKET_PATH:
        layout.socket_pointer.unlink(missing_ok=True)
        inside.mkdir(mode=0o700, exist_ok=True)
        _own(user, inside)
    elif not _is_private(layout.socket_directory, user):
        layout.socket_pointer.write_text(f"{_short_directory(user)}\n", encoding="utf-8")


def _short_directory(user: OsUser | None) -> Path:
    base = None if user else os.environ.get("XDG_RUNTIME_DIR")
    usable = base if base and len(base) < 60 and os.access(base, os.W_OK) else "/tmp"  # noqa: S108
    directory = Path(tempfile.mkdtemp(prefix="chengshu-", dir=usable))
    _own(user, directory)
    return directory


def _is_private(directory: Path, user: OsUser | None) -> bool:
    """Whether it still is a directory which only its user enters: temporary places get cleaned and reused."""
    try:
        status = directory.lstat()
    except FileNotFoundError:
        return False
    expected = user.uid if user else os.geteuid()
    short = len(os.fsencode(directory / _SOCKET_FILE)) <= LONGEST_SOCKET_PATH
    return short and directory.is_dir() and not directory.is_symlink() and (
        status.st_uid == expected and status.st_mode & 0o077 == 0
    )  # fmt: skip


def _own(user: OsUser | None, path: Path) -> None:
    if user:
        os.chown(path, user.uid, user.gid)


def _write_for(user: OsUser | None, path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    _own(user, path)


def wait_until(holds: Callable[[], bool], timeout_s: float, every_s: float = 0.05) -> bool:
    """Poll until ``holds`` or the time is up; the last answer."""
    deadline = time.monotonic() + timeout_s
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(every_s)
    return True
