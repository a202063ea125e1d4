"""Versions taking each other's place, inside the actions that write, adjust or approve forms. No action of its own
but the re-check, which the platform makes: cross-checks read the whole department, more than a unit may see.
"""

from __future__ import annotations

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import asking, current_asker, system
from chengshu.foundation.audit.changes import record_many
from chengshu.hub.promises.actions.standing import restand_form
from chengshu.hub.promises.drafts import Draft, as_rows, number_in, numbered
from chengshu.hub.promises.findings import count_findings, refresh_findings
from chengshu.hub.promises.models import (
    Binding,
    BindingKind,
    Commitment,
    Finding,
    FindingState,
    Form,
    FormVersion,
    Indicator,
    Standing,
    VersionOrigin,
    VersionState,
)
from chengshu.hub.promises.rows import commitment_of, start_of


def write_version(
    form: Form, draft: Draft, *, origin: VersionOrigin, reason: str, base: FormVersion | None, step: str
) -> FormVersion:
    """The next version of a form with this content; new indicators get the next numbers."""
    newest = form.versions.aggregate(newest=Max("number"))["newest"] or 0
    version = FormVersion(
        form=form,
        unit_id=form.unit_id,
        number=newest + 1,
        origin=origin,
        reason=reason,
        goal=draft.goal,
        base=base,
        step=step,
        created_by_id=current_asker().account_id,
    )
    version.save()
    _write_commitments(form, version, named(form, draft))
    return version


def named(form: Form, draft: Draft) -> Draft:
    """The draft with a name for every new indicator."""
    used = [number_in(ref) for ref in form.indicators.values_list("ref", flat=True)]
    return numbered(form, draft, max(used, default=0))


def _write_commitments(form: Form, version: FormVersion, draft: Draft) -> None:
    known = {indicator.ref: indicator for indicator in form.indicators.all()}
    weights = {row.ref: row.weight for row in draft.rows}
    commitments = []
    for row in as_rows(draft):
        indicator = known.get(row.ref)
        if indicator is None:
            indicator = Indicator(form=form, unit_id=form.unit_id, ref=row.ref, number=row.number)
            indicator.save()
        commitment = commitment_of(row, indicator, version)
        commitment.weight = weights[row.ref]
        commitments.append(commitment)
    Commitment.objects.bulk_create(commitments)
    record_many("create", commitments)


def bring_into_force(form: Form, version: FormVersion) -> None:
    """Make an approved version the one in force; the one before is kept as replaced.

    Whatever follows from a promise is brought up to date: findings, bindings of new promises, standings.
    """
    version.refresh_from_db()
    before = form.current if form.current_id != version.pk else None
    version.state, version.step, version.decided_at = VersionState.CURRENT, "", timezone.now()
    version.save()
    if before is not None:
        before.state = VersionState.REPLACED
        before.save()
        make_current(form, version)


def make_current(form: Form, version: FormVersion) -> None:
    """Put a version in the place of the current one and check the form again."""
    form.current = version
    form.save()
    _start_unproven(form)
    with asking(system("linter", current_asker().channel)):
        recheck_form(form=form)
    restand_form(form)


def _start_unproven(form: Form) -> None:
    """A promise that is new in the current version starts unbound and unproven."""
    first_day = start_of(form.budget_year.year)
    for indicator in Indicator.objects.filter(form=form, commitments__version=form.current_id, bindings=None):
        Binding(
            indicator=indicator,
            unit_id=form.unit_id,
            number=1,
            kind=BindingKind.UNBOUND,
            valid_from=first_day,
        ).save()
        if not Standing.objects.filter(indicator=indicator).exists():
            Standing(indicator=indicator, unit_id=form.unit_id, as_of=first_day).save()


def give_up(version: FormVersion) -> None:
    """Close a proposed version for good; findings accepted into it are open again."""
    version.state, version.step, version.decided_at = VersionState.REJECTED, "", timezone.now()
    version.save()
    accepted = Finding.objects.filter(
        form_id=version.form_id, version=version.form.current_id, state=FindingState.ACCEPTED
    )
    for finding in accepted:
        finding.state, finding.decision_reason = FindingState.OPEN, ""
        finding.decided_by, finding.decided_at = None, None
        finding.save()
    count_findings(version.form.budget_year)


@action(title=_("Check a form again"), at=Reach.EVERYWHERE)
def recheck_form(*, form: Form) -> Form:
    """Run the linter again after a form changed; decisions stay with findings that stay the same."""
    refresh_findings(form.budget_year)
    return form
