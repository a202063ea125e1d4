"""The forms of this scene: the adjustment of a matter, and the one form of each bundle."""

from __future__ import annotations

from chengshu.engines.registers.api import FormType, register_form_types

register_form_types(
    FormType("matters.adjustment", "forms/adjustment.json", unit="data-bureau"),
    FormType("matters.bundle_company", "forms/bundle_company.json", unit="data-bureau"),
    FormType("matters.bundle_acceptance", "forms/bundle_acceptance.json", unit="data-bureau"),
    FormType("matters.bundle_catering", "forms/bundle_catering.json", unit="data-bureau"),
)
