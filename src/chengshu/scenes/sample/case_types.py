"""The processes of this scene."""

from __future__ import annotations

from chengshu.engines.cases.api import CaseType, register_case_types

register_case_types(
    CaseType(
        "sample.seal_use",
        "用印申请",
        process="processes/seal_use.bpmn",
        decisions=("processes/seal_level.dmn",),
        unit="data-bureau",
    )
)
