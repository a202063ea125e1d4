"""Files that come with a decision need a place: who decides may store them. Powers over cases are the engine's own."""

from __future__ import annotations

from chengshu.foundation.orgs.roles import grant

for _key in ("section_head", "reviewer", "window_clerk", "handling_unit_officer", "department_head"):
    grant(_key, "files.view", "files.store_file")
