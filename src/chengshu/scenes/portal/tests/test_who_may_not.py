"""Strangers, agents whose authorisation is over, and people who guess codes: refused, and nothing is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from chengshu.foundation import prepared
from chengshu.foundation.asking import asking
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services import api as services
from chengshu.hub.services.models import Application, Authorisation
from chengshu.hub.services.queries.matters import today
from chengshu.scenes.portal.tests.building import CODE, PERSON_WAYS, Walk, put_in_force, text

SignIn = Callable[[str], Client]
PAGES = ("", "receipt/", "supplement/", "supply/")


def test_a_stranger_opens_no_page_of_anothers_application(cast: Cast, signed_in: SignIn) -> None:
    put_in_force()
    filed = Walk(signed_in("resident")).filed()
    stranger = signed_in("company_agent")
    for page in PAGES:
        assert stranger.get(f"/portal/applications/{filed}/{page}").status_code == 404, page
    answer = stranger.post(f"/portal/applications/{filed}/withdraw/", {"reason": "不要了"})
    assert answer.status_code == 404
    assert Application.objects.get(pk=filed).status == "1"


def test_an_officer_of_another_bureau_opens_it_neither(cast: Cast, signed_in: SignIn) -> None:
    put_in_force()
    filed = Walk(signed_in("resident")).filed()
    assert signed_in("other_department_officer").get(f"/portal/applications/{filed}/").status_code == 404


def test_a_paper_of_somebody_else_is_not_there(cast: Cast, signed_in: SignIn) -> None:
    put_in_force()
    filed = Walk(signed_in("resident")).filed()
    paper = services.application(filed).papers[0]
    assert signed_in("company_agent").get(f"/papers/{paper.paper_id}/").status_code == 404


def _authorise(cast: Cast, *, days: int = 10) -> int:
    agent = cast["company_agent"].account
    with asking(cast["resident"].asker()):
        made = services.grant_authorisation(
            agent_username=agent.username,
            local_codes=(CODE,),
            starts_on=today(),
            ends_on=today() + timedelta(days=days),
        )
    return made.authorisation_id


def _end(authorisation: int) -> None:
    """As if its last day had been yesterday; the database takes no such write outside an action."""
    prepared.tell({"chengshu.action": "test", "chengshu.write": '{"services": "*"}'})
    Authorisation.objects.filter(pk=authorisation).update(
        starts_on=today() - timedelta(days=9), ends_on=today() - timedelta(days=1)
    )
    prepared.tell({"chengshu.action": "", "chengshu.write": ""})


def _file_for_another(client: Client, authorisation: int) -> Walk:
    walk = Walk(client)
    walk.start(whom=f"authorisation:{authorisation}:person")
    walk.form()
    walk.materials(**PERSON_WAYS())
    return walk


def test_an_agent_files_for_the_giver_and_sees_no_more_of_it_when_the_authorisation_is_over(
    cast: Cast, signed_in: SignIn
) -> None:
    put_in_force()
    authorisation = _authorise(cast)
    agent = signed_in("company_agent")
    answer = _file_for_another(agent, authorisation).file()
    filed = Application.objects.get()
    assert (answer.status_code, filed.account_id) == (302, cast["resident"].account.pk)
    assert agent.get(f"/portal/applications/{filed.pk}/").status_code == 200
    _end(authorisation)
    assert agent.get(f"/portal/applications/{filed.pk}/").status_code == 404
    assert signed_in("resident").get(f"/portal/applications/{filed.pk}/").status_code == 200


def test_an_agent_whose_authorisation_was_revoked_in_between_files_nothing_and_keeps_what_was_typed(
    cast: Cast, signed_in: SignIn
) -> None:
    put_in_force()
    authorisation = _authorise(cast)
    walk = _file_for_another(signed_in("company_agent"), authorisation)
    with asking(cast["resident"].asker()):
        services.revoke_authorisation(authorisation_id=authorisation)
    answer = walk.file()
    assert answer.status_code == 403
    assert not Application.objects.exists()
    assert "测试项目" in text(walk.get("form/"))
    assert AuditEntry.objects.filter(action="services.file_application", outcome="refused").exists()


def test_somebody_without_an_authorisation_cannot_choose_one(cast: Cast, signed_in: SignIn) -> None:
    put_in_force()
    authorisation = _authorise(cast)
    answer = Walk(signed_in("reviewer")).start(whom=f"authorisation:{authorisation}:person")
    assert answer.status_code == 422


def test_only_the_giver_revokes(cast: Cast, signed_in: SignIn) -> None:
    put_in_force()
    authorisation = _authorise(cast)
    path = f"/portal/authorisations/{authorisation}/revoke/"
    assert signed_in("reviewer").post(path).status_code == 404
    assert signed_in("company_agent").post(path).status_code == 403
    assert signed_in("resident").post(path).status_code == 302
    assert Authorisation.objects.get(pk=authorisation).revoked_at is not None


def test_a_wrong_code_tells_nothing_and_is_audited(cast: Cast, signed_in: SignIn, anonymous: Client) -> None:
    put_in_force()
    number = Application.objects.get(pk=Walk(signed_in("resident")).filed()).number
    for given in (
        {"number": number, "access_code": "AAAAAAAA"},
        {"number": "NS0", "access_code": "AAAAAAAA"},
    ):
        answer = anonymous.post("/portal/progress/", given)
        assert answer.status_code == 404
        assert "城镇排水许可" not in text(answer)
    assert AuditEntry.objects.filter(action="services.look_up_progress", outcome="failed").count() == 2


def test_guessing_codes_is_slowed_down(cast: Cast, signed_in: SignIn, anonymous: Client) -> None:
    put_in_force()
    number = Application.objects.get(pk=Walk(signed_in("resident")).filed()).number
    answers = [
        anonymous.post("/portal/progress/", {"number": number, "access_code": f"AAAAAAA{digit}"})
        for digit in range(2, 9)
    ]
    assert [answer.status_code for answer in answers][-1] == 429
    assert answers[-1].headers["Retry-After"].isdigit()


@pytest.mark.parametrize(
    "given", [{}, {"number": "NS1"}, {"access_code": "X"}, {"number": "\x00", "access_code": "\x00"}]
)
def test_half_a_look_up_says_what_is_missing(db: None, anonymous: Client, given: dict[str, str]) -> None:
    assert anonymous.post("/portal/progress/", given).status_code == 422
