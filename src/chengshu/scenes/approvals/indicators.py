"""What this scene counts: in the parts' own ``indicators.py``."""

from __future__ import annotations

from chengshu.scenes.approvals.parts import part_modules

part_modules("indicators")
