"""Which roles carry which powers of this scene: in the parts' own ``roles.py``."""

from __future__ import annotations

from chengshu.scenes.approvals.parts import part_modules

part_modules("roles")
