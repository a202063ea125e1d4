"""What pages and the API remember for an account: its saved views and its repeatable requests."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.changes import Recorded


class SavedView(Recorded):
    """A named set of filters of one page, kept by and for one account."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=200)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("saved view")
        ordering = ["page", "name"]
        constraints = [models.UniqueConstraint(fields=["account", "page", "name"], name="http_view_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def href(self) -> str:
        return f"{self.page}?{self.query}" if self.query else self.page


class IdempotencyKey(models.Model):
    """A request that its sender may repeat, and the answer it got; kept for a day."""

    account_id = models.BigIntegerField()
    key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=100, blank=True)
    location = models.CharField(max_length=500, blank=True)
    body = models.BinaryField(default=b"")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_id", "key"], name="http_key_once")]

    def __str__(self) -> str:
        return self.key


class PublishedStamp(models.Model):
    """One row that changes with everything published (``foundation.published``); only the database writes it."""

    value = models.UUIDField()

    def __str__(self) -> str:
        return str(self.value)
