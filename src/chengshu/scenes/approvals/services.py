"""What processes call, and the papers of this scene: in the parts' own ``services.py``."""

from __future__ import annotations

from chengshu.scenes.approvals.parts import part_modules

part_modules("services")
