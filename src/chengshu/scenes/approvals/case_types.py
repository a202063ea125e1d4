"""The processes of this scene: each part lists its own as ``CASE_TYPES``, with paths from this folder."""

from __future__ import annotations

from chengshu.engines.cases.api import register_case_types
from chengshu.scenes.approvals.parts import gathered

register_case_types(*gathered("case_types", "CASE_TYPES"))
