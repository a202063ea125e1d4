"""The forms of this scene."""

from __future__ import annotations

from chengshu.engines.registers.api import FormType, register_form_types

register_form_types(
    FormType("operations.respond", "forms/respond.json", unit="data-bureau"),
    FormType("operations.repair", "forms/repair.json", unit="data-bureau"),
    FormType("operations.confirm", "forms/confirm.json", unit="data-bureau"),
)
