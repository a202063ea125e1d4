"""The processes of this scene."""

from __future__ import annotations

from chengshu.engines.cases.api import CaseType, register_case_types

register_case_types(
    CaseType(
        "supervision.bad_rating", "差评核实整改", process="processes/bad_rating.bpmn", unit="data-bureau"
    ),
    CaseType(
        "supervision.rectification",
        "检查发现问题整改",
        process="processes/rectification.bpmn",
        unit="data-bureau",
    ),
)
