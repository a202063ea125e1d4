"""City events: intake, grading, merging, and what happened to each."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengshu.scenes.command.facts import kind_title
from chengshu.scenes.command.models_base import Kept, Written


class Source(models.TextChoices):
    DUTY = "duty", _("Taken down on duty")
    ALARM = "alarm", _("Alarm of a device")
    HOTLINE = "hotline", _("Hotline")
    PATROL = "patrol", _("Patrol or grid")
    UNIT = "unit", _("Reported by a unit")
    LEADER = "leader", _("Assigned by a leader")
    SYSTEM = "system", _("Another system")


class Grade(models.TextChoices):
    """Article 3 of the law on responding to emergencies; the first is the gravest."""

    ONE = "1", _("Grade I, particularly grave")
    TWO = "2", _("Grade II, grave")
    THREE = "3", _("Grade III, serious")
    FOUR = "4", _("Grade IV, ordinary")


class EventState(models.TextChoices):
    REPORTED = "reported", _("Reported, not verified")
    VERIFIED = "verified", _("Verified as true")
    HANDLING = "handling", _("In handling")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Reviewed and closed")
    WITHDRAWN = "withdrawn", _("False report")


class Serial(Kept):
    """The last number given in a series of a unit."""

    series = models.CharField(max_length=40)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "series"], name="command_serial_once")]

    def __str__(self) -> str:
        return f"{self.series} {self.last}"


class CityEvent(Kept):
    """Something that happened, or that was reported to have happened.

    A merged event stays as it was reported; the one it was merged into speaks for both. Drills and simulated events are
    marked everywhere and never counted with real ones.
    """

    number = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True, default="")
    kind = models.CharField(max_length=40)
    place = models.CharField(max_length=200, blank=True, default="")
    lat = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    lng = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    happened_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    source = models.CharField(max_length=10, choices=Source.choices)
    external_id = models.CharField(max_length=120, blank=True, default="")
    """What the source calls it: the same report comes in once."""
    state = models.CharField(max_length=10, choices=EventState.choices, default=EventState.REPORTED)
    grade = models.CharField(max_length=1, choices=Grade.choices, blank=True, default="")
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    verified_at = models.DateTimeField(null=True, blank=True)
    handling_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    review = models.TextField(blank=True, default="")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    simulated = models.BooleanField(default=False)
    drill = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("city event")
        ordering = ["-reported_at", "-id"]
        indexes = [models.Index(fields=["unit", "state", "-reported_at"], name="command_events_of_unit")]
        constraints = [
            models.UniqueConstraint(fields=["unit", "number"], name="command_event_number"),
            models.UniqueConstraint(
                fields=["unit", "source", "external_id"],
                condition=~Q(external_id=""),
                name="command_event_once",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="command_not_into_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def kind_title(self) -> str:
        return kind_title(self.kind)

    @property
    def is_open(self) -> bool:
        return self.state not in (EventState.CLOSED, EventState.WITHDRAWN) and self.merged_into_id is None


class StepKind(models.TextChoices):
    REPORTED = "reported", _("Event reported")
    VERIFIED = "verified", _("Event verified")
    GRADED = "graded", _("Event graded")
    HANDLING = "handling", _("Handling begun")
    NOTE = "note", _("Note")
    LINKED = "linked", _("Linked")
    MERGED = "merged", _("Merged")
    SPLIT = "split", _("Split again")
    RESOLVED = "resolved", _("Event resolved")
    REOPENED = "reopened", _("Handling resumed")
    CLOSED = "closed", _("Event reviewed and closed")
    WITHDRAWN = "withdrawn", _("Withdrawn as a false report")


class EventStep(Written):
    """One entry of an event's history."""

    event = models.ForeignKey(CityEvent, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=10, choices=StepKind.choices)
    text = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        verbose_name = _("entry of an event")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.event_id} {self.kind}"


class Grading(Written):
    """How an event was graded: by which table and row, or by a person and why."""

    event = models.ForeignKey(CityEvent, on_delete=models.PROTECT, related_name="gradings")
    grade = models.CharField(max_length=1, choices=Grade.choices)
    by_table = models.CharField(max_length=1, choices=Grade.choices, blank=True, default="")
    """What the table says; empty where none applies."""
    basis = models.CharField(max_length=300, blank=True, default="")
    deaths = models.PositiveIntegerField(default=0)
    injured = models.PositiveIntegerField(default=0)
    loss = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    """Direct loss in 万元."""
    reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("grading")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.event_id} {self.grade}"


class MergeState(models.TextChoices):
    MERGED = "merged", _("Merged")
    SPLIT = "split", _("Split again")
    DISMISSED = "dismissed", _("Not the same")


class Merge(Kept):
    """What somebody decided of two events: the same, not the same, or the same and later split again."""

    event = models.ForeignKey(CityEvent, on_delete=models.PROTECT, related_name="merges")
    into = models.ForeignKey(CityEvent, on_delete=models.PROTECT, related_name="merges_taken")
    state = models.CharField(max_length=9, choices=MergeState.choices)
    reason = models.CharField(max_length=300, blank=True, default="")
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    split_reason = models.CharField(max_length=300, blank=True, default="")
    split_at = models.DateTimeField(null=True, blank=True)
    split_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("merging of two events")
        ordering = ["-decided_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["event"], condition=Q(state="merged"), name="command_merged_once")
        ]

    def __str__(self) -> str:
        return f"{self.event_id} → {self.into_id}"


class EventLink(Written):
    """A thing elsewhere that an event started or came from: a case, a ticket, an alarm."""

    event = models.ForeignKey(CityEvent, on_delete=models.PROTECT, related_name="links")
    title = models.CharField(max_length=200)
    page = models.CharField(max_length=300)
    """Address within the platform."""

    class Meta:
        verbose_name = _("linked thing")
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["event", "page"], name="command_linked_once")]

    def __str__(self) -> str:
        return self.title
