"""Files: one stored content per digest, any number of uses of it, each within its unit's scope."""

from __future__ import annotations

import time
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.changes import Recorded
from chengshu.foundation.errors import Unavailable
from chengshu.foundation.files import kinds, store


class Content(models.Model):
    """Bytes that are stored once, named by their digests; never changed."""

    append_only = True

    sha256 = models.CharField(max_length=64, unique=True)
    sm3 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    stored_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def path(self) -> Path:
        return store.path_of(self.sha256)

    def open(self) -> BinaryIO:
        """The bytes.

        :raises Unavailable: if they are not in the store, which ``./chengshu files verify`` finds too
        """
        try:
            return self.path.open("rb")
        except FileNotFoundError as error:
            raise Unavailable(
                _("The content of this file is missing from the store."),
                code="file.content_missing",
                hint=_("Tell your system administrator; a backup has it."),
            ) from error


class File(Recorded):
    """One use of a content: a name, a unit it belongs to, and who brought it."""

    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    content = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=200)
    purpose = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("file")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def media_type(self) -> str:
        return kinds.media_type_of(self.name)


class Upload(models.Model):
    """An upload under way, seen by its owner only.

    How much has arrived is told by the file on disk alone, so a crash between the two cannot make them differ.
    """

    key = models.CharField(max_length=43, unique=True)
    account_id = models.BigIntegerField(null=True)
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    purpose = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.name} {self.received}/{self.size}"

    @property
    def path(self) -> Path:
        return store.incoming() / f"upload-{self.pk}"

    @property
    def received(self) -> int:
        """Bytes that have arrived and are durable."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def idle_s(self) -> float:
        """Seconds since anything arrived."""
        since = self.path.stat().st_mtime if self.path.is_file() else self.created_at.timestamp()
        return time.time() - since
