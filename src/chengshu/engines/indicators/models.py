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


class IndicatorStanding(models.Model):
    """How one question stands: when it was last asked, what its sources were then, and what went wrong since.

    Written over at every evaluation; the observations are what is kept. Of a template asked of all its subjects at once
    there is one standing for all of them, without an observation.
    """

    question = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=100)
    version = models.CharField(max_length=20)
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()
    parameters = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    observation = models.ForeignKey(
        IndicatorObservation, null=True, on_delete=models.DO_NOTHING, related_name="+"
    )
    definition_digest = models.CharField(max_length=64)
    marks = models.JSONField(null=True)
    """What its sources were when it was evaluated; null: nothing tells."""
    evaluated_at = models.DateTimeField()
    """When its records were last read."""
    checked_at = models.DateTimeField()
    """When it was last known that reading them again would give the same."""
    problem = models.TextField(blank=True)
    failing_since = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("standing of an indicator")
        indexes = [models.Index(fields=["name", "-last_day"], name="indicators_standing_of_name")]

    def __str__(self) -> str:
        return f"{self.name} {self.first_day}/{self.last_day}"


class ChangeMark(models.Model):
    """How far the audit chain was read for the indicators, lane by lane, and how many changes each app had made."""

    name = models.CharField(max_length=120, primary_key=True)
    number = models.BigIntegerField()

    class Meta:
        verbose_name = _("mark of changes")

    def __str__(self) -> str:
        return f"{self.name} {self.number}"


class IndicatorSubject(Recorded):
    """One thing that a template is asked of. It is retired when its query no longer names it, and never deleted."""

    template = models.CharField(max_length=100)
    subject = models.CharField(max_length=120)
    title = models.CharField(max_length=300)
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    url = models.CharField(max_length=300, blank=True)
    listed_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("subject of an indicator template")
        ordering = ["template", "subject"]
        constraints = [
            models.UniqueConstraint(fields=["template", "subject"], name="indicators_subject_once")
        ]

    def __str__(self) -> str:
        return f"{self.template}@{self.subject}"


class IndicatorThresholds(Recorded):
    """From which values on an indicator is blue, yellow, orange or red, since a day; set by whoever answers for it."""

    append_only: ClassVar[bool] = True

    name = models.CharField(max_length=100)
    subject = models.CharField(max_length=120, blank=True)
    """Of a template, one subject; empty: all of them."""
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    blue = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    yellow = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    orange = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    red = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    source = models.CharField(max_length=300)
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = _("thresholds of an indicator")
        indexes = [models.Index(fields=["name", "-valid_from", "-id"], name="indicators_thresholds_of")]

    def __str__(self) -> str:
        return f"{self.name} {self.valid_from}"
