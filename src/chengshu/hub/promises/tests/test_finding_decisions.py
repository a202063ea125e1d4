"""Findings are decided by people: dismissed with a reason, or accepted as a change that is reviewed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.hub.promises.actions.findings import (
    accept_safe_suggestions,
    accept_suggestion,
    dismiss_finding,
    reopen_finding,
)
from chengshu.hub.promises.drafts import draft_of
from chengshu.hub.promises.models import Finding, Form, FormVersion
from chengshu.hub.promises.subjects import subject_of
from chengshu.hub.promises.tests.reviewing import form_of, small_year

As = Callable[[str], AbstractContextManager[None]]

pytestmark = pytest.mark.django_db


@pytest.fixture
def form(db: None) -> Form:
    """The form of the window centre's services, with findings of several kinds."""
    return form_of(small_year(), "P45")


@pytest.fixture
def finding(form: Form) -> Finding:
    found = Finding.objects.filter(form=form, state="open", code="S03").first()
    assert found is not None
    return found


def with_suggestion(form: Form, field: str) -> tuple[Finding, int]:
    for found in Finding.objects.filter(form=form, state="open"):
        for index, suggestion in enumerate(found.suggestions):
            if suggestion["field"] == field and "?" not in suggestion["after"]:
                return found, index
    raise AssertionError(f"no finding proposes a change of {field}")


@pytest.mark.parametrize(
    "persona", ["unit_officer", "finance_reviewer", "supervisor", "other_department_officer"]
)
def test_whoever_may_not_judge_is_refused(finding: Finding, as_persona: As, persona: str) -> None:
    with as_persona(persona):
        with pytest.raises(Refused):
            dismiss_finding(finding=finding, reason="不是问题")
        with pytest.raises(Refused):
            reopen_finding(finding=finding)


@pytest.mark.parametrize(
    "persona", ["department_officer", "finance_reviewer", "supervisor", "other_department_officer"]
)
def test_nobody_outside_the_unit_accepts_a_correction(finding: Finding, as_persona: As, persona: str) -> None:
    form = finding.form
    with as_persona(persona):
        with pytest.raises(Refused):
            accept_suggestion(finding=finding, index=0)
        with pytest.raises(Refused):
            accept_safe_suggestions(form=form)


def test_dismissing_needs_a_reason(finding: Finding) -> None:
    with pytest.raises(InvalidInput) as error:
        dismiss_finding(finding=finding, reason="  ")
    assert error.value.field == "reason"


@pytest.mark.parametrize("reason", ["\x00", "\ud800", "长" * 2001])
def test_a_reason_that_cannot_be_kept_is_refused(finding: Finding, reason: str) -> None:
    with pytest.raises(InvalidInput):
        dismiss_finding(finding=finding, reason=reason)


def test_a_dismissed_finding_keeps_who_and_why_and_may_be_reopened(finding: Finding, as_persona: As) -> None:
    with as_persona("unit_head"):
        dismissed = dismiss_finding(finding=finding, reason="按印发文本执行")
        assert (dismissed.state, dismissed.decision_reason) == ("dismissed", "按印发文本执行")
        assert dismissed.decided_by is not None
        with pytest.raises(Conflict):
            dismiss_finding(finding=finding, reason="再来一次")
        assert reopen_finding(finding=finding).state == "open"


def test_an_accepted_correction_is_a_version_of_its_own_and_ends_the_finding(
    form: Form, as_persona: As
) -> None:
    finding, index = with_suggestion(form, "l2_name")
    after = finding.suggestions[index]["after"]
    with as_persona("unit_officer"):
        version = accept_suggestion(finding=finding, index=index)
    row = draft_of(version).row(finding.ref)
    assert row is not None
    assert row.l2_name == after
    assert version.number == 2
    assert not Finding.objects.filter(
        version=version, ref=finding.ref, code=finding.code, state="open"
    ).exists()
    finding.refresh_from_db()
    assert finding.state == "accepted"


def test_a_correction_that_does_not_exist_is_refused(finding: Finding) -> None:
    with pytest.raises(InvalidInput):
        accept_suggestion(finding=finding, index=99)


def test_a_figure_that_only_the_author_knows_must_be_filled_in(finding: Finding) -> None:
    row = draft_of(subject_of(finding.form).version).row(finding.ref)
    assert row is not None
    finding.suggestions = [
        {"kind": "proposal", "field": "annual_raw", "before": row.annual_raw, "after": "≥?%", "reason": ""}
    ]
    _store(finding)
    for text in (None, "", "≥?%"):
        with pytest.raises(InvalidInput) as error:
            accept_suggestion(finding=finding, index=0, text=text)
        assert error.value.code == "suggestion.figure"
    version = accept_suggestion(finding=finding, index=0, text="≥92%")
    changed = draft_of(version).row(finding.ref)
    assert changed is not None
    assert changed.annual_raw == "≥92%"


def _store(finding: Finding) -> None:
    """Write as the database's owner would: no action changes what the linter proposed."""
    from django.db import connection

    from chengshu.foundation.audit.canonical import canonical

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('chengshu.action', 'test', true), set_config('chengshu.write', %s, true)",
            ['{"promises": "*"}'],
        )
        cursor.execute(
            "UPDATE promises_finding SET suggestions = %s WHERE id = %s",
            [canonical(finding.suggestions).decode(), finding.pk],
        )


def test_a_correction_on_a_form_changed_meanwhile_is_a_conflict(form: Form) -> None:
    finding, index = with_suggestion(form, "l2_name")
    with pytest.raises(Conflict):
        accept_suggestion(finding=finding, index=index, based_on=7)


def test_safe_corrections_are_accepted_together_or_refused_when_there_is_none(form: Form) -> None:
    found = Finding.objects.filter(form=form, state="open")
    safe = [
        f for f in found if any(s["kind"] == "auto" and s["field"] == "annual_raw" for s in f.suggestions)
    ]
    if not safe:
        with pytest.raises(Conflict):
            accept_safe_suggestions(form=form)
        return
    version: FormVersion = accept_safe_suggestions(form=form)
    assert version.number == 2
    assert set(Finding.objects.filter(pk__in=[f.pk for f in safe]).values_list("state", flat=True)) == {
        "accepted"
    }
