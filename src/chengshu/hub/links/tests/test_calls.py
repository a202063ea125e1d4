"""An event is matched once and called once, with no more than the link's rights, however often it is delivered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from chengshu.engines.cases import api as cases
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import Conflict, Unavailable
from chengshu.foundation.events import offers
from chengshu.foundation.events.bus import ATTEMPTS, deliver_waiting, emit
from chengshu.foundation.events.models import Delivery, OutboxEvent
from chengshu.foundation.orgs.actions import end_appointment
from chengshu.foundation.orgs.models import Appointment
from chengshu.hub.links import evaluating, hearing, listeners, queries
from chengshu.hub.links.actions import (
    fail_match,
    finish_match,
    record_match,
    release_key,
    release_keys,
    rerun_match,
    suspend_link,
)
from chengshu.hub.links.actions.matching import Heard
from chengshu.hub.links.events import LinkMatched
from chengshu.hub.links.models import HeldKey, LinkVersion, Match, MatchState
from chengshu.hub.links.tasks import note_given_up_calls
from chengshu.hub.links.tests.conftest import CONTENT, PROCESS, REVIEWER, centre, relay
from chengshu.hub.notices.models import Notice

As = Callable[[str], Any]
Enforced = Callable[..., LinkVersion]
Opened = Callable[[], int]


def mine() -> Any:
    return Match.objects.filter(link__key="tell-window")


def test_an_event_that_matches_makes_the_call(enforced: Enforced, opened: Opened) -> None:
    enforced()
    case_id = opened()
    relay()
    match, notice = mine().get(), Notice.objects.get()
    assert (match.state, match.made) == (MatchState.DONE, {"notice": notice.pk})
    assert match.facts["case"] == case_id
    assert notice.role == "window_clerk"
    assert notice.page.endswith(f"/cases/{case_id}/")


def test_the_call_is_audited_as_the_links_and_nobodys(enforced: Enforced, opened: Opened) -> None:
    enforced()
    opened()
    relay()
    entry = AuditEntry.objects.get(action="notices.send_notice")
    assert (entry.actor, entry.account_id, entry.outcome) == ("link:tell-window/1", None, "done")


def test_an_event_for_which_the_condition_does_not_hold_leaves_nothing(
    enforced: Enforced, opened: Opened
) -> None:
    enforced(replace(CONTENT, condition='process = "other"'))
    opened()
    relay()
    assert not mine().exists()


def test_a_suspended_link_hears_nothing(enforced: Enforced, opened: Opened, as_persona: As) -> None:
    enforced()
    with as_persona(REVIEWER):
        suspend_link(key="tell-window", reason="Too loud")
    opened()
    relay()
    assert not mine().exists()


def test_a_link_does_not_hear_before_its_first_day(enforced: Enforced, opened: Opened) -> None:
    enforced(valid_from=timezone.localdate() + timedelta(days=1))
    opened()
    relay()
    assert not mine().exists()


def test_an_event_of_another_unit_is_not_heard(enforced: Enforced, process: None, as_persona: As) -> None:
    enforced()
    cases.open_case(definition=PROCESS, unit_id=centre("data-bureau"), title="Elsewhere")
    relay()
    assert not mine().exists()


def test_what_happened_before_a_link_was_in_force_is_not_heard(enforced: Enforced, opened: Opened) -> None:
    opened()
    enforced()
    relay()
    assert not mine().exists()


def test_what_happened_before_a_new_version_is_heard_by_the_old_one(
    enforced: Enforced, opened: Opened
) -> None:
    first = enforced()
    opened()
    enforced(replace(CONTENT, per_hour=5))
    relay()
    assert mine().get().version_id == first.pk


def test_delivered_again_an_event_makes_no_second_call(enforced: Enforced, opened: Opened) -> None:
    enforced()
    opened()
    relay()
    OutboxEvent.objects.update(delivered_at=None)
    Delivery.objects.all().delete()
    relay()
    assert mine().count() == 1
    assert Notice.objects.count() == 1


def test_a_worker_that_dies_after_the_call_leaves_nothing_and_the_next_one_calls_once(
    enforced: Enforced, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    enforced()
    opened()

    def die(**_given: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(listeners, "finish_match", die)
        with pytest.raises(KeyboardInterrupt):
            relay()
    assert not Notice.objects.exists()
    relay()
    assert mine().get().state == MatchState.DONE
    assert Notice.objects.count() == 1


def test_events_of_one_key_make_one_call_until_it_is_released(
    enforced: Enforced, opened: Opened, as_persona: As
) -> None:
    enforced(replace(CONTENT, key="process"))
    opened()
    opened()
    relay()
    match = mine().get()
    assert (match.key, match.repeats, Notice.objects.count()) == (PROCESS, 1, 1)
    with as_persona(REVIEWER):
        release_key(match_id=match.pk, reason="Dealt with")
    opened()
    relay()
    assert Notice.objects.count() == 2


def test_an_event_releases_the_key(enforced: Enforced, opened: Opened, as_persona: As) -> None:
    content = replace(
        CONTENT, key='"case " + process', until_event="cases.CaseEnded", until_key='"case " + process'
    )
    enforced(content)
    case_id = opened()
    relay()
    cases.void_case(case_id=case_id, reason="a mistake")
    relay()
    assert HeldKey.objects.get().released_at is not None
    opened()
    relay()
    assert Notice.objects.count() == 2


def test_a_key_that_was_held_long_enough_is_free(
    enforced: Enforced, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    enforced(replace(CONTENT, key="process", hold_h=1))
    opened()
    relay()
    match = mine().get()
    assert release_keys(link_id=match.link_id, key="another") == 0
    assert (
        record_match(version_id=match.version_id, heard=Heard(10**9, match.event, {}), key=match.key) is None
    )
    later = timezone.now() + timedelta(hours=1, minutes=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    opened()
    relay()
    assert Notice.objects.count() == 2


def test_more_than_the_limit_is_one_entry(enforced: Enforced, opened: Opened) -> None:
    enforced(replace(CONTENT, per_hour=2))
    for _one in range(5):
        opened()
    relay()
    assert Notice.objects.filter(role="window_clerk").count() == 2
    flood = mine().get(state=MatchState.FLOODED)
    assert flood.repeats == 3
    assert OutboxEvent.objects.filter(name="links.LinkFlooded").count() == 1


def test_a_link_that_leads_to_itself_is_stopped(enforced: Enforced, opened: Opened) -> None:
    content = replace(
        CONTENT,
        call="cases.open_case",
        inputs={"definition": f'"{PROCESS}"', "unit": "unit", "title": '"again"'},
    )
    enforced(content)
    opened()
    relay()
    states = list(mine().order_by("id").values_list("state", flat=True))
    assert states == [MatchState.DONE, MatchState.LOOPED]
    assert "tell-window → tell-window" in mine().get(state=MatchState.LOOPED).error


def test_two_links_that_lead_to_each_other_are_stopped(enforced: Enforced, opened: Opened) -> None:
    again = {"definition": f'"{PROCESS}"', "unit": "unit", "title": '"two"'}
    enforced(replace(CONTENT, call="cases.open_case", inputs=again, condition='case_title != "two"'))
    back = {**again, "title": '"one"'}
    enforced(
        replace(CONTENT, call="cases.open_case", inputs=back, condition='case_title = "two"'), key="back"
    )
    opened()
    relay()
    stopped = Match.objects.get(state=MatchState.LOOPED)
    assert stopped.trail == ["tell-window", "back"]
    assert stopped.link.key == "tell-window"


def test_a_link_that_tells_of_failures_does_not_tell_of_its_own(enforced: Enforced, opened: Opened) -> None:
    wrong = {**CONTENT.inputs, "role": '"no_such_role"', "subject": '"failed"'}
    enforced(replace(CONTENT, inputs=wrong), key="wrong")
    enforced(
        replace(
            CONTENT,
            event="links.LinkFailed",
            condition='link = "wrong" or link = "tell-window"',
            inputs=wrong,
        )
    )
    opened()
    relay()
    states = list(mine().order_by("id").values_list("state", flat=True))
    assert states == [MatchState.FAILED, MatchState.LOOPED]


def test_when_the_reviewer_loses_the_power_the_link_does(
    enforced: Enforced, opened: Opened, cast: Any
) -> None:
    enforced()
    held = Appointment.objects.get(account=cast[REVIEWER].account)
    end_appointment(appointment=held, on=timezone.localdate() - timedelta(days=1), reason="moved on")
    opened()
    relay()
    assert not Notice.objects.exists()
    assert not mine().filter(state=MatchState.DONE).exists()


def test_what_is_refused_fails_at_once_and_may_be_called_again(
    enforced: Enforced, opened: Opened, as_persona: As
) -> None:
    enforced(replace(CONTENT, inputs={**CONTENT.inputs, "role": '"no_such_role"'}, key="process"))
    opened()
    relay()
    match = mine().get()
    assert (match.state, match.attempts) == (MatchState.FAILED, 1)
    assert OutboxEvent.objects.filter(name="links.LinkFailed").count() == 1
    assert HeldKey.objects.get().released_at is not None
    with as_persona(REVIEWER):
        rerun_match(match_id=match.pk, reason="The role is there now")
    assert mine().get().state == MatchState.WAITING
    relay()
    assert mine().get().state == MatchState.FAILED


def test_what_was_called_is_not_called_again(enforced: Enforced, opened: Opened, as_persona: As) -> None:
    enforced()
    opened()
    relay()
    with pytest.raises(Conflict), as_persona(REVIEWER):
        rerun_match(match_id=mine().get().pk, reason="Once more")


def test_a_passing_failure_is_tried_again_and_given_up_in_the_end(
    enforced: Enforced, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_given: Any) -> Any:
        raise Unavailable("The other side does not answer.")

    enforced()
    call = offers.offered_calls()["notices.send_notice"]
    monkeypatch.setitem(offers._calls, call.key, replace(call, perform=away))
    opened()
    deliver_waiting()
    for _attempt in range(ATTEMPTS + 1):
        Delivery.objects.update(next_attempt_at=None)
        deliver_waiting()
    assert mine().get().state == MatchState.WAITING
    assert queries.attempts_of(mine().get()).are_used_up
    note_given_up_calls()
    match = mine().get()
    assert (match.state, match.attempts) == (MatchState.FAILED, ATTEMPTS)
    assert "does not answer" in match.error


def test_what_cannot_be_worked_out_is_in_the_log(enforced: Enforced, opened: Opened) -> None:
    enforced(replace(CONTENT, inputs={**CONTENT.inputs, "subject": 'if simulated then "x" else null'}))
    opened()
    relay()
    match = mine().get()
    assert match.state == MatchState.FAILED
    assert match.error


def test_a_match_that_is_settled_is_left_alone(enforced: Enforced, opened: Opened) -> None:
    enforced()
    opened()
    relay()
    match = mine().get()
    listeners.make_call(LinkMatched(match.pk))
    listeners.make_call(LinkMatched(10**9))
    assert Notice.objects.count() == 1
    finish_match(match_id=match.pk, made=match.made, attempts=1, duration_ms=1)
    fail_match(match_id=match.pk, error="by hand", attempts=1)
    assert mine().get().state == MatchState.FAILED


def test_no_link_hears_what_makes_calls_happen(enforced: Enforced, opened: Opened) -> None:
    enforced()
    emit(LinkMatched(10**9))
    relay()
    assert not mine().exists()


@pytest.mark.parametrize(
    ("condition", "is_ruled_out"),
    [
        ("level <= 2 and simulated = false", True),
        ("simulated = false and level <= 2", False),
        ("level = 3 and simulated = false", False),
        ("level = 3 or simulated", False),
        ("not(simulated)", False),
        ("simulated = null", False),
        ("level <", False),
        ("", False),
    ],
)
def test_an_event_is_ruled_out_by_its_own_facts_only_if_nothing_else_is_asked_for(
    condition: str, is_ruled_out: bool
) -> None:
    content = replace(CONTENT, condition=condition)
    assert evaluating.is_ruled_out(content, {"level": 3}, timezone.now()) is is_ruled_out


def test_what_is_ruled_out_is_not_looked_up(
    enforced: Enforced, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[str] = []

    def noted(name: str, own: dict[str, Any]) -> None:
        looked_up.append(name)

    enforced(replace(CONTENT, condition='case = -1 and case_number != ""'))
    monkeypatch.setattr(hearing, "all_facts", noted)
    opened()
    relay()
    assert looked_up == []
    assert not mine().exists()
