"""Deliverables: who may not, handing over and deciding, what is refused, and the numbers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from freezegun import freeze_time

from chengshu.engines.indicators import api as indicators
from chengshu.engines.indicators.data import budget_year
from chengshu.foundation.asking import asking
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.testing.personas import Cast
from chengshu.scenes.operations.actions import (
    accept_delivery,
    hand_over,
    name_acceptor,
    withdraw_deliverable,
)
from chengshu.scenes.operations.models import Acceptance, Deliverable, Delivery
from chengshu.scenes.operations.tests.builders import (
    contract,
    deliverable,
    desk,
    officer,
    paper,
    supplier,
    unit,
)


def value(name: str, **parameters: str) -> Decimal | None:
    year = budget_year(timezone.localdate().year)
    return indicators.compute(name=f"operations.{name}", period=year, parameters=parameters).value


def test_a_supplier_hands_over_and_decides_nothing(cast: Cast) -> None:
    of = contract(supplier=supplier())
    post, _holder = officer(of.unit)
    owed = deliverable(of, post=post)
    file = paper(of.unit)
    me, stranger = desk(), desk("乙")
    with asking(stranger.asker()):
        assert not Deliverable.objects.exists()
        with pytest.raises(Refused):
            hand_over(deliverable=owed, file=file)
    with asking(me.asker()):
        handed = hand_over(deliverable=owed, file=file)
        for forbidden in (
            lambda: accept_delivery(delivery=handed, outcome="accepted"),
            lambda: deliverable(of, title="另一项"),
            lambda: withdraw_deliverable(deliverable=owed, reason="不交了"),
            lambda: name_acceptor(deliverable=owed, post=post),
        ):
            with pytest.raises(Refused):
                forbidden()


def test_only_the_named_post_decides_and_not_on_its_own_delivery(cast: Cast) -> None:
    of = contract()
    post, holder = officer(of.unit)
    _other_post, other = officer(of.unit)
    owed = deliverable(of, post=post)
    handed = hand_over(deliverable=owed, file=paper(of.unit))
    with asking(other.asker()), pytest.raises(Refused) as refused:
        accept_delivery(delivery=handed, outcome="accepted")
    assert refused.value.code == "operations.acceptor"
    with asking(holder.asker()):
        assert accept_delivery(delivery=handed, outcome="accepted").post == post
        own = deliverable(of, title="自交", post=post)
        mine = hand_over(deliverable=own, file=paper(of.unit, "自交"))
        with pytest.raises(Refused) as refused:
            accept_delivery(delivery=mine, outcome="accepted")
    assert refused.value.code == "operations.own_delivery"


def test_what_was_returned_is_handed_over_again(db: None) -> None:
    of = contract()
    post, holder = officer(of.unit)
    owed = deliverable(of, post=post)
    first = hand_over(deliverable=owed, file=paper(of.unit))
    with pytest.raises(Conflict):
        hand_over(deliverable=owed, file=paper(of.unit))
    with asking(holder.asker()):
        with pytest.raises(InvalidInput) as refused:
            accept_delivery(delivery=first, outcome="returned")
        assert refused.value.field == "reason"
        accept_delivery(delivery=first, outcome="rework", reason="缺少附件")
        with pytest.raises(Conflict):
            accept_delivery(delivery=first, outcome="accepted")
    second = hand_over(deliverable=owed, file=paper(of.unit, "补充后"))
    assert second.number == 2
    with asking(holder.asker()):
        accept_delivery(delivery=second, outcome="accepted")
    with pytest.raises(Conflict):
        hand_over(deliverable=owed, file=paper(of.unit, "又一次"))


def test_without_a_named_post_nothing_is_accepted(cast: Cast) -> None:
    of = contract()
    post, holder = officer(of.unit)
    owed = deliverable(of, due_on=None)
    handed = hand_over(deliverable=owed, file=paper(of.unit))
    with asking(holder.asker()), pytest.raises(Conflict):
        accept_delivery(delivery=handed, outcome="accepted")
    foreign, _holder = officer(unit("finance-bureau"))
    with pytest.raises(InvalidInput):
        name_acceptor(deliverable=owed, post=foreign)
    name_acceptor(deliverable=owed, post=post, due_on=date(2025, 6, 30))
    with pytest.raises(Conflict):
        name_acceptor(deliverable=owed, post=post, due_on=date(2025, 7, 31))
    with asking(holder.asker()):
        accept_delivery(delivery=handed, outcome="accepted")


def test_only_what_nobody_handed_over_is_withdrawn(db: None) -> None:
    of = contract()
    owed, kept = deliverable(of), deliverable(of, title="另一份")
    with pytest.raises(InvalidInput):
        withdraw_deliverable(deliverable=owed, reason=" ")
    withdraw_deliverable(deliverable=owed, reason="重复录入")
    with pytest.raises(Conflict):
        hand_over(deliverable=owed, file=paper(of.unit))
    hand_over(deliverable=kept, file=paper(of.unit))
    with pytest.raises(Conflict):
        withdraw_deliverable(deliverable=kept, reason="不要了")


@pytest.mark.parametrize(
    ("given", "field"),
    [({"title": ""}, "title"), ({"kind": "poem"}, "kind"), ({"source": ""}, "source")],
    ids=str,
)
def test_what_cannot_be_is_refused_by_field(db: None, given: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        deliverable(**given)
    assert refused.value.field == field


def test_the_same_is_owed_once_for_a_day(db: None) -> None:
    of = contract()
    deliverable(of)
    with pytest.raises(Conflict):
        deliverable(of)


def test_in_time_is_what_was_handed_over_by_its_day_and_not_returned(db: None) -> None:
    of = contract(project="P21")
    post, holder = officer(of.unit)
    today = timezone.localdate()
    assert value("deliverables_in_time", project="P21") is None
    good, back = deliverable(of, post=post), deliverable(of, title="被退回的", post=post)
    deliverable(of, title="未到期的", due_on=None)
    late = deliverable(of, title="迟交的", due_on=today, post=post)
    handed = [hand_over(deliverable=one, file=paper(of.unit, one.title)) for one in (good, back)]
    with freeze_time(timezone.now() + timedelta(days=1)):
        hand_over(deliverable=late, file=paper(of.unit, "迟交"))
    with asking(holder.asker()):
        accept_delivery(delivery=handed[0], outcome="accepted")
        accept_delivery(delivery=handed[1], outcome="returned", reason="不符合合同")
    assert round(value("deliverables_in_time", project="P21") or 0, 2) == Decimal("33.33")
    assert value("acceptance_rate", project="P21") == 50
    assert value("deliverables_accepted_in_time", project="P21") is not None
    assert value("deliverables_accepted", project="P21") == 1
    assert value("acceptance_rate", project="P21", kind="works") is None


def test_a_deliverable_goes_through_its_pages(signed_in: object, cast: Cast) -> None:
    of = contract()
    client: Client = signed_in("section_head")  # type: ignore[operator]
    post = cast["section_head"].account.appointments.get().post
    given = {"contract": of.pk, "title": "测评报告", "kind": "document", "source": "第十条"}
    refused = client.post("/operations/deliverables/new/", {**given, "due_on": "soon"})
    assert refused.status_code == 422
    assert "测评报告" in refused.content.decode()
    assert client.post("/operations/deliverables/new/", given).status_code == 302
    owed = Deliverable.objects.get()
    page = f"/operations/deliverables/{owed.pk}/"
    assert client.post(f"{page}acceptor/", {"post": "0"}).status_code == 422
    assert client.post(f"{page}acceptor/", {"post": post.pk, "due_on": "2025-06-30"}).status_code == 302
    assert client.post(f"{page}hand-over/", {}).status_code == 422
    with asking(officer(of.unit)[1].asker()):
        handed = hand_over(deliverable=Deliverable.objects.get(), file=paper(of.unit))
    decide = f"/operations/deliveries/{handed.pk}/decide/"
    assert client.post(decide, {"outcome": "returned"}).status_code == 422
    assert client.post(decide, {"outcome": "returned", "reason": "缺少签章"}).status_code == 302
    assert Acceptance.objects.get().reason == "缺少签章"
    sent = SimpleUploadedFile("report.txt", "盖章件".encode())
    assert client.post(f"{page}hand-over/", {"file": sent}).status_code == 302
    last = Delivery.objects.first()
    assert last is not None
    assert client.get(f"/operations/deliveries/{last.pk}/file/").content.decode() == "盖章件"
    text = client.get(page).content.decode()
    assert "缺少签章" in text
    assert "report.txt" in text
    shown = {
        state: "测评报告" in client.get("/operations/deliverables/", {"state": state}).content.decode()
        for state in ("", "waiting", "late", "accepted", "all")
    }
    assert shown == {"": True, "waiting": True, "late": True, "accepted": False, "all": True}
    assert client.post(f"{page}withdraw/", {"reason": "不要了"}).status_code == 422
    assert signed_in("window_clerk").get(page).status_code == 403  # type: ignore[operator]
