"""The shipped catalogue: matters, bundles, texts of law and bureaus as facts, read from the TOML files beside this.

The files are short because what every matter shares is filled in here: who applies and through whom (the first two
questions of each guide), the procedure of the platform, the remedies of the law. What a file does not say is not known:
it stays empty and is named in ``unknown``. No code is ever invented.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from chengshu.hub.services.data import (
    Answer,
    Basis,
    BundleElements,
    Elements,
    Fee,
    Material,
    Necessity,
    Question,
    SpecialProcedure,
    Step,
    TaskType,
)
from chengshu.scenes.matters.elements import FREE, settled

FOLDER: Final = Path(__file__).parent
GENERAL: Final = "approvals.general"
"""The process and form of matters that have none of their own."""

NOT_APPLIED_FOR: Final = (TaskType.PENALTY, TaskType.COERCION, TaskType.LEVY, TaskType.INSPECTION)
_ACTS: Final = (TaskType.PERMIT, TaskType.BENEFIT, TaskType.CONFIRMATION, TaskType.RULING, TaskType.OTHER)
_LABELS: Final = {"A": "at_once", "O": "online", "N": "nearby", "1": "once", "W": "one_window"}
_SOURCES: Final = "依据所列法律法规编制；标签和到现场次数为平台初始值，待实施单位核定。"
_HOURS: Final = "法定工作日 9:00–12:00，13:00–17:00"
_NUMERALS: Final = "零一二三四五六七八九"
_MATERIAL: Final = re.compile(
    r"(?P<key>[a-z_0-9]+)(?P<optional>\?)?(?P<pledge>~)?(?:@(?P<when>[a-z_]+:[a-z_]+))?(?:\+(?P<days>\d+))?"
)


@dataclass(frozen=True)
class LawFact:
    """A text of law. ``until`` is the first day on which it does not hold any more."""

    key: str
    name: str
    number: str = ""
    since: date | None = None
    until: date | None = None
    replaced_by: str = ""


@dataclass(frozen=True)
class BureauFact:
    """A unit that the catalogue names and the base structure does not list."""

    key: str
    name: str
    short_name: str
    name_en: str
    source: str


@dataclass(frozen=True)
class MatterFact:
    """A shipped matter.

    :param devolved: a power that the law gives to a higher authority
    :param has_annual_check: its result is looked over every year
    """

    elements: Elements
    domain: str
    devolved: bool = False
    has_annual_check: bool = False


@dataclass(frozen=True)
class LedgerFact:
    """What the target table states about delegated powers: how many, and since when; not which."""

    stated_total: int
    stated_since: int
    source: str


@cache
def laws() -> dict[str, LawFact]:
    """Texts of law by key."""
    return {key: LawFact(key=key, **entry) for key, entry in _read("laws.toml")["law"].items()}


@cache
def bureaus() -> tuple[BureauFact, ...]:
    content = _read("bureaus.toml")
    return tuple(
        BureauFact(one["key"], one["name"], one["short"], one["en"], content["source"])
        for one in content["unit"]
    )


@cache
def matters() -> tuple[MatterFact, ...]:
    """Every shipped matter, by local code."""
    found = [fact for path in _catalogue() for fact in _of_file(path)]
    return tuple(sorted(found, key=lambda fact: fact.elements.local_code))


@cache
def local_codes() -> frozenset[str]:
    """The codes of every shipped matter, without making the matters themselves."""
    contents = [_read(f"catalogue/{path.name}") for path in _catalogue()]
    return frozenset(f"{one['domain']}.{entry['key']}" for one in contents for entry in one["matters"])


def _catalogue() -> list[Path]:
    return sorted((FOLDER / "catalogue").glob("*.toml"))


@cache
def bundles() -> tuple[BundleElements, ...]:
    return tuple(_bundle(entry) for entry in _read("bundles.toml")["bundle"])


@cache
def ledger() -> LedgerFact:
    return LedgerFact(**_read("delegated.toml"))


@cache
def _materials() -> dict[str, Material]:
    return {key: _shared_material(key, entry) for key, entry in _read("materials.toml").items()}


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text("utf-8"))


def _shared_material(key: str, entry: Mapping[str, Any]) -> Material:
    return Material(
        key=key,
        name=entry["name"],
        kind=entry.get("kind", "3"),
        form=entry.get("form", "3"),
        source=entry.get("source", "10"),
        issued_by=entry.get("issued_by", ""),
        note=entry.get("note", ""),
        waived_by=entry.get("waived", ""),
        pledgeable=entry.get("pledge", False),
    )


def _of_file(path: Path) -> Iterator[MatterFact]:
    content = _read(f"catalogue/{path.name}")
    guides = content.get("guides", {})
    if strange := set(guides) - {entry["key"] for entry in content["matters"]}:
        raise ValueError(f"{path.name}: guides of no matter: {sorted(strange)}")
    for entry in content["matters"]:
        elements = _elements(content, entry, guides.get(entry["key"], {}).get("questions", ()))
        yield MatterFact(
            settled(elements),
            content["domain"],
            entry.get("devolved", False),
            entry.get("annual", False),
        )


def _elements(content: Mapping[str, Any], entry: Mapping[str, Any], guide: Any) -> Elements:
    task_type = TaskType(entry["type"])
    local_code = f"{content['domain']}.{entry['key']}"
    is_applied_for = task_type not in NOT_APPLIED_FOR and entry.get("apply", True)
    process = entry.get("process", local_code if content.get("own_process") else GENERAL)
    objects = tuple(entry["to"])
    common = Elements(
        local_code=local_code,
        name=entry["name"],
        unit=entry.get("unit", content.get("unit", "")),
        task_type=task_type,
        objects=objects,
        basis=tuple(_basis(each) for each in entry["basis"]),
        topics=tuple(entry["topics"]),
        keywords=tuple(entry.get("words", ())),
        legal_limit=_legal_limit(entry, task_type),
        limit_note=entry.get("note", ""),
        rule=entry.get("rule", ""),
        phones=("12345",),
        complaint_phones=("12345",),
        remedies=_remedies(task_type),
        channels=(),
        sources=tuple(content.get("sources", (_SOURCES,))),
    )
    return _applied_for(common, entry, guide, process) if is_applied_for else common


def _applied_for(common: Elements, entry: Mapping[str, Any], guide: Any, process: str) -> Elements:
    """What a matter that people apply for says beyond the others."""
    labels = tuple(_LABELS[letter] for letter in entry.get("at", ""))
    is_online = "online" in labels
    materials = (*_of_applicant(common.objects), *(_material(each) for each in entry["need"]))
    if entry.get("pledge") and not any(_is_pledged(each) for each in materials):
        materials = (*materials, _material("commitment_letter?"))
    return replace(
        common,
        process=process,
        form=entry.get("form", process),
        questions=(*_about_applicant(common.objects), *(_question(each) for each in guide)),
        materials=_once(materials),
        case_kind=entry.get("kind", "2"),
        promised_limit=entry.get("promise", ""),
        labels=labels,
        visits=entry.get("visits", 0 if is_online else 1),
        channels=("1", "2") if is_online else ("1",),
        depth=("1", "2", "3", "4", "5", "6") if is_online else ("1",),
        regions=tuple(filter(None, entry.get("regions", "").split(","))),
        steps=_steps(entry.get("kind", "2")),
        special=tuple(SpecialProcedure(*each.split("|")) for each in entry.get("special", ())),
        fees=_fees(entry.get("fee", ""), common.task_type),
        hours=_HOURS,
        result_name=entry["result"],
        result_kind=entry.get("result_kind", ""),
        validity=entry.get("validity", ""),
        intermediary="、".join(sorted({each.issued_by for each in materials if each.source == "99"} - {""})),
        pledge=entry.get("pledge", False),
    )


def _is_pledged(material: Material) -> bool:
    return material.pledgeable or material.key.endswith(("pledge", "commitment_letter"))


def _legal_limit(entry: Mapping[str, Any], task_type: TaskType) -> str:
    """What the entry says; a licence under the general rule has the limit of 行政许可法 Art. 42."""
    stated: str = entry.get("legal", "")
    general = task_type is TaskType.PERMIT and entry.get("rule") == "general_permit"
    return stated or ("20wd" if general else "")


def _basis(text: str) -> Basis:
    """``construction:7`` is Art. 7 of the law with that key; without a number the article is not known."""
    key, _colon, article = text.partition(":")
    law = laws()[key]
    return Basis(
        law=law.name,
        article=f"第{_in_chinese(int(article))}条" if article else "",
        document_number=law.number,
        in_force_until=law.until,
    )


def _in_chinese(number: int) -> str:
    """``43`` → 四十三; articles go up to four digits."""
    digits = str(number)
    words = ""
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        if digit != "0":
            words += _NUMERALS[int(digit)] + ("", "十", "百", "千")[place]
        elif words and not words.endswith("零"):
            words += "零"
    words = words.rstrip("零")
    return words[1:] if words.startswith("一十") else words


def _material(text: str) -> Material:
    """``site_plan?~@food:yes+5``: optional, replaceable by a pledge, under an answer, within five working days."""
    found = _MATERIAL.fullmatch(text)
    if found is None:
        raise ValueError(f"a material cannot be read: {text}")
    shared = _materials()[found["key"]]
    days = int(found["days"]) if found["days"] else None
    necessity = (
        Necessity.MAY_FOLLOW if days else Necessity.OPTIONAL if found["optional"] else shared.necessity
    )
    return replace(
        shared,
        necessity=necessity,
        defer_days=days,
        pledgeable=bool(found["pledge"]),
        when=(found["when"],) if found["when"] else (),
    )


def _of_applicant(objects: tuple[str, ...]) -> tuple[Material, ...]:
    """What everybody shows of themselves: persons their identity, organisations their licence, agents their power."""
    both = _is_for_both(objects)
    shown = []
    if "1" in objects:
        shown.append(_material("identity_document@applicant:person" if both else "identity_document"))
    if set(objects) - {"1"}:
        shown.append(_material("business_licence@applicant:organisation" if both else "business_licence"))
    return (*shown, _material("authorisation_letter@agent:agent"))


def _about_applicant(objects: tuple[str, ...]) -> tuple[Question, ...]:
    who = Question(
        "applicant",
        "由谁申请？",
        (Answer("person", "个人"), Answer("organisation", "单位（企业、其他组织）")),
    )
    agent = Question(
        "agent",
        "是否由他人代办？",
        (Answer("self", "本人（本单位）办理"), Answer("agent", "委托他人办理")),
        help="委托他人办理的，提交授权委托书；已在平台授权的不需要。",
    )
    return (who, agent) if _is_for_both(objects) else (agent,)


def _is_for_both(objects: tuple[str, ...]) -> bool:
    return "1" in objects and len(objects) > 1


def _once(materials: tuple[Material, ...]) -> tuple[Material, ...]:
    """Each material one time; what a matter asks for by itself comes before what everybody shows."""
    return tuple({each.key: each for each in materials}.values())


def _question(entry: Mapping[str, Any]) -> Question:
    answers = [text.partition("=") for text in entry["answers"]]
    return Question(
        entry["key"],
        entry["title"],
        tuple(Answer(key, title) for key, _equals, title in answers),
        tuple(entry.get("when", ())),
        entry.get("help", ""),
    )


def _steps(case_kind: str) -> tuple[Step, ...]:
    """The procedure of the platform: received in front, examined behind, handed out in front."""
    first = (Step("收件", "窗口受理岗"), Step("受理", "窗口受理岗"))
    if case_kind == "1":
        return (*first, Step("办理", "审查岗"), Step("送达", "窗口受理岗"))
    return (*first, Step("审查", "审查岗"), Step("决定", "科室负责人"), Step("送达", "窗口受理岗"))


def _fees(text: str, task_type: TaskType) -> tuple[Fee, ...]:
    """What the entry says; a licence is free unless a law says otherwise (行政许可法 Art. 58)."""
    if text == FREE.name or (not text and task_type is TaskType.PERMIT):
        return (FREE,)
    if text:
        standard, _bar, basis = text.partition("|")
        return (Fee("办理费用", standard, basis),)
    return ()


def _remedies(task_type: TaskType) -> tuple[str, ...]:
    if task_type is TaskType.PUBLIC_SERVICE:
        return ("可以向12345政务服务便民热线反映。",)
    return (
        "行政复议：自知道或者应当知道该行政行为之日起六十日内提出（行政复议法第二十条）。",
        "行政诉讼：自知道或者应当知道作出行政行为之日起六个月内提起（行政诉讼法第四十六条）。",
    )


def _bundle(entry: Mapping[str, Any]) -> BundleElements:
    items = [text.partition("@") for text in entry["items"]]
    return BundleElements(
        key=entry["key"],
        name=entry["name"],
        items=tuple((code, (when,) if when else ()) for code, _at, when in items),
        form=entry["form"],
        lead_unit=entry["lead_unit"],
        summary=entry["summary"],
        questions=tuple(_question(each) for each in entry["questions"]),
        total_limit=entry["total_limit"],
        topics=tuple(entry["topics"]),
        sources=tuple(entry["sources"]),
    )
