"""From draft to retired: nobody reviews their own link, nothing untried is submitted, none outdoes its people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Refused
from chengshu.hub.links.actions import (
    note_test,
    put_in_force,
    reject_version,
    resume_link,
    retire_link,
    save_draft,
    submit_version,
    suspend_link,
)
from chengshu.hub.links.models import LinkState, LinkVersion
from chengshu.hub.links.tests.conftest import AUTHOR, CONTENT, REVIEWER, centre

As = Callable[[str], Any]
Enforced = Callable[..., LinkVersion]


def draft(content: Any = CONTENT, key: str = "tell-window") -> int:
    return save_draft(key=key, unit_id=centre(), title="Tell", content=content)


@pytest.mark.parametrize("persona", ["resident", "window_clerk", "other_department_officer", "unit_head"])
def test_whoever_does_not_design_writes_no_link(persona: str, as_persona: As) -> None:
    with pytest.raises(Refused), as_persona(persona):
        draft()


def test_nobody_reviews_their_own_link(as_persona: As) -> None:
    with as_persona("section_head"):
        version = draft()
        note_test(version_id=version, digest=CONTENT.digest)
        submit_version(version_id=version)
    with pytest.raises(Refused) as refused, as_persona("section_head"):
        put_in_force(version_id=version)
    assert refused.value.code == "links.own_version"


def test_a_draft_that_was_not_tried_cannot_be_submitted(as_persona: As) -> None:
    with as_persona(AUTHOR):
        version = draft()
        with pytest.raises(Conflict):
            submit_version(version_id=version)


def test_a_change_takes_away_that_it_was_tried(as_persona: As) -> None:
    with as_persona(AUTHOR):
        version = draft()
        note_test(version_id=version, digest=CONTENT.digest)
        assert draft(replace(CONTENT, per_hour=5)) == version
        assert LinkVersion.objects.get(pk=version).state == LinkState.DRAFT


def test_what_was_changed_since_it_was_tried_does_not_count_as_tried(as_persona: As) -> None:
    with as_persona(AUTHOR):
        version = draft()
        with pytest.raises(Conflict):
            note_test(version_id=version, digest="0" * 64)


def test_an_author_without_what_the_call_needs_cannot_submit(as_persona: As) -> None:
    content = replace(
        CONTENT, call="cases.send_message", inputs={"case": "case", "name": '"go"'}, condition=""
    )
    with as_persona(AUTHOR):
        version = draft(content)
        note_test(version_id=version, digest=content.digest)
        with pytest.raises(Refused) as refused:
            submit_version(version_id=version)
    assert refused.value.data["missing"] == ["cases.send_message"]


def test_a_link_with_an_error_cannot_be_submitted(as_persona: As) -> None:
    content = replace(CONTENT, condition="nothing = 1")
    with as_persona(AUTHOR):
        version = draft(content)
        note_test(version_id=version, digest=content.digest)
        with pytest.raises(InvalidInput) as refused:
            submit_version(version_id=version)
    assert refused.value.field == "condition"


def test_what_is_under_review_cannot_be_changed_until_it_is_sent_back(as_persona: As) -> None:
    with as_persona(AUTHOR):
        version = draft()
        note_test(version_id=version, digest=CONTENT.digest)
        submit_version(version_id=version)
        with pytest.raises(Conflict):
            draft()
    with as_persona(REVIEWER):
        reject_version(version_id=version, reason="Name the window.")
    with as_persona(AUTHOR):
        assert draft(replace(CONTENT, per_hour=7)) == version
        assert LinkVersion.objects.get(pk=version).review_note == "Name the window."


def test_a_new_version_retires_the_one_before(enforced: Enforced) -> None:
    first, second = enforced(), enforced(replace(CONTENT, per_hour=5))
    assert second.number == 2
    assert LinkVersion.objects.get(pk=first.pk).state == LinkState.RETIRED
    assert LinkVersion.objects.get(pk=second.pk).state == LinkState.IN_FORCE


def test_a_link_is_suspended_resumed_and_retired(enforced: Enforced, as_persona: As) -> None:
    version = enforced()
    with as_persona(REVIEWER):
        suspend_link(key="tell-window", reason="Too loud")
        assert LinkVersion.objects.get(pk=version.pk).state == LinkState.SUSPENDED
        resume_link(key="tell-window")
        assert LinkVersion.objects.get(pk=version.pk).state == LinkState.IN_FORCE
        retire_link(key="tell-window", reason="No longer needed")
        assert LinkVersion.objects.get(pk=version.pk).state == LinkState.RETIRED
        with pytest.raises(Conflict):
            resume_link(key="tell-window")


def test_another_departments_link_is_not_there(enforced: Enforced, as_persona: As) -> None:
    enforced()
    with pytest.raises((Missing, Refused)), as_persona("other_department_officer"):
        suspend_link(key="tell-window", reason="Mine now")


def test_days_in_the_wrong_order_are_refused(as_persona: As) -> None:
    with as_persona(AUTHOR):
        version = draft()
        note_test(version_id=version, digest=CONTENT.digest)
        submit_version(version_id=version)
    with pytest.raises(InvalidInput) as refused, as_persona(REVIEWER):
        put_in_force(version_id=version, valid_from=date(2026, 5, 1), valid_to=date(2026, 4, 1))
    assert refused.value.field == "valid_to"


def test_a_key_of_another_unit_is_taken(enforced: Enforced, as_persona: As) -> None:
    enforced()
    with pytest.raises(Conflict), as_persona("section_head"):
        save_draft(key="tell-window", unit_id=centre("data-bureau"), title="Mine", content=CONTENT)


@pytest.mark.parametrize("key", ["", "Upper", "a b", "-a", "a--b", "a" * 61, "开"])
def test_a_key_that_is_none_is_refused(key: str, as_persona: As) -> None:
    with pytest.raises(InvalidInput) as refused, as_persona(AUTHOR):
        draft(key=key)
    assert refused.value.field == "key"


@pytest.mark.parametrize(
    ("part", "number"), [("hold_h", -1), ("hold_h", 10**9), ("per_hour", 0), ("per_hour", -1)]
)
def test_a_draft_has_no_numbers_that_mean_nothing(part: str, number: int, as_persona: As) -> None:
    with as_persona(AUTHOR), pytest.raises(InvalidInput) as refused:
        draft(replace(CONTENT, **{part: number}))
    assert refused.value.field == part
    assert not LinkVersion.objects.exists()
