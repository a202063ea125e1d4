"""The papers of the environment-and-water matters: what each licence or approval says. All of it is Chinese."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from chengshu.hub.services.ports import PaperContent, PaperTemplate, register_paper

Facts = Mapping[str, Any]

TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "eia_report": ("环境影响报告书批复", "环批字"),
    "eia_form": ("环境影响报告表批复", "环批字"),
    "eia_report_pledged": ("环境影响报告书批复（告知承诺）", "环诺批字"),
    "eia_form_pledged": ("环境影响报告表批复（告知承诺）", "环诺批字"),
    "pollution_permit_first": ("排污许可证", "排污证字"),
    "pollution_permit_other": ("排污许可证", "排污证字"),
    "water_preliminary_design": ("水利工程初步设计文件批复", "水设批字"),
    "drainage_permit": ("城镇污水排入排水管网许可证", "排水证字"),
    "construction_drainage": ("城镇污水排入排水管网许可证（施工临时排水）", "临排证字"),
    "river_construction": ("河道管理范围内建设项目工程建设方案批复", "河建批字"),
    "soil_conservation": ("生产建设项目水土保持方案批复", "水保批字"),
}
"""Title of the result of each matter, and the word of its number."""
DUTIES: Final[Mapping[str, tuple[str, ...]]] = {
    "eia_report": (
        "建设项目应当严格执行配套的环境保护设施与主体工程同时设计、同时施工、同时投产使用的制度。",
        "建设项目的性质、规模、地点、采用的生产工艺或者防治污染、防止生态破坏的措施发生重大变动的，应当重新报批。",
        "自批准之日起超过五年方决定开工建设的，环境影响评价文件应当报本机关重新审核。",
    ),
    "pollution_permit_first": (
        "应当按照排污许可证的规定和有关标准控制污染物排放，建立环境管理台账，开展自行监测并如实公开。",
        "需要延续的，应当于有效期届满六十日前提出申请。",
    ),
    "drainage_permit": (
        "应当按照许可的排水类别、总量、时限、排放口位置和数量、排放的污染物项目和浓度排放污水。",
    ),
    "river_construction": (
        "工程开工前应当将施工安排报河道主管机关，施工期间服从防洪调度，完工后清除施工障碍。",
    ),
    "soil_conservation": (
        "水土保持设施应当与主体工程同时设计、同时施工、同时投产使用；验收合格后方可投产使用。",
    ),
    "water_preliminary_design": ("应当按照批准的初步设计组织实施；重大设计变更应当报本机关审批。",),
}
"""Duties that the law puts on whoever holds it; printed below the conditions of the decision."""
_SAME_DUTIES: Final = {
    "eia_form": "eia_report",
    "eia_report_pledged": "eia_report",
    "eia_form_pledged": "eia_report",
    "pollution_permit_other": "pollution_permit_first",
    "construction_drainage": "drainage_permit",
}
PLEDGED: Final = "本决定以申请人的书面承诺为依据。经核查承诺不实的，本机关依法撤销本决定，并记入信用记录。"


def duties_of(matter: str) -> tuple[str, ...]:
    """What stands below the conditions."""
    duties = DUTIES.get(_SAME_DUTIES.get(matter, matter), ())
    return (*duties, PLEDGED) if matter.endswith("_pledged") else duties


def _body(matter: str) -> Callable[[Facts], PaperContent]:
    title = TITLES[matter][0]
    is_permit = title.endswith(("许可证", "）")) and "许可证" in title

    def body(facts: Facts) -> PaperContent:
        opening = "准予" if is_permit else "同意"
        return PaperContent(
            paragraphs=(
                (
                    f"{facts['applicant']}：你（单位）提出的“{facts['matter']}”申请（申请编号：{facts['application']}）"
                    f"收悉。经审查，符合法定条件，{opening}"
                    f"{'按下列条件排放' if is_permit else '该申请文件，应当按下列要求落实'}。"
                ),
            ),
            table=_table(facts),
            items=(*(str(each) for each in facts.get("conditions") or ()), *duties_of(matter)),
        )

    return body


def _table(facts: Facts) -> tuple[tuple[str, str], ...]:
    wanted = (
        ("编号", "licence_number"),
        ("项目（单位）名称", "project"),
        ("有效期自", "valid_from"),
        ("有效期至", "valid_until"),
    )
    return tuple((label, str(facts[name])) for label, name in wanted if facts.get(name))


register_paper(
    *(
        PaperTemplate(
            "licence", title, prefix, _body(matter), local_codes=(f"approvals.{matter}",), addressed=False
        )
        for matter, (title, prefix) in TITLES.items()
    )
)
