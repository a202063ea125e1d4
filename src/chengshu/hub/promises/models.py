"""What a department promised for its money, and what became of it.

One ``BudgetYear`` holds the projects of a department and year; each ``Project`` has one ``Form``, the department
has one too. A form's content stands in ``FormVersion``s: an approved one never changes, an adjustment makes the next.
An ``Indicator`` is one promise through all versions; its ``Commitment`` is what one version says of it.
Amounts are 万元 with two decimals (domain: 部门预算绩效目标申报表, 财预〔2015〕88号).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.changes import Recorded


class FormKind(models.TextChoices):
    DEPARTMENT = "department", _("Department")
    PROJECT = "project", _("Project")


class FormState(models.TextChoices):
    """The life of a form (handbook: budget performance life-cycle); transitions are in ``evaluation.lifecycle``."""

    DRAFT = "draft", _("Draft")
    UNIT_SUBMITTED = "unit_submitted", _("Submitted by the unit")
    DEPT_REVIEW = "dept_review", _("Under department review")
    FINANCE_REVIEW = "finance_review", _("Under finance review")
    RETURNED = "returned", _("Returned")
    APPROVED = "approved", _("Approved")
    PUBLISHED = "published", _("Published")
    MONITORING = "monitoring", _("Under monitoring")
    SELF_EVAL = "self_eval", _("Under self-evaluation")
    SELF_SUBMITTED = "self_submitted", _("Self-evaluation submitted")
    DEPT_EVAL = "dept_eval", _("Under department evaluation")
    FIN_EVAL = "fin_eval", _("Under finance evaluation")
    RESULT_APPLIED = "result_applied", _("Result applied")
    ARCHIVED = "archived", _("Archived")


class BudgetYear(Recorded):
    """One department's budget of one year, as the department table prints it."""

    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="budget_years")
    year = models.PositiveSmallIntegerField()
    department_name = models.CharField(max_length=200)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    budget_lines = models.JSONField(default=list)
    goal = models.TextField(blank=True)
    other_tasks = models.TextField(blank=True)
    source_digest = models.CharField(max_length=64, blank=True)
    adopted_on = models.DateField(null=True, help_text="when the people's congress approved the budget")
    replied_on = models.DateField(null=True, help_text="when the finance department's reply arrived")

    class Meta:
        verbose_name = _("budget year")
        constraints = [models.UniqueConstraint(fields=["unit", "year"], name="promises_year_once")]

    def __str__(self) -> str:
        return f"{self.department_name} {self.year}"


class KeyTask(Recorded):
    """A key task of the year, with the money the department table names for it."""

    budget_year = models.ForeignKey(BudgetYear, on_delete=models.CASCADE, related_name="tasks")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    content = models.TextField(blank=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    goal = models.TextField(blank=True)

    class Meta:
        verbose_name = _("key task")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["budget_year", "number"], name="promises_task_once")]

    def __str__(self) -> str:
        return self.name


class Project(Recorded):
    """One line of the project table. ``ref`` is its stable name within the year: P01 … P46, in printed order."""

    budget_year = models.ForeignKey(BudgetYear, on_delete=models.CASCADE, related_name="projects")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="projects")
    unit_name = models.CharField(max_length=200)
    ref = models.CharField(max_length=10)
    order = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=300)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    fiscal = models.DecimalField(max_digits=16, decimal_places=2)
    special_account = models.DecimalField(max_digits=16, decimal_places=2)
    other = models.DecimalField(max_digits=16, decimal_places=2)

    class Meta:
        verbose_name = _("project")
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["budget_year", "ref"], name="promises_project_once"),
            models.CheckConstraint(
                condition=Q(amount=models.F("fiscal") + models.F("special_account") + models.F("other")),
                name="promises_project_sum",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.name}"


class Form(Recorded):
    """A performance form through its whole life; the department's own form has no project and the ref ``D``."""

    budget_year = models.ForeignKey(BudgetYear, on_delete=models.CASCADE, related_name="forms")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="forms")
    kind = models.CharField(max_length=10, choices=FormKind.choices)
    project = models.OneToOneField(Project, on_delete=models.CASCADE, null=True, related_name="form")
    ref = models.CharField(max_length=10)
    state = models.CharField(max_length=20, choices=FormState.choices, default=FormState.DRAFT)
    state_since = models.DateTimeField(auto_now_add=True)
    current = models.ForeignKey("FormVersion", on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("performance form")
        ordering = ["ref"]
        constraints = [models.UniqueConstraint(fields=["budget_year", "ref"], name="promises_form_once")]

    def __str__(self) -> str:
        return str(self.project or self.ref)

    @property
    def title(self) -> str:
        return self.project.name if self.project else self.budget_year.department_name


class VersionOrigin(models.TextChoices):
    IMPORT = "import", _("Import")
    ADJUSTMENT = "adjustment", _("Adjustment")
    ENTRY = "entry", _("Entered by hand")


class VersionState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    CURRENT = "current", _("In force")
    REPLACED = "replaced", _("Replaced")
    REJECTED = "rejected", _("Rejected")


class FormVersion(Recorded):
    """The content of a form at one time; once in force it never changes."""

    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="versions")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    origin = models.CharField(max_length=12, choices=VersionOrigin.choices)
    state = models.CharField(max_length=10, choices=VersionState.choices, default=VersionState.PROPOSED)
    reason = models.TextField(blank=True)
    goal = models.TextField(blank=True)
    source_name = models.CharField(max_length=200, blank=True)
    source_digest = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    base = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="adjustments")
    step = models.CharField(
        max_length=20, blank=True, help_text="state of an adjustment while its form stays in force"
    )

    class Meta:
        verbose_name = _("version of a form")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="promises_version_once"),
            models.UniqueConstraint(
                fields=["form"], condition=~Q(step=""), name="promises_one_open_adjustment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form} v{self.number}"


class Indicator(Recorded):
    """One promise. ``ref`` is its stable name within the year: ``P36#1``, ``D16``."""

    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="indicators")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    ref = models.CharField(max_length=14, db_index=True)
    number = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("performance indicator")
        ordering = ["form__ref", "number"]
        constraints = [models.UniqueConstraint(fields=["form", "ref"], name="promises_indicator_once")]

    def __str__(self) -> str:
        return self.ref


class Direction(models.TextChoices):
    POSITIVE = "pos", _("Higher is better")
    NEGATIVE = "neg", _("Lower is better")
    EQUAL = "eq", _("Exactly")
    BOOLEAN = "bool", _("Yes or no")
    QUALITATIVE = "qual", _("Qualitative")


class Commitment(Recorded):
    """What one version promises for one indicator. Every ``*_raw`` is verbatim; nothing parsed replaces it."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="commitments")
    version = models.ForeignKey(FormVersion, on_delete=models.CASCADE, related_name="commitments")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    l1_code = models.CharField(max_length=4, blank=True)
    l1_name = models.CharField(max_length=40, blank=True)
    l2_code = models.CharField(max_length=6, blank=True)
    l2_name = models.CharField(max_length=60, blank=True)
    family = models.CharField(max_length=2, blank=True, help_text="normalised second-level code: 11 … 31")
    name = models.CharField(max_length=500, blank=True)
    period_raw = models.TextField(blank=True)
    annual_raw = models.TextField(blank=True)
    raw = models.TextField(blank=True)
    has_value_labels = models.BooleanField(default=True)
    period_target = models.JSONField(default=dict)
    annual_target = models.JSONField(default=dict)
    direction = models.CharField(max_length=4, choices=Direction.choices)
    weight = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    calc_formula = models.TextField(blank=True)
    data_source = models.TextField(blank=True)
    place = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("commitment")
        constraints = [
            models.UniqueConstraint(fields=["indicator", "version"], name="promises_commitment_once")
        ]

    def __str__(self) -> str:
        return f"{self.indicator.ref} {self.name}"


class Severity(models.TextChoices):
    ERROR = "E", _("Error")
    WARNING = "W", _("Warning")
    INFORMATION = "I", _("Hint")


class FindingState(models.TextChoices):
    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted as an adjustment")
    DISMISSED = "dismissed", _("Dismissed with a reason")
    GONE = "gone", _("No longer found")


class Finding(Recorded):
    """What the linter says of one indicator, project or form; ``key`` makes it the same at the next run."""

    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="findings")
    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, null=True, related_name="findings")
    version = models.ForeignKey(FormVersion, on_delete=models.CASCADE, related_name="findings")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    ref = models.CharField(max_length=14)
    key = models.CharField(max_length=80)
    code = models.CharField(max_length=4, db_index=True)
    severity = models.CharField(max_length=1, choices=Severity.choices)
    data = models.JSONField(default=dict)
    suggestions = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=FindingState.choices, default=FindingState.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("finding")
        ordering = ["ref", "code"]
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="promises_finding_once")]

    def __str__(self) -> str:
        return f"{self.ref} {self.code}"


class ReviewDecision(models.TextChoices):
    SUBMITTED = "submitted", _("Submitted")
    PASSED = "passed", _("Passed")
    RETURNED = "returned", _("Returned")
    PUBLISHED = "published", _("Published")
    MOVED = "moved", _("Moved on")


class Review(Recorded):
    """One step of the review chain: who moved the form from which state to which, with what opinion."""

    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="reviews")
    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="reviews")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=40)
    from_state = models.CharField(max_length=20, choices=FormState.choices)
    to_state = models.CharField(max_length=20, choices=FormState.choices)
    decision = models.CharField(max_length=10, choices=ReviewDecision.choices)
    dimensions = models.JSONField(
        default=dict, help_text="completeness, relevance, appropriateness, feasibility → grade"
    )
    opinion = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    post_title = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name = _("review step")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.form} {self.action}"


class Payment(Recorded):
    """Money of a project up to a day: adjusted annual budget and what was paid since January, in 万元."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="payments")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    adjusted_budget = models.DecimalField(max_digits=16, decimal_places=2)
    paid = models.DecimalField(max_digits=16, decimal_places=2)
    source = models.CharField(max_length=200)
    file = models.ForeignKey("files.File", on_delete=models.PROTECT, null=True, related_name="+")
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("payment record")
        ordering = ["as_of"]
        constraints = [models.UniqueConstraint(fields=["project", "as_of"], name="promises_payment_once")]

    def __str__(self) -> str:
        return f"{self.project.ref} {self.as_of} {self.paid}"


class BindingKind(models.TextChoices):
    UNBOUND = "unbound", _("Not bound yet")
    INDICATOR = "indicator", _("Computed by the platform")
    ATTESTATION = "attestation", _("Attested by a post")


class Binding(Recorded):
    """What proves a promise from a day on; a new binding ends the one before it and both stay."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="bindings")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=BindingKind.choices)
    source_name = models.CharField(max_length=100, blank=True, help_text="name of the platform's indicator")
    source_version = models.CharField(max_length=20, blank=True)
    parameters = models.JSONField(default=dict)
    attesting_post = models.ForeignKey("orgs.Post", on_delete=models.PROTECT, null=True, related_name="+")
    statistic = models.CharField(
        max_length=100, blank=True, help_text="what the number is, such as share within limit"
    )
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    reason = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("binding")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["indicator", "number"], name="promises_binding_once")]

    def __str__(self) -> str:
        return f"{self.indicator.ref} {self.kind}"


class AttestationState(models.TextChoices):
    SUBMITTED = "submitted", _("Awaiting approval")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Attestation(Recorded):
    """A signed statement of a post: this value, on that day, proved by this file. Counts once approved."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="attestations")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    value = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    value_text = models.CharField(
        max_length=200, blank=True, help_text="a grade or a yes, when it is no number"
    )
    statement = models.TextField()
    file = models.ForeignKey("files.File", on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    post_title = models.CharField(max_length=100)
    made_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(
        max_length=10, choices=AttestationState.choices, default=AttestationState.SUBMITTED
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(blank=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("attestation")
        ordering = ["-as_of", "-id"]

    def __str__(self) -> str:
        return f"{self.indicator.ref} {self.as_of}"


class Observation(Recorded):
    """An actual value with its evidence: computed by the platform, or an approved attestation."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="observations")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    binding = models.ForeignKey(Binding, on_delete=models.PROTECT, related_name="observations")
    attestation = models.OneToOneField(
        Attestation, on_delete=models.PROTECT, null=True, related_name="observation"
    )
    as_of = models.DateField()
    value = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    value_text = models.CharField(max_length=200, blank=True)
    evidence = models.JSONField(
        default=dict, help_text="query, parameters, digest of record ids, software version"
    )
    evidence_digest = models.CharField(max_length=64)
    simulated = models.BooleanField(default=False)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("observation")
        ordering = ["as_of", "id"]

    def __str__(self) -> str:
        return f"{self.indicator.ref} {self.as_of} {self.value}"


class Verdict(models.TextChoices):
    KEPT = "kept", _("Kept")
    AT_RISK = "at_risk", _("At risk")
    BROKEN = "broken", _("Broken")
    UNPROVEN = "unproven", _("Unproven")


class Standing(Recorded):
    """Where a promise stands now, kept by whatever changes it, so that the board reads one row each."""

    indicator = models.OneToOneField(Indicator, on_delete=models.CASCADE, related_name="standing")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict.choices, default=Verdict.UNPROVEN)
    reason = models.CharField(max_length=60, blank=True)
    binding_kind = models.CharField(max_length=12, choices=BindingKind.choices, default=BindingKind.UNBOUND)
    observation = models.ForeignKey(Observation, on_delete=models.SET_NULL, null=True, related_name="+")
    errors = models.PositiveSmallIntegerField(default=0)
    warnings = models.PositiveSmallIntegerField(default=0)
    simulated = models.BooleanField(default=False)
    as_of = models.DateField()

    class Meta:
        verbose_name = _("standing")

    def __str__(self) -> str:
        return f"{self.indicator.ref} {self.verdict}"


class Monitoring(Recorded):
    """One checkpoint of double monitoring of one form: goals and money together (财预〔2019〕136号)."""

    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="monitorings")
    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    initial_budget = models.DecimalField(max_digits=16, decimal_places=2)
    adjusted_budget = models.DecimalField(max_digits=16, decimal_places=2)
    paid = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    forecast_paid = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    budget_light = models.CharField(max_length=10, blank=True)
    goal_light = models.CharField(max_length=10, blank=True)
    reading = models.CharField(max_length=60, blank=True)
    explanation = models.TextField(blank=True)
    response_due_on = models.DateField(null=True)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("monitoring")
        ordering = ["-as_of"]
        constraints = [models.UniqueConstraint(fields=["form", "as_of"], name="promises_monitoring_once")]

    def __str__(self) -> str:
        return f"{self.form} {self.as_of}"


class MonitoringLine(Recorded):
    """One indicator at one checkpoint."""

    monitoring = models.ForeignKey(Monitoring, on_delete=models.CASCADE, related_name="lines")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="monitoring_lines")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    actual = models.CharField(max_length=200, blank=True)
    expected_share = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    progress = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    forecast = models.CharField(max_length=200, blank=True)
    light = models.CharField(max_length=10, blank=True)
    likelihood = models.CharField(max_length=20, blank=True)
    reason_code = models.CharField(max_length=30, blank=True)
    reason = models.TextField(blank=True)
    remark = models.TextField(blank=True)

    class Meta:
        verbose_name = _("monitoring line")
        ordering = ["indicator__number"]
        constraints = [
            models.UniqueConstraint(fields=["monitoring", "indicator"], name="promises_monitoringline_once")
        ]

    def __str__(self) -> str:
        return f"{self.monitoring} {self.indicator.ref}"


class SelfEvaluation(Recorded):
    """The unit's own evaluation of one form for the year (财预〔2020〕10号)."""

    form = models.OneToOneField(Form, on_delete=models.CASCADE, related_name="self_evaluation")
    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    initial_budget = models.DecimalField(max_digits=16, decimal_places=2)
    adjusted_budget = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    paid = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    total = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    grade = models.CharField(max_length=10, blank=True)
    weights = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decision = models.CharField(max_length=30, blank=True, help_text="how the result was applied")
    decision_note = models.TextField(blank=True)

    class Meta:
        verbose_name = _("self-evaluation")

    def __str__(self) -> str:
        return f"{self.form} {self.total}"


class SelfEvaluationLine(Recorded):
    """One indicator's actual, score and, where it fell short or far exceeded, its reason."""

    evaluation = models.ForeignKey(SelfEvaluation, on_delete=models.CASCADE, related_name="lines")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="evaluation_lines")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, null=True, related_name="+")
    actual = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    actual_text = models.CharField(max_length=200, blank=True)
    qualitative_grade = models.CharField(max_length=20, blank=True)
    evaluator_score = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    weight = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    score = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    breakdown = models.JSONField(default=dict, help_text="formula, numbers put in, remarks")
    reason_code = models.CharField(max_length=30, blank=True)
    reason = models.TextField(blank=True)
    measure = models.TextField(blank=True)
    measure_due_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("self-evaluation line")
        ordering = ["indicator__number"]
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "indicator"], name="promises_evaluationline_once")
        ]

    def __str__(self) -> str:
        return f"{self.indicator.ref} {self.score}"


class PublicationKind(models.TextChoices):
    TARGETS = "targets", _("Performance targets")
    RESULT = "result", _("Evaluation result")


class Publication(Recorded):
    """What was made public of a form: a frozen document, readable by everyone (预算法 Art. 14)."""

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="publications")
    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="publications")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    ref = models.CharField(max_length=10)
    kind = models.CharField(max_length=10, choices=PublicationKind.choices, default=PublicationKind.TARGETS)
    title = models.CharField(max_length=300)
    document = models.JSONField(help_text="goal, amounts and indicators as published")
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal_reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("publication")
        ordering = ["year", "ref"]
        constraints = [
            models.UniqueConstraint(
                fields=["form", "kind"],
                condition=Q(withdrawn_at=None),
                name="promises_one_publication_in_force",
            )
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.ref}"
