"""The outbox: an event row is written in the transaction of the action that announces it."""

from __future__ import annotations

from django.db import models


class OutboxEvent(models.Model):
    """One announced fact; ``name`` is ``<app>.<EventClass>``."""

    name = models.CharField(max_length=100)
    facts = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)
    delivered_at = models.DateTimeField(null=True, db_index=True)
    trail = models.JSONField(default=list)
    """Keys of the links that led to it, the first one first: what lets a loop be seen."""

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(delivered_at=None), name="events_outbox_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"


class Delivery(models.Model):
    """What one listener made of one event; failures are retried with growing delays and stay visible."""

    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="deliveries")
    listener = models.CharField(max_length=200)
    done_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "listener"], name="events_delivery_once")]

    def __str__(self) -> str:
        return f"{self.event_id} → {self.listener}"
