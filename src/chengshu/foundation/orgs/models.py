"""Units, posts and who holds them. A power belongs to a post, never to a person."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.changes import Recorded
from chengshu.foundation.masking import PersonalField, personal_address, personal_phone


class UnitKind(models.TextChoices):
    DISTRICT = "district", _("District")
    BUREAU = "bureau", _("Bureau")
    SUB_UNIT = "sub_unit", _("Sub-unit")
    SECTION = "section", _("Section")
    TOWN = "town", _("Town")
    STREET = "street", _("Street")
    VILLAGE = "village", _("Village")
    COMMUNITY = "community", _("Community")
    SUPPLIER = "supplier", _("Supplier")


class Unit(Recorded):
    """A node of the organisation tree.

    ``path`` is the chain of keys from the root, ``nansha/data-bureau/service-centre/``, so that a subtree is a
    prefix. A unit that ceases keeps its row: old records still belong to it.
    """

    key = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=12, choices=UnitKind.choices)
    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=50, blank=True)
    name_en = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=18, blank=True, db_index=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    path = models.CharField(max_length=500, unique=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    verified = models.BooleanField(default=False)
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("unit")
        ordering = ["path"]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_name(self) -> str:
        return self.short_name or self.name

    def is_active(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on <= self.valid_to
        )


class UnitAlias(Recorded):
    """Another name of a unit, with the time it was used: renames, approval-body names, printed variants."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=100, db_index=True)
    note = models.CharField(max_length=200, blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        verbose_name = _("unit alias")
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="orgs_alias_once")]

    def __str__(self) -> str:
        return self.name


class AdminKind(models.TextChoices):
    """The three separated administrators of GB/T 22239-2019 8.1.5; one account holds at most one kind."""

    NONE = "", _("None")
    SYSTEM = "system", _("System administrator")
    SECURITY = "security", _("Security administrator")
    AUDIT = "audit", _("Audit administrator")


class Role(Recorded):
    """A named set of permissions."""

    key = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=100)
    title_en = models.CharField(max_length=100, blank=True)
    permissions = ArrayField(models.CharField(max_length=100), default=list)
    admin_kind = models.CharField(max_length=10, choices=AdminKind.choices, blank=True, default="")
    declared = ArrayField(models.CharField(max_length=100), default=list)
    """What the apps declared when the base data was last loaded: only what is new since is added again."""

    class Meta:
        verbose_name = _("role")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title


class RoleReach(models.TextChoices):
    OWN = "own", _("Own unit")
    SUBTREE = "subtree", _("Own unit and below")
    DISTRICT = "district", _("Whole district")


class Post(Recorded):
    """A post of a unit, such as the window clerk; accounts are appointed to it."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    key = models.SlugField(max_length=60)
    title = models.CharField(max_length=100)
    title_en = models.CharField(max_length=100, blank=True)
    closed_on = models.DateField(null=True)
    """The last day of the post."""

    class Meta:
        verbose_name = _("post")
        constraints = [models.UniqueConstraint(fields=["unit", "key"], name="orgs_post_once")]

    def __str__(self) -> str:
        return self.title

    def is_open(self, on: date) -> bool:
        return self.closed_on is None or on <= self.closed_on


class PostRole(Recorded):
    """A role that a post carries, and how far it reaches."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="post_roles")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="post_roles")
    reach = models.CharField(max_length=10, choices=RoleReach.choices, default=RoleReach.OWN)

    class Meta:
        verbose_name = _("role of a post")
        constraints = [models.UniqueConstraint(fields=["post", "role"], name="orgs_postrole_once")]

    def __str__(self) -> str:
        return f"{self.post}: {self.role}"


class AppointmentKind(models.TextChoices):
    REGULAR = "regular", _("Regular")
    ACTING = "acting", _("Acting")


class Appointment(Recorded):
    """An account holds a post from one day to another, both included; acting while the holder is absent."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appointments"
    )
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="appointments")
    kind = models.CharField(max_length=10, choices=AppointmentKind.choices, default=AppointmentKind.REGULAR)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("appointment")
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="orgs_appointment_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.post}"


class Delegation(Recorded):
    """One account lets another use some of its permissions for a time; audited as done on behalf of the giver."""

    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations_given"
    )
    receiver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations_received"
    )
    permissions = ArrayField(models.CharField(max_length=100), default=list)
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.CharField(max_length=200)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("delegation")
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="orgs_delegation_order"),
            models.CheckConstraint(condition=~Q(giver=F("receiver")), name="orgs_delegation_other"),
        ]

    def __str__(self) -> str:
        return f"{self.giver} → {self.receiver}"


class OfficialContact(Recorded):
    """How a post of a unit is reached: masked for everybody, revealed for a purpose (``foundation.masking``).

    Behind a post stands a person, so its direct line and its room are personal.
    """

    personal_fields: ClassVar[tuple[PersonalField, ...]] = (
        personal_phone("phone", _("Telephone")),
        personal_address("address", _("Address")),
    )
    secret_fields: ClassVar[frozenset[str]] = frozenset({"phone_sealed", "address_sealed"})

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="contacts")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, null=True, related_name="contacts")
    label = models.CharField(max_length=100)
    phone_masked = models.CharField(max_length=30, blank=True)
    phone_sealed = models.CharField(max_length=400, blank=True)
    address_masked = models.CharField(max_length=200, blank=True)
    address_sealed = models.CharField(max_length=2000, blank=True)

    class Meta:
        verbose_name = _("official contact")
        ordering = ["unit__path", "label"]
        constraints = [models.UniqueConstraint(fields=["unit", "label"], name="orgs_contact_once")]

    def __str__(self) -> str:
        return self.label


class PowersStamp(models.Model):
    """One row that grows with every change of powers, so that cached powers are known to be stale."""

    value = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.value)
