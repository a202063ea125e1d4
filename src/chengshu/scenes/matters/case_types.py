"""The process of this scene."""

from __future__ import annotations

from chengshu.engines.cases.api import CaseType, register_case_types

register_case_types(
    CaseType(
        "matters.adjustment",
        "事项动态调整",
        process="processes/adjustment.bpmn",
        unit="data-bureau",
    )
)
