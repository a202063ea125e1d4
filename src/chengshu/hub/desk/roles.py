"""Who may enter the desk: those who draw, and those who review and deploy; what they do there is the engine's power."""

from __future__ import annotations

from chengshu.foundation.orgs.roles import grant

for _role in (
    "section_head",
    "reviewer",
    "department_performance_officer",
    "unit_head",
    "department_head",
    "integrator",
    "supervisor",
):
    grant(_role, "desk.view")
