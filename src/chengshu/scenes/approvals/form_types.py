"""The forms of this scene: each part lists its own as ``FORM_TYPES``, with paths from this folder."""

from __future__ import annotations

from chengshu.engines.registers.api import register_form_types
from chengshu.scenes.approvals.parts import gathered

register_form_types(*gathered("form_types", "FORM_TYPES"))
