"""The forms of this part; paths count from the scene's folder."""

from __future__ import annotations

from typing import Final

from chengshu.engines.registers.api import FormType
from chengshu.scenes.approvals.construction.case_types import BUILDING, PLANNING


def _form(name: str, unit: str) -> FormType:
    return FormType(f"approvals.con_{name}", f"forms/con_{name}.json", unit=unit)


FORM_TYPES: Final = (
    _form("planning_verification", PLANNING),
    _form("planning_permit", PLANNING),
    _form("design_review", PLANNING),
    _form("energy_review", PLANNING),
    _form("site_check", PLANNING),
    _form("objection", PLANNING),
    _form("construction_permit", BUILDING),
    _form("completion_filing", BUILDING),
    _form("joint_acceptance", BUILDING),
    _form("special_opinion", BUILDING),
    _form("rectification", BUILDING),
)
