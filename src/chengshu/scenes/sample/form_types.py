"""The forms of this scene."""

from __future__ import annotations

from chengshu.engines.registers.api import FormType, register_form_types

register_form_types(
    FormType("sample.seal_use", "forms/seal_use.json", unit="data-bureau"),
    FormType("sample.seal_review", "forms/seal_review.json", unit="data-bureau"),
    FormType("sample.seal_record", "forms/seal_record.json", unit="data-bureau"),
)
