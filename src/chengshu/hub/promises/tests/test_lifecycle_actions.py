"""A form through its life: who may take which step, in which order, and what every step leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest

from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.events.models import OutboxEvent
from chengshu.foundation.orgs.actions import appoint
from chengshu.foundation.orgs.models import Post
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.promises.actions.lifecycle import (
    approve_form,
    pass_to_finance,
    record_budget_dates,
    return_form,
    revise_form,
    start_department_review,
    start_monitoring,
    submit_form,
)
from chengshu.hub.promises.actions.publishing import publish_form
from chengshu.hub.promises.actions.together import take_many
from chengshu.hub.promises.evaluation.self_evaluation import Grade
from chengshu.hub.promises.models import BudgetYear, Form, FormState, Review
from chengshu.hub.promises.stepping import STEP_FORMS, run
from chengshu.hub.promises.tests.reviewing import RATINGS, decide_errors, form_of, small_year

As = Callable[[str], AbstractContextManager[None]]

pytestmark = pytest.mark.django_db

WHO_MAY = {
    "submit_form": {"unit_head"},
    "start_department_review": {"department_officer"},
    "pass_to_finance": {"department_officer"},
    "return_form": {"department_officer", "finance_reviewer"},
    "reject_adjustment": {"department_officer", "finance_reviewer"},
    "revise_form": {"unit_officer", "unit_head"},
    "approve_form": {"finance_reviewer"},
    "publish_form": {"department_officer"},
    "start_monitoring": {"department_officer"},
    "open_adjustment": {"unit_head"},
    "withdraw_adjustment": {"unit_head"},
    "open_self_evaluation": {"unit_officer", "unit_head"},
    "submit_self_evaluation_form": {"unit_head"},
    "return_self_evaluation_form": {"department_officer", "finance_reviewer"},
    "start_department_evaluation": {"department_officer"},
    "sample_form": {"finance_reviewer"},
    "evaluate_form": {"department_officer", "finance_reviewer"},
    "apply_form_result": {"department_officer", "finance_reviewer"},
    "publish_result": {"department_officer"},
    "record_rectification": {"unit_officer", "unit_head"},
    "archive_form": {"department_officer"},
}
PERSONAS = (
    "unit_officer",
    "unit_head",
    "department_officer",
    "department_head",
    "finance_reviewer",
    "supervisor",
    "other_department_officer",
    "window_clerk",
    "resident",
)
GIVEN = {
    **dict.fromkeys(("completeness", "relevance", "adequacy", "feasibility", "overall", "grade"), "good"),
    "reason": "请补充",
    "opinion": "同意",
    "report": "已整改",
}


@pytest.fixture
def year(db: None) -> BudgetYear:
    return small_year()


@pytest.fixture
def form(year: BudgetYear) -> Form:
    found = form_of(year)
    decide_errors(found)
    return found


def through_review(form: Form, as_persona: As) -> None:
    with as_persona("unit_head"):
        submit_form(form=form)
    with as_persona("department_officer"):
        start_department_review(form=form)
        pass_to_finance(form=form, ratings=RATINGS, overall=Grade.GOOD, opinion="同意上报")
    with as_persona("finance_reviewer"):
        approve_form(form=form, ratings=RATINGS, overall=Grade.GOOD, opinion="同意")


def test_every_step_has_its_line_in_the_matrix() -> None:
    assert set(WHO_MAY) == set(STEP_FORMS)


@pytest.mark.parametrize("persona", PERSONAS)
def test_whoever_lacks_the_power_is_refused_every_step(form: Form, as_persona: As, persona: str) -> None:
    wrong = [step for step, allowed in WHO_MAY.items() if persona not in allowed]
    with as_persona(persona):
        for step in wrong:
            with pytest.raises(Refused):
                run(form, step, GIVEN)
    assert form_of(form.budget_year).state == FormState.DRAFT


def test_a_refusal_stands_in_the_audit_chain(form: Form, as_persona: As) -> None:
    with as_persona("unit_officer"), pytest.raises(Refused):
        submit_form(form=form)
    assert AuditEntry.objects.filter(action="promises.submit_form", outcome="refused").exists()


def test_open_errors_keep_a_form_from_being_submitted(year: BudgetYear, as_persona: As) -> None:
    with as_persona("unit_head"), pytest.raises(Conflict) as error:
        submit_form(form=form_of(year, "P45"))
    assert error.value.data["missing"] == ["no_lint_errors"]


def test_a_step_of_another_state_is_refused_and_names_what_is_possible(form: Form, as_persona: As) -> None:
    with as_persona("finance_reviewer"), pytest.raises(Conflict) as error:
        approve_form(form=form, ratings=RATINGS, overall=Grade.GOOD)
    assert error.value.data["state"] == "draft"
    assert "submit" in error.value.data["possible"]


def test_submitting_twice_is_a_conflict_and_leaves_one_step(form: Form, as_persona: As) -> None:
    with as_persona("unit_head"):
        submit_form(form=form)
        with pytest.raises(Conflict):
            submit_form(form=form)
    assert Review.objects.filter(form=form, action="submit_form").count() == 1


def test_a_version_that_was_not_read_cannot_be_submitted(form: Form, as_persona: As) -> None:
    with as_persona("unit_head"), pytest.raises(Conflict) as error:
        submit_form(form=form, based_on=7)
    assert error.value.code == "version.stale"


def test_returning_needs_an_opinion(form: Form, as_persona: As) -> None:
    with as_persona("unit_head"):
        submit_form(form=form)
    with as_persona("department_officer"):
        start_department_review(form=form)
        with pytest.raises(InvalidInput) as error:
            return_form(form=form, reason="  ")
    assert error.value.field == "reason"


def test_the_department_cannot_return_what_the_finance_department_reviews(form: Form, as_persona: As) -> None:
    with as_persona("unit_head"):
        submit_form(form=form)
    with as_persona("department_officer"):
        start_department_review(form=form)
        pass_to_finance(form=form, ratings=RATINGS, overall=Grade.GOOD)
        with pytest.raises(Refused):
            return_form(form=form, reason="再看看")


def test_one_poor_dimension_keeps_a_form_from_passing(form: Form, as_persona: As) -> None:
    with as_persona("unit_head"):
        submit_form(form=form)
    with as_persona("department_officer"):
        start_department_review(form=form)
        with pytest.raises(Conflict) as error:
            pass_to_finance(form=form, ratings={**RATINGS, "relevance": Grade.POOR}, overall=Grade.EXCELLENT)
    assert error.value.data["missing"] == ["review_not_poor"]


def test_a_review_rates_every_dimension(form: Form, as_persona: As) -> None:
    with as_persona("unit_head"):
        submit_form(form=form)
    with as_persona("department_officer"):
        start_department_review(form=form)
        with pytest.raises(InvalidInput):
            pass_to_finance(form=form, ratings={"completeness": Grade.GOOD}, overall=Grade.GOOD)


def test_whoever_submitted_cannot_review(form: Form, as_persona: As, cast: Cast) -> None:
    post = Post.objects.get(unit__key="service-centre", post_roles__role__key="unit_head")
    appoint(account=cast["department_officer"].account, post=post, starts_on=date(2020, 1, 1), ends_on=None)
    with as_persona("department_officer"):
        submit_form(form=form)
        with pytest.raises(Refused) as error:
            start_department_review(form=form)
    assert error.value.code == "lifecycle.four_eyes"


def test_nothing_is_approved_before_the_congress_has_approved_the_budget(form: Form, as_persona: As) -> None:
    record_budget_dates(budget_year=form.budget_year, adopted_on=None, replied_on=None)
    with as_persona("unit_head"):
        submit_form(form=form)
    with as_persona("department_officer"):
        start_department_review(form=form)
        pass_to_finance(form=form, ratings=RATINGS, overall=Grade.GOOD)
    with as_persona("finance_reviewer"), pytest.raises(Conflict) as error:
        approve_form(form=form, ratings=RATINGS, overall=Grade.GOOD)
    assert error.value.data["missing"] == ["budget_adopted"]


def test_a_reply_before_the_adoption_is_refused(year: BudgetYear) -> None:
    with pytest.raises(InvalidInput):
        record_budget_dates(budget_year=year, adopted_on=date(2025, 2, 1), replied_on=date(2025, 1, 1))


def test_a_returned_form_walks_the_chain_again(form: Form, as_persona: As) -> None:
    with as_persona("unit_head"):
        submit_form(form=form)
    with as_persona("department_officer"):
        start_department_review(form=form)
        return_form(form=form, reason="指标值缺少依据")
    with as_persona("unit_officer"):
        assert revise_form(form=form).state == FormState.DRAFT
    through_review(form, as_persona)
    assert form_of(form.budget_year).state == FormState.APPROVED


def test_the_whole_way_to_monitoring_leaves_its_trail(form: Form, as_persona: As) -> None:
    through_review(form, as_persona)
    with as_persona("department_officer"):
        publish_form(form=form)
        start_monitoring(form=form)
    now = form_of(form.budget_year)
    assert now.state == FormState.MONITORING
    assert now.current is not None
    assert now.current.state == "current"
    trail = list(Review.objects.filter(form=form).order_by("id").values_list("action", flat=True))
    assert trail == [
        "submit_form",
        "start_department_review",
        "pass_to_finance",
        "approve_form",
        "publish_form",
        "start_monitoring",
    ]
    assert OutboxEvent.objects.filter(name="promises.FormAdvanced").count() == 6


def test_many_forms_at_once_each_tell_their_own_result(form: Form, as_persona: As) -> None:
    forms = [form_of(form.budget_year), form_of(form.budget_year, "P45")]
    with as_persona("unit_head"):
        outcomes = take_many("submit_form", forms)
    assert [(o.ref, o.is_done) for o in outcomes] == [("P44", True), ("P45", False)]
    assert form_of(form.budget_year).state == FormState.UNIT_SUBMITTED
    assert form_of(form.budget_year, "P45").state == FormState.DRAFT


def test_a_step_that_needs_an_opinion_is_not_taken_in_bulk(form: Form) -> None:
    with pytest.raises(InvalidInput):
        take_many("approve_form", [form])
