"""Signed packages: a zip with entries as JSONL and CSV, a manifest of their digests, its signature and the key.

Whoever holds the file can prove it without this platform: ``manifest.json`` is signed with SM2, names the SM3 digest
of every other file, and each entry carries the facts its own digest covers.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit import signing
from chengshu.foundation.audit.canonical import canonical, plain, sm3
from chengshu.foundation.audit.chain import FACTS, digest_of
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import InvalidFile

COLUMNS = ("id", "lane", "position", *FACTS, "previous", "digest")
_ENTRIES, _TABLE = "entries.jsonl", "entries.csv"
_MANIFEST, _SIGNATURE, _KEY = "manifest.json", "manifest.sig", "public-key.pem"
LARGEST = 4 * 1024**3
"""Bytes of one member that checking unpacks at most."""


@dataclass(frozen=True)
class Written:
    """What was put into a package."""

    count: int
    sm3: str
    """Of ``entries.jsonl``."""
    signature: str


@dataclass(frozen=True)
class Checked:
    """What a check of a package found; ``faults`` are sentences, none when all holds."""

    count: int
    kind: str
    made_at: str
    is_ours: bool
    faults: tuple[str, ...] = field(default=())


def write_package(
    target: BinaryIO, entries: Iterable[AuditEntry], *, kind: str, about: Mapping[str, Any]
) -> Written:
    """Write and sign a package.

    :param kind: ``export`` or ``archive``
    :param about: facts for the manifest, such as the filters
    """
    lines, table, count = io.BytesIO(), io.StringIO(newline=""), 0
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for entry in entries:
        facts = {name: getattr(entry, name) for name in COLUMNS}
        lines.write(canonical(facts) + b"\n")
        writer.writerow([_cell(facts[name]) for name in COLUMNS])
        count += 1
    members = {_ENTRIES: lines.getvalue(), _TABLE: table.getvalue().encode("utf-8-sig")}
    digests = {name: sm3(content) for name, content in members.items()}
    manifest = canonical(
        {"kind": kind, "made_at": datetime.now(UTC), "count": count, "files": digests, "about": dict(about)}
    )
    signature = signing.sign(manifest)
    members |= {_MANIFEST: manifest, _SIGNATURE: signature.encode(), _KEY: signing.public_key().encode()}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return Written(count, digests[_ENTRIES], signature)


def _cell(value: Any) -> str:
    """Text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    text = canonical(value).decode() if isinstance(value, dict) else str(plain(value))
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def check_package(path: Path) -> Checked:
    """Prove a package: its signature, the digests of its files and the digest of every entry.

    :raises InvalidFile: if it is no package at all
    """
    members = _members(path)
    try:
        manifest = json.loads(members[_MANIFEST])
        key, signature = members[_KEY].decode(), members[_SIGNATURE].decode()
        digests, count = dict(manifest["files"]), int(manifest["count"])
    except (ValueError, KeyError, TypeError) as error:
        raise _no_package() from error
    faults = [] if signing.is_signed(members[_MANIFEST], signature, key) else ["the signature does not hold"]
    for name in (_ENTRIES, _TABLE):
        if sm3(members.get(name, b"")) != digests.get(name):
            faults.append(f"{name} was changed after signing")
    wrong, found = _wrong_entries(members.get(_ENTRIES, b""))
    faults += wrong
    if found != count:
        faults.append(f"{found} entries instead of {count}")
    is_ours = key.split() == signing.public_key().split()
    return Checked(found, str(manifest.get("kind")), str(manifest.get("made_at")), is_ours, tuple(faults))


def _members(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as package:
            return {
                info.filename: package.read(info) for info in package.infolist() if info.file_size <= LARGEST
            }
    except (zipfile.BadZipFile, OSError) as error:
        raise _no_package() from error


def _no_package() -> InvalidFile:
    return InvalidFile(
        _("This file is no signed audit export."),
        code="audit_package",
        hint=_("Give the zip file as it was exported or archived."),
    )


def _wrong_entries(content: bytes) -> tuple[list[str], int]:
    wrong, count = [], 0
    for number, line in enumerate(content.splitlines(), start=1):
        count += 1
        try:
            facts = json.loads(line)
            sound = digest_of(facts["lane"], facts["position"], facts["previous"], facts) == facts["digest"]
        except (ValueError, KeyError, TypeError):
            sound = False
        if not sound:
            wrong.append(f"entry on line {number} does not give its digest")
    return wrong, count
