"""The rows of the case engine.

What is running is rows — case, token, task, wait, job — never a blob. These tables are written by the hot path
(``store``) with raw SQL inside actions; the models serve migrations, lists and reports. Ids of running things are
made in the application (``ids``), and references between them carry no database constraint: a completion would pay
for every one of them, and the store writes both ends in one transaction.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.state import CaseState, JobState, TaskKind, TaskState, TokenState, WaitKind
from chengshu.foundation.audit.changes import Recorded


class DefinitionKind(models.TextChoices):
    PROCESS = "process", _("Process")
    DECISION = "decision", _("Decision")


class VersionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    REVIEW = "review", _("In review")
    DEPLOYED = "deployed", _("Deployed")
    RETIRED = "retired", _("Retired")


class Definition(Recorded):
    """A process or a decision by its key, such as ``sample.seal_use``; what it says stands in its versions.

    ``model_id`` is what other models call it by: the id of the BPMN process or the DMN decision.
    """

    key = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=10, choices=DefinitionKind.choices)
    title = models.CharField(max_length=200)
    model_id = models.CharField(max_length=200, db_index=True)
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    origin = models.CharField(max_length=60, blank=True)
    """``scene:<name>`` for a model that a scene ships, empty for one drawn here."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("definition")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title


class DefinitionVersion(Recorded):
    """One state of a model's text. Cases are pinned to it, and it to the versions it calls (``pins``)."""

    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="versions")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState.choices, default=VersionState.DRAFT)
    content = models.BinaryField()
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=300, blank=True)
    facts = models.JSONField(default=dict)
    """What lists need without reading the model: ``start_form``, ``number_prefix``, ``decisions`` …"""
    pins = models.JSONField(default=dict)
    """``{"processes": {process id: plan reference}, "decisions": {decision id: version id}}``"""
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    saved_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True)
    deployed_at = models.DateTimeField(null=True)
    review_note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("version of a definition")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["definition", "number"], name="cases_version_once"),
            models.UniqueConstraint(
                fields=["definition"], condition=Q(state="deployed"), name="cases_version_one_deployed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.definition} {self.number}"


class _Running(models.Model):
    """What a running case consists of; its id is time-ordered and made by the application."""

    id = models.BigIntegerField(primary_key=True)

    class Meta:
        abstract = True


class Case(_Running):
    """One case.

    ``reader_units`` are the units that have anything to do with it, ``people`` the accounts: who opened it and whoever
    was given a task of it. Together they say who may read it, and who may change it inside an action.
    """

    number = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(DefinitionVersion, on_delete=models.PROTECT, related_name="cases")
    plan = models.CharField(max_length=250)
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    reader_units = ArrayField(models.BigIntegerField(), default=list)
    people = ArrayField(models.BigIntegerField(), default=list)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in CaseState])
    status = models.CharField(max_length=8, blank=True, default="")
    """Code of the national state machine of a case, empty until a step sets one."""
    outcome = models.CharField(max_length=100, blank=True, default="")
    variables = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    seq = models.IntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    """From this moment on the light is yellow; from ``due_at`` on it is red."""
    simulated = models.BooleanField(default=False)
    origin_case_id = models.BigIntegerField(null=True)
    """The case this one was split from."""
    merged_into_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("case")
        constraints = [models.UniqueConstraint(fields=["number"], name="cases_case_number")]
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="cases_case_newest"),
            models.Index(fields=["unit", "-opened_at", "-id"], name="cases_case_of_unit"),
            models.Index(fields=["opened_by", "-opened_at", "-id"], name="cases_case_of_opener"),
            models.Index(
                fields=["version", "id"],
                condition=Q(state__in=["running", "suspended"]),
                name="cases_case_open",
            ),
            models.Index(
                fields=["origin_case_id"], condition=Q(origin_case_id__isnull=False), name="cases_case_origin"
            ),
            models.Index(
                fields=["merged_into_id"], condition=Q(merged_into_id__isnull=False), name="cases_case_merged"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Token(_Running):
    """One place where a case stands; ended ones are deleted."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, db_constraint=False, related_name="tokens")
    parent_id = models.BigIntegerField(null=True)
    plan = models.CharField(max_length=250)
    node = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in TokenState])
    via = models.CharField(max_length=200, blank=True, default="")
    local = models.JSONField(default=dict)
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    order = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("token")
        indexes = [
            models.Index(fields=["id"], condition=Q(state="faulty"), name="cases_token_faulty"),
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.state}"


class Task(_Running):
    """Work for a person. ``number``, ``title`` and ``definition`` are the case's, for the inbox."""

    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="tasks"
    )
    definition = models.ForeignKey(
        Definition, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    token_id = models.BigIntegerField()
    plan = models.CharField(max_length=250)
    node = models.CharField(max_length=200)
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in TaskKind])
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in TaskState])
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    role = models.CharField(max_length=60, blank=True, default="")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    owner_id = models.BigIntegerField(null=True)
    """Who gets a delegated task back."""
    form = models.CharField(max_length=100, blank=True, default="")
    number = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    priority = models.SmallIntegerField(default=50)
    outcome = models.CharField(max_length=100, blank=True, default="")
    opinion = models.TextField(blank=True, default="")
    completed_by_id = models.BigIntegerField(null=True)
    completed_at = models.DateTimeField(null=True)
    on_behalf_of_id = models.BigIntegerField(null=True)
    urged = models.IntegerField(default=0)
    data = models.JSONField(default=dict)
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("task")
        indexes = [
            models.Index(fields=["case", "state"], name="cases_task_of_case"),
            models.Index(
                fields=["unit", "due_at", "id"],
                include=["assignee", "role", "kind", "warn_at", "case", "completed_by_id"],
                condition=Q(state="open"),
                name="cases_task_of_unit",
            ),
            models.Index(
                fields=["assignee", "due_at", "id"], condition=Q(state="open"), name="cases_task_of_person"
            ),
            models.Index(fields=["due_at", "id"], condition=Q(state="open"), name="cases_task_due"),
            models.Index(
                fields=["role", "due_at", "id"],
                condition=Q(state="open", assignee__isnull=True),
                name="cases_task_offered",
            ),
            models.Index(
                fields=["id"],
                include=["unit", "assignee", "role", "kind", "due_at", "warn_at", "case", "completed_by_id"],
                condition=Q(state="open"),
                name="cases_task_oldest",
            ),
            models.Index(
                fields=["completed_by_id", "-completed_at", "-id"],
                condition=Q(completed_by_id__isnull=False),
                name="cases_task_done_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Wait(_Running):
    """Something that must happen outside before a token goes on; deleted when it has."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, db_constraint=False, related_name="waits")
    token_id = models.BigIntegerField()
    plan = models.CharField(max_length=250)
    node = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in WaitKind])
    name = models.CharField(max_length=200, blank=True, default="")
    key = models.CharField(max_length=200, blank=True, default="")
    due_at = models.DateTimeField(null=True)
    every = models.CharField(max_length=100, blank=True, default="")
    remaining = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("wait")
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(kind="timer"), name="cases_wait_due"),
            models.Index(
                fields=["kind", "name", "key"],
                condition=Q(kind__in=["message", "signal"]),
                name="cases_wait_heard",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name or self.due_at}"


class Job(_Running):
    """A call of an outside service: written with the case, performed by the worker after the commit."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, db_constraint=False, related_name="jobs")
    token_id = models.BigIntegerField()
    plan = models.CharField(max_length=250)
    node = models.CharField(max_length=200)
    service = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in JobState])
    attempts = models.IntegerField(default=0)
    attempts_left = models.IntegerField(default=3)
    next_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = _("service job")
        indexes = [
            models.Index(
                fields=["next_at", "id"], condition=Q(state__in=["waiting", "running"]), name="cases_job_due"
            ),
            models.Index(fields=["id"], condition=Q(state="failed"), name="cases_job_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.pk}"


class Happening(models.Model):
    """One entry of a case's history, never changed."""

    append_only: ClassVar[bool] = True

    pk = models.CompositePrimaryKey("case_id", "seq")
    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="happenings"
    )
    seq = models.IntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    node = models.CharField(max_length=200, blank=True, default="")
    token_id = models.BigIntegerField(null=True)
    task_id = models.BigIntegerField(null=True)
    account_id = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("happening")

    def __str__(self) -> str:
        return f"{self.case_id}/{self.seq} {self.kind}"


class Attachment(Recorded):
    """A file that belongs to a case; taken away, it stays visible as taken away."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attachments")
    file = models.ForeignKey("files.File", on_delete=models.PROTECT, related_name="+")
    content = models.ForeignKey("files.Content", on_delete=models.PROTECT, related_name="+")
    """The bytes themselves: whoever may read the case may open it, whatever unit's file it is."""
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    kind = models.CharField(max_length=60, blank=True)
    """Key of the material in a material list, empty for anything else."""
    node = models.CharField(max_length=200, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    added_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("attachment")
        ordering = ["added_at", "id"]

    def __str__(self) -> str:
        return self.name


class Counter(models.Model):
    """The last number given out under a prefix; taking the next one waits for whoever holds it."""

    prefix = models.CharField(max_length=60, unique=True)
    value = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.prefix}{self.value}"


if find_spec("chengshu.engines.cases.models_clocks") is not None:
    from chengshu.engines.cases.models_clocks import *  # noqa: F403
