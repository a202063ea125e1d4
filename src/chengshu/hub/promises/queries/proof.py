"""What the pages of evidence, payments, monitoring and self-evaluation read. Nothing here writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Missing
from chengshu.foundation.orgs.models import Post
from chengshu.hub.promises.judging import Promise, by_ref, promises_of
from chengshu.hub.promises.models import (
    Attestation,
    AttestationState,
    BudgetYear,
    Form,
    Indicator,
    Monitoring,
    Observation,
    Payment,
    Project,
    SelfEvaluation,
    Standing,
)


@dataclass(frozen=True)
class Proved:
    """One promise with its standing and how many attestations wait for a decision."""

    promise: Promise
    standing: Standing
    waiting: int

    @property
    def latest(self) -> Observation | None:
        return self.promise.observations[-1] if self.promise.observations else None


def proved(budget_year: BudgetYear) -> list[Proved]:
    """Every promise of a year with what proves it, in printed order."""
    return _with_standings(Indicator.objects.filter(form__budget_year=budget_year))


def proved_of(form: Form) -> list[Proved]:
    """The promises of one form with what proves them."""
    return _with_standings(Indicator.objects.filter(form=form))


def judged_promises(budget_year: BudgetYear) -> QuerySet[Indicator]:
    """The promises of a year that stand in a version in force and have a standing."""
    return Indicator.objects.filter(
        form__budget_year=budget_year,
        standing__isnull=False,
        commitments__version=F("form__current"),
    )


def proved_among(indicators: Sequence[Indicator]) -> list[Proved]:
    """What proves these promises, in printed order."""
    return _with_standings(Indicator.objects.filter(pk__in=[indicator.pk for indicator in indicators]))


def _with_standings(indicators: QuerySet[Indicator]) -> list[Proved]:
    promises = [promise for promise in by_ref(promises_of(indicators)) if promise.commitment is not None]
    standings = {s.indicator_id: s for s in Standing.objects.filter(indicator__in=indicators)}
    waiting = Counter(
        Attestation.objects.filter(indicator__in=indicators, state=AttestationState.SUBMITTED).values_list(
            "indicator_id", flat=True
        )
    )
    return [
        Proved(promise, standings[promise.indicator.pk], waiting[promise.indicator.pk])
        for promise in promises
        if promise.indicator.pk in standings
    ]


def indicator_named(budget_year: BudgetYear, ref: str) -> Indicator:
    """The promise with this number.

    :raises Missing: if the asker sees none
    """
    found = (
        Indicator.objects.select_related("form__budget_year", "form__project", "form__unit", "form__current")
        .filter(form__budget_year=budget_year, ref=_known_signs(ref))
        .first()
    )
    if found is None:
        raise _missing(ref)
    return found


def form_named(budget_year: BudgetYear, ref: str) -> Form:
    """The form with this number.

    :raises Missing: if the asker sees none
    """
    found = (
        budget_year.forms.select_related("project", "unit", "current").filter(ref=_known_signs(ref)).first()
    )
    if found is None:
        raise _missing(ref)
    return found


def project_named(budget_year: BudgetYear, ref: str) -> Project:
    """The project with this number.

    :raises Missing: if the asker sees none
    """
    found = budget_year.projects.select_related("unit", "budget_year").filter(ref=_known_signs(ref)).first()
    if found is None:
        raise _missing(ref)
    return found


def attestations_of(indicator: Indicator) -> list[Attestation]:
    """Every attestation of a promise, newest first."""
    return list(
        indicator.attestations.select_related("file__content", "made_by", "decided_by").order_by(
            "-made_at", "-pk"
        )
    )


def attestation_numbered(number: int) -> Attestation:
    """One attestation.

    :raises Missing: if the asker sees none
    """
    found = (
        Attestation.objects.select_related(
            "indicator__form__budget_year",
            "indicator__form__project",
            "file__content",
            "made_by",
            "decided_by",
        )
        .filter(pk=number)
        .first()
    )
    if found is None:
        raise _missing(str(number))
    return found


def waiting_attestations(budget_year: BudgetYear) -> list[Attestation]:
    """What waits for a decision, oldest first."""
    return list(
        Attestation.objects.filter(indicator__form__budget_year=budget_year, state=AttestationState.SUBMITTED)
        .select_related("indicator__form", "made_by", "file")
        .order_by("made_at")
    )


def posts_for(indicator: Indicator) -> list[Post]:
    """The posts that may attest a promise: those of its unit and of the department above it."""
    department = indicator.form.budget_year.unit_id
    return list(
        Post.objects.filter(unit_id__in={indicator.unit_id, department})
        .select_related("unit")
        .order_by("unit__path", "title")
    )


@dataclass(frozen=True)
class Paid:
    """One project with its latest payment figure; None while nothing is reported."""

    project: Project
    payment: Payment | None

    @property
    def rate(self) -> float | None:
        if self.payment is None or not self.payment.adjusted_budget:
            return None
        return float(self.payment.paid / self.payment.adjusted_budget)


def paid(budget_year: BudgetYear) -> list[Paid]:
    """Every project of a year with its latest payment figure."""
    return paid_of(list(budget_year.projects.select_related("unit")))


def paid_of(projects: Sequence[Project]) -> list[Paid]:
    """These projects with their latest payment figures."""
    latest: dict[int, Payment] = {}
    for payment in Payment.objects.filter(project__in=projects).order_by("as_of"):
        latest[payment.project_id] = payment
    return [Paid(project, latest.get(project.pk)) for project in projects]


def payments_of(project: Project) -> list[Payment]:
    """The payment figures of one project, newest first."""
    return list(project.payments.order_by("-as_of"))


@dataclass(frozen=True)
class Checkpoint:
    """A day on which forms are monitored, with how far that has come."""

    as_of: date
    forms: int
    submitted: int


def checkpoints(budget_year: BudgetYear) -> list[Checkpoint]:
    """The monitored days of a year, latest first."""
    rows = (
        Monitoring.objects.filter(form__budget_year=budget_year)
        .values("as_of")
        .annotate(forms=Count("id"), submitted=Count("id", filter=Q(submitted_at__isnull=False)))
        .order_by("-as_of")
    )
    return [Checkpoint(row["as_of"], row["forms"], row["submitted"]) for row in rows]


def monitorings(budget_year: BudgetYear, as_of: date) -> list[Monitoring]:
    """The checkpoints of all forms on one day."""
    return list(monitorings_at(budget_year, as_of).order_by("form__ref"))


def monitorings_at(budget_year: BudgetYear, as_of: date) -> QuerySet[Monitoring]:
    """The same in no order, with ``is_submitted``."""
    return (
        Monitoring.objects.filter(form__budget_year=budget_year, as_of=as_of)
        .annotate(is_submitted=Q(submitted_at__isnull=False))
        .select_related("form__project", "form__unit", "form__budget_year")
    )


def monitoring_numbered(number: int) -> Monitoring:
    """One checkpoint of one form.

    :raises Missing: if the asker sees none
    """
    found = (
        Monitoring.objects.select_related(
            "form__project", "form__unit", "form__budget_year", "form__current", "version", "submitted_by"
        )
        .filter(pk=number)
        .first()
    )
    if found is None:
        raise _missing(str(number))
    return found


@dataclass(frozen=True)
class Evaluated:
    """One form with its self-evaluation, if it was started."""

    form: Form
    evaluation: SelfEvaluation | None


def evaluated(budget_year: BudgetYear) -> list[Evaluated]:
    """Every form of a year with its self-evaluation."""
    forms = budget_year.forms.select_related("project", "unit", "budget_year").order_by("ref")
    return evaluated_among(list(forms))


def evaluated_among(forms: Sequence[Form]) -> list[Evaluated]:
    """These forms with their self-evaluations."""
    known = {e.form_id: e for e in SelfEvaluation.objects.filter(form__in=forms)}
    return [Evaluated(form, known.get(form.pk)) for form in forms]


def evaluation_numbered(number: int) -> SelfEvaluation:
    """One self-evaluation.

    :raises Missing: if the asker sees none
    """
    found = (
        SelfEvaluation.objects.select_related(
            "form__project", "form__unit", "form__budget_year", "form__current", "version", "submitted_by"
        )
        .filter(pk=number)
        .first()
    )
    if found is None:
        raise _missing(str(number))
    return found


def _known_signs(ref: str) -> str:
    """Without the one character that PostgreSQL refuses in text."""
    return ref.replace("\x00", "")


def _missing(ref: str) -> Missing:
    return Missing(
        _("There is no “%(ref)s”, or you may not see it.") % {"ref": ref},
        code="proof.missing",
        hint=_("Look for it in the finder."),
    )
