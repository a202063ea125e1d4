"""The link, its versions, what each of them matched, and the keys that are held so that a call is made once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.changes import Recorded


class LinkState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    TESTED = "tested", _("Tested")
    REVIEW = "review", _("In review")
    IN_FORCE = "in_force", _("In force")
    SUSPENDED = "suspended", _("Suspended for now")
    RETIRED = "retired", _("Retired")


OPEN = (LinkState.DRAFT, LinkState.TESTED, LinkState.REVIEW)
STANDING = (LinkState.IN_FORCE, LinkState.SUSPENDED)


class MatchState(models.TextChoices):
    WAITING = "waiting", _("The call is to be made")
    DONE = "done", _("Called")
    FAILED = "failed", _("Failed")
    LOOPED = "looped", _("Stopped: a loop")
    FLOODED = "flooded", _("Stopped: too many")


class Link(Recorded):
    """A link by its key; what it says stands in its versions. It hears the events of its unit and of those below."""

    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    key = models.SlugField(max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=200)
    origin = models.CharField(max_length=60, blank=True)
    """The app that ships it; empty for one written here."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("link")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title


class LinkVersion(Recorded):
    """One wording of a link, and how far it is on its way from draft to retired."""

    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=LinkState.choices, default=LinkState.DRAFT)
    event = models.CharField(max_length=100)
    condition = models.TextField(blank=True)
    call = models.CharField(max_length=100)
    inputs = models.JSONField(default=dict)
    key_formula = models.TextField(blank=True)
    hold_h = models.PositiveIntegerField(default=0)
    until_event = models.CharField(max_length=100, blank=True)
    until_formula = models.TextField(blank=True)
    per_hour = models.PositiveIntegerField(default=60)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    note = models.CharField(max_length=500, blank=True)
    digest = models.CharField(max_length=64)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    saved_at = models.DateTimeField(auto_now=True)
    tested_event = models.BigIntegerField(null=True)
    """Number of the event in the outbox with which it was tried; None for one that was typed in."""
    tested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    tested_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    review_note = models.CharField(max_length=300, blank=True)
    in_force_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("version of a link")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["link", "number"], name="links_version_once"),
            models.UniqueConstraint(
                fields=["link"], condition=Q(state__in=["in_force", "suspended"]), name="links_one_standing"
            ),
            models.UniqueConstraint(
                fields=["link"], condition=Q(state__in=["draft", "tested", "review"]), name="links_one_open"
            ),
        ]
        indexes = [
            models.Index(fields=["event"], condition=Q(state="in_force"), name="links_version_heard"),
        ]

    def __str__(self) -> str:
        return f"{self.link} {self.number}"


class Match(Recorded):
    """What one version made of one event: the call that is to be made, was made, failed or was stopped.

    Of one link an event is matched once, however often it is delivered. Of what a flood stops only the number is
    kept: one row for each hour.
    """

    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="matches")
    version = models.ForeignKey(LinkVersion, on_delete=models.PROTECT, related_name="matches")
    event_id = models.BigIntegerField()
    event = models.CharField(max_length=100)
    facts = models.JSONField(default=dict)
    trail = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=MatchState.choices, default=MatchState.WAITING)
    key = models.CharField(max_length=200, blank=True)
    inputs = models.JSONField(default=dict)
    made = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    repeats = models.PositiveIntegerField(default=0)
    """Further events of the same key while it was held; of a flood, the events that were stopped."""
    call_event = models.BigIntegerField(null=True)
    """Number of the event in the outbox that has the call made, with its attempts."""
    attempts = models.PositiveSmallIntegerField(default=0)
    duration_ms = models.PositiveIntegerField(null=True)
    at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("match of a link")
        verbose_name_plural = _("matches of links")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["link", "event_id"], condition=~Q(state="flooded"), name="links_match_once"
            )
        ]
        indexes = [
            models.Index(fields=["link", "-at"], name="links_match_newest"),
            models.Index(fields=["id"], condition=Q(state="waiting"), name="links_match_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.link} #{self.event_id}"


class HeldKey(Recorded):
    """While a key is held, further events of the same key make no call."""

    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="held_keys")
    key = models.CharField(max_length=200)
    match = models.ForeignKey(Match, on_delete=models.PROTECT, related_name="held_keys")
    since = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("held key")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["link", "key"], condition=Q(released_at=None), name="links_key_held_once"
            )
        ]

    def __str__(self) -> str:
        return self.key
