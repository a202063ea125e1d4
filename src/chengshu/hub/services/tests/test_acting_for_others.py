"""Authorisations: only as long as they hold, only for what they cover, and only for who has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from django.db import connection

from chengshu.engines.registers import api as registers
from chengshu.foundation.asking import asking
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Refused
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services import api
from chengshu.hub.services.data import AuthorisationView
from chengshu.hub.services.models import Authorisation
from chengshu.hub.services.queries.matters import today
from chengshu.hub.services.tests.building import (
    CODE,
    ELEMENTS,
    apply,
    decide,
    entry,
    hear,
    publish,
    put_in_force,
)

ALL: Final = '{"services": "*"}'


def given(cast: Cast, **changes: object) -> AuthorisationView:
    """The resident lets the agent act."""
    asked = {
        "agent_username": cast["company_agent"].account.username,
        "starts_on": today(),
        "ends_on": today() + timedelta(days=30),
        **changes,
    }
    with asking(cast["resident"].asker()):
        return api.grant_authorisation(**asked)  # type: ignore[arg-type]


def end(authorisation: AuthorisationView) -> None:
    """As if its last day had been yesterday; the database takes no such write outside an action."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('chengshu.action', 'test', true), set_config('chengshu.write', %s, true)",
            [ALL],
        )
        Authorisation.objects.filter(pk=authorisation.authorisation_id).update(
            starts_on=today() - timedelta(days=9), ends_on=today() - timedelta(days=1)
        )
        cursor.execute(
            "SELECT set_config('chengshu.action', '', true), set_config('chengshu.write', '', true)"
        )


def test_an_ended_authorisation_files_nothing(cast: Cast) -> None:
    put_in_force()
    authorisation = given(cast)
    end(authorisation)
    with pytest.raises(Refused) as refused:
        apply(cast["company_agent"], authorisation_id=authorisation.authorisation_id)
    assert refused.value.code == "services.authorisation_over"


def test_an_authorisation_of_others_files_nothing(cast: Cast) -> None:
    put_in_force()
    authorisation = given(cast)
    with pytest.raises(Missing):
        apply(cast["unit_officer"], authorisation_id=authorisation.authorisation_id)
    with pytest.raises(Refused):
        apply(cast["resident"], authorisation_id=authorisation.authorisation_id)


def test_an_authorisation_for_another_matter_does_not_cover_this_one(cast: Cast) -> None:
    put_in_force()
    publish(replace(ELEMENTS, local_code="test.other"))
    authorisation = given(cast, local_codes=("test.other",))
    with pytest.raises(Refused) as refused:
        apply(cast["company_agent"], authorisation_id=authorisation.authorisation_id)
    assert refused.value.code == "services.authorisation_other_matter"


def test_a_revoked_agent_sees_and_does_nothing_more(cast: Cast) -> None:
    put_in_force()
    authorisation = given(cast)
    filed = apply(cast["company_agent"], authorisation_id=authorisation.authorisation_id)
    hear()
    decide(filed.case_id or 0, "check", "supplement", "地址填写不完整")
    files = [each for line in api.application(filed.application_id).materials for each in line.files]
    with asking(cast["company_agent"].asker()):
        assert api.application(filed.application_id).may >= {"supplement", "withdraw_application"}
    with asking(cast["resident"].asker()):
        api.revoke_authorisation(authorisation_id=authorisation.authorisation_id)
    filled = entry()
    with asking(cast["company_agent"].asker()):
        with pytest.raises(Missing):
            api.application(filed.application_id)
        with pytest.raises(Missing):
            api.supplement(application_id=filed.application_id, form=filled.form, typed=filled.typed)
        with pytest.raises(Missing):
            api.material_file(files[0])
        assert registers.submission(api.subject_of(filed.application_id)) is None
        assert api.applications(queue="filed").total == 0


def test_the_giver_sees_what_the_agent_filed(cast: Cast) -> None:
    put_in_force()
    authorisation = given(cast, local_codes=(CODE,))
    filed = apply(cast["company_agent"], authorisation_id=authorisation.authorisation_id)
    with asking(cast["resident"].asker()):
        view = api.application(filed.application_id)
        assert all(api.material_file(each) for line in view.materials for each in line.files)
        assert registers.submission(api.subject_of(filed.application_id)) is not None
    assert (view.is_mine, view.filed_by_name) == (True, "company_agent")


def test_an_agent_hands_in_the_supplement(cast: Cast) -> None:
    put_in_force()
    authorisation = given(cast)
    filed = apply(cast["company_agent"], authorisation_id=authorisation.authorisation_id)
    hear()
    decide(filed.case_id or 0, "check", "supplement", "地址填写不完整")
    with asking(cast["company_agent"].asker()):
        filled = entry()
        api.supplement(application_id=filed.application_id, form=filled.form, typed=filled.typed)
    hear()
    assert api.application(filed.application_id).status == "7"


def test_only_the_giver_revokes_and_only_once(cast: Cast) -> None:
    authorisation = given(cast)
    with asking(cast["company_agent"].asker()), pytest.raises(Refused):
        api.revoke_authorisation(authorisation_id=authorisation.authorisation_id)
    with asking(cast["unit_officer"].asker()), pytest.raises(Missing):
        api.revoke_authorisation(authorisation_id=authorisation.authorisation_id)
    with asking(cast["resident"].asker()):
        api.revoke_authorisation(authorisation_id=authorisation.authorisation_id)
        with pytest.raises(Conflict):
            api.revoke_authorisation(authorisation_id=authorisation.authorisation_id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"agent_username": "nobody.here"}, "agent_username"),
        ({"ends_on": today() - timedelta(days=1)}, "ends_on"),
        ({"ends_on": today() + timedelta(days=4000)}, "ends_on"),
        ({"local_codes": ("no.such",)}, "local_codes"),
    ],
)
def test_a_wrong_authorisation_names_what_is_wrong(
    cast: Cast, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        given(cast, **changes)
    assert refused.value.field == field


def test_both_sides_see_it_and_nobody_else(cast: Cast) -> None:
    given(cast)
    with asking(cast["resident"].asker()):
        assert len(api.authorisations()[0]) == 1
    with asking(cast["company_agent"].asker()):
        assert [one.is_valid for one in api.authorisations()[1]] == [True]
    with asking(cast["unit_officer"].asker()):
        assert api.authorisations() == ((), ())
