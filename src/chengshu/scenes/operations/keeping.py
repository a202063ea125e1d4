"""Keeping a made file or a picture in the content store, within an action: its digests name it for ever."""

from __future__ import annotations

from chengshu.foundation.files import store
from chengshu.foundation.files.actions import keep_content
from chengshu.foundation.files.models import Content


def keep(content: bytes, media_type: str) -> Content:
    """The stored content; equal bytes are kept once."""
    path = store.draft(content)
    try:
        return keep_content(path, media_type)
    finally:
        path.unlink(missing_ok=True)
