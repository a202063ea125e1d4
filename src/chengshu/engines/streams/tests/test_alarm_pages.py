"""Pages of alarms: closed to strangers, refused input keeps what was typed, done things show."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from chengshu.engines.streams.models_rules import AlarmState
from chengshu.engines.streams.tests.test_alarm_rules import an_alarm

pytestmark = pytest.mark.usefixtures("district")
SignedIn = Callable[[str], Client]


def test_strangers_see_no_alarms(signed_in: SignedIn) -> None:
    for address in ("/streams/alarms/", "/streams/alarms/rules/"):
        assert signed_in("resident").get(address).status_code == 403


def test_an_alarm_of_another_unit_is_not_there(signed_in: SignedIn) -> None:
    alarm = an_alarm("finance-bureau")
    client = signed_in("handling_unit_officer")
    assert "WL-1" not in client.get("/streams/alarms/").content.decode()
    assert client.get(f"/streams/alarms/{alarm.pk}/").status_code == 404


def test_who_may_only_look_is_shown_no_form_and_refused(signed_in: SignedIn) -> None:
    alarm = an_alarm()
    client = signed_in("supervisor")
    page = client.get(f"/streams/alarms/{alarm.pk}/").content.decode()
    assert "/acknowledge/" not in page
    assert client.post(f"/streams/alarms/{alarm.pk}/acknowledge/").status_code == 403


def test_a_reason_that_says_nothing_is_refused_on_the_page(signed_in: SignedIn) -> None:
    alarm = an_alarm()
    answer = signed_in("handling_unit_officer").post(f"/streams/alarms/{alarm.pk}/clear/", {"note": "x"})
    assert answer.status_code == 422
    assert 'value="x"' in answer.content.decode()


def test_the_list_leads_to_the_alarm_and_the_alarm_to_its_acknowledgement(signed_in: SignedIn) -> None:
    alarm = an_alarm()
    client = signed_in("handling_unit_officer")
    assert f"/streams/alarms/{alarm.pk}/" in client.get("/streams/alarms/").content.decode()
    answer = client.post(f"/streams/alarms/{alarm.pk}/acknowledge/", {"note": "已派人"}, follow=True)
    assert "已派人" in answer.content.decode()
    alarm.refresh_from_db()
    assert alarm.state == AlarmState.ACKNOWLEDGED


def test_filters_and_nonsense_in_the_address_do_no_harm(signed_in: SignedIn) -> None:
    an_alarm()
    client = signed_in("handling_unit_officer")
    for query in (
        "?state=closed",
        "?state=all&level=2",
        "?level=x&cursor=-1",
        "?q=WL&cursor=99999999999999999999",
    ):
        assert client.get(f"/streams/alarms/{query}").status_code == 200
