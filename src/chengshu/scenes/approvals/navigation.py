"""The places of this scene in the menu: in the parts' own ``navigation.py``."""

from __future__ import annotations

from chengshu.scenes.approvals.parts import part_modules

part_modules("navigation")
