"""The pages: who is turned away, and the way of a link through them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chengshu.hub.links.models import LinkState, LinkVersion, Match, MatchState
from chengshu.hub.links.tests.conftest import AUTHOR, CONTENT, REVIEWER, centre, relay

SignedIn = Callable[[str], Client]


def form(**changes: str) -> dict[str, str]:
    given = {
        "key": "tell-window",
        "title": "Tell the window",
        "unit": str(centre()),
        "event": CONTENT.event,
        "condition": CONTENT.condition,
        "call": CONTENT.call,
        "per_hour": "60",
        **{f"input_{name}": formula for name, formula in CONTENT.inputs.items()},
    }
    return {**given, **changes}


@pytest.mark.parametrize("persona", ["resident", "window_clerk", "unit_officer", "finance_reviewer"])
def test_people_who_do_not_design_may_not_enter(persona: str, signed_in: SignedIn) -> None:
    client = signed_in(persona)
    assert client.get("/links/").status_code == 403
    assert client.get("/links/new/").status_code == 403
    assert client.get("/links/log/").status_code == 403


def test_a_reviewer_of_links_does_not_write_them(signed_in: SignedIn, db: None) -> None:
    client = signed_in(REVIEWER)
    assert client.get("/links/").status_code == 200
    assert client.post("/links/new/", form()).status_code == 403


def test_another_units_link_is_not_found(signed_in: SignedIn, enforced: Callable[..., LinkVersion]) -> None:
    version = enforced()
    client = signed_in("integrator")
    assert client.get("/links/link/tell-window/").status_code == 404
    assert client.get("/links/link/tell-window/edit/").status_code == 404
    assert signed_in("department_head").get(f"/links/version/{version.pk}/review/").status_code == 200


def test_a_link_goes_from_the_form_through_trial_and_review_into_force(
    signed_in: SignedIn, opened: Callable[[], int]
) -> None:
    opened()
    author, reviewer = signed_in(AUTHOR), signed_in(REVIEWER)
    assert author.post("/links/new/", form()).headers["Location"] == "/links/link/tell-window/try/"
    page = author.get("/links/link/tell-window/try/").content.decode()
    event_id = page.split('name="event_id" value="')[1].split('"')[0]
    assert author.post("/links/link/tell-window/try/", {"event_id": event_id}).status_code == 200
    version = LinkVersion.objects.get(link__key="tell-window")
    assert (version.state, version.tested_event) == (LinkState.TESTED, int(event_id))
    author.post("/links/link/tell-window/submit/", {"note": "please"})
    assert author.get("/links/link/tell-window/").status_code == 200
    assert reviewer.get(f"/links/version/{version.pk}/review/").status_code == 200
    reviewer.post(f"/links/version/{version.pk}/put-in-force/", {})
    assert LinkVersion.objects.get(pk=version.pk).state == LinkState.IN_FORCE
    opened()
    relay()
    match = Match.objects.get(link__key="tell-window", state=MatchState.DONE)
    assert reviewer.get(f"/links/log/{match.pk}/").status_code == 200
    assert reviewer.get("/links/log/?link=tell-window&state=done").status_code == 200
    assert reviewer.get("/links/link/tell-window/compare/").status_code == 200


def test_the_form_keeps_what_was_typed_and_names_the_field(signed_in: SignedIn) -> None:
    answer = signed_in(AUTHOR).post("/links/new/", form(key="Not A Key", condition="typed = 1"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Not A Key"' in page
    assert "typed = 1" in page
    assert 'href="#id_key"' in page


def test_the_live_check_saves_nothing_and_names_the_field(signed_in: SignedIn) -> None:
    answer = signed_in(AUTHOR).post("/links/check/", form(condition="nothing = 1"))
    assert answer.status_code == 200
    assert 'href="#id_condition"' in answer.content.decode()
    assert not LinkVersion.objects.filter(link__key="tell-window").exists()


def test_a_retired_link_a_suspended_one_and_a_failed_call_are_dealt_with_on_pages(
    signed_in: SignedIn, enforced: Callable[..., LinkVersion]
) -> None:
    enforced()
    reviewer = signed_in(REVIEWER)
    reviewer.post("/links/link/tell-window/suspend/", {"reason": "Too loud"})
    assert LinkVersion.objects.get(link__key="tell-window").state == LinkState.SUSPENDED
    reviewer.post("/links/link/tell-window/resume/")
    assert LinkVersion.objects.get(link__key="tell-window").state == LinkState.IN_FORCE
    reviewer.post("/links/link/tell-window/retire/", {"reason": ""})
    assert LinkVersion.objects.get(link__key="tell-window").state == LinkState.IN_FORCE
    reviewer.post("/links/link/tell-window/retire/", {"reason": "Done"})
    assert LinkVersion.objects.get(link__key="tell-window").state == LinkState.RETIRED


def test_a_day_that_is_none_is_refused_on_the_review_page(signed_in: SignedIn, as_persona: Any) -> None:
    from chengshu.hub.links.actions import note_test, save_draft, submit_version

    with as_persona(AUTHOR):
        version = save_draft(key="tell-window", unit_id=centre(), title="Tell", content=CONTENT)
        note_test(version_id=version, digest=CONTENT.digest)
        submit_version(version_id=version)
    reviewer = signed_in(REVIEWER)
    answer = reviewer.post(f"/links/version/{version}/put-in-force/", {"valid_from": "soon"})
    assert answer.status_code == 422
    assert reviewer.post(f"/links/version/{version}/reject/", {"reason": ""}).status_code == 422
    reviewer.post(f"/links/version/{version}/reject/", {"reason": "Say whom"})
    assert LinkVersion.objects.get(pk=version).state == LinkState.DRAFT
