"""Keeping, within an action: a made file in the content store, and a row that there may be only once."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from chengshu.foundation.audit.changes import Recorded
from chengshu.foundation.errors import Conflict
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


def save_once(row: Recorded, otherwise: Conflict) -> None:
    """Save a row that the database holds to be the only one.

    :param otherwise: raised if somebody else was faster
    """
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise otherwise from error
