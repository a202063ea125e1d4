"""The process of this scene."""

from __future__ import annotations

from chengshu.engines.cases.api import CaseType, register_case_types

register_case_types(
    CaseType("operations.ticket", "运维工单", process="processes/ticket.bpmn", unit="data-bureau"),
)
