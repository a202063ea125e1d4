"""Notices go to posts: who sends them, who reads them, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chengshu.foundation.errors import InvalidInput, Missing, Refused
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.notices import queries
from chengshu.hub.notices.actions import clear_notices, read_notice, send_notice
from chengshu.hub.notices.models import Notice

As = Callable[[str], Any]


def centre(key: str = "service-centre") -> int:
    return Unit.objects.get(key=key).pk


def send(**changes: Any) -> int:
    return send_notice(
        **{"unit_id": centre(), "role": "window_clerk", "subject": "Read this", "about": "x", **changes}
    )


@pytest.mark.parametrize("persona", ["resident", "window_clerk", "other_department_officer"])
def test_whoever_does_not_lead_there_sends_no_notice(persona: str, as_persona: As) -> None:
    with pytest.raises(Refused), as_persona(persona):
        send()


def test_nobody_reads_without_signing_in(anonymous: Client) -> None:
    assert anonymous.get("/notices/").status_code == 302


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"role": "nobody"}, "role"),
        ({"weight": "heavy"}, "weight"),
        ({"page": "https://elsewhere.example/"}, "page"),
        ({"page": "//elsewhere.example/"}, "page"),
        ({"subject": " "}, "subject"),
    ],
)
def test_what_a_notice_cannot_say_is_refused(change: dict[str, str], field: str, db: None) -> None:
    with pytest.raises(InvalidInput) as refused:
        send(**change)
    assert refused.value.field == field


def test_a_notice_reaches_the_post_at_its_unit_and_no_other(as_persona: As, cast: Any) -> None:
    notice = send()
    send(unit_id=centre("finance-bureau"))
    send(role="reviewer")
    with as_persona("window_clerk"):
        assert [one.pk for one in queries.notices_to(cast["window_clerk"].asker())] == [notice]
    with as_persona("unit_head"):
        assert not queries.notices_to(cast["unit_head"].asker()).exists()


def test_a_notice_is_read_once_on_its_page(signed_in: Callable[[str], Client]) -> None:
    notice = send(page="/inbox/")
    client = signed_in("window_clerk")
    assert "Read this" in client.get("/notices/").content.decode()
    client.post(f"/notices/{notice}/read/")
    assert Notice.objects.get(pk=notice).read_by is not None
    assert "Read this" not in client.get("/notices/").content.decode()
    assert "Read this" in client.get("/notices/?show=past").content.decode()


def test_another_units_notice_cannot_be_marked(as_persona: As) -> None:
    notice = send()
    for persona in ("other_department_officer", "resident"):
        with pytest.raises((Missing, Refused)), as_persona(persona):
            read_notice(notice_id=notice)
    assert Notice.objects.get(pk=notice).is_open


def test_what_is_over_is_cleared_unless_it_was_read(db: None) -> None:
    read, waiting = send(), send()
    read_notice(notice_id=read)
    assert clear_notices(unit_id=centre(), about="x") == 1
    assert Notice.objects.get(pk=waiting).cleared_at is not None
    assert Notice.objects.get(pk=read).cleared_at is None
    with pytest.raises(InvalidInput):
        clear_notices(unit_id=centre(), about=" ")
