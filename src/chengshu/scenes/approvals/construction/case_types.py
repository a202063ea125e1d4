"""The processes of this part; paths count from the scene's folder."""

from __future__ import annotations

from typing import Final

from chengshu.engines.cases.api import CaseType

PLANNING: Final = "land-planning-approval"
BUILDING: Final = "construction-approval"


def _type(name: str, title: str, unit: str) -> CaseType:
    return CaseType(f"approvals.{name}", title, process=f"processes/con_{name}.bpmn", unit=unit)


CASE_TYPES: Final = (
    _type("planning_verification", "规划条件核实", PLANNING),
    _type("planning_permit", "建设工程规划许可", PLANNING),
    _type("design_review", "设计方案审查", PLANNING),
    _type("energy_review", "固定资产投资项目节能审查", PLANNING),
    _type("construction_permit", "建筑工程施工许可", BUILDING),
    _type("joint_acceptance", "联合验收", BUILDING),
    _type("completion_filing", "竣工验收备案", BUILDING),
    _type("objection", "公示异议", PLANNING),
)
