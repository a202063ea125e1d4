"""One promise with everything known of it, and one form with its promises."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Missing
from chengshu.hub.promises.models import (
    Attestation,
    Binding,
    BudgetYear,
    Commitment,
    Finding,
    FindingState,
    Form,
    FormVersion,
    Indicator,
    Monitoring,
    MonitoringLine,
    Observation,
    Payment,
    Project,
    Review,
    SelfEvaluation,
    SelfEvaluationLine,
    Standing,
)
from chengshu.hub.promises.queries.years import promises_in

SEVERITY_ORDER = {"E": 0, "W": 1, "I": 2}


@dataclass(frozen=True, slots=True)
class PromiseFile:
    """Everything on one promise, as far as the asker may see it."""

    indicator: Indicator
    form: Form
    commitment: Commitment
    standing: Standing
    findings: Sequence[Finding]
    bindings: Sequence[Binding]
    attestations: Sequence[Attestation]
    observations: Sequence[Observation]
    commitments: Sequence[Commitment]
    """What each version said, newest first."""
    scores: Sequence[SelfEvaluationLine]
    lights: Sequence[MonitoringLine]
    neighbours: Sequence[tuple[str, str]]
    """Reference and name of every promise of the same form, in order."""


def promise(budget_year: BudgetYear, ref: str) -> PromiseFile:
    """The promise ``P36#1`` or ``D16`` of a year.

    :raises Missing: if the asker sees no such promise
    """
    indicator = (
        Indicator.objects.select_related("form__project", "form__current", "form__unit", "standing")
        .filter(form__budget_year=budget_year, ref=ref)
        .first()
    )
    if indicator is None:
        raise Missing(
            _("There is no promise “%(ref)s”, or you may not see it.") % {"ref": ref},
            code="promise.missing",
            hint=_("Look for it in the finder."),
        )
    commitments = list(
        indicator.commitments.select_related("version__created_by").order_by("-version__number")
    )
    form = indicator.form
    current = next((found for found in commitments if found.version_id == form.current_id), commitments[0])
    neighbours = promises_in(budget_year).filter(indicator__form=form).order_by("indicator__number")
    return PromiseFile(
        indicator=indicator,
        form=form,
        commitment=current,
        standing=indicator.standing,
        findings=_sorted(indicator.findings.filter(version_id=form.current_id).select_related("decided_by")),
        bindings=list(indicator.bindings.select_related("attesting_post", "created_by").order_by("-number")),
        attestations=list(indicator.attestations.select_related("file__content", "decided_by")),
        observations=list(indicator.observations.select_related("attestation", "binding")),
        commitments=commitments,
        scores=list(indicator.evaluation_lines.select_related("evaluation")),
        lights=list(indicator.monitoring_lines.select_related("monitoring").order_by("-monitoring__as_of")),
        neighbours=list(neighbours.values_list("indicator__ref", "name")),
    )


def _sorted(findings: Iterable[Finding]) -> list[Finding]:
    """Open errors first; what is gone is left out."""
    found = [finding for finding in findings if finding.state != FindingState.GONE]
    return sorted(
        found, key=lambda f: (f.state != FindingState.OPEN, SEVERITY_ORDER.get(f.severity, 9), f.ref, f.code)
    )


@dataclass(frozen=True, slots=True)
class FormFile:
    """A project, or the department's own line, with its form and promises."""

    form: Form
    project: Project | None
    commitments: Sequence[Commitment]
    findings: Mapping[int | None, Sequence[Finding]]
    """By promise; under None those of the project or form itself."""
    versions: Sequence[FormVersion]
    reviews: Sequence[Review]
    payments: Sequence[Payment]
    monitorings: Sequence[Monitoring]
    evaluation: SelfEvaluation | None
    neighbours: Sequence[tuple[str, str]]
    """Reference and name of every project of the year that the asker sees, in printed order."""


def form_file(budget_year: BudgetYear, ref: str) -> FormFile:
    """The form of a project (``P36``) or of the department (``D``).

    :raises Missing: if the asker sees no such form
    """
    form = (
        Form.objects.select_related("project", "current", "unit")
        .filter(budget_year=budget_year, ref=ref)
        .first()
    )
    if form is None:
        raise Missing(
            _("There is no project “%(ref)s”, or you may not see it.") % {"ref": ref},
            code="project.missing",
            hint=_("Start from the board: it shows every project that you may see."),
        )
    findings: defaultdict[int | None, list[Finding]] = defaultdict(list)
    for finding in _sorted(form.findings.filter(version_id=form.current_id)):
        findings[finding.indicator_id].append(finding)
    projects = Project.objects.filter(budget_year=budget_year).order_by("order")
    return FormFile(
        form=form,
        project=form.project,
        commitments=list(
            promises_in(budget_year)
            .filter(indicator__form=form)
            .select_related("indicator__standing__observation")
            .order_by("indicator__number")
        ),
        findings=findings,
        versions=list(form.versions.select_related("created_by")),
        reviews=list(form.reviews.select_related("by")),
        payments=list(form.project.payments.all()) if form.project else [],
        monitorings=list(form.monitorings.all()),
        evaluation=SelfEvaluation.objects.filter(form=form).first(),
        neighbours=list(projects.values_list("ref", "name")),
    )
