"""The processes of the environment-and-water matters, and the one for matters without a process of their own."""

from __future__ import annotations

from typing import Final

from chengshu.engines.cases.api import CaseType

UNIT: Final = "environment-water-approval"
_COMMON: Final = (
    "processes/review.bpmn",
    "processes/deferral.bpmn",
    "processes/delivery.bpmn",
    "processes/pledge_check.bpmn",
)
"""What is called by every process: review, deferred materials, delivery, check of a pledge."""
_NOTICES: Final = ("processes/env_notice_long.bpmn", "processes/env_notice_short.bpmn")


def _ordinary(name: str, title: str) -> CaseType:
    return CaseType(
        f"approvals.{name}", title, process=f"processes/env_{name}.bpmn", called=_COMMON, unit=UNIT
    )


def _with_notice(name: str, title: str) -> CaseType:
    return CaseType(
        f"approvals.{name}",
        title,
        process=f"processes/env_{name}.bpmn",
        decisions=("processes/env_notice.dmn",),
        called=(*_COMMON, *_NOTICES),
        unit=UNIT,
    )


CASE_TYPES: Final = (
    _with_notice("eia_report", "环境影响报告书审批（非告知承诺）"),
    _with_notice("eia_form", "环境影响报告表审批（非告知承诺）"),
    _ordinary("eia_report_pledged", "环境影响报告书审批（告知承诺）"),
    _ordinary("eia_form_pledged", "环境影响报告表审批（告知承诺）"),
    _ordinary("pollution_permit_first", "排污许可（首次申请、重新申请）"),
    _ordinary("pollution_permit_other", "排污许可（延续、变更等其他情形）"),
    _ordinary("water_preliminary_design", "水利工程初步设计文件审批"),
    _ordinary("drainage_permit", "排水许可（城镇污水排入排水管网许可）"),
    _ordinary("construction_drainage", "施工临时排水许可"),
    _ordinary("river_construction", "河道管理范围内建设项目工程建设方案审批"),
    _ordinary("soil_conservation", "生产建设项目水土保持方案审批（企业投资）"),
    CaseType(
        "approvals.general",
        "一般事项审批",
        process="processes/general.bpmn",
        called=_COMMON,
        unit="data-bureau",
    ),
)
