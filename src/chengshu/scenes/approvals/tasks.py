"""What comes round by itself: in the parts' own ``tasks.py``."""

from __future__ import annotations

from chengshu.scenes.approvals.parts import part_modules

part_modules("tasks")
