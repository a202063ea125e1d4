"""Observations, and the records behind them. Both are only ever added."""

from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.changes import Recorded


class IndicatorObservation(Recorded):
    """What an indicator was for a period by one computation, with its evidence.

    ``question`` is the digest of what was asked: name, version, period and parameters.
    """

    append_only: ClassVar[bool] = True
    secret_fields: ClassVar[frozenset[str]] = frozenset({"blinding"})

    name = models.CharField(max_length=100)
    version = models.CharField(max_length=20)
    question = models.CharField(max_length=64)
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    symbol = models.CharField(max_length=10, blank=True)
    """The unit of measure."""
    first_day = models.DateField()
    last_day = models.DateField()
    length = models.CharField(max_length=8)
    parameters = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    value = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    numerator = models.DecimalField(max_digits=24, decimal_places=6)
    denominator = models.DecimalField(max_digits=24, decimal_places=6)
    records = models.PositiveIntegerField()
    simulated = models.BooleanField()
    reason = models.CharField(max_length=40, blank=True)
    evidence = models.JSONField(encoder=DjangoJSONEncoder)
    evidence_digest = models.CharField(max_length=64)
    blinding = models.CharField(max_length=64, blank=True)
    """The secret behind the commitments to its records; leaves the platform only record by record."""
    computed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("observation")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["question", "-id"], name="indicators_of_question"),
            models.Index(fields=["name", "-last_day", "-id"], name="indicators_of_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.first_day}/{self.last_day} {self.value}"


class RecordChunk(models.Model):
    """Some records of a roll, compressed, under the digest of their text."""

    append_only: ClassVar[bool] = True

    digest = models.CharField(max_length=64, primary_key=True)
    content = models.BinaryField()

    class Meta:
        verbose_name = _("records behind observations")

    def __str__(self) -> str:
        return self.digest
