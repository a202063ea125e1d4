"""Plans as versioned checklists, their runs for an event or as a drill, and what was learnt."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengshu.scenes.command.models_base import Kept, Written
from chengshu.scenes.command.models_events import CityEvent


class Plan(Kept):
    """What is done when something of certain kinds happens."""

    title = models.CharField(max_length=200)
    kinds = models.JSONField(default=list)
    """Codes of the kinds of events it is for; a class stands for all below it."""
    shipped = models.CharField(max_length=60, blank=True, default="")
    """Name of the template that came with the software."""

    class Meta:
        verbose_name = _("plan")
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "title"], name="command_plan_title"),
        ]

    def __str__(self) -> str:
        return self.title


class VersionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waiting for approval")
    IN_FORCE = "in_force", _("In force")
    REPLACED = "replaced", _("Replaced")


class PlanVersion(Kept):
    """One wording of a plan: written by one person, approved by another."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=9, choices=VersionState.choices, default=VersionState.DRAFT)
    scope = models.CharField(max_length=500, blank=True, default="")
    source = models.CharField(max_length=500)
    """The document it follows, or that it is a template of the district."""
    contacts = models.TextField(blank=True, default="")
    """Who tells whom: one post in each line, told by the one above it that stands further left."""
    note = models.TextField(blank=True, default="")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("version of a plan")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="command_plan_version"),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state="in_force"), name="command_plan_in_force_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan.title} {self.number}"


class Step(Kept):
    """What a step of a plan and a step of a run share."""

    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    post = models.CharField(max_length=100)
    """Who does it: a post, never a person."""
    minutes = models.PositiveIntegerField(default=0)
    """From the moment it can be begun; 0: no limit."""
    after = models.JSONField(default=list)
    """Numbers of the steps that come first."""
    evidence = models.BooleanField(default=False)
    resources = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        abstract = True
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class PlanStep(Step):
    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="steps")

    class Meta(Step.Meta):
        verbose_name = _("step of a plan")
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="command_plan_step")]


class RunState(models.TextChoices):
    RUNNING = "running", _("Plan under way")
    ENDED = "ended", _("Plan ended")
    ABORTED = "aborted", _("Plan broken off")


class PlanRun(Kept):
    """A plan carried out: for an event, or as a drill."""

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="runs")
    event = models.ForeignKey(CityEvent, on_delete=models.PROTECT, null=True, blank=True, related_name="runs")
    number = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=7, choices=RunState.choices, default=RunState.RUNNING)
    drill = models.BooleanField(default=False)
    simulated = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    conclusion = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = _("plan carried out")
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "number"], name="command_run_number"),
            models.CheckConstraint(
                condition=Q(drill=True) | Q(event__isnull=False), name="command_run_for_an_event"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class RunStepState(models.TextChoices):
    WAITING = "waiting", _("Waits for others")
    READY = "ready", _("To be done")
    DONE = "done", _("Step done")
    SKIPPED = "skipped", _("Step skipped")


class RunStep(Step):
    """One step as it was carried out; its clock starts when those before it are done or skipped."""

    run = models.ForeignKey(PlanRun, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=7, choices=RunStepState.choices, default=RunStepState.WAITING)
    ready_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.CharField(max_length=1000, blank=True, default="")
    file = models.ForeignKey(
        "files.Content", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    late_at = models.DateTimeField(null=True, blank=True)
    """When it was noticed, and told, that its limit had run out."""

    class Meta(Step.Meta):
        verbose_name = _("step of a plan carried out")
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="command_run_step")]

    @property
    def is_late(self) -> bool:
        """Whether it was settled after its limit, or was noticed to be over it."""
        if self.due_at is None:
            return False
        return self.settled_at > self.due_at if self.settled_at else self.late_at is not None


class LessonState(models.TextChoices):
    OPEN = "open", _("To be decided")
    TAKEN = "taken", _("Taken into a draft")
    DECLINED = "declined", _("Not taken")


class Lesson(Kept):
    """What a run taught, and how the plan should change."""

    run = models.ForeignKey(PlanRun, on_delete=models.PROTECT, related_name="lessons")
    text = models.CharField(max_length=1000)
    proposal = models.CharField(max_length=1000)
    state = models.CharField(max_length=8, choices=LessonState.choices, default=LessonState.OPEN)
    version = models.ForeignKey(
        PlanVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="lessons"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("lesson")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.text


class RunReport(Written):
    """What happened, on paper: kept as it was made; a further version when facts came later."""

    run = models.ForeignKey(PlanRun, on_delete=models.PROTECT, related_name="reports")
    number = models.PositiveSmallIntegerField()
    figures = models.JSONField()
    word = models.ForeignKey("files.Content", on_delete=models.PROTECT, related_name="+")
    pdf = models.ForeignKey("files.Content", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("report of a plan carried out")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="command_run_report")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.number}"
