"""What this scene hears: in the parts' own ``listeners.py``."""

from __future__ import annotations

from chengshu.scenes.approvals.parts import part_modules

part_modules("listeners")
