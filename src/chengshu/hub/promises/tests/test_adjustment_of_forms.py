"""Changing a form: a draft directly, a form in force through an adjustment that walks the same review chain."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest

from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.hub.promises.actions.adjusting import edit_form, open_adjustment
from chengshu.hub.promises.actions.lifecycle import (
    approve_form,
    pass_to_finance,
    reject_adjustment,
    start_department_review,
    submit_form,
    withdraw_adjustment,
)
from chengshu.hub.promises.drafts import Draft, draft_of
from chengshu.hub.promises.evaluation.self_evaluation import Grade
from chengshu.hub.promises.models import Form, FormState, VersionState
from chengshu.hub.promises.subjects import open_adjustment_of, subject_of
from chengshu.hub.promises.tests.reviewing import RATINGS, decide_errors, form_of, small_year

As = Callable[[str], AbstractContextManager[None]]

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft_form(db: None) -> Form:
    return form_of(small_year())


@pytest.fixture
def form(draft_form: Form, as_persona: As) -> Form:
    """A form that was approved."""
    decide_errors(draft_form)
    with as_persona("unit_head"):
        submit_form(form=draft_form)
    review(draft_form, as_persona)
    return form_of(draft_form.budget_year)


def review(form: Form, as_persona: As) -> None:
    with as_persona("department_officer"):
        start_department_review(form=form)
        pass_to_finance(form=form, ratings=RATINGS, overall=Grade.GOOD)
    with as_persona("finance_reviewer"):
        approve_form(form=form, ratings=RATINGS, overall=Grade.GOOD)


def changed(form: Form, **values: str) -> Draft:
    """What is being worked on, with cells of its first indicator changed."""
    draft = draft_of(subject_of(form).version)
    return draft.changed(draft.rows[0].ref, **values)


def test_a_form_in_force_cannot_be_edited(form: Form, as_persona: As) -> None:
    with as_persona("unit_head"), pytest.raises(Conflict) as error:
        edit_form(form=form, draft=changed(form, annual_raw="≥99%"), based_on=1)
    assert error.value.code == "draft.closed"


@pytest.mark.parametrize(
    "persona",
    ["unit_officer", "department_officer", "finance_reviewer", "supervisor", "other_department_officer"],
)
def test_only_the_head_of_the_unit_opens_an_adjustment(form: Form, as_persona: As, persona: str) -> None:
    with as_persona(persona), pytest.raises(Refused):
        open_adjustment(form=form, reason="调整")
    assert open_adjustment_of(form) is None


@pytest.mark.parametrize(
    "persona", ["department_officer", "finance_reviewer", "supervisor", "other_department_officer"]
)
def test_nobody_outside_the_unit_edits_its_draft(draft_form: Form, as_persona: As, persona: str) -> None:
    draft = changed(draft_form, annual_raw="≥99%")
    with as_persona(persona), pytest.raises(Refused):
        edit_form(form=draft_form, draft=draft, based_on=1)


def test_an_adjustment_needs_a_reason(form: Form, as_persona: As) -> None:
    with as_persona("unit_head"), pytest.raises(InvalidInput) as error:
        open_adjustment(form=form, reason=" ")
    assert error.value.field == "reason"


def test_there_is_one_open_adjustment_at_most(form: Form, as_persona: As) -> None:
    with as_persona("unit_head"):
        open_adjustment(form=form, reason="人员变动")
        with pytest.raises(Conflict):
            open_adjustment(form=form, reason="再次调整")


def test_a_draft_is_edited_as_a_new_version_and_the_old_one_is_kept(draft_form: Form, as_persona: As) -> None:
    with as_persona("unit_officer"):
        version = edit_form(
            form=draft_form,
            draft=changed(draft_form, name="办件效率", annual_raw="≥99%"),
            based_on=1,
            reason="更正",
        )
    now = form_of(draft_form.budget_year)
    assert (now.current_id, version.number, version.reason) == (version.pk, 2, "更正")
    assert draft_of(version).rows[0].annual_raw == "≥99%"
    assert now.versions.get(number=1).state == VersionState.REPLACED
    assert not now.findings.filter(version__number=1, state="open").exists()


def test_two_editors_do_not_overwrite_each_other(draft_form: Form, as_persona: As) -> None:
    first, second = changed(draft_form, annual_raw="≥98%"), changed(draft_form, annual_raw="≥97%")
    with as_persona("unit_officer"):
        edit_form(form=draft_form, draft=first, based_on=1)
    with as_persona("unit_head"), pytest.raises(Conflict) as error:
        edit_form(form=draft_form, draft=second, based_on=1)
    assert error.value.code == "version.stale"
    assert draft_of(subject_of(form_of(draft_form.budget_year)).version).rows[0].annual_raw == "≥98%"


def test_saving_twice_makes_one_version(draft_form: Form, as_persona: As) -> None:
    draft = changed(draft_form, annual_raw="≥98%")
    with as_persona("unit_officer"):
        first = edit_form(form=draft_form, draft=draft, based_on=1)
        second = edit_form(form=draft_form, draft=draft, based_on=1)
    assert first.pk == second.pk


def test_an_indicator_of_another_form_is_refused(draft_form: Form, as_persona: As) -> None:
    draft = draft_of(subject_of(draft_form).version)
    strange = replace(draft.rows[0], ref="P45#1")
    with as_persona("unit_officer"), pytest.raises(InvalidInput) as error:
        edit_form(form=draft_form, draft=replace(draft, rows=(*draft.rows, strange)), based_on=1)
    assert error.value.code == "draft.refs"


@pytest.mark.parametrize("text", ["", "   ", "指标\x00", "\ud800", "长" * 501])
def test_a_name_that_cannot_be_kept_names_its_cell(draft_form: Form, text: str) -> None:
    with pytest.raises(InvalidInput) as error:
        edit_form(form=draft_form, draft=changed(draft_form, name=text), based_on=1)
    assert error.value.field == "rows.0.name"


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "'; DROP TABLE x; --", "%s %(x)s {{ 7*7 }}", "𠮷🏛️", "\u202e反"]
)
def test_strange_but_storable_text_is_kept_as_typed(draft_form: Form, text: str) -> None:
    version = edit_form(form=draft_form, draft=changed(draft_form, name=text, annual_raw=text), based_on=1)
    row = draft_of(version).rows[0]
    assert (row.name, row.annual_raw) == (text, text)


def test_an_approved_adjustment_takes_the_place_of_the_version_before(form: Form, as_persona: As) -> None:
    with as_persona("unit_head"):
        open_adjustment(form=form, reason="人员变动")
    with as_persona("unit_officer"):
        edit_form(form=form, draft=changed(form, annual_raw="≥90%"), based_on=2)
    assert form_of(form.budget_year).current_id == form.current_id
    with as_persona("unit_head"):
        submit_form(form=form)
    assert form_of(form.budget_year).state == FormState.APPROVED
    review(form, as_persona)
    now = form_of(form.budget_year)
    assert now.current is not None
    assert draft_of(now.current).rows[0].annual_raw == "≥90%"
    assert now.current.state == VersionState.CURRENT
    assert now.versions.get(number=1).state == VersionState.REPLACED
    assert open_adjustment_of(now) is None


def test_a_new_indicator_gets_the_next_number_and_starts_unproven(form: Form, as_persona: As) -> None:
    with as_persona("unit_head"):
        open_adjustment(form=form, reason="增加指标")
        draft = draft_of(subject_of(form).version)
        more = replace(draft.rows[0], ref="", name="培训覆盖率", period_raw="≥90%", annual_raw="≥90%")
        edit_form(form=form, draft=replace(draft, rows=(*draft.rows, more)), based_on=2)
        submit_form(form=form)
    review(form, as_persona)
    added = form.indicators.get(ref=f"P44#{len(draft.rows) + 1}")
    assert added.bindings.get().kind == "unbound"
    assert added.standing.verdict == "unproven"


def test_a_withdrawn_adjustment_leaves_the_form_as_it_was(form: Form, as_persona: As) -> None:
    with as_persona("unit_head"):
        version = open_adjustment(form=form, reason="人员变动")
        withdraw_adjustment(form=form, reason="不再需要")
    version.refresh_from_db()
    assert (version.state, version.step) == (VersionState.REJECTED, "")
    assert form_of(form.budget_year).current_id == form.current_id


def test_a_rejected_adjustment_is_kept_and_a_new_one_may_be_opened(form: Form, as_persona: As) -> None:
    with as_persona("unit_head"):
        version = open_adjustment(form=form, reason="人员变动")
        submit_form(form=form)
    with as_persona("department_officer"):
        start_department_review(form=form)
        reject_adjustment(form=form, reason="依据不足")
    version.refresh_from_db()
    assert version.state == VersionState.REJECTED
    with as_persona("unit_head"):
        assert open_adjustment(form=form, reason="补充依据").number == 3
