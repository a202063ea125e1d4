"""Keeping the linter's findings beside the promises: the same finding stays the same row, with what people decided."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from django.utils import translation

from chengshu.foundation.audit.canonical import canonical, sm3
from chengshu.foundation.audit.changes import record_many
from chengshu.hub.promises.lint import Finding as Found
from chengshu.hub.promises.lint import Suggestion, lint
from chengshu.hub.promises.models import (
    BudgetYear,
    Finding,
    FindingState,
    Form,
    Indicator,
    Severity,
    Standing,
    VersionState,
)
from chengshu.hub.promises.rows import tables_of
from chengshu.hub.promises.tables.data import SourceTables


def refresh_findings(budget_year: BudgetYear) -> None:
    """Lint the current versions and bring the stored findings up to date.

    Called inside an action. A finding that is gone is kept as such; a decision stays with its finding.
    """
    forms = {form.ref: form for form in budget_year.forms.select_related("current")}
    indicators = {i.ref: i for i in Indicator.objects.filter(form__budget_year=budget_year)}
    known = {
        (finding.version_id, finding.key): finding
        for finding in Finding.objects.filter(version__in=[form.current_id for form in forms.values()])
    }
    new: list[Finding] = []
    for found in found_in(tables_of(budget_year)):
        form = forms.get(form_ref(found.ref))
        if form is None or form.current_id is None:
            continue
        stored = known.pop((form.current_id, key_of(found)), None)
        if stored is None:
            new.append(_row(found, form, indicators.get(found.ref)))
        elif stored.state == FindingState.GONE:
            stored.state = FindingState.OPEN
            stored.save()
    for gone in known.values():
        if gone.state == FindingState.OPEN:
            gone.state = FindingState.GONE
            gone.save()
    _keep_decisions(budget_year, new)
    Finding.objects.bulk_create(new)
    record_many("create", new)
    count_findings(budget_year)


def _keep_decisions(budget_year: BudgetYear, new: list[Finding]) -> None:
    """A finding dismissed in a replaced version stays dismissed in the new one; what was open there is gone."""
    replaced = Finding.objects.filter(form__budget_year=budget_year, version__state=VersionState.REPLACED)
    dismissed = {
        (finding.form_id, finding.key): finding
        for finding in replaced.filter(state=FindingState.DISMISSED).order_by("version__number")
    }
    for finding in new:
        earlier = dismissed.get((finding.form_id, finding.key))
        if earlier is not None:
            finding.state, finding.decision_reason = earlier.state, earlier.decision_reason
            finding.decided_by_id, finding.decided_at = earlier.decided_by_id, earlier.decided_at
    for finding in replaced.filter(state=FindingState.OPEN):
        finding.state = FindingState.GONE
        finding.save()


def found_in(tables: SourceTables) -> list[Found]:
    """What the linter finds, with keys and reasons that do not depend on the language of whoever asks."""
    with translation.override("en"):
        return lint(tables)


def form_ref(ref: str) -> str:
    """The form a finding belongs to: ``P36#1`` → ``P36``, ``D16`` and anything of the department → ``D``."""
    return ref.partition("#")[0] if ref.startswith("P") else "D"


def key_of(found: Found) -> str:
    """What makes two findings the same: rule, place and figures."""
    return f"{found.ref}:{found.code}:{sm3(canonical(_data(found)))[:12]}"


def _row(found: Found, form: Form, indicator: Indicator | None) -> Finding:
    assert form.current_id is not None
    with translation.override("en"):  # reasons are lazy: they are kept as message ids, see ``finding_words``
        suggestions = [_stored(suggestion) for suggestion in found.suggestions]
    return Finding(
        form=form,
        version_id=form.current_id,
        indicator=indicator,
        unit_id=form.unit_id,
        ref=found.ref,
        key=key_of(found),
        code=found.code,
        severity=found.severity.value,
        data=_data(found),
        suggestions=suggestions,
    )


def _stored(suggestion: Suggestion) -> dict[str, str]:
    return {
        "kind": suggestion.kind.value,
        "field": suggestion.field,
        "before": suggestion.before,
        "after": suggestion.after,
        "reason": str(suggestion.reason),
    }


def _data(found: Found) -> dict[str, Any]:
    with translation.override("en"):
        return dict(json.loads(canonical(dict(found.data))))


def count_findings(budget_year: BudgetYear) -> None:
    """Keep each promise's number of open errors and warnings beside its standing."""
    counted: Counter[tuple[int, str]] = Counter(
        Finding.objects.filter(
            form__budget_year=budget_year, state=FindingState.OPEN, indicator__isnull=False
        ).values_list("indicator_id", "severity")
    )
    changed = []
    for standing in Standing.objects.filter(indicator__form__budget_year=budget_year):
        errors = counted[(standing.indicator_id, Severity.ERROR)]
        warnings = counted[(standing.indicator_id, Severity.WARNING)]
        if (errors, warnings) != (standing.errors, standing.warnings):
            standing.errors, standing.warnings = errors, warnings
            changed.append(standing)
    Standing.objects.bulk_update(changed, ["errors", "warnings"])
