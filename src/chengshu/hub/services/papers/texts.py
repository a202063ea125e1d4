"""The general papers, as they are worded when a matter brings none of its own. Everything printed is Chinese.

Sources: Administrative Licensing Law (行政许可法) Articles 32, 38, 42, 44, 45; Administrative Reconsideration Law
(行政复议法, 2023) Article 20: sixty days; Administrative Litigation Law (行政诉讼法) Article 46: six months.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from chengshu.hub.services.papers.facts import chinese_date
from chengshu.hub.services.ports import PaperContent, PaperTemplate, register_paper

Facts = Mapping[str, Any]

REMEDY: Final = (
    "如对本决定不服，可以自收到本决定书之日起六十日内依法申请行政复议，"
    "或者自收到本决定书之日起六个月内依法向人民法院提起行政诉讼。"
)
STATES: Final = {
    "uploaded": "已提交电子件",
    "reused": "复用已有材料",
    "waived": "数据共享免提交",
    "pledged": "告知承诺",
    "lacking": "容缺后补",
    "paper": "已提交纸质件",
}


def receipt(facts: Facts) -> PaperContent:
    return PaperContent(
        paragraphs=(
            f"你（单位）关于“{facts['matter']}”的申请，本机关已于{_date(facts['filed_on'])}收到。收到的材料如下：",
        ),
        table=(("申请编号", facts["application"]), *_materials(facts)),
        items=tuple(facts["parts"]),
        closing=(
            "本回执仅证明收到申请和上列材料，不代表已经受理。凭申请编号和查询码可以查询办理进度，查询码请妥善保管。",
        ),
    )


def acceptance(facts: Facts) -> PaperContent:
    limits = _limits(facts)
    return PaperContent(
        paragraphs=(
            (
                f"{_filed(facts)}经审查，申请材料齐全、符合法定形式，{_under(facts, '第三十二条')}，"
                "本机关决定予以受理。"
            ),
            f"{limits}依法需要听证、招标、拍卖、检验、检测、检疫、鉴定和专家评审的，所需时间不计算在内，"
            "本机关将另行书面告知。"
            if limits
            else "",
        ),
        table=_dates(facts),
    )


def non_acceptance(facts: Facts) -> PaperContent:
    return PaperContent(
        paragraphs=(
            f"{_filed(facts)}经审查，{_under(facts, '第三十二条第一款')}，本机关决定不予受理。理由如下：",
        ),
        items=_reasons(facts),
        closing=(_competent(facts), *_remedies(facts)),
    )


def not_needed(facts: Facts) -> PaperContent:
    return PaperContent(
        paragraphs=(
            (
                f"{_filed(facts)}经审查，依法不需要{_licence(facts)}，"
                f"{_under(facts, '第三十二条第一款第一项')}，"
                "本机关不受理该申请，特此告知。"
            ),
        ),
        items=_reasons(facts),
        closing=_remedies(facts),
    )


def supplement_notice(facts: Facts) -> PaperContent:
    items = tuple(facts.get("items") or ()) or _reasons(facts)
    return PaperContent(
        paragraphs=(
            (
                f"{_filed(facts)}申请材料不齐全或者不符合法定形式，{_under(facts, '第三十二条第一款第四项')}，"
                "现一次性告知你（单位）需要补正的全部内容："
            ),
        ),
        items=items,
        closing=(
            (
                "请按照上列内容一次性补正后提交。逾期不告知的，自收到申请材料之日起即为受理；"
                "未列入本告知书的内容，本机关不再要求补正。"
            ),
        ),
    )


def special_procedure(facts: Facts) -> PaperContent:
    return PaperContent(
        paragraphs=(
            (
                f"你（单位）提出的“{facts['matter']}”申请（申请编号：{facts['application']}），依法需要进行"
                f"{facts.get('procedure') or '下列特别程序'}，{_under(facts, '第四十五条')}，"
                "所需时间不计算在办理期限内，现予书面告知。"
            ),
        ),
        table=tuple(
            (label, str(facts[name]))
            for label, name in (("所需时间", "time_needed"), ("起始日期", "from_day"), ("依据", "ground"))
            if facts.get(name)
        ),
        items=tuple(facts.get("special") or ()) if not facts.get("procedure") else (),
    )


def extension(facts: Facts) -> PaperContent:
    return PaperContent(
        paragraphs=(
            (
                f"你（单位）提出的“{facts['matter']}”申请（申请编号：{facts['application']}），因在法定期限内不能作出决定，"
                f"{_under(facts, '第四十二条')}，经本机关负责人批准，办理期限延长"
                f"{facts.get('extended_by') or '十个工作日'}。延长的理由如下："
            ),
        ),
        items=_reasons(facts),
        table=(("延长后的期限", str(facts["new_due_on"])),) if facts.get("new_due_on") else (),
    )


def granted(facts: Facts) -> PaperContent:
    verb = "准予行政许可" if facts["is_permit"] else "准予办理"
    legal = _under(facts, "第三十八条第一款")
    return PaperContent(
        paragraphs=(f"{_filed(facts)}经审查，符合法定条件、标准，{legal}，本机关决定{verb}。",),
        table=tuple(
            (label, str(facts[name]))
            for label, name in (
                ("办理结果", "result_name"),
                ("有效期", "validity"),
                ("受理日期", "accepted_on"),
            )
            if facts.get(name)
        ),
        items=tuple(facts.get("conditions") or ()),
        closing=(_opinion(facts), _lacking(facts)),
    )


def refused(facts: Facts) -> PaperContent:
    verb = "不予行政许可" if facts["is_permit"] else "不予办理"
    legal = _under(facts, "第三十八条第二款")
    return PaperContent(
        paragraphs=(f"{_filed(facts)}经审查，不符合法定条件、标准，{legal}，本机关决定{verb}。理由如下：",),
        items=_reasons(facts),
        closing=_remedies(facts),
    )


def pledge(facts: Facts) -> PaperContent:
    return PaperContent(
        paragraphs=(
            (
                f"申请人就“{facts['matter']}”申请（申请编号：{facts['application']}）选择适用告知承诺办理，"
                "已经知晓行政机关告知的全部内容，并作出如下承诺："
            ),
        ),
        table=tuple(_materials(facts, "pledged")),
        items=(
            "所作承诺是申请人真实意思的表示，所填写的信息真实、准确；",
            "已经符合行政机关告知的条件、标准和要求；",
            "愿意接受行政机关的核查，并承担不实承诺、违反承诺的法律责任。",
        ),
        closing=("经核查承诺不实的，本机关将依法终止办理或者撤销决定，并依法记入信用记录。",),
    )


def deferral(facts: Facts) -> PaperContent:
    return PaperContent(
        paragraphs=(
            (
                f"“{facts['matter']}”申请（申请编号：{facts['application']}）的下列材料可以容缺后补，"
                "申请人承诺在所列日期前补齐："
            ),
        ),
        table=tuple(_materials(facts, "lacking")),
        closing=("逾期不补齐的，本机关可以不予颁发办理结果，或者依法退回申请。",),
    )


def notice(facts: Facts) -> PaperContent:
    return PaperContent(
        paragraphs=tuple(str(facts.get("text") or facts.get("reasons") or "").splitlines()) or ("",),
        items=tuple(facts.get("items") or ()),
    )


def licence(facts: Facts) -> PaperContent:
    return PaperContent(
        paragraphs=(
            str(facts.get("text") or f"兹证明{facts['applicant']}已取得“{facts['matter']}”办理结果。"),
        ),
        table=tuple((str(name), str(value)) for name, value in facts.get("table") or ()),
        items=tuple(facts.get("conditions") or ()),
        closing=(f"有效期：{facts['validity']}" if facts.get("validity") else "",),
    )


def _filed(facts: Facts) -> str:
    day, matter, number = _date(facts["filed_on"]), facts["matter"], facts["application"]
    return f"你（单位）于{day}提出的“{matter}”申请（申请编号：{number}），"


def _materials(facts: Facts, state: str = "") -> list[tuple[str, str]]:
    """Name and how it came, of every material that was needed, or of those in one state."""
    lines = []
    for each in facts["materials"]:
        if each["state"] == "not_needed" or (state and each["state"] != state):
            continue
        due = f"（{_date(each['due_on'])}前补齐）" if each["due_on"] else ""
        lines.append((each["name"], f"{STATES.get(each['state'], each['state'])}{due}"))
    return lines


def _under(facts: Facts, article: str) -> str:
    """The law: the article of that of permits where it is one, else the matter's own first basis."""
    if facts["is_permit"]:
        return f"依据《中华人民共和国行政许可法》{article}的规定"
    basis: Sequence[str] = facts["basis"]
    return f"依据{basis[0]}的规定" if basis else "依据有关规定"


def _licence(facts: Facts) -> str:
    return "取得行政许可" if facts["is_permit"] else "办理该事项"


def _limits(facts: Facts) -> str:
    parts = [
        f"{label}{facts[name]}"
        for label, name in (("法定办结时限为", "legal_limit"), ("承诺办结时限为", "promised_limit"))
        if facts[name]
    ]
    return f"本事项{'，'.join(parts)}。" if parts else ""


def _dates(facts: Facts) -> tuple[tuple[str, str], ...]:
    wanted = (("受理日期", "accepted_on"), ("预计办结日期", "due_on"))
    return tuple((label, str(facts[name])) for label, name in wanted if facts.get(name))


def _reasons(facts: Facts) -> tuple[str, ...]:
    text = str(facts.get("reasons") or "").strip()
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _remedies(facts: Facts) -> tuple[str, ...]:
    return (*(str(each) for each in facts["remedies"]),) or (REMEDY,)


def _competent(facts: Facts) -> str:
    unit = facts.get("competent_unit")
    return f"请向{unit}提出申请。" if unit else ""


def _opinion(facts: Facts) -> str:
    text = str(facts.get("reasons") or "").strip()
    return f"审查意见：{text}" if text else ""


def _lacking(facts: Facts) -> str:
    return "申请人应当按承诺日期补齐容缺材料。" if _materials(facts, "lacking") else ""


def _date(iso: str) -> str:
    return chinese_date(date.fromisoformat(iso)) if iso else ""


register_paper(
    PaperTemplate("receipt", "收件回执", "", receipt),
    PaperTemplate("acceptance", "受理通知书", "受字", acceptance),
    PaperTemplate("non_acceptance", "不予受理决定书", "不受字", non_acceptance),
    PaperTemplate("not_needed", "不受理告知书", "告字", not_needed),
    PaperTemplate("supplement_notice", "补正告知书", "补字", supplement_notice),
    PaperTemplate("special_procedure_notice", "特别程序告知书", "特字", special_procedure),
    PaperTemplate("extension_notice", "延长办理期限告知书", "延字", extension),
    PaperTemplate(
        "decision_granted", "准予行政许可决定书", "准字", granted, extra={"plain_title": "准予办理决定书"}
    ),
    PaperTemplate(
        "decision_refused", "不予行政许可决定书", "不准字", refused, extra={"plain_title": "不予办理决定书"}
    ),
    PaperTemplate("licence", "办理结果", "证字", licence, addressed=False),
    PaperTemplate("pledge_letter", "告知承诺书", "诺字", pledge, addressed=False, sealed=False),
    PaperTemplate("deferral_letter", "容缺受理承诺书", "容字", deferral, addressed=False, sealed=False),
    PaperTemplate("notice", "通知书", "通字", notice),
    PaperTemplate("joint_opinion", "联合验收意见书", "联字", notice),
)
