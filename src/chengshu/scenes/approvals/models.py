"""What this scene keeps beside the cases: pledges, deferred materials, licences with their conditions, and what follows
from a broken word. Applications and papers are the hub's, tasks and clocks the case engine's."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.changes import Recorded
from chengshu.foundation.orgs.models import Unit


class CheckMode(models.TextChoices):
    """核查方式 of a pledge, as the practice guide of the district names them."""

    WRITTEN = "written", _("Checked on paper")
    ONLINE = "online", _("Checked online")
    ON_SITE = "on_site", _("On site")
    NOTICE = "notice", _("Checked by public notice")


class PledgeState(models.TextChoices):
    GIVEN = "given", _("Pledged")
    DUE = "due", _("To be checked")
    HOLDS = "holds", _("Found true")
    KEPT = "kept", _("Untrue, decision kept")
    REVOKED = "revoked", _("Untrue, decision revoked")
    LAPSED = "lapsed", _("Lapsed")


class DeferralState(models.TextChoices):
    WAITING = "waiting", _("Waited for")
    SUPPLIED = "supplied", _("Supplied")
    OVERDUE = "overdue", _("Not supplied in time")
    LAPSED = "lapsed", _("Lapsed")


class LicenceState(models.TextChoices):
    IN_FORCE = "in_force", _("In force")
    REVOKED = "revoked", _("Revoked")


class CreditReason(models.TextChoices):
    PLEDGE = "pledge", _("Untrue pledge")
    DEFERRAL = "deferral", _("Deferred material not supplied")


class Comparison(models.TextChoices):
    MOST = "most", _("At most")
    LEAST = "least", _("At least")


class OfCase(Recorded):
    """Belongs to the unit of a case; ``number`` and ``title`` are the case's, for lists."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    case_id = models.BigIntegerField()
    application_id = models.BigIntegerField(null=True)
    local_code = models.CharField(max_length=100)
    number = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    simulated = models.BooleanField(default=False)

    class Meta:
        abstract = True


class Pledge(OfCase):
    """告知承诺 (国办发〔2020〕42号): what an applicant pledged, in which words, how it is checked, what was found."""

    text_version = models.CharField(_("text"), max_length=20)
    facts = models.JSONField(_("facts pledged"), default=list)
    check_mode = models.CharField(_("how it is checked"), max_length=10, choices=CheckMode.choices)
    given_on = models.DateField(_("given on"))
    state = models.CharField(
        _("state"), max_length=10, choices=PledgeState.choices, default=PledgeState.GIVEN
    )
    check_by = models.DateField(_("check by"), null=True)
    """An arrangement of the office, not a limit of the law."""
    checked_on = models.DateField(_("checked on"), null=True)
    checked_by_mode = models.CharField(max_length=10, choices=CheckMode.choices, blank=True, default="")
    finding = models.TextField(_("finding"), blank=True, default="")

    class Meta:
        verbose_name = _("pledge")
        ordering = ["check_by", "id"]
        constraints = [models.UniqueConstraint(fields=["case_id"], name="approvals_pledge_once")]
        indexes = [models.Index(fields=["state", "check_by"], name="approvals_pledge_due")]

    def __str__(self) -> str:
        return f"{self.number} {self.text_version}"


class Deferral(OfCase):
    """容缺: one material that may follow, with the day until which it was promised."""

    material_key = models.CharField(max_length=100)
    material_name = models.CharField(_("material"), max_length=200)
    due_on = models.DateField(_("due on"))
    """Last day."""
    state = models.CharField(
        _("state"), max_length=10, choices=DeferralState.choices, default=DeferralState.WAITING
    )
    settled_on = models.DateField(_("settled on"), null=True)
    note = models.CharField(_("note"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("deferred material")
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case_id", "material_key"], name="approvals_deferral_once")
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="approvals_deferral_due")]

    def __str__(self) -> str:
        return f"{self.number} {self.material_name}"


class Licence(OfCase):
    """The result of a granted application: number, term, and what became of it."""

    licence_number = models.CharField(_("number"), max_length=80)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True)
    """Last day; None when it has no term."""
    renew_by = models.DateField(_("renew by"), null=True)
    """Last day on which a renewal is applied for in time."""
    state = models.CharField(
        _("state"), max_length=10, choices=LicenceState.choices, default=LicenceState.IN_FORCE
    )
    revoked_on = models.DateField(_("revoked on"), null=True)

    class Meta:
        verbose_name = _("licence")
        ordering = ["-valid_from", "-id"]
        constraints = [models.UniqueConstraint(fields=["case_id"], name="approvals_licence_once")]
        indexes = [models.Index(fields=["renew_by"], name="approvals_licence_renewal")]

    def __str__(self) -> str:
        return self.licence_number


class PermitCondition(OfCase):
    """许可条件: a limit that a decision set, such as for a pollutant at an outfall; measured against later."""

    outfall = models.CharField(_("outfall"), max_length=30, blank=True, default="")
    quantity = models.CharField(_("quantity"), max_length=60)
    comparison = models.CharField(_("relation"), max_length=5, choices=Comparison.choices)
    limit = models.DecimalField(_("limit"), max_digits=20, decimal_places=6)
    measured_in = models.CharField(_("unit of measure"), max_length=20)
    standard = models.CharField(_("standard"), max_length=80, blank=True, default="")
    holds_from = models.DateField(_("holds from"))
    holds_until = models.DateField(_("holds until"), null=True)
    """Last day; None while no end is known."""

    class Meta:
        verbose_name = _("condition of a permit")
        ordering = ["case_id", "outfall", "quantity", "id"]
        indexes = [models.Index(fields=["case_id"], name="approvals_condition_case")]
        constraints = [
            models.CheckConstraint(condition=~Q(quantity=""), name="approvals_condition_of_something")
        ]

    def __str__(self) -> str:
        return f"{self.outfall} {self.quantity} {self.comparison} {self.limit} {self.measured_in}"

    @property
    def words(self) -> str:
        """As it is printed on the licence, which is Chinese."""
        relation = "不超过" if self.comparison == Comparison.MOST else "不低于"
        limit = f"{self.limit.normalize():f}"
        where = f"{self.outfall}：" if self.outfall else ""
        standard = f"（{self.standard}）" if self.standard else ""
        return f"{where}{self.quantity}{relation}{limit} {self.measured_in}{standard}"


class CreditNote(OfCase):
    """信用记录: a word that was not kept. Who it was stands in the application; nothing personal is copied."""

    reason = models.CharField(_("reason"), max_length=10, choices=CreditReason.choices)
    words = models.CharField(_("what happened"), max_length=500)
    noted_on = models.DateField(_("noted on"))
    withdrawn_on = models.DateField(_("withdrawn on"), null=True)
    withdrawn_because = models.CharField(
        _("reason for the withdrawal"), max_length=500, blank=True, default=""
    )
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("credit note")
        ordering = ["-noted_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["case_id", "reason"], name="approvals_credit_note_once")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.reason}"


if find_spec("chengshu.scenes.approvals.models_construction") is not None:
    from chengshu.scenes.approvals.models_construction import *  # noqa: F403
