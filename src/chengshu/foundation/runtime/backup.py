"""Backups: one file with the database, the uploaded files and the secrets, each entry with its digest.

The passwords of database roles stay out: they belong to one machine and are made anew on another. A backup
holds secrets, so it is written for its owner's eyes only; keep it as you keep the data itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from chengshu.foundation.errors import Conflict, InvalidFile, Unavailable
from chengshu.foundation.runtime.database import (
    connection_parameters,
    libpq_environment,
    superuser_parameters,
)
from chengshu.foundation.runtime.layout import Layout
from chengshu.foundation.runtime.logs import ZONE
from chengshu.foundation.runtime.programs import wheel_programs
from chengshu.foundation.runtime.roles import connect
from chengshu.foundation.runtime.steps import forget_prepared

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
DUMP: Final = "database.dump"
_PARTS: Final = ("files", "secrets")
_LOCAL_SECRETS: Final = "database-"
_CHUNK: Final = 1024 * 1024
_NOT_PORTABLE: Final = re.compile(
    rb"SET transaction_timeout = |ALTER TABLE ONLY \S+ ALTER COLUMN \S+ SET \(pg_attver=\d+\);$"
)
"""A setting from PostgreSQL 17 on, and a mark that some builds of 15 keep among the options of columns."""
_THERE_ALREADY: Final = (" SCHEMA - public ", " COMMENT - SCHEMA public ")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in a backup.

    :param size: bytes
    """

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds, and from where."""

    format: int
    version: str
    made: str
    server: str
    entries: tuple[Entry, ...]

    def text(self) -> str:
        return json.dumps(asdict(self), indent=1)


def back_up(layout: Layout, target: Path) -> Manifest:
    """Write a backup; the database must answer. ``target`` appears only when it is whole.

    :raises Conflict: if ``target`` exists
    """
    if target.exists():
        raise Conflict(f"{target} exists already.", hint="Choose another name, or remove it first.")
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.partial")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        dump = Path(folder) / DUMP
        _dump(layout, dump)
        sources = {DUMP: dump, **_sources(layout)}
        manifest = Manifest(
            FORMAT, _version(), datetime.now(ZONE).isoformat(timespec="seconds"), _server(),
            tuple(_entry(name, path) for name, path in sources.items()),
        )  # fmt: skip
        with _private(draft) as file, tarfile.open(fileobj=file, mode="w") as archive:
            _add_text(archive, MANIFEST, manifest.text())
            for name, path in sources.items():
                archive.add(path, name, recursive=False)
        draft.rename(target)
    return manifest


def _dump(layout: Layout, target: Path) -> None:
    """As the superuser where we have one: a table that forces row security on its owner is dumped whole."""
    parameters = connection_parameters()
    chosen = superuser_parameters(layout) if parameters.embedded else parameters.owner
    _run(
        "pg_dump",
        chosen,
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        "--schema=public",
        f"--file={target}",
    )


def _sources(layout: Layout) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for part in _PARTS:
        base = layout.data / part
        for path in sorted(base.rglob("*")):
            if path.is_file() and not path.name.startswith((".", _LOCAL_SECRETS)):
                found[f"{part}/{path.relative_to(base).as_posix()}"] = path
    return found


def read_manifest(archive: tarfile.TarFile) -> Manifest:
    """:raises InvalidFile: if this is no backup of ours, or of a later format."""
    try:
        file = archive.extractfile(MANIFEST)
        content = json.loads(file.read()) if file else {}
        entries = tuple(Entry(**entry) for entry in content.pop("entries"))
        manifest = Manifest(**content, entries=entries)
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidFile("This is not a backup made by ./chengshu backup.", code="backup.unknown") from error
    if manifest.format != FORMAT:
        raise InvalidFile(
            f"This backup has format {manifest.format}; this release reads {FORMAT}.", code="backup.format"
        )
    return manifest


def restore(layout: Layout, source: Path, *, force: bool = False) -> Manifest:
    """Verify a backup and put it in place; nothing is touched before every digest is right.

    :param force: replace what is there
    :raises InvalidFile: if the backup is damaged
    :raises Conflict: if something is there and ``force`` is not given
    """
    layout.run.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=layout.data, prefix=".restore-") as folder:
        manifest = _unpack(source, Path(folder))
        occupied = _occupied(layout)
        if occupied and not force:
            raise Conflict(
                f"There is data already: {occupied}.",
                hint="Use an empty data directory, or replace it with --force.",
            )
        _restore_database(Path(folder) / DUMP, replace=bool(occupied))
        for part in _PARTS:
            _put(Path(folder) / part, layout.data / part)
    forget_prepared(layout)
    return manifest


def _unpack(source: Path, folder: Path) -> Manifest:
    try:
        with tarfile.open(source) as archive:
            manifest = read_manifest(archive)
            for entry in manifest.entries:
                _unpack_entry(archive, entry, folder)
    except FileNotFoundError as error:
        raise InvalidFile(f"There is no file {source}.", code="backup.missing") from error
    except tarfile.TarError as error:
        raise InvalidFile(f"{source} is not a readable backup.", code="backup.damaged") from error
    return manifest


def _unpack_entry(archive: tarfile.TarFile, entry: Entry, folder: Path) -> None:
    name = PurePosixPath(entry.name)
    if name.is_absolute() or ".." in name.parts or (entry.name != DUMP and name.parts[0] not in _PARTS):
        raise InvalidFile(f"The backup names a file outside its place: {entry.name}.", code="backup.damaged")
    try:
        file = archive.extractfile(entry.name)
    except KeyError:
        file = None
    if file is None:
        raise InvalidFile(f"The backup lacks {entry.name}.", code="backup.damaged")
    target = folder / name
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if _copy(file, target) != entry.sha256:
        raise InvalidFile(f"{entry.name} is not what was backed up.", code="backup.damaged")


def _copy(file: IO[bytes], target: Path) -> str:
    digest = hashlib.sha256()
    with _private(target) as out:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            out.write(chunk)
    return digest.hexdigest()


def _occupied(layout: Layout) -> str:
    """What stands in the way of a restore, in words."""
    with connect(connection_parameters().owner) as connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    tables = row[0] if row else 0
    files = sum(1 for path in layout.files.rglob("*") if path.is_file())
    words = [f"{count} {what}" for count, what in ((tables, "tables"), (files, "files")) if count]
    return " and ".join(words)


def _restore_database(dump: Path, *, replace: bool) -> None:
    """All in one transaction, the clearing included: whatever fails, what was there before is there again."""
    begin, script = dump.with_suffix(".begin.sql"), dump.with_suffix(".sql")
    begin.write_text("DROP SCHEMA public CASCADE; CREATE SCHEMA public;" if replace else "", encoding="ascii")
    _write_script(dump, script)
    options = (
        "--no-psqlrc",
        "--quiet",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        "--output=/dev/null",
    )
    _run("psql", connection_parameters().owner, *options, f"--file={begin}", f"--file={script}")


def _write_script(dump: Path, script: Path) -> None:
    """As SQL without what the target does not know (see ``_NOT_PORTABLE``) or has already."""
    listing = dump.with_suffix(".list")
    listing.write_text("\n".join(_contents(dump)), encoding="utf-8")
    draft = dump.with_suffix(".draft.sql")
    options = ("--no-owner", "--no-privileges", f"--use-list={listing}", f"--file={draft}")
    _run("pg_restore", {}, *options, str(dump))
    with draft.open("rb") as source, _private(script) as target:
        target.writelines(_portable(source))
    draft.unlink()


def _portable(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Statements without those that only some servers know; rows of data pass untouched."""
    in_data = False
    for line in lines:
        if in_data or not _NOT_PORTABLE.match(line):
            yield line
        in_data = (
            line != b"\\.\n" if in_data else line.startswith(b"COPY ") and line.endswith(b" FROM stdin;\n")
        )


def _contents(dump: Path) -> list[str]:
    listed = _run("pg_restore", {}, "--list", str(dump))
    return [line for line in listed.splitlines() if not any(part in line for part in _THERE_ALREADY)]


def _run(program: str, parameters: dict[str, Any], *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603
        [str(wheel_programs().path(program)), *arguments],
        env=os.environ | (libpq_environment(parameters) if parameters else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Unavailable(f"{program} failed: {done.stderr.strip()}", hint="./chengshu doctor may tell why.")
    return done.stdout


def _put(source: Path, target: Path) -> None:
    for path in sorted(source.rglob("*")):
        if path.is_file():
            place = target / path.relative_to(source)
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.move(path, place)


def _entry(name: str, path: Path) -> Entry:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return Entry(name, path.stat().st_size, digest.hexdigest())


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    content = text.encode()
    info = tarfile.TarInfo(name)
    info.size = len(content)
    info.mode = 0o600
    archive.addfile(info, io.BytesIO(content))


@contextlib.contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        yield file


def _server() -> str:
    with connect(connection_parameters().owner) as connection:
        return str(connection.info.server_version // 10000)


def _version() -> str:
    try:
        return version("chengshu")
    except PackageNotFoundError:
        return "0.1.0"
