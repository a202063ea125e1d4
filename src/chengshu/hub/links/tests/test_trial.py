"""The test run does everything and leaves nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import InvalidInput, Missing
from chengshu.foundation.events.models import OutboxEvent
from chengshu.hub.links import queries, trying
from chengshu.hub.links.actions import save_draft
from chengshu.hub.links.content import Content
from chengshu.hub.links.models import HeldKey, Link, Match
from chengshu.hub.links.tests.conftest import AUTHOR, CONTENT, PROCESS, centre, relay
from chengshu.hub.notices.models import Notice

As = Callable[[str], Any]


@pytest.fixture
def tried(opened: Callable[[], int], as_persona: As) -> Callable[..., trying.Trial]:
    """Try a draft with the case that was opened, as its author."""

    def one(content: Content = CONTENT, persona: str = AUTHOR) -> trying.Trial:
        opened()
        with as_persona(AUTHOR):
            save_draft(key="tell-window", unit_id=centre(), title="Tell", content=content)
        with as_persona(persona):
            recent = queries.recent_events(content.event)[0]
            return trying.try_link(Link.objects.get(key="tell-window"), content, recent.facts, recent.row.at)

    return one


def test_a_trial_leaves_no_row_no_event_and_no_audit_entry(tried: Callable[..., trying.Trial]) -> None:
    trial = tried()
    assert trial.succeeded, trial.error
    assert not Notice.objects.exists()
    assert not Match.objects.exists()
    assert not HeldKey.objects.exists()
    assert not AuditEntry.objects.filter(action="notices.send_notice").exists()


def test_a_trial_of_opening_a_case_opens_none(tried: Callable[..., trying.Trial]) -> None:
    content = replace(CONTENT, call="cases.open_case", inputs={"definition": f'"{PROCESS}"', "unit": "unit"})
    trial = tried(content)
    assert trial.succeeded, trial.error
    relay()
    assert OutboxEvent.objects.filter(name="cases.CaseOpened").count() == 1


def test_a_refused_call_leaves_no_trace_either(tried: Callable[..., trying.Trial]) -> None:
    trial = tried(replace(CONTENT, inputs={**CONTENT.inputs, "role": '"no_such_role"'}))
    assert not trial.succeeded
    assert trial.error
    assert not AuditEntry.objects.filter(action="notices.send_notice").exists()


def test_a_tester_without_the_power_sees_that_the_call_would_be_refused(
    tried: Callable[..., trying.Trial],
) -> None:
    trial = tried(persona="supervisor")
    assert trial.missing == ("notices.send_notice",)
    assert not trial.succeeded


def test_a_condition_that_does_not_hold_is_said(tried: Callable[..., trying.Trial]) -> None:
    trial = tried(replace(CONTENT, condition="simulated = true"))
    assert not trial.outcome.holds
    assert not trial.succeeded


def test_events_of_other_units_are_not_offered(opened: Callable[[], int], as_persona: As) -> None:
    opened()
    event = OutboxEvent.objects.get(name="cases.CaseOpened")
    with as_persona("integrator"):
        assert queries.recent_events("cases.CaseOpened") == []
        with pytest.raises(Missing):
            queries.event_by_id("cases.CaseOpened", event.pk)


def test_typed_facts_are_read_by_their_kind(db: None) -> None:
    typed = trying.typed_facts("cases.CaseOpened", {"case": "12", "definition": "3", "simulated": "true"})
    assert (typed["case"], typed["simulated"], typed["case_number"]) == (12, True, None)
    with pytest.raises(InvalidInput) as refused:
        trying.typed_facts("cases.CaseOpened", {"case": "twelve"})
    assert refused.value.field == "fact_case"
