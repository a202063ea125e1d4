"""A permit with the shared fields of an applicant, and a person who walks through the pages with it."""

from __future__ import annotations

import importlib
import json
import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from chengshu.engines.registers import api as registers
from chengshu.hub.services import api as services
from chengshu.hub.services.data import Answer, Elements, Material, MatterView, Necessity, Question
from chengshu.hub.services.tests import building

CODE: Final = building.CODE
FORM: Final = "test.portal_form"
IDENTITY: Final = "440115200002291234"
USCC: Final = "91440115MA5900004H"

_WHEN_PERSON = {"==": [{"var": "applicant.kind"}, "person"]}
_WHEN_ORGANISATION = {"==": [{"var": "applicant.kind"}, "organisation"]}
_KINDS = [{"const": "organisation", "title": "单位"}, {"const": "person", "title": "个人"}]
_APPLICANT = {
    "type": "object",
    "title": "申请人",
    "required": ["kind", "name", "identity", "uscc"],
    "properties": {
        "kind": {"type": "string", "title": "申请人类型", "oneOf": _KINDS},
        "name": {"type": "string", "title": "名称", "maxLength": 200, "x-prefill": "legal_entity.name"},
        "identity": {
            "type": "string",
            "title": "证件号码",
            "x-masked": "id_number",
            "x-show-when": _WHEN_PERSON,
        },
        "uscc": {
            "type": "string",
            "title": "统一社会信用代码",
            "x-validator": "uscc",
            "x-show-when": _WHEN_ORGANISATION,
        },
        "phone": {"type": "string", "title": "联系电话", "x-validator": "phone", "x-masked": "phone"},
        "address": {"type": "string", "title": "住所", "maxLength": 200, "x-prefill": "legal_entity.address"},
    },
}
_DEFINITION = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": f"urn:chengshu:form:{FORM}",
    "type": "object",
    "title": "门户测试申请表",
    "x-prefill-keys": [{"register": "legal_entity", "key": "applicant.uscc"}],
    "x-order": ["applicant", "project_name", "remark", "consent"],
    "required": ["applicant", "project_name", "consent"],
    "additionalProperties": False,
    "properties": {
        "applicant": _APPLICANT,
        "project_name": {"type": "string", "title": "项目名称", "minLength": 2, "maxLength": 60},
        "remark": {"type": "string", "title": "备注", "maxLength": 500, "x-lines": 3},
        "consent": {"type": "boolean", "const": True, "title": "所填内容真实"},
    },
}

ELEMENTS: Final = replace(
    building.ELEMENTS,
    name="城镇排水许可",
    summary="向排水设施排放污水",
    form=FORM,
    keywords=("排水证",),
    topics=("水务",),
    unknown=("fees", "address"),
    materials=(
        Material("identity_document", "身份证明", when=("applicant:person",)),
        Material("business_licence", "营业执照", when=("applicant:organisation",), waived_by="legal_entity"),
        Material("proof", "场地证明", pledgeable=True, when=("site:leased",)),
        Material("report", "检测报告", necessity=Necessity.MAY_FOLLOW, defer_days=5),
    ),
    questions=(
        Question("applicant", "由谁申请", (Answer("person", "个人"), Answer("organisation", "单位"))),
        Question("site", "场地来源", (Answer("own", "自有"), Answer("leased", "租赁"))),
    ),
)


def put_in_force(elements: Elements = ELEMENTS) -> MatterView:
    """The form, a small process and the matter."""
    use_form()
    content = (building.MODELS / "permit.bpmn").read_text("utf-8").replace("@form@", FORM)
    building.deploy(CODE, content.replace('id="permit"', f'id="{CODE.replace(".", "_")}"').encode())
    return building.publish(elements)


def use_form() -> None:
    """As the form's designers put it in use."""
    actions = importlib.import_module("chengshu.engines.registers.actions")
    source = json.dumps(_DEFINITION, ensure_ascii=False)
    version = actions.create_form(unit=building.unit("data-bureau"), key=FORM, source=source)
    actions.publish_form_version(version=actions.send_form_version(version=version))


def know_company() -> None:
    """The register of legal entities knows the company."""
    registers.record_entity(
        unit=building.unit("market-regulation"),
        register="legal_entity",
        key=USCC,
        facts={"name": "某某餐饮有限公司", "address": "南沙区进港大道1号"},
        valid_from=date(2025, 1, 1),
        source="市场监管",
    )


def pdf(name: str = "材料.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, building.pdf(), "application/pdf")


PERSON_FORM: Final = {
    "f.applicant.kind": "person",
    "f.applicant.name": "某某",
    "f.applicant.identity": IDENTITY,
    "f.applicant.phone": "13800138000",
    "f.project_name": "测试项目",
    "f.consent": "on",
}
COMPANY_FORM: Final = {
    "f.applicant.kind": "organisation",
    "f.applicant.name": "某某餐饮有限公司",
    "f.applicant.uscc": USCC,
    "f.applicant.address": "南沙区进港大道1号",
    "f.applicant.phone": "13800138000",
    "f.project_name": "测试项目",
    "f.consent": "on",
}


@dataclass
class Walk:
    """Somebody who goes through the steps with a browser."""

    client: Client
    code: str = CODE
    answers: dict[str, str] = field(default_factory=lambda: {"q.site": "own"})

    @property
    def base(self) -> str:
        return f"/portal/apply/{self.code}/"

    def start(self, whom: str = "person", **more: str) -> HttpResponse:
        return self.post("", {"whom": whom, **self.answers, **more})

    def form(self, entries: dict[str, str] | None = None, **more: str) -> HttpResponse:
        return self.post("form/", {**(PERSON_FORM if entries is None else entries), **more})

    def materials(self, **ways: Any) -> HttpResponse:
        return self.post("materials/", {"next": "review", **ways})

    def file(self, **more: str) -> HttpResponse:
        return self.post("review/", {"request_key": self.request_key(), **more})

    def post(self, step: str, data: dict[str, Any]) -> HttpResponse:
        return self.client.post(self.base + step, data)  # type: ignore[return-value]

    def get(self, step: str) -> HttpResponse:
        return self.client.get(self.base + step)  # type: ignore[return-value]

    def request_key(self) -> str:
        found = re.search(r'name="request_key" value="([^"]+)"', text(self.get("review/")))
        return found[1] if found else ""

    def to_review(self) -> None:
        """A person's application, complete, with the identity document uploaded and the report to follow."""
        self.start()
        self.form()
        self.materials(**PERSON_WAYS())

    def filed(self) -> int:
        """A person's application, filed; its id."""
        self.to_review()
        return number_in(self.file())


def PERSON_WAYS() -> dict[str, Any]:  # noqa: N802 (a constant but for the upload, which is read once)
    return {
        "way.identity_document": "upload",
        "f._materials.identity_document.files": pdf(),
        "way.report": "defer",
        "deferral_signed": "on",
    }


def number_in(answer: HttpResponse) -> int:
    """The id in the address of a receipt."""
    found = re.search(r"/applications/(\d+)/receipt/", answer.headers.get("Location", ""))
    assert found, f"no receipt: {answer.status_code} {answer.headers.get('Location')} {errors_in(answer)}"
    return int(found[1])


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


def errors_in(answer: HttpResponse) -> list[str]:
    """What the error summary says."""
    summary = re.search(r'class="error-summary".*?</div>', text(answer), re.S)
    return re.findall(r"<li>(?:<a[^>]*>)?(.*?)(?:</a>)?</li>", summary[0]) if summary else []


def line_of(application_id: int) -> Any:
    return services.application(application_id)
