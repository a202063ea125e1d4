"""A request for the use of a seal from the form to the stamp, as the people of the bureau live it in their browsers.

Filed, checked, sent back and answered, ranked by the decision table, countersigned by three sections with one signer
added, approved and stamped; and seen by nobody who has nothing to do with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.module_loading import import_string

from chengshu.foundation.asking import asking, system
from chengshu.foundation.identity.actions import open_account
from chengshu.foundation.identity.models import Account
from chengshu.foundation.orgs.actions import appoint
from chengshu.foundation.orgs.models import PostRole
from chengshu.foundation.testing.personas import PASSWORD, Cast, Persona

HEADS = {
    "legal.head": ("policy-legal", "section_head"),
    "office.head": ("general-office", "section_head"),
    "watch.head": ("service-supervision", "section_head"),
    "seal.keeper": ("data-bureau", "handling_unit_officer"),
}
"""Posts of the base data that the cast does not hold: the three who countersign, and who keeps the seal."""
REQUEST = {
    "subject": "智慧城市运维服务合同用印",
    "seal_kind": "contract",
    "document_kind": "contract",
    "receiver": "运维服务单位",
    "copies": "4",
    "amount": "86.50",
    "outbound": "0",
    "remark": "",
}
CHECKED = {"f.format_checked": "1", "f.number_checked": "1"}


@dataclass
class Bureau:
    """Everybody's browsers."""

    cast: Cast
    others: dict[str, Persona]
    clients: dict[str, Client] = field(default_factory=dict)

    def browser(self, name: str) -> Client:
        if name not in self.clients:
            client = Client()
            client.cookies["chengshu_language"] = "zh-hans"
            (self.others.get(name) or self.cast[name]).sign_in(client)
            self.clients[name] = client
        return self.clients[name]

    def file(self, name: str, **changes: str | SimpleUploadedFile) -> int:
        """Fill in the form and send it; the new case's id."""
        typed = {f"f.{key}": value for key, value in {**REQUEST, **changes}.items()}
        answer = self.browser(name).post(reverse("inbox:file", args=["sample.seal_use"]), typed)
        assert answer.status_code == 302, answer.content.decode()
        found = re.search(r"/cases/(\d+)/receipt/", answer["Location"])
        assert found
        return int(found[1])

    def task_of(self, name: str, case_id: int) -> int:
        """What this person finds in the own list, or may claim, of this case."""
        for queue in ("mine", "claimable"):
            page = self.browser(name).get(f"{reverse('inbox:work')}?queue={queue}").content.decode()
            for task_id in dict.fromkeys(re.findall(r"/inbox/tasks/(\d+)/", page)):
                shown = self.browser(name).get(reverse("inbox:task", args=[task_id])).content.decode()
                if reverse("inbox:case", args=[case_id]) in shown:
                    return int(task_id)
        raise AssertionError(f"{name} has no task of this case")

    def decide(self, name: str, case_id: int, outcome: str, opinion: str = "", **form: str) -> Any:
        address = reverse("inbox:complete", args=[self.task_of(name, case_id)])
        return self.browser(name).post(address, {"outcome": outcome, "opinion": opinion, **form})

    def act(self, name: str, case_id: int, act: str, **typed: str) -> Any:
        task_id = self.task_of(name, case_id)
        return self.browser(name).post(reverse("inbox:act_on_task", args=[task_id, act]), typed)

    def page(self, name: str, case_id: int) -> str:
        return self.browser(name).get(reverse("inbox:case", args=[case_id])).content.decode()

    def steps(self, case_id: int) -> list[str]:
        """Where the case stands, as its page says."""
        text = self.page("section_head", case_id)
        found = re.search(r'<ul class="standing__now">.*?</ul>', text, re.S)
        return re.findall(r"<strong>([^<]*)</strong>", found[0]) if found else []


@pytest.fixture
def bureau(db: None, cast: Cast) -> Bureau:
    """The district with its models and forms in force, and the posts of this story held by somebody."""
    with asking(system("test", "cli")):
        for label in ("orgs", "registers", "cases"):
            import_string(f"{apps.get_app_config(label).name}.base_data.load")()
        others = {name: _appointed(name, *post) for name, post in HEADS.items()}
    return Bureau(cast, others)


def _appointed(name: str, unit: str, role: str) -> Persona:
    account: Account = open_account(username=name, title=name, password=PASSWORD, must_change=False)
    post = PostRole.objects.filter(post__unit__key=unit, role__key=role).select_related("post")[0].post
    appoint(account=account, post=post, starts_on=date(2020, 1, 1), ends_on=None)
    return Persona(name, account)


@pytest.mark.parametrize("stranger", ["other_department_officer", "resident", "system_administrator"])
def test_who_has_nothing_to_do_with_a_case_does_not_learn_that_it_exists(
    stranger: str, bureau: Bureau
) -> None:
    case_id = bureau.file("unit_officer")
    task_id = bureau.task_of("section_head", case_id)
    browser = bureau.browser(stranger)
    for address in ("inbox:case", "inbox:receipt", "inbox:diagram"):
        assert browser.get(reverse(address, args=[case_id])).status_code == 404
    assert browser.get(reverse("inbox:case_file", args=[case_id, "pdf"])).status_code == 404
    assert browser.get(reverse("inbox:task", args=[task_id])).status_code == 404
    assert browser.post(reverse("inbox:complete", args=[task_id]), {"outcome": "agree"}).status_code == 404
    for act in ("claim_task", "return_case", "urge_task"):
        assert browser.post(reverse("inbox:act_on_task", args=[task_id, act])).status_code in (403, 404)
    assert browser.post(reverse("inbox:act_on_case", args=[case_id, "void_case"])).status_code in (403, 404)
    assert REQUEST["subject"] not in browser.get(reverse("inbox:work")).content.decode()
    assert bureau.steps(case_id) == ["处室负责人审核"]


def test_who_may_read_a_step_but_has_another_post_cannot_decide_it(bureau: Bureau) -> None:
    case_id = bureau.file("unit_officer")
    task_id = bureau.task_of("section_head", case_id)
    answer = bureau.browser("reviewer").post(reverse("inbox:complete", args=[task_id]), {"outcome": "agree"})
    assert answer.status_code == 403
    assert bureau.steps(case_id) == ["处室负责人审核"]


def test_a_form_that_is_not_complete_opens_no_case_and_keeps_what_was_typed(bureau: Bureau) -> None:
    typed = {f"f.{key}": value for key, value in REQUEST.items()} | {"f.copies": "四份", "f.receiver": ""}
    answer = bureau.browser("unit_officer").post(reverse("inbox:file", args=["sample.seal_use"]), typed)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert REQUEST["subject"] in text
    assert "四份" in text
    started = bureau.browser("unit_officer").get(f"{reverse('inbox:work')}?queue=started").content.decode()
    assert REQUEST["subject"] not in started


def test_what_is_typed_is_kept_until_it_is_sent(bureau: Bureau) -> None:
    browser, address = bureau.browser("unit_officer"), reverse("inbox:file", args=["sample.seal_use"])
    draft = reverse("inbox:save_start", args=["sample.seal_use"])
    assert browser.post(draft, {"f.subject": "写到一半的事由"}).status_code == 200
    assert "写到一半的事由" in browser.get(address).content.decode()
    assert address in browser.get(reverse("inbox:start")).content.decode()
    bureau.file("unit_officer")
    assert "写到一半的事由" not in browser.get(address).content.decode()


def test_a_contract_goes_all_the_way_to_the_stamp(bureau: Bureau) -> None:
    case_id = bureau.file("unit_officer", amount="86.50")
    receipt = bureau.browser("unit_officer").get(reverse("inbox:receipt", args=[case_id])).content.decode()
    assert "处室负责人审核" in receipt

    refused = bureau.decide("section_head", case_id, "disagree")
    assert refused.status_code == 422, "saying no needs a reason"
    assert bureau.decide("section_head", case_id, "agree", "同意。").status_code == 302

    sent_back = bureau.act(
        "reviewer", case_id, "return_case", place="check", way="straight", reason="合同附件缺页"
    )
    assert sent_back.status_code == 302
    shown = bureau.browser("section_head").get(
        reverse("inbox:task", args=[bureau.task_of("section_head", case_id)])
    )
    assert "合同附件缺页" in shown.content.decode()
    assert bureau.decide("section_head", case_id, "agree", "附件已补。").status_code == 302
    assert bureau.steps(case_id) == ["办公室核验"], "straight back to where it was sent back"

    assert bureau.decide("reviewer", case_id, "agree").status_code == 422, "the step's form is not filled in"
    assert bureau.decide("reviewer", case_id, "agree", "无误。", **CHECKED).status_code == 302
    assert bureau.steps(case_id) == ["相关处室会签"] * 3

    added = bureau.act(
        "legal.head", case_id, "add_signer", person="审查岗 (reviewer)", position="before", reason="请核条款"
    )
    assert added.status_code == 302
    assert bureau.decide("reviewer", case_id, "agree", "条款无误。").status_code == 302
    for name in ("legal.head", "office.head", "watch.head"):
        assert bureau.decide(name, case_id, "agree", f"{name} 同意。").status_code == 302
    assert bureau.steps(case_id) == ["分管领导批准"]

    assert bureau.decide("department_head", case_id, "agree", "批准。").status_code == 302
    stamped = {"f.sealed_on": "2026-01-05", "f.sealed_copies": "4", "f.supervised": "on"}
    assert bureau.decide("seal.keeper", case_id, "stamped", **stamped).status_code == 302

    page = bureau.page("unit_officer", case_id)
    assert bureau.steps(case_id) == []
    assert "办件已办结" in page
    for opinion in ("附件已补。", "条款无误。", "legal.head 同意。", "批准。"):
        assert opinion in page
    file = bureau.browser("unit_officer").get(reverse("inbox:case_file", args=[case_id, "docx"]))
    assert file.content.startswith(b"PK")


def test_the_document_to_be_sealed_is_opened_by_every_signer_and_by_no_stranger(bureau: Bureau) -> None:
    printed = bureau.browser("unit_officer").get(
        reverse("inbox:case_file", args=[bureau.file("unit_officer"), "pdf"])
    )
    document = SimpleUploadedFile("合同定稿.pdf", printed.content, "application/pdf")
    case_id = bureau.file("unit_officer", attachments=document)
    found = re.search(rf"/inbox/cases/{case_id}/documents/\d+/", bureau.page("section_head", case_id))
    assert found, "the file of the form is among the documents of the case"
    bureau.decide("section_head", case_id, "agree")
    bureau.decide("reviewer", case_id, "agree", **CHECKED)
    opened = bureau.browser("legal.head").get(found[0])
    assert opened.content == printed.content
    assert bureau.browser("other_department_officer").get(found[0]).status_code == 404


def test_a_plain_letter_needs_neither_countersign_nor_leader(bureau: Bureau) -> None:
    case_id = bureau.file("unit_officer", seal_kind="official", document_kind="letter", amount="")
    bureau.decide("section_head", case_id, "agree")
    bureau.decide("reviewer", case_id, "agree", **CHECKED)
    assert bureau.steps(case_id) == ["用印登记"]


def test_one_section_that_disagrees_sends_the_request_to_its_author(bureau: Bureau) -> None:
    case_id = bureau.file("unit_officer", amount="238")
    bureau.decide("section_head", case_id, "agree")
    bureau.decide("reviewer", case_id, "agree", **CHECKED)
    bureau.decide("legal.head", case_id, "disagree", "付款条款不明确。")
    for name in ("office.head", "watch.head"):
        if "相关处室会签" in bureau.steps(case_id):
            bureau.decide(name, case_id, "agree", "同意。")
    assert bureau.steps(case_id) == ["申请人修改"]
    typed = {f"f.{key}": value for key, value in {**REQUEST, "subject": "修改后的合同用印"}.items()}
    assert bureau.decide("unit_officer", case_id, "resubmit", **typed).status_code == 302
    assert bureau.steps(case_id) == ["处室负责人审核"]
    assert "修改后的合同用印" in bureau.page("section_head", case_id)


def test_the_numbers_on_the_tabs_are_those_of_the_lists(bureau: Bureau) -> None:
    for number in range(3):
        bureau.file("unit_officer", subject=f"第{number}份函用印", document_kind="letter")
    page = bureau.browser("section_head").get(f"{reverse('inbox:work')}?queue=claimable").content.decode()
    told = re.search(r'待认领 <span class="tabs__count">(\d+)</span>', page)
    assert told
    assert int(told[1]) == len(set(re.findall(r"/inbox/tasks/(\d+)/", page))) == 3


def test_many_are_claimed_at_once_and_then_stand_in_the_own_list(bureau: Bureau) -> None:
    cases = [bureau.file("unit_officer", subject=f"第{number}份函用印") for number in range(2)]
    tasks = [str(bureau.task_of("section_head", case_id)) for case_id in cases]
    browser = bureau.browser("section_head")
    answer = browser.post(
        f"{reverse('inbox:together')}?queue=claimable", {"step": "claim_task", "tasks": tasks}
    )
    assert "完成 2 件" in answer.content.decode()
    mine = browser.get(reverse("inbox:work")).content.decode()
    assert set(re.findall(r"/inbox/tasks/(\d+)/", mine)) == set(tasks)
