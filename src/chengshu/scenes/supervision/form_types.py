"""The forms of this scene."""

from __future__ import annotations

from chengshu.engines.registers.api import FormType, register_form_types

register_form_types(
    FormType("supervision.bad_rating_assign", "forms/bad_rating_assign.json", unit="data-bureau"),
    FormType("supervision.bad_rating_rectify", "forms/bad_rating_rectify.json", unit="data-bureau"),
)
