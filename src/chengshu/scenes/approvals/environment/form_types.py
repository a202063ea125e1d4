"""The forms of the environment-and-water matters and of the steps that their processes share."""

from __future__ import annotations

from typing import Final

from chengshu.engines.registers.api import FormType

UNIT: Final = "environment-water-approval"
MATTERS: Final = (
    "eia_report",
    "eia_form",
    "eia_report_pledged",
    "eia_form_pledged",
    "pollution_permit_first",
    "pollution_permit_other",
    "water_preliminary_design",
    "drainage_permit",
    "construction_drainage",
    "river_construction",
    "soil_conservation",
)
_NOTICES: Final = ("env_notice_long", "env_notice_short")
_SHARED: Final = (
    "general",
    "review",
    "special_procedure",
    "expert_opinion",
    "site_check",
    "decision",
    "licence",
    "delivery",
    "notice_result",
    "pledge_check",
)

FORM_TYPES: Final = (
    *(FormType(f"approvals.{name}", f"forms/env_{name}.json", unit=UNIT) for name in MATTERS),
    *(FormType(f"approvals.{name}", f"forms/{name}.json", unit=UNIT) for name in _NOTICES),
    *(FormType(f"approvals.{name}", f"forms/{name}.json") for name in _SHARED),
)
