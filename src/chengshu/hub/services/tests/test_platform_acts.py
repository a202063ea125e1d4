"""What only the platform itself does: nobody else, whatever their post."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from chengshu.foundation.asking import asking
from chengshu.foundation.errors import Missing, Refused
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services import actions, api
from chengshu.hub.services.models import MaterialUse
from chengshu.hub.services.tests.building import apply, put_in_force

ACTS: dict[str, Callable[[int], object]] = {
    "bind_files": lambda pk: actions.bind_files(application_id=pk),
    "remember_file": lambda pk: actions.remember_file(file_id=pk, account_id=pk),
    "record_status": lambda pk: actions.record_status(application_id=pk, status="11", at=timezone.now()),
    "end_application": lambda pk: actions.end_application(application_id=pk, state="void"),
    "follow_bundle": lambda pk: actions.follow_bundle(application_id=pk),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("persona", ["resident", "reviewer", "department_head", "window_clerk"])
def test_nobody_else_does_it(cast: Cast, act: str, persona: str) -> None:
    put_in_force()
    filed = apply(cast["resident"])
    with asking(cast[persona].asker()), pytest.raises((Refused, Missing)):
        ACTS[act](filed.application_id)


def test_a_void_case_closes_its_application_once(cast: Cast) -> None:
    put_in_force()
    filed = apply(cast["resident"])
    assert actions.end_application(application_id=filed.application_id, state="void")
    assert not actions.end_application(application_id=filed.application_id, state="void")
    assert api.application(filed.application_id).closed_at is not None


def test_files_are_bound_once(cast: Cast) -> None:
    put_in_force()
    filed = apply(cast["resident"])
    before = MaterialUse.objects.count()
    actions.bind_files(application_id=filed.application_id)
    assert MaterialUse.objects.count() == before == 2


def test_an_upload_of_nobody_is_not_stored_uploaded(cast: Cast) -> None:
    with asking(cast["resident"].asker()), pytest.raises(Missing):
        actions.store_uploaded(key="no-such-upload")
