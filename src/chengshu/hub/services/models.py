"""Matters in force, applications, who may act for whom, and the papers that left the house.

Matters are written by publication only and a published version never changes. An application belongs to the unit that
decides; the applicant, and an agent while the authorisation lasts, read their own.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.changes import Recorded
from chengshu.foundation.codes.masking import mask_id_number
from chengshu.foundation.masking import PersonalField, personal_phone
from chengshu.foundation.orgs.models import Unit


class Offering(models.TextChoices):
    MATTER = "matter", _("Matter")
    BUNDLE = "bundle", _("One thing")


class Channel(models.TextChoices):
    """渠道: the same application whatever the channel."""

    PORTAL = "portal", _("Portal")
    WINDOW = "window", _("Window")
    KIOSK = "kiosk", _("Kiosk")
    API = "api", _("Interface")


class DeliveryManner(models.TextChoices):
    """送达方式, after the Civil Procedure Law that the Administrative Licensing Law leaves it to."""

    COUNTER = "counter", _("At the counter")
    COURIER = "courier", _("By courier")
    ONLINE = "online", _("Delivered online")
    LEFT = "left", _("Left at the address")
    NOTICE = "notice", _("By public notice")


class MatterVersion(Recorded):
    """A published version of a matter or of a bundle (一件事), in force from a day on.

    ``elements`` is ``data.Elements`` or ``data.BundleElements`` as JSON; the columns beside it are for finding.
    """

    offering = models.CharField(max_length=10, choices=Offering.choices, default=Offering.MATTER)
    local_code = models.CharField(max_length=100)
    code = models.CharField(max_length=40, blank=True, default="")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    task_type = models.CharField(max_length=2, blank=True, default="")
    words = models.TextField(blank=True, default="")
    """Everything one may look for it by: name, other names, topics, materials, result."""
    elements = models.JSONField()
    digest = models.CharField(max_length=64)
    effective_from = models.DateField()
    effective_until = models.DateField(null=True)
    """First day on which it does not hold any more."""
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("version of a matter")
        ordering = ["local_code", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["local_code", "number"], name="services_version_once"),
            models.UniqueConstraint(
                fields=["local_code"],
                condition=Q(effective_until__isnull=True),
                name="services_version_open",
            ),
        ]
        indexes = [models.Index(fields=["offering", "unit"], name="services_version_unit")]

    def __str__(self) -> str:
        return f"{self.local_code} {self.number}"


class Authorisation(Recorded):
    """授权: one account lets another apply and act for it, for some matters and a time."""

    giver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    local_codes = models.JSONField(default=list)
    """Matters it covers; empty for all."""
    reason = models.CharField(max_length=500, blank=True, default="")
    starts_on = models.DateField()
    ends_on = models.DateField()
    """Last day."""
    revoked_at = models.DateTimeField(null=True)
    file = models.ForeignKey("files.File", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("authorisation")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=models.F("starts_on")), name="services_authorisation_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.giver_id} → {self.agent_id}"


class Application(Recorded):
    """申请: one person's request for one matter, whatever the channel; its handling is the case."""

    secret_fields: ClassVar[frozenset[str]] = frozenset(
        {"access_code_digest", "applicant_sealed", "applicant_digest", "phone_sealed"}
    )
    personal_fields: ClassVar[tuple[PersonalField, ...]] = (
        PersonalField("applicant", _("Identity or credit code"), mask_id_number),
        personal_phone("phone", _("Phone")),
    )

    number = models.CharField(max_length=40, unique=True)
    access_code_digest = models.CharField(max_length=64)
    """Keyed digest of the code that the applicant keeps; the code itself is nowhere."""
    request_key = models.CharField(max_length=64, blank=True, default="")
    """Made by the page that files it: a second click finds the first."""
    version = models.ForeignKey(MatterVersion, on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    """The application for the bundle that it is part of."""
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    case_number = models.CharField(max_length=40, blank=True, default="")
    case_id = models.BigIntegerField(null=True, unique=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    answers = models.JSONField(default=list)
    """Answers to the guide, such as ``["food:yes"]``."""
    applicant_kind = models.CharField(max_length=12)
    applicant_name = models.CharField(max_length=200)
    applicant_masked = models.CharField(max_length=60, blank=True, default="")
    applicant_digest = models.CharField(max_length=64, blank=True, default="")
    """Keyed digest of the identity number, to find the same person's materials."""
    applicant_sealed = models.TextField(blank=True, default="")
    phone_masked = models.CharField(max_length=40, blank=True, default="")
    phone_sealed = models.TextField(blank=True, default="")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    """The applicant's own; empty where they have none."""
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    authorisation = models.ForeignKey(Authorisation, on_delete=models.PROTECT, null=True, related_name="+")
    received_at_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    """收件地, where that is not the unit that decides (跨域通办)."""
    region_mode = models.CharField(max_length=10, blank=True, default="")
    status = models.CharField(max_length=2, default="1")
    lacking = models.BooleanField(default=False)
    pledged = models.BooleanField(default=False)
    legal_limit = models.CharField(max_length=20, blank=True, default="")
    promised_limit = models.CharField(max_length=20, blank=True, default="")
    filed_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    """The promised moment, else the legal one, as the case's clocks said at its last change of status."""
    delivery_manner = models.CharField(max_length=10, choices=DeliveryManner.choices, blank=True, default="")
    delivered_to = models.CharField(max_length=200, blank=True, default="")
    delivery_note = models.CharField(max_length=500, blank=True, default="")
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("application")
        ordering = ["-filed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["filed_by", "request_key"],
                condition=~Q(request_key=""),
                name="services_application_once",
            )
        ]
        indexes = [
            models.Index(fields=["unit", "-filed_at"], name="services_application_unit"),
            models.Index(fields=["account", "-filed_at"], name="services_application_own"),
            models.Index(fields=["applicant_digest", "-filed_at"], name="services_application_same"),
            models.Index(fields=["received_at_unit", "-filed_at"], name="services_application_received"),
        ]

    def __str__(self) -> str:
        return self.number


class ApplicationMaterial(Recorded):
    """One material of an application, and how it came or why it was not needed."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="materials")
    key = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=12)
    files = models.JSONField(default=list)
    provenance = models.CharField(max_length=300, blank=True, default="")
    """Which register, which earlier application, which pledge."""
    due_on = models.DateField(null=True)
    supplied_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("material of an application")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["application", "key"], name="services_material_once")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.key}"


class MaterialFile(Recorded):
    """A file that a citizen brought: whose it is. It is read by them, and with every application that uses it."""

    file = models.OneToOneField("files.File", on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    stored_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("material file")

    def __str__(self) -> str:
        return f"{self.account_id} {self.file_id}"


class MaterialUse(Recorded):
    """An application uses a file: whoever reads the application may open it."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="uses")
    file = models.ForeignKey("files.File", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("use of a file")
        constraints = [
            models.UniqueConstraint(fields=["application", "file"], name="services_file_once"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.file_id}"


class Progress(Recorded):
    """One change of status of an application, kept here so that looking it up costs one row and not a history."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="progress")
    status = models.CharField(max_length=2)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("progress")
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "status", "at"], name="services_progress_once")
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.status}"


class Paper(Recorded):
    """文书: what left the house about an application: numbered, sealed by its digest, verifiable by its code."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="papers")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    title = models.CharField(max_length=200)
    number = models.CharField(max_length=80, unique=True)
    code = models.CharField(max_length=24, unique=True)
    facts = models.JSONField(default=dict)
    """What was printed, so that the same paper can be printed again."""
    file = models.ForeignKey("files.File", on_delete=models.PROTECT, null=True, related_name="+")
    digest = models.CharField(max_length=64, blank=True, default="")
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    valid_until = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("paper")
        ordering = ["issued_at", "id"]
        indexes = [models.Index(fields=["application", "kind"], name="services_paper_kind")]

    def __str__(self) -> str:
        return self.number


class Custody(Recorded):
    """交接: one hand-over of the materials of an application, from unit to unit or to a courier (跨域通办)."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="custody")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    """Whose hand-over this is: the one that gives."""
    to_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    courier = models.CharField(max_length=100, blank=True, default="")
    items = models.JSONField(default=list)
    handed_at = models.DateTimeField()
    handed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(null=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    remark = models.CharField(max_length=500, blank=True, default="")
    tracking = models.CharField(max_length=60, blank=True, default="")
    """运单号, where a courier carries it."""

    class Meta:
        verbose_name = _("hand-over")
        ordering = ["handed_at", "id"]

    def __str__(self) -> str:
        return f"{self.application_id} {self.handed_at}"


class LookUpAttempt(models.Model):
    """A look-up with a wrong number or code; too many of them within a time are refused."""

    number_digest = models.CharField(max_length=64)
    terminal_digest = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("failed look-up")
        indexes = [
            models.Index(fields=["number_digest", "at"], name="services_attempt_number"),
            models.Index(fields=["terminal_digest", "at"], name="services_attempt_terminal"),
        ]

    def __str__(self) -> str:
        return f"{self.at}"


class ServiceCounter(models.Model):
    """The last number given under a prefix, such as applications of a year."""

    prefix = models.CharField(max_length=60, primary_key=True)
    value = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("counter")

    def __str__(self) -> str:
        return f"{self.prefix}{self.value}"
