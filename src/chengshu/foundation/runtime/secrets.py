"""Secrets: made once, on first use, in the data directory, readable by their owner only."""

from __future__ import annotations

import os
import secrets as randomness
from pathlib import Path

from chengshu.foundation.errors import Misconfigured
from chengshu.foundation.runtime.layout import Layout

_BYTES = 48


def secret(name: str, layout: Layout | None = None) -> str:
    """The secret called ``name``, made on first use; every process sees the same one.

    :raises Misconfigured: if it can be neither read nor made
    """
    path = (layout or Layout.from_environment()).secrets / name
    try:
        return _read(path) or _make(path)
    except OSError as error:
        raise Misconfigured(
            f"The secret {path} cannot be used: {error.strerror}.",
            key="CHENGSHU_DATA_DIR",
            hint="Run Chengshu as the owner of the data directory, or set CHENGSHU_DATA_DIR to another one.",
        ) from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""


def _make(path: Path) -> str:
    """Linking a finished file is atomic: of two processes that start together both read the winner's."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{randomness.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(randomness.token_urlsafe(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        _link_unless_present(draft, path)
    finally:
        draft.unlink()
    return _read(path)


def _link_unless_present(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        return
