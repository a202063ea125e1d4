"""A small permit with its form, process and elements, and how tests put it in force, apply for it and decide it."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from chengshu.engines.cases import api as cases
from chengshu.engines.registers import api as registers
from chengshu.engines.registers.data import Form, Typed
from chengshu.foundation.asking import asking, current_asker
from chengshu.foundation.events.bus import deliver_waiting
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.testing.personas import Persona
from chengshu.hub.services import api
from chengshu.hub.services.data import (
    Answer,
    Applicant,
    Basis,
    BundleElements,
    Elements,
    Filed,
    Material,
    MatterView,
    Necessity,
    Question,
    TaskType,
)

MODELS = Path(__file__).parent / "models"
CODE = "test.permit"
FORM = "test.permit_form"
BEGIN = date(2026, 1, 1)
PERSON = Applicant("person", "某某", "440115200002291234", phone="13800138000")
ORGANISATION = Applicant("organisation", "某某餐饮有限公司", "91440115MA5900004H")

ELEMENTS = Elements(
    local_code=CODE,
    name="测试许可",
    unit="data-bureau",
    task_type=TaskType.PERMIT,
    summary="用于试验的许可",
    objects=("1", "2"),
    channels=("1", "2"),
    legal_limit="20wd",
    promised_limit="5wd",
    basis=(Basis("试验条例", "第一条"),),
    materials=(
        Material("identity_document", "身份证明"),
        Material("site_plan", "总平面图", necessity=Necessity.MAY_FOLLOW, defer_days=5),
        Material("proof", "场地证明", pledgeable=True, when=("site:leased",)),
        Material("business_licence", "营业执照", waived_by="legal_entity", when=("who:company",)),
    ),
    questions=(
        Question("who", "谁来申请", (Answer("person", "个人"), Answer("company", "企业"))),
        Question("site", "场地来源", (Answer("own", "自有"), Answer("leased", "租赁"))),
    ),
    topics=("开办",),
    keywords=("试验", "许可证"),
    labels=("online", "once"),
    regions=("collect",),
    process=CODE,
    form=FORM,
)
SIMPLE = ("who:person", "site:own")
"""Answers under which identity document and site plan are needed."""


def unit(key: str) -> Unit:
    return Unit.objects.get(key=key)


def put_in_force(elements: Elements = ELEMENTS, *, form: str = FORM, process: str = CODE) -> MatterView:
    """Form, process and matter, as the platform itself puts them in force."""
    use_form(form)
    content = (MODELS / "permit.bpmn").read_text("utf-8").replace("@form@", form)
    deploy(process, content.replace('id="permit"', f'id="{process.replace(".", "_")}"').encode())
    return publish(elements)


def use_form(key: str) -> None:
    """Form designers' own actions; the engine's door has no way in for them, since only its desk designs forms."""
    actions = importlib.import_module("chengshu.engines.registers.actions")
    source = (MODELS / "permit.json").read_text("utf-8").replace("@form@", key)
    version = actions.create_form(unit=unit("data-bureau"), key=key, source=source)
    actions.publish_form_version(version=actions.send_form_version(version=version))


def deploy(key: str, content: bytes) -> None:
    version = cases.save_draft(key=key, kind="process", content=content, unit_id=unit("data-bureau").pk)
    cases.submit_version(version_id=version)
    cases.deploy_version(version_id=version)


def publish(elements: Elements, effective_from: date = BEGIN) -> MatterView:
    return api.publish_matter(unit=unit(elements.unit), elements=elements, effective_from=effective_from)


@dataclass(frozen=True)
class Entry:
    """What somebody enters."""

    form: Form
    typed: Typed


def entry(**changes: Any) -> Entry:
    """A form that is filled in, apart from its materials."""
    form = registers.form(FORM)
    values: dict[str, Any] = {
        "project_name": "测试项目",
        "site_address": "南沙街",
        "phone": "13800138000",
        "consent": "on",
    }
    return Entry(form, registers.typed_of(form, {**values, **changes}))


def store(name: str = "材料.pdf") -> int:
    """A file of the asker's own."""
    return api.store_material(name=name, content=pdf())


def pdf() -> bytes:
    """A small whole PDF."""
    samples = importlib.import_module("chengshu.foundation.files.tests.samples")
    content: bytes = samples.pdf()
    return content


def apply(
    persona: Persona,
    *,
    applicant: Applicant = PERSON,
    answers: Sequence[str] = SIMPLE,
    materials: Sequence[str] = ("identity_document", "site_plan"),
    **more: Any,
) -> Filed:
    """The persona applies on the portal, with a file for each of these materials."""
    with asking(persona.asker()):
        filled = entry()
        files = {key: (store(f"{key}.pdf"),) for key in materials}
        return api.file_application(
            local_code=more.pop("local_code", CODE),
            form=filled.form,
            typed=filled.typed,
            applicant=applicant,
            answers=answers,
            files=files,
            channel="portal",
            **more,
        )


def decide(case_id: int, node: str, outcome: str, opinion: str = "") -> None:
    """Complete the open step of a case as the platform, and have everybody hear what happened."""
    assert current_asker().is_system
    task = next(
        task for task in cases.case_view(case_id).tasks if task.node == node and task.completed_at is None
    )
    cases.complete_task(task_id=task.task_id, outcome=outcome, opinion=opinion)
    hear()


def hear() -> None:
    """Deliver every event that waits, and those that follow from them."""
    while deliver_waiting():
        pass


def bundle_of(*codes: str, **changes: Any) -> BundleElements:
    elements = BundleElements(
        key="test.bundle",
        name="测试一件事",
        items=tuple((code, ()) for code in codes),
        form=FORM,
        lead_unit="data-bureau",
        total_limit="5wd",
    )
    return replace(elements, **changes)
