"""The catalogue of matters with its editions, powers, delegated powers, texts of law, and the lists made from them.

An edition is what one version of a matter says; publishing hands it to ``hub/services``, which alone answers people.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.changes import Recorded
from chengshu.foundation.orgs.models import Unit


class MatterState(models.TextChoices):
    """How a matter stands before the public."""

    DRAFT = "draft", _("Not published yet")
    PUBLISHED = "published", _("Offered now")
    SUSPENDED = "suspended", _("Acceptance suspended")
    CANCELLED = "cancelled", _("Cancelled")


class EditionState(models.TextChoices):
    """草稿 → 审核 → 发布 → 变更 or 取消."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("Under review")
    PUBLISHED = "published", _("Published edition")
    CHANGED = "changed", _("Replaced by a newer one")
    CANCELLED = "cancelled", _("Cancelled")


OPEN_STATES = (EditionState.DRAFT, EditionState.IN_REVIEW)


class Matter(Recorded):
    """事项: one service matter of one unit, over all its editions.

    ``elements`` is what the public reads; before the first publication, what the draft says.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    local_code = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    task_type = models.CharField(max_length=2)
    domain = models.CharField(max_length=40, blank=True, default="")
    """The part of the shipped catalogue it comes from, such as ``civil``."""
    state = models.CharField(max_length=10, choices=MatterState.choices, default=MatterState.DRAFT)
    number = models.PositiveIntegerField(default=0)
    """Of the published edition; 0 before the first."""
    elements = models.JSONField()
    basic_name = models.CharField(max_length=200, blank=True, default="")
    """Its name in the national basic list (基本目录), where that is known."""
    is_claimed = models.BooleanField(default=True)
    """认领: the district has taken the matter of the basic list on."""
    has_annual_check = models.BooleanField(default=False)
    """年审: its result is looked over every year."""
    shipped = models.BooleanField(default=False)
    published_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("matter")
        ordering = ["local_code"]
        indexes = [models.Index(fields=["state", "task_type"], name="matters_matter_state")]

    def __str__(self) -> str:
        return self.name


class Edition(Recorded):
    """要素版本: everything that one version of a matter says. A published one never changes."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=EditionState.choices, default=EditionState.DRAFT)
    elements = models.JSONField()
    digest = models.CharField(max_length=64)
    reason = models.CharField(max_length=500, blank=True, default="")
    remark = models.CharField(max_length=500, blank=True, default="")
    """What the reviewer said when giving it back."""
    written_at = models.DateTimeField(auto_now_add=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    effective_from = models.DateField(null=True)
    case_id = models.BigIntegerField(null=True)
    """The adjustment (动态调整) that it is part of."""

    class Meta:
        verbose_name = _("edition of a matter")
        ordering = ["matter", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["matter", "number"], name="matters_edition_once"),
            models.UniqueConstraint(
                fields=["matter"],
                condition=Q(state__in=["draft", "in_review"]),
                name="matters_edition_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.number}"


class PowerKind(models.TextChoices):
    """The ten kinds of a power and duty list (权责清单)."""

    PERMIT = "01", _("Administrative licence")
    PENALTY = "02", _("Administrative penalty")
    COERCION = "03", _("Administrative coercion")
    LEVY = "04", _("Administrative levy")
    BENEFIT = "05", _("Administrative benefit")
    INSPECTION = "06", _("Administrative inspection")
    CONFIRMATION = "07", _("Administrative confirmation")
    REWARD = "08", _("Administrative reward")
    RULING = "09", _("Administrative ruling")
    OTHER = "20", _("Other administrative power")


class PowerState(models.TextChoices):
    IN_FORCE = "in_force", _("Offered now")
    CANCELLED = "cancelled", _("Cancelled")


class Power(Recorded):
    """权责事项: a power of a unit with the duties that come with it."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=2, choices=PowerKind.choices)
    basis = models.TextField(blank=True, default="")
    content = models.TextField(blank=True, default="")
    duties = models.TextField(blank=True, default="")
    accountability = models.TextField(blank=True, default="")
    """追责情形."""
    local_code = models.CharField(max_length=100, blank=True, default="")
    """The service matter by which it is exercised, where there is one."""
    state = models.CharField(max_length=10, choices=PowerState.choices, default=PowerState.IN_FORCE)
    shipped = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("power")
        ordering = ["kind", "code"]

    def __str__(self) -> str:
        return self.name


class Manner(models.TextChoices):
    """方式: how a power came to the district."""

    DEVOLVED = "devolved", _("Devolved")
    ENTRUSTED = "entrusted", _("Entrusted")
    BRANCH = "branch", _("Exercised by a branch")
    AUTHORISED = "authorised", _("Authorised")


class Assessment(models.TextChoices):
    """评估."""

    NONE = "", _("Not assessed")
    WELL_USED = "well_used", _("Used well")
    LITTLE_USED = "little_used", _("Used little")
    UNUSED = "unused", _("Not used")
    TO_RETURN = "to_return", _("Proposed for return")


class DelegatedPower(Recorded):
    """事权: one line of the ledger of powers that higher authorities handed to the district.

    What is not known stays empty; an entrusted one needs an agreement in force, else its matter is not accepted.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    from_authority = models.CharField(max_length=200, blank=True, default="")
    document_number = models.CharField(max_length=200, blank=True, default="")
    manner = models.CharField(max_length=10, choices=Manner.choices, blank=True, default="")
    """Empty while it is not known."""
    since = models.DateField(null=True)
    plan = models.CharField(max_length=500, blank=True, default="")
    """承接方案."""
    agreement_from = models.DateField(null=True)
    agreement_until = models.DateField(null=True)
    """Last day of the agreement (委托协议)."""
    announced_on = models.DateField(null=True)
    trained_on = models.DateField(null=True)
    has_system_access = models.BooleanField(null=True)
    has_seal = models.BooleanField(null=True)
    assessment = models.CharField(
        max_length=12, choices=Assessment.choices, blank=True, default=Assessment.NONE
    )
    assessed_on = models.DateField(null=True)
    returned_on = models.DateField(null=True)
    local_code = models.CharField(max_length=100, blank=True, default="")
    suspended_on = models.DateField(null=True)
    """Since when its matter is not accepted, because the agreement has ended."""
    source = models.CharField(max_length=300, blank=True, default="")
    remark = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("delegated power")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(agreement_until__isnull=True)
                | Q(agreement_from__isnull=True)
                | Q(agreement_until__gte=F("agreement_from")),
                name="matters_agreement_order",
            )
        ]

    def __str__(self) -> str:
        return self.name


class PowerUse(Recorded):
    """年度使用量: how often a delegated power was used in a year, as its unit reports it."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    power = models.ForeignKey(DelegatedPower, on_delete=models.CASCADE, related_name="uses")
    year = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("use of a delegated power")
        ordering = ["power", "-year"]
        constraints = [models.UniqueConstraint(fields=["power", "year"], name="matters_use_once")]

    def __str__(self) -> str:
        return f"{self.power_id} {self.year}"


class LegalText(Recorded):
    """法规: a law, regulation or document that matters rest on, and from when to when it holds."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200, unique=True)
    number = models.CharField(max_length=100, blank=True, default="")
    in_force_from = models.DateField(null=True)
    in_force_until = models.DateField(null=True)
    """First day on which it does not hold any more."""
    replaced_by = models.CharField(max_length=200, blank=True, default="")
    changed_on = models.DateField(null=True)
    """The last time it was amended, where that is known."""
    source = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("text of law")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ListVersion(Recorded):
    """清单成果: one list as it was made on a day; it never changes."""

    kind = models.CharField(max_length=30)
    number = models.PositiveIntegerField()
    rows = models.JSONField()
    count = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("version of a list")
        ordering = ["kind", "-number"]
        constraints = [models.UniqueConstraint(fields=["kind", "number"], name="matters_list_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class FindingDecision(Recorded):
    """What a person decided about a finding of the element linter: kept, with the reason, until the element changes."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="decisions")
    code = models.CharField(max_length=60)
    element = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    reason = models.CharField(max_length=500)
    decided_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("decision on a finding")
        constraints = [
            models.UniqueConstraint(fields=["matter", "code", "element"], name="matters_decision_once")
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.code}"
