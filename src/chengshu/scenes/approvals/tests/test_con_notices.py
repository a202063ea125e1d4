"""Notices: who may object and until when, what blocks the decision, and what proves that a notice stood."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from freezegun import freeze_time
from PIL import Image

from chengshu.engines.cases import api as cases
from chengshu.foundation.asking import NOBODY, asking
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, NotSignedIn, Refused
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.scenes.approvals.actions.construction_notices import (
    answer_objection,
    change_notice,
    close_notice,
    correct_notice,
    draft_notice,
    file_objection,
    keep_look,
    post_notice,
    record_posting,
    withdraw_notice,
)
from chengshu.scenes.approvals.construction import queries
from chengshu.scenes.approvals.construction.tasks import close_notices, look_at_notices
from chengshu.scenes.approvals.construction.watching import Page
from chengshu.scenes.approvals.models_construction import NoticeObjection, NoticeSnapshot, PublicNotice
from chengshu.scenes.approvals.tests.con_builders import (
    BUILDING,
    PLANNING,
    a_case,
    a_project,
    account,
    asker_of,
    at,
    do,
    finish,
    officer,
    unit,
    with_processes,
)

MONDAY = "2026-03-09 02:00:00"
FACTS = [["项目名称", "明珠湾起步区综合管廊"], ["建设地点", "明珠湾"]]


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    load_base_data()
    with_processes()


def picture_bytes() -> bytes:
    drawn = BytesIO()
    Image.new("RGB", (4, 4), "white").save(drawn, "PNG")
    return drawn.getvalue()


def a_notice(days: int = 5, **changes: object) -> PublicNotice:
    given = {"unit": unit(PLANNING), "kind": "before", "title": "批前公示", "facts": FACTS, "days": days}
    return post_notice(notice=draft_notice(**{**given, **changes}))  # type: ignore[arg-type]


def neighbour(name: str = "neighbour"):  # type: ignore[no-untyped-def]
    return asking(asker_of(account(name)))


def objection_to(notice: PublicNotice, name: str = "neighbour") -> NoticeObjection:
    with neighbour(name):
        return file_objection(
            notice=queries.notice_by_number(notice.number),
            interest="相邻住户",
            text="遮挡我户日照，请复核日照分析。",
        )


def test_an_objection_after_the_end_of_the_period_is_refused_with_the_last_day() -> None:
    with freeze_time(MONDAY):
        notice = a_notice(days=5)
    assert str(notice.ends_on) == "2026-03-16"
    with freeze_time("2026-03-16 15:59:00"):
        assert objection_to(notice).state == "open"
    with freeze_time("2026-03-16 16:01:00"), pytest.raises(Conflict) as caught:
        objection_to(notice, "another")
    assert (caught.value.code, caught.value.data) == ("notice.period_over", {"ends_on": "2026-03-16"})
    assert "2026-03-16" in str(caught.value.message)


def test_nobody_objects_without_an_account_and_nobody_sees_a_draft() -> None:
    notice = a_notice()
    draft = draft_notice(unit=unit(PLANNING), kind="before", title="草稿", facts=FACTS, days=7)
    with asking(NOBODY):
        with pytest.raises(NotSignedIn):
            file_objection(notice=notice, interest="邻居", text="x" * 20)
        assert queries.public_notices().count() == 1
        with pytest.raises(Missing):
            queries.notice_by_number(draft.number)


def test_another_section_neither_posts_nor_corrects_nor_withdraws_a_notice() -> None:
    notice = a_notice()
    with asking(officer(BUILDING, "section_head")):
        for forbidden in (
            lambda: withdraw_notice(notice=notice, reason="x"),
            lambda: correct_notice(notice=notice, title="x", facts=FACTS, reason="x", restarts=False),
            lambda: close_notice(notice=notice),
        ):
            with pytest.raises(Refused):
                forbidden()


def test_somebody_elses_objection_is_not_readable() -> None:
    objection = objection_to(a_notice())
    with neighbour("another"):
        assert not NoticeObjection.objects.exists()
    with neighbour():
        assert NoticeObjection.objects.get().pk == objection.pk


@pytest.mark.parametrize(("interest", "text", "field"), [("", "x" * 20, "interest"), ("邻居", "短", "text")])
def test_an_objection_without_interest_or_grounds_is_named_at_its_field(
    interest: str, text: str, field: str
) -> None:
    notice = a_notice()
    with neighbour(), pytest.raises(InvalidInput) as caught:
        file_objection(notice=notice, interest=interest, text=text)
    assert caught.value.field == field


def test_one_person_has_one_open_objection_to_a_notice() -> None:
    notice = a_notice()
    objection_to(notice)
    with pytest.raises(Conflict) as caught:
        objection_to(notice)
    assert caught.value.code == "notice.objected"
    assert objection_to(notice, "another").case_id


def test_an_objection_is_a_case_of_its_own_and_blocks_the_decision_until_it_is_answered() -> None:
    a_project()
    with freeze_time(MONDAY):
        case_id = a_case("approvals.planning_permit", near_homes=True)
        do(case_id, "intake", "accept")
        do(case_id, "review", "publish")
        assert at(case_id) == []
        notice = PublicNotice.objects.get(case_id=case_id)
        assert dict(notice.facts)["项目代码" if "项目代码" in dict(notice.facts) else "Project code"]
        post_notice(notice=notice)
        objection = objection_to(notice)
    assert cases.case_view(objection.case_id or 0).definition == "approvals.objection"
    with freeze_time("2026-03-30 02:00:00"):
        with pytest.raises(Conflict) as caught:
            close_notice(notice=notice)
        assert caught.value.code == "notice.objections"
        assert close_notices() == 0
        with pytest.raises(Conflict) as running:
            answer_objection(objection=objection, upheld=False, answer="x")
        assert running.value.code == "objection.running"
        do(objection.case_id or 0, "intake", "accept")
        do(objection.case_id or 0, "investigate", "reported", "日照分析满足标准")
        do(objection.case_id or 0, "answer", "reject", "经复核，日照满足规范要求")
        objection.refresh_from_db()
        assert (objection.state, objection.answer) == ("rejected", "经复核，日照满足规范要求")
        assert close_notices() == 1
        assert (at(case_id), cases.case_view(case_id).variables["notice_upheld"]) == (["review"], 0)
        do(case_id, "review", "agree")
        do(case_id, "decide", "approve")
        finish(case_id)
    assert cases.case_view(case_id).status == "11"


def test_a_notice_does_not_close_before_its_last_day_is_over() -> None:
    with freeze_time(MONDAY):
        notice = a_notice(days=5)
    with freeze_time("2026-03-16 02:00:00"), pytest.raises(Conflict) as caught:
        close_notice(notice=notice)
    assert caught.value.code == "notice.standing"
    with freeze_time("2026-03-17 02:00:00"):
        assert close_notice(notice=notice).state == "closed"


def test_a_case_gets_one_notice_however_often_its_service_is_called() -> None:
    given = {
        "unit": unit(PLANNING),
        "kind": "before",
        "title": "公示",
        "facts": FACTS,
        "days": 7,
        "case_id": 5,
    }
    assert draft_notice(**given).pk == draft_notice(**given).pk  # type: ignore[arg-type]


def test_a_draft_changes_and_a_posted_notice_is_only_corrected_with_its_reason_on_record() -> None:
    draft = draft_notice(unit=unit(PLANNING), kind="before", title="公示", facts=FACTS, days=7)
    change_notice(notice=draft, title="批前公示", facts=FACTS, days=10)
    with freeze_time(MONDAY):
        notice = post_notice(notice=draft)
        before = notice.digest
        with pytest.raises(Conflict):
            change_notice(notice=notice, title="x", facts=FACTS, days=10)
        with pytest.raises(InvalidInput) as same:
            correct_notice(notice=notice, title="批前公示", facts=FACTS, reason="无", restarts=False)
        assert same.value.code == "notice.unchanged"
    with freeze_time("2026-03-11 02:00:00"):
        corrected = correct_notice(
            notice=notice,
            title="批前公示",
            facts=[*FACTS, ["建筑高度", "99 米"]],
            reason="补充高度",
            restarts=True,
        )
        log = corrected.corrections.get()
        assert (log.before, log.after, log.reason) == (before, corrected.digest, "补充高度")
        assert str(corrected.starts_on) == "2026-03-11"
        withdrawn = withdraw_notice(notice=corrected, reason="项目终止")
        assert (withdrawn.state, withdrawn.corrections.count()) == ("withdrawn", 2)
        with pytest.raises(Conflict):
            objection_to(withdrawn)


def test_looks_at_the_page_are_chained_and_prove_what_they_saw() -> None:
    reverse("approvals:notices")  # the pages are read in before time stands still
    with freeze_time(MONDAY) as clock:
        notice = a_notice()
        for answer in (200, 200, 0, 200):
            clock.tick(timedelta(hours=1))
            digest = queries.notice_by_number(notice.number).digest
            body = f"<p>{digest}</p>".encode()
            assert look_at_notices(lambda _path, s=answer, b=body: Page(s, b if s else b"")) == 1
        proof = queries.proof_of(notice)
    assert proof is not None
    assert (proof.looks, proof.good, proof.unbroken, proof.covers) == (4, 3, True, True)
    assert NoticeSnapshot.objects.filter(shown=False).count() == 1


def test_a_page_without_the_notice_is_no_proof() -> None:
    notice = a_notice()
    assert keep_look(notice=notice, answered=200, page=b"<p>another page</p>").shown is False


def test_the_round_looks_at_the_real_public_page() -> None:
    notice = a_notice()
    assert look_at_notices() == 1
    look = NoticeSnapshot.objects.get(notice=notice)
    assert (look.answered, look.shown) == (200, True)


def test_a_photograph_of_the_board_is_kept_with_its_digest_and_nothing_else_is() -> None:
    with freeze_time(MONDAY):
        notice = a_notice()
        picture = store_file(unit=unit(PLANNING), name="board.png", content=picture_bytes())
        paper = store_file(unit=unit(PLANNING), name="a.pdf", content=b"%PDF-1.4\n1\n%%EOF\n")
        with pytest.raises(InvalidInput) as caught:
            record_posting(notice=notice, place="工地入口", taken_at=timezone.now(), file=paper)
        assert caught.value.field == "file"
        with pytest.raises(InvalidInput) as future:
            record_posting(
                notice=notice, place="工地入口", taken_at=timezone.now() + timedelta(days=1), file=picture
            )
        assert future.value.field == "taken_at"
        kept = record_posting(notice=notice, place="工地入口", taken_at=timezone.now(), file=picture)
    assert kept.digest == picture.content.sm3


def test_a_posted_notice_is_public_under_its_own_address(anonymous) -> None:  # type: ignore[no-untyped-def]
    notice = a_notice()
    page = anonymous.get(reverse("approvals:notice", args=[notice.number]))
    assert page.status_code == 200
    assert notice.digest in page.content.decode()
    assert notice.title in anonymous.get(reverse("approvals:notices")).content.decode()
    draft = draft_notice(unit=unit(PLANNING), kind="before", title="草稿", facts=FACTS, days=7)
    assert anonymous.get(reverse("approvals:notice", args=[draft.number])).status_code == 404
