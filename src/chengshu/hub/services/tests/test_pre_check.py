"""Pre-check: every reason with its field and next step, and nothing about other people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chengshu.engines.registers import api as registers
from chengshu.engines.registers.data import RecordView
from chengshu.foundation.asking import asking
from chengshu.foundation.errors import Missing
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services import api
from chengshu.hub.services.data import Applicant, PreCheck
from chengshu.hub.services.queries.matters import today
from chengshu.hub.services.tests.building import (
    CODE,
    ELEMENTS,
    ORGANISATION,
    PERSON,
    SIMPLE,
    apply,
    entry,
    publish,
    put_in_force,
)


def check(cast: Cast, persona: str = "resident", **changes: Any) -> PreCheck:
    with asking(cast[persona].asker()):
        given = {"local_code": CODE, "answers": SIMPLE, "typed": entry().typed, "applicant": PERSON}
        return api.pre_check(**{**given, **changes})


def fields_of(found: PreCheck) -> set[str]:
    return {finding.field for finding in found.findings if finding.blocks}


def test_a_matter_that_is_not_in_force_is_missing(cast: Cast) -> None:
    put_in_force()
    with pytest.raises(Missing):
        check(cast, local_code="no.such")


def test_missing_materials_are_named(cast: Cast) -> None:
    put_in_force()
    found = check(cast)
    assert not found.passes
    assert fields_of(found) == {"_materials.identity_document", "_materials.site_plan"}


def test_wrong_entries_and_open_questions_are_named(cast: Cast) -> None:
    put_in_force()
    found = check(cast, answers=("who:person",), typed=entry(project_name="").typed)
    assert {"answers", "project_name"} <= fields_of(found)


def test_a_wrong_identity_number_is_named(cast: Cast) -> None:
    put_in_force()
    assert "identity" in fields_of(check(cast, applicant=Applicant("person", "某某", "440115200002291235")))


def test_whoever_the_matter_is_not_for_is_told(cast: Cast) -> None:
    put_in_force(replace(ELEMENTS, objects=("2",)))
    assert "applicant" in fields_of(check(cast))


def test_an_authorisation_that_is_not_theirs_is_told(cast: Cast) -> None:
    put_in_force()
    assert "authorisation" in fields_of(check(cast, authorisation_id=404))


def test_what_follows_later_is_a_hint_with_its_day(cast: Cast) -> None:
    put_in_force()
    found = check(cast, deferrals=("site_plan",))
    hints = [finding for finding in found.findings if finding.field == "_materials.site_plan"]
    assert [hint.blocks for hint in hints] == [False]


def test_an_earlier_application_is_a_hint_to_its_applicant_alone(cast: Cast) -> None:
    put_in_force()
    filed = apply(cast["resident"])
    mine = [str(finding.message) for finding in check(cast).findings if not finding.blocks]
    others = [str(finding.message) for finding in check(cast, "company_agent").findings]
    assert any(filed.number in message for message in mine)
    assert not any(filed.number in message for message in others)


@pytest.mark.parametrize(("facts", "ends"), [({}, True), ({"valid_until": "2020-12-31"}, False)])
def test_a_record_that_ended_is_told(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, facts: dict[str, str], ends: bool
) -> None:
    put_in_force()
    yesterday = today() - timedelta(days=1)
    ended = RecordView(
        record_id=1,
        register="legal_entity",
        key=ORGANISATION.identity,
        facts=facts,
        valid_from=date(2020, 1, 1),
        valid_to=yesterday if ends else None,
        source="市场监管",
        as_of=date(2026, 1, 1),
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
        unit_id=1,
    )
    monkeypatch.setattr(registers, "records_of", lambda _register, _key: (ended,))
    found = check(cast, applicant=ORGANISATION, answers=("who:company", "site:own"))
    hints = [
        each for each in found.findings if each.field == "_materials.business_licence" and not each.blocks
    ]
    assert len(hints) == 1


def test_a_window_matter_cannot_be_filed_here(cast: Cast) -> None:
    put_in_force()
    publish(replace(ELEMENTS, local_code="test.window", channels=("1",)))
    assert "" in fields_of(check(cast, local_code="test.window"))
