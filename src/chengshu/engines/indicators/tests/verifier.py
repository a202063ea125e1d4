"""The independent program under ``tools/``, loaded from its file, and packs written, read and tampered with."""

from __future__ import annotations

import importlib.util
import io
import json
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

TOOL = Path(__file__).parents[5] / "tools" / "verify_evidence" / "verify_evidence.py"


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_evidence", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


tool = loaded()


def verdict(path: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit status of the program and what it says."""
    out, before = io.StringIO(), sys.stdout
    sys.stdout = out
    try:
        status = tool.main([str(path), "--json", *arguments])
    finally:
        sys.stdout = before
    return status, json.loads(out.getvalue() or "{}")


def files_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewritten(content: bytes, path: Path, changes: Mapping[str, Callable[[bytes], bytes]]) -> Path:
    """A pack with some of its files changed."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, old in files_of(content).items():
            archive.writestr(name, changes.get(name, bytes)(old))
    return path


def manifest_changed(change: Callable[[dict[str, Any]], object]) -> Callable[[bytes], bytes]:
    """The same for ``pack.json``."""

    def to(old: bytes) -> bytes:
        manifest = json.loads(old)
        change(manifest)
        return json.dumps(manifest, ensure_ascii=False).encode()

    return to
