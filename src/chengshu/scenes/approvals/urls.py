"""Pages: each part lists its own as ``URLPATTERNS``."""

from __future__ import annotations

from chengshu.scenes.approvals.parts import gathered

urlpatterns = [*gathered("urls", "URLPATTERNS")]
