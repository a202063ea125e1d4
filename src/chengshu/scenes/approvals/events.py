"""What this scene announces: in the parts' own ``events.py``."""

from __future__ import annotations

from chengshu.scenes.approvals.parts import part_modules

part_modules("events")
