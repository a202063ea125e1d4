"""What could keep Chengshu from running on this machine: a list of small checks, each with a next step."""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from chengshu.foundation import config
from chengshu.foundation.errors import ChengshuError
from chengshu.foundation.runtime import catalogues, frontend, instance
from chengshu.foundation.runtime.database import OLDEST_SERVER, connection_parameters, is_embedded
from chengshu.foundation.runtime.layout import ROOT, Layout
from chengshu.foundation.runtime.roles import check_application_role, check_server, connect
from chengshu.foundation.runtime.system import port_is_free

Verdict = Literal["good", "note", "bad"]

_LEAST_FREE: Final = 2 * 1024**3
_CLOCK_TOLERANCE_S: Final = 2.0
_TIME_ERROR: Final = 5
_CHROMIUMS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check; ``note`` means "works, but look here"."""

    check: str
    verdict: Verdict
    finding: str
    hint: str = ""

    def as_data(self) -> dict[str, str]:
        return asdict(self)


def examine() -> list[Finding]:
    """Run every check; one that breaks is itself a finding."""
    layout = Layout.from_environment()
    return [_examined(name, check, layout) for name, check in CHECKS]


def _examined(name: str, check: Callable[[Layout], tuple[Any, ...]], layout: Layout) -> Finding:
    try:
        return Finding(name, *check(layout))
    except ChengshuError as error:
        return Finding(name, "bad", str(error.message), str(error.hint))
    except Exception as error:
        return Finding(name, "bad", f"{type(error).__name__}: {error}", "Run it again with CHENGSHU_DEBUG=1.")


def _python(layout: Layout) -> tuple[Any, ...]:
    found = f"{platform.python_version()} at {sys.executable}"
    return ("good", found) if sys.version_info >= (3, 11) else ("bad", found, "Install Python 3.11 or later.")


def _disk(layout: Layout) -> tuple[Any, ...]:
    existing = next(path for path in (layout.data, *layout.data.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    found = f"{free / 1024**3:.1f} GiB free at {existing}"
    return (
        ("good", found)
        if free >= _LEAST_FREE
        else ("bad", found, "Free some space, or move CHENGSHU_DATA_DIR.")
    )


def _data_directory(layout: Layout) -> tuple[Any, ...]:
    if not layout.data.exists():
        return ("note", f"{layout.data} does not exist yet", "./chengshu up makes it.")
    status = layout.data.stat()
    if status.st_uid != os.geteuid():
        return ("bad", f"{layout.data} belongs to user {status.st_uid}", "Run Chengshu as that user.")
    open_secrets = [path.name for path in layout.secrets.glob("*") if path.stat().st_mode & 0o077]
    if open_secrets:
        return ("bad", f"others may read {', '.join(open_secrets)}", f"chmod -R go= {layout.secrets}")
    if status.st_mode & 0o066:
        return ("note", f"others may list {layout.data}", f"chmod go-rw {layout.data}")
    return (
        "good",
        f"{layout.data}; the database lies in {layout.cluster_home}" if is_embedded() else str(layout.data),
    )


def _port(layout: Layout) -> tuple[Any, ...]:
    bind, port = (
        config.text("CHENGSHU_BIND", "127.0.0.1"),
        config.number("CHENGSHU_PORT", 8600, least=1, most=65535),
    )
    known = instance.running(layout)
    if known:
        return ("good", f"Chengshu serves at {known.url}")
    if port_is_free(bind, port):
        return ("good", f"{bind}:{port} is free")
    return ("bad", f"{bind}:{port} is taken by another program", "Stop it, or choose CHENGSHU_PORT.")


def _database(layout: Layout) -> tuple[Any, ...]:
    parameters = connection_parameters()
    if parameters.embedded and not instance.running(layout):
        return ("note", "embedded, not running", "./chengshu up starts it.")
    with connect(parameters.owner) as connection:
        check_server(connection)
        check_application_role(connection, parameters.app["USER"])
        number = connection.info.server_version
    kind = "embedded" if parameters.embedded else f"at {parameters.owner['HOST']}"
    return ("good", f"PostgreSQL {number // 10000}.{number % 10000} {kind} (needs {OLDEST_SERVER} or later)")


def _migrations(layout: Layout) -> tuple[Any, ...]:
    if is_embedded() and not instance.running(layout):
        return ("note", "cannot be told while the database is down", "./chengshu up applies them.")
    import django

    from chengshu.foundation.runtime.steps import pending_migrations

    django.setup()
    pending = pending_migrations()
    if pending:
        return ("bad", f"{len(pending)} pending, first {pending[0]}", "./chengshu prepare applies them.")
    return ("good", "all applied")


def _clock(layout: Layout) -> tuple[Any, ...]:
    """Deadlines are counted in working days: a wrong clock breaks the law, so its source matters."""
    if not is_embedded():
        with connect(connection_parameters().owner) as connection:
            row = connection.execute("SELECT clock_timestamp()").fetchone()
        apart = abs((datetime.now(UTC) - row[0]).total_seconds()) if row else 0.0
        if apart > _CLOCK_TOLERANCE_S:
            return ("bad", f"{apart:.1f} s apart from the database server's", "Synchronise both by NTP.")
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
    if _unsynchronised():
        return (
            "note",
            f"{now}; the kernel knows of no time source",
            "Set up NTP (systemd-timesyncd or chrony).",
        )
    return ("good", now)


def _unsynchronised() -> bool:
    """``adjtimex`` with no mode set only reads; it answers TIME_ERROR while nothing disciplines the clock."""
    try:
        return int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))) == _TIME_ERROR
    except (AttributeError, OSError):
        return False


def _front_end(layout: Layout) -> tuple[Any, ...]:
    if frontend.is_stale():
        return ("note", "not built, or older than its sources", "./chengshu up builds it.")
    return ("good", "built")


def _translations(layout: Layout) -> tuple[Any, ...]:
    waiting = catalogues.stale()
    return (
        ("note", f"{len(waiting)} to compile", "./chengshu up does it.") if waiting else ("good", "compiled")
    )


def _fonts(layout: Layout) -> tuple[Any, ...]:
    """PDFs need the Chinese fonts that come with the front end's packages; no system font is used."""
    found = sorted((ROOT / "frontend" / "node_modules" / "@expo-google-fonts").glob("noto-*-sc/**/*.ttf"))
    if found:
        return ("good", f"{len(found)} font files for PDF")
    return ("bad", "the Chinese fonts for PDF are missing", "./chengshu up installs them with the front end.")


def _chromium(layout: Layout) -> tuple[Any, ...]:
    program = chromium()
    if program:
        return ("good", program)
    return ("note", "not installed: browser tests will be skipped", "apt-get install chromium")


def chromium() -> str:
    """The path of a Chromium on this machine, empty if there is none."""
    return next((path for path in map(shutil.which, _CHROMIUMS) if path), "")


CHECKS: Final[tuple[tuple[str, Callable[[Layout], tuple[Any, ...]]], ...]] = (
    ("Python", _python),
    ("Disk", _disk),
    ("Data directory", _data_directory),
    ("Port", _port),
    ("Database", _database),
    ("Migrations", _migrations),
    ("Clock", _clock),
    ("Front end", _front_end),
    ("Translations", _translations),
    ("Fonts", _fonts),
    ("Chromium", _chromium),
)
