"""What is public is a frozen document, readable without signing in, and holds nothing internal."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client

from chengshu.foundation.audit.canonical import canonical, sm3
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.hub.promises.actions.findings import dismiss_finding
from chengshu.hub.promises.actions.lifecycle import (
    approve_form,
    pass_to_finance,
    start_department_review,
    submit_form,
)
from chengshu.hub.promises.actions.publishing import publish_form, withdraw_publication
from chengshu.hub.promises.evaluation.self_evaluation import Grade
from chengshu.hub.promises.models import Finding, Form, Publication
from chengshu.hub.promises.tests.reviewing import RATINGS, decide_errors, form_of, small_year

As = Callable[[str], AbstractContextManager[None]]

pytestmark = pytest.mark.django_db
SECRET = "内部意见不得公开"


@pytest.fixture
def form(db: None, as_persona: As) -> Form:
    """An approved form whose trail and findings hold internal words."""
    form = form_of(small_year())
    for finding in Finding.objects.filter(form=form, state="open"):
        dismiss_finding(finding=finding, reason=SECRET)
    decide_errors(form)
    with as_persona("unit_head"):
        submit_form(form=form)
    with as_persona("department_officer"):
        start_department_review(form=form)
        pass_to_finance(form=form, ratings=RATINGS, overall=Grade.GOOD, opinion=SECRET)
    with as_persona("finance_reviewer"):
        approve_form(form=form, ratings=RATINGS, overall=Grade.GOOD, opinion=SECRET)
    return form_of(form.budget_year)


@pytest.fixture
def publication(form: Form, as_persona: As) -> Publication:
    with as_persona("department_officer"):
        return publish_form(form=form)


def test_a_draft_cannot_be_published(db: None, as_persona: As) -> None:
    draft = form_of(small_year())
    with as_persona("department_officer"), pytest.raises(Conflict):
        publish_form(form=draft)
    assert not Publication.objects.exists()


def test_publishing_twice_is_a_conflict(publication: Publication, as_persona: As) -> None:
    with as_persona("department_officer"), pytest.raises(Conflict):
        publish_form(form=publication.form)
    assert Publication.objects.count() == 1


@pytest.mark.parametrize(
    "persona", ["unit_head", "finance_reviewer", "supervisor", "other_department_officer"]
)
def test_only_the_department_withdraws(publication: Publication, as_persona: As, persona: str) -> None:
    with as_persona(persona), pytest.raises(Refused):
        withdraw_publication(publication=publication, reason="更正")


def test_the_digest_covers_the_whole_document(publication: Publication) -> None:
    assert publication.digest == sm3(canonical(publication.document))


def test_everybody_reads_what_is_public_and_nothing_internal(
    publication: Publication, anonymous: Client
) -> None:
    addresses = [
        "/promises/public/",
        f"/promises/public/{publication.pk}/",
        f"/promises/public/{publication.pk}.json",
        f"/promises/public/{publication.pk}.csv",
        f"/promises/public/year-{publication.year}.csv",
        "/api/v1/promises/public",
    ]
    for address in addresses:
        answer = anonymous.get(address)
        text = answer.content.decode()
        if answer["Content-Type"].startswith("application/json"):
            text = json.dumps(json.loads(text), ensure_ascii=False)
        assert answer.status_code == 200, address
        assert publication.title in text, address
        for internal in (SECRET, "department.officer", "finance.reviewer", "unit.head"):
            assert internal not in text, address


def test_inner_pages_stay_closed_to_the_public(publication: Publication, anonymous: Client) -> None:
    for address in ("/promises/review/", "/promises/forms/P44/", "/promises/forms/P44/adjust/"):
        assert anonymous.get(address).status_code == 302
    assert anonymous.get("/api/v1/promises/review").status_code == 401


def test_a_withdrawn_publication_is_gone_for_the_public_and_kept_in_the_records(
    publication: Publication, anonymous: Client, as_persona: As
) -> None:
    with as_persona("department_officer"):
        with pytest.raises(InvalidInput):
            withdraw_publication(publication=publication, reason="")
        withdraw_publication(publication=publication, reason="更正后重新公开")
        with pytest.raises(Conflict):
            withdraw_publication(publication=publication, reason="再次")
    assert anonymous.get(f"/promises/public/{publication.pk}/").status_code == 404
    assert Publication.objects.get(pk=publication.pk).withdrawal_reason == "更正后重新公开"
