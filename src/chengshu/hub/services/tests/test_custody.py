"""跨域通办: papers travel from hand to hand, each hand-over by who holds them, until they arrive."""

from __future__ import annotations

import pytest

from chengshu.foundation.asking import asking
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services import api
from chengshu.hub.services.data import Filed
from chengshu.hub.services.tests.building import CODE, PERSON, SIMPLE, entry, put_in_force, unit


def received(cast: Cast, **more: object) -> Filed:
    """A clerk of the service centre receives what the data bureau decides."""
    with asking(cast["window_clerk"].asker()):
        filled = entry(**{"_materials.identity_document.copies": "1"})
        return api.file_at_window(
            unit_id=unit("service-centre").pk,
            local_code=CODE,
            form=filled.form,
            typed=filled.typed,
            applicant=PERSON,
            answers=SIMPLE,
            deferrals=("site_plan",),
            **more,  # type: ignore[arg-type]
        )


def hand(filed: Filed, **changes: object) -> object:
    given = {
        "application_id": filed.application_id,
        "unit_id": unit("service-centre").pk,
        "to_unit_id": unit("data-bureau").pk,
        "items": ("身份证复印件 1 份",),
    }
    return api.hand_over(**{**given, **changes})  # type: ignore[arg-type]


def test_a_mode_that_the_matter_does_not_know_is_refused(cast: Cast) -> None:
    put_in_force()
    with pytest.raises(InvalidInput) as refused:
        received(cast, region_mode="remote")
    assert refused.value.field == "region_mode"


def test_only_who_holds_the_papers_hands_them_over(cast: Cast) -> None:
    put_in_force()
    filed = received(cast, region_mode="collect")
    with asking(cast["reviewer"].asker()), pytest.raises(Refused):
        hand(filed)
    with asking(cast["window_clerk"].asker()), pytest.raises(Refused):
        hand(filed, unit_id=unit("data-bureau").pk, to_unit_id=unit("service-centre").pk)


def test_a_hand_over_names_what_and_to_whom(cast: Cast) -> None:
    put_in_force()
    filed = received(cast, region_mode="collect")
    with asking(cast["window_clerk"].asker()):
        for changes in ({"items": ("  ",)}, {"to_unit_id": None}, {"to_unit_id": unit("service-centre").pk}):
            with pytest.raises(InvalidInput):
                hand(filed, **changes)


def test_the_chain_goes_from_window_to_the_unit_that_decides(cast: Cast) -> None:
    put_in_force()
    filed = received(cast, region_mode="collect")
    with asking(cast["window_clerk"].asker()):
        hand(filed)
        with pytest.raises(Conflict):
            hand(filed)
    view = api.application(filed.application_id)
    assert view.forward_by is not None
    custody_id = view.custody[0].custody_id
    with asking(cast["window_clerk"].asker()), pytest.raises(Refused):
        api.receive_hand_over(custody_id=custody_id)
    with asking(cast["reviewer"].asker()):
        api.receive_hand_over(custody_id=custody_id, remark="齐全")
        with pytest.raises(Conflict):
            api.receive_hand_over(custody_id=custody_id)
    assert api.application(filed.application_id).custody[0].received_by == "reviewer"


def test_what_stays_where_it_is_decided_need_not_be_forwarded(cast: Cast) -> None:
    put_in_force()
    assert api.application(received(cast).application_id).forward_by is None
