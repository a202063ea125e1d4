"""Handing a form in: who may read it, what is kept, what is masked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from chengshu.engines.registers import actions, api, queries
from chengshu.engines.registers.data import FormRefused
from chengshu.engines.registers.models import FormDraft, FormSubmission, FormVersion
from chengshu.engines.registers.tests.builders import KEY, NATURAL, SOURCE, published, typed, unit
from chengshu.foundation.asking import NOBODY, asking
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, NotSignedIn, Refused

pytestmark = pytest.mark.usefixtures("district", "in_november")
As = Callable[[str], Any]


def hand_in(form: Any, subject: str = "case:17", **changes: Any) -> Any:
    return api.submit_form(subject=subject, form=form, typed=typed(form, **changes), unit=unit())


def test_nobody_hands_in_without_signing_in(anonymous: Client) -> None:
    form = published()
    with asking(NOBODY), pytest.raises(NotSignedIn):
        hand_in(form)
    assert not FormSubmission.objects.exists()


def test_what_one_handed_in_is_not_there_for_another_unit(
    as_persona: As, signed_in: Callable[[str], Client]
) -> None:
    form = published()
    with as_persona("resident"):
        submission = hand_in(form)
        assert api.submission("case:17") is not None
    with as_persona("other_department_officer"):
        assert api.submission("case:17") is None
        with pytest.raises(Missing):
            api.submission_by_id(submission.submission_id)
    assert (
        signed_in("other_department_officer")
        .get(f"/registers/submissions/{submission.submission_id}/")
        .status_code
        == 404
    )
    with as_persona("window_clerk"):
        assert api.submission("case:17") is not None


def test_a_stranger_cannot_withdraw_or_reveal(as_persona: As) -> None:
    form = published()
    with as_persona("resident"):
        submission = hand_in(form)
    row = FormSubmission.objects.get(pk=submission.submission_id)
    with as_persona("other_department_officer"):
        with pytest.raises(Refused):
            actions.withdraw_submission(submission=row, reason="测试理由")
        with pytest.raises(Refused):
            actions.reveal_value(submission=row, path="applicant.id_card", purpose="办理某事项")


def test_an_incomplete_form_is_refused_with_every_error_and_nothing_is_kept(as_persona: As) -> None:
    form = published()
    with as_persona("resident"), pytest.raises(FormRefused) as refused:
        hand_in(form, applicant__name=None, people="many", promise=None)
    assert {(error.path, error.code) for error in refused.value.errors} == {
        ("applicant.name", "form.required"),
        ("people", "number.form"),
        ("promise", "form.required"),
    }
    assert not FormSubmission.objects.exists()


def test_a_version_that_is_not_in_use_is_refused() -> None:
    published()
    row = FormVersion.objects.get(number=1)
    actions.retire_form(definition=row.definition, reason="不再办理")
    with pytest.raises(Conflict):
        hand_in(api.form(KEY, 1))


def test_personal_values_are_masked_sealed_and_absent_from_the_audit_chain(as_persona: As) -> None:
    form = published()
    with as_persona("resident"):
        submission = hand_in(form)
    row = FormSubmission.objects.get(pk=submission.submission_id)
    assert submission.values["applicant"]["id_card"] == "4****************4"
    assert submission.personal == ("applicant.id_card", "applicant.phone")
    for number in ("440115200002291234", "13800138000"):
        assert number not in str(row.values)
        assert number not in row.sealed
        assert not AuditEntry.objects.filter(details__icontains=number).exists()


def test_revealing_needs_a_purpose_and_leaves_a_trace(as_persona: As) -> None:
    form = published()
    with as_persona("resident"):
        submission = hand_in(form)
    with as_persona("window_clerk"):
        with pytest.raises(InvalidInput):
            api.reveal_value(submission_id=submission.submission_id, path="applicant.id_card", purpose="看")
        with pytest.raises(InvalidInput):
            api.reveal_value(submission_id=submission.submission_id, path="town", purpose="核对申请人身份")
        clear = api.reveal_value(
            submission_id=submission.submission_id, path="applicant.id_card", purpose="核对申请人身份"
        )
    assert clear == "440115200002291234"
    entry = AuditEntry.objects.get(action="registers.reveal_value", outcome="done")
    assert entry.details["changes"][0]["field"] == "applicant.id_card"
    assert entry.details["changes"][0]["purpose"] == "核对申请人身份"


def test_values_come_back_as_they_were(as_persona: As) -> None:
    form = published()
    with as_persona("resident"):
        values = hand_in(form, opens_at="9:30", facilities=("power", "stage")).values
        stored = api.submission("case:17")
    assert stored is not None
    assert stored.values == values
    assert values["begins_on"] == date(2026, 12, 10)
    assert values["items"] == (
        {"name": "舞台", "price": Decimal("1200.50"), "quantity": 2, "amount": Decimal("2401.00")},
    )
    assert values["total"] == Decimal("2401.00")
    assert api.variables_of(form, values) == {
        "applicant_kind": "1",
        "applicant_name": "某某",
        "town": "440115100",
        "purpose": "culture",
        "begins_on": date(2026, 12, 10),
        "people": Decimal(120),
        "has_food": False,
        "total": Decimal("2401.00"),
    }


def test_a_second_round_takes_the_place_of_the_first(as_persona: As) -> None:
    form = published()
    with as_persona("resident"):
        hand_in(form)
        hand_in(form, people="80")
        rounds = api.history("case:17")
        assert [(each.round, each.state) for each in rounds] == [(2, "submitted"), (1, "superseded")]
        api.withdraw_submission(submission_id=rounds[0].submission_id, reason="填错了")
        with pytest.raises(Conflict):
            api.withdraw_submission(submission_id=rounds[0].submission_id, reason="填错了")
        holding = api.submission("case:17")
    assert holding is not None
    assert holding.round == 1


def test_a_draft_is_kept_as_typed_and_is_its_owners_alone(as_persona: As) -> None:
    form = published()
    nonsense = typed(
        form, applicant__phone="  12\u202e\u200b ", people="不知道", purpose="<script>", items__1__name=""
    )
    with as_persona("resident"):
        api.save_draft(subject="case:5", form=form, typed=nonsense)
        api.save_draft(subject="case:5", form=form, typed=nonsense)
        kept = api.draft("case:5")
        assert kept is not None
        assert kept.typed.entries == nonsense.entries
    assert FormDraft.objects.count() == 1
    assert "不知道" not in FormDraft.objects.get().typed_sealed
    with as_persona("window_clerk"):
        assert api.draft("case:5") is None
        assert not FormDraft.objects.exists()
    with as_persona("resident"):
        hand_in(form, subject="case:5")
        assert api.draft("case:5") is None


def test_a_draft_is_discarded_on_request(as_persona: As) -> None:
    form = published()
    with as_persona("resident"):
        api.save_draft(subject="case:5", form=form, typed=typed(form))
        api.discard_draft(subject="case:5")
        assert api.drafts() == ()


@pytest.mark.parametrize("subject", ["", "case", "case:", "CASE:1", "case:1; drop", "案:1"])
def test_a_subject_that_names_nothing_is_refused(subject: str, as_persona: As) -> None:
    form = published()
    with as_persona("resident"), pytest.raises(InvalidInput):
        api.save_draft(subject=subject, form=form, typed=typed(form))


def test_an_old_version_still_shows_what_was_submitted_with_it(as_persona: As) -> None:
    form = published()
    with as_persona("resident"):
        submission = hand_in(form)
    definition = queries.definition_by_key(KEY)
    newer = actions.save_form_version(definition=definition, source=SOURCE.replace("预计人数", "人数"))
    actions.publish_form_version(version=actions.send_form_version(version=newer))
    assert api.form(KEY).version == 2
    view = api.submission_view(api.submission_by_id(submission.submission_id))
    assert view.version == 1
    assert "预计人数" in [field.title for field in view.fields]
    with pytest.raises(Conflict):
        api.submit_form(subject="case:9", form=api.form(KEY, 1), typed=typed(form), unit=unit())


def test_the_database_refuses_to_change_a_version() -> None:
    published()
    version = FormVersion.objects.get()
    version.source = "{}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('chengshu.action', 'test', true)")
        cursor.execute("SELECT set_config('chengshu.write', '{\"*\": \"*\"}', true)")
    with pytest.raises(DatabaseError, match="never changed"):
        version.save()


def test_entries_are_exactly_what_was_sent(rf_post: Callable[..., Any]) -> None:
    form = published()
    sent = {f"f.{path}": value for path, value in NATURAL.items()} | {"f.unknown": "x", "opinion": "同意"}
    entries = api.typed_from(form, rf_post(sent)).entries
    assert entries["applicant.phone"] == ("138 0013 8000",)
    assert set(entries) == set(NATURAL)


def test_a_submission_is_corrected_from_what_was_typed_without_others_personal_values(as_persona: As) -> None:
    form = published()
    with as_persona("resident"):
        submission = hand_in(form)
        assert api.entries_of(submission).first("applicant.phone") == "138 0013 8000"
    with as_persona("window_clerk"):
        entries = api.entries_of(submission)
    assert entries.first("applicant.name") == "某某"
    assert entries.first("items.0.price") == "1200.50"
    assert entries.first("applicant.phone") == entries.first("applicant.id_card") == ""
