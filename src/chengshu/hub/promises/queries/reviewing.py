"""What the review pages read: the forms that wait for somebody, one form with its trail, what is public."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import Asker
from chengshu.foundation.errors import Missing
from chengshu.hub.promises.evaluation.lifecycle import Action, State, allowed
from chengshu.hub.promises.models import (
    BudgetYear,
    Finding,
    FindingState,
    Form,
    FormVersion,
    Publication,
    Review,
    Severity,
)
from chengshu.hub.promises.subjects import STEPS, Deadline, deadline_of, roles_of

OPTIONAL = {
    Action.OPEN_ADJUSTMENT,
    Action.WITHDRAW_ADJUSTMENT,
    Action.SUPERSEDE,
    Action.RECORD_MONITORING,
    Action.RECORD_RECTIFICATION,
    Action.RETURN,
    Action.RETURN_SELF_EVAL,
    Action.SAMPLE,
    Action.APPLY_RESULT,
}
"""Steps that may be taken but that nothing waits for; the result waits once it is evaluated."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One form in the list.

    :param step: the step that waits for the person who asks; empty when somebody else's turn it is
    :param since: since when the form is in its state
    """

    id: int
    ref: str
    title: str
    unit: str
    year: int
    amount: Decimal | None
    state: State
    step: str
    is_adjustment: bool
    version: int
    since: datetime
    errors: int
    deadline: Deadline | None


def inbox(asker: Asker, budget_year: BudgetYear | None) -> list[Waiting]:
    """Every form of a year that the asker may see, with the step that waits for them, most urgent first."""
    if budget_year is None:
        return []
    forms = list(forms_of(budget_year).select_related("project", "budget_year", "unit", "current"))
    adjustments = {
        version.form_id: version
        for version in FormVersion.objects.filter(form__budget_year=budget_year).exclude(step="")
    }
    errors = _open_errors(budget_year)
    rows = [_waiting(asker, form, adjustments.get(form.pk), errors[form.pk]) for form in forms]
    return sorted(rows, key=_urgency)


def forms_of(budget_year: BudgetYear | None) -> QuerySet[Form]:
    """The forms of a year that the asker may see; none without a year."""
    return Form.objects.filter(budget_year=budget_year) if budget_year else Form.objects.none()


def _waiting(asker: Asker, form: Form, adjustment: FormVersion | None, errors: int) -> Waiting:
    state = State(adjustment.step if adjustment else form.state)
    version = adjustment or form.current
    assert version is not None
    return Waiting(
        id=form.pk,
        ref=form.ref,
        title=form.title,
        unit=form.unit.shown_name,
        year=form.budget_year.year,
        amount=form.project.amount if form.project else None,
        state=state,
        step=waiting_step(asker, form.unit_id, state),
        is_adjustment=adjustment is not None,
        version=version.number,
        since=version.created_at if adjustment else form.state_since,
        errors=errors,
        deadline=deadline_of(state, form.budget_year),
    )


def waiting_step(asker: Asker, unit_id: int, state: State) -> str:
    """The step that a form in this state waits for from this person; empty if it is not their turn."""
    for row in allowed(state, roles_of(asker, unit_id)):
        if row.action in OPTIONAL and not (
            row.action is Action.APPLY_RESULT and state is not State.SELF_SUBMITTED
        ):
            continue
        name = STEPS.get(row.action, "")
        if name and asker.holds_at(f"promises.{name}", unit_id):
            return name
    return ""


def _urgency(row: Waiting) -> tuple[bool, int, datetime, str]:
    days = row.deadline.days_left if row.deadline else 10_000
    return not row.step, days, row.since.replace(microsecond=0), row.ref


def _open_errors(budget_year: BudgetYear) -> Counter[int]:
    rows = Finding.objects.filter(
        form__budget_year=budget_year, state=FindingState.OPEN, severity=Severity.ERROR
    ).values_list("form_id", flat=True)
    return Counter(rows)


def counts_by_step(rows: Sequence[Waiting]) -> Counter[str]:
    """How many forms wait for each step of the asker."""
    return Counter(row.step for row in rows if row.step)


def form_named(ref: str, budget_year: BudgetYear | None) -> Form:
    """The form with this ref.

    :raises Missing: if there is none that the asker may see
    """
    year_id = budget_year.pk if budget_year else None
    form = (
        Form.objects.filter(budget_year_id=year_id, ref=ref.replace("\x00", ""))
        .select_related("project", "budget_year", "unit", "current")
        .first()
    )
    if form is None or form.current is None:
        raise Missing(
            _("There is no form %(ref)s, or you may not see it.") % {"ref": ref[:20]}, code="form.missing"
        )
    return form


def trail_of(form: Form) -> list[Review]:
    """The steps of a form's life, newest first."""
    return list(form.reviews.select_related("version").order_by("-at", "-id"))


def versions_of(form: Form) -> list[FormVersion]:
    """Every version, newest first."""
    return list(form.versions.order_by("-number"))


def open_findings(form: Form) -> list[Finding]:
    """What the linter found on the current version, decided or not, gravest first."""
    found = list(
        Finding.objects.filter(form=form, version=form.current_id)
        .exclude(state=FindingState.GONE)
        .select_related("indicator")
    )
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFORMATION: 2}
    return sorted(
        found, key=lambda f: (f.state != FindingState.OPEN, order[Severity(f.severity)], f.ref, f.code)
    )


def finding_numbered(number: int) -> Finding:
    """The finding with this id.

    :raises Missing: if there is none that the asker may see
    """
    finding = Finding.objects.select_related("form__budget_year", "form__project").filter(pk=number).first()
    if finding is None:
        raise Missing(_("There is no such finding, or you may not see it."), code="finding.missing")
    return finding


def published(year: int | None = None) -> QuerySet[Publication]:
    """What is public now, in printed order; the documents only, never the rows behind them."""
    found = Publication.objects.filter(withdrawn_at=None).order_by("-year", "ref", "kind")
    return found.filter(year=year) if year is not None else found


def publication_numbered(number: int) -> Publication:
    """A publication that is public.

    :raises Missing: if there is none, or it was withdrawn
    """
    publication = published().filter(pk=number).first()
    if publication is None:
        raise Missing(_("There is no such publication, or it was withdrawn."), code="publication.missing")
    return publication


def published_years() -> list[int]:
    """The years with something public, latest first."""
    return list(published().order_by("-year").values_list("year", flat=True).distinct())
