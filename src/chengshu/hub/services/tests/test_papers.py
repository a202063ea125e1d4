"""Papers: who reads them, what they say, and what anybody learns from their code."""

from __future__ import annotations

import pytest
from django.test import Client

from chengshu.foundation.asking import NOBODY, asking
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Refused
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services import api
from chengshu.hub.services.data import PaperView
from chengshu.hub.services.models import Paper
from chengshu.hub.services.papers import printing
from chengshu.hub.services.tests.building import PERSON, apply, decide, hear, put_in_force


def receipt_of(cast: Cast) -> PaperView:
    put_in_force()
    filed = apply(cast["resident"])
    hear()
    return api.application(filed.application_id).papers[0]


def test_a_stranger_reads_no_paper(cast: Cast, signed_in: object) -> None:
    paper = receipt_of(cast)
    with asking(cast["company_agent"].asker()), pytest.raises(Missing):
        api.open_paper(paper.paper_id)
    with asking(cast["other_department_officer"].asker()), pytest.raises(Missing):
        api.paper(paper.paper_id)


def test_nobody_downloads_without_signing_in(cast: Cast, anonymous: Client) -> None:
    paper = receipt_of(cast)
    assert anonymous.get(f"/papers/{paper.paper_id}/").status_code in (302, 401)


def test_a_window_clerk_decides_nothing_on_paper(cast: Cast) -> None:
    put_in_force()
    filed = apply(cast["resident"])
    with asking(cast["window_clerk"].asker()), pytest.raises((Refused, Missing)):
        api.issue_paper(application_id=filed.application_id, kind="decision_granted")


def test_the_applicant_opens_a_pdf(cast: Cast) -> None:
    paper = receipt_of(cast)
    with asking(cast["resident"].asker()):
        name, opened = api.open_paper(paper.paper_id)
        with opened:
            assert opened.read(5) == b"%PDF-"
    assert name == "收件回执.pdf"


def test_a_paper_is_printed_once(cast: Cast) -> None:
    paper = receipt_of(cast)
    first = Paper.objects.get(pk=paper.paper_id)
    again = api.print_paper(paper_id=paper.paper_id)
    assert again.file_id == first.file_id
    assert Paper.objects.get(pk=paper.paper_id).digest == first.digest != ""


def test_verification_tells_nothing_personal(cast: Cast, anonymous: Client) -> None:
    paper = receipt_of(cast)
    answer = anonymous.get("/papers/verify/", {"code": api.shown_paper_code(paper.code).lower()})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert paper.number in page
    for personal in (PERSON.name, PERSON.identity, PERSON.phone, cast["resident"].account.username):
        assert personal not in page


def test_a_guessed_code_is_no_paper(cast: Cast, anonymous: Client) -> None:
    receipt_of(cast)
    answer = anonymous.get("/papers/verify/", {"code": "AAAA-BBBB-CCCC-DDDD"})
    assert answer.status_code == 404
    with asking(NOBODY):
        assert api.verify_paper("") is None


def test_a_revoked_paper_says_so_to_everybody(cast: Cast) -> None:
    paper = receipt_of(cast)
    with asking(cast["reviewer"].asker()), pytest.raises(Refused):
        api.revoke_paper(paper_id=paper.paper_id, reason="有误")
    with asking(cast["section_head"].asker()):
        with pytest.raises(InvalidInput):
            api.revoke_paper(paper_id=paper.paper_id, reason=" ")
        api.revoke_paper(paper_id=paper.paper_id, reason="文字有误")
        with pytest.raises(Conflict):
            api.revoke_paper(paper_id=paper.paper_id, reason="文字有误")
    with asking(NOBODY):
        found = api.verify_paper(paper.code)
    assert found is not None
    assert found.state == "revoked"


def test_a_refusal_prints_reasons_remedies_and_the_law(cast: Cast) -> None:
    put_in_force()
    filed = apply(cast["resident"])
    decide(filed.case_id or 0, "check", "accept")
    decide(filed.case_id or 0, "decide", "refuse", "场地不符合规划用途")
    content = printing.content_of(Paper.objects.get(kind="decision_refused"))
    assert content["items"] == ["场地不符合规划用途"]
    assert "六十日" in content["closing"][0]
    assert "六个月" in content["closing"][0]
    assert "第三十八条第二款" in content["paragraphs"][0]


def test_numbers_of_a_kind_follow_each_other(cast: Cast) -> None:
    put_in_force()
    for _each in range(2):
        filed = apply(cast["resident"])
        decide(filed.case_id or 0, "check", "accept")
    numbers = sorted(Paper.objects.filter(kind="acceptance").values_list("number", flat=True))
    assert [number.rpartition("〕")[2] for number in numbers] == ["1号", "2号"]


def test_a_kind_without_a_template_is_refused(cast: Cast) -> None:
    put_in_force()
    filed = apply(cast["resident"])
    with asking(cast["section_head"].asker()), pytest.raises(InvalidInput) as refused:
        api.issue_paper(application_id=filed.application_id, kind="poem")
    assert refused.value.field == "kind"


@pytest.mark.parametrize("kind", api.paper_kinds())
def test_every_kind_can_be_printed(cast: Cast, kind: str) -> None:
    put_in_force()
    filed = apply(cast["resident"])
    issued = api.issue_paper(
        application_id=filed.application_id, kind=kind, facts={"reasons": "#理由 *一*\n$二$", "items": ["一"]}
    )
    assert printing.printed(Paper.objects.select_related("unit").get(pk=issued.paper_id)).startswith(b"%PDF-")
