"""Which roles carry which powers over the cockpit: everybody at work looks, who leads or designs also defines."""

from __future__ import annotations

from chengshu.foundation.orgs.roles import grant

for _role in (
    "window_clerk",
    "reviewer",
    "section_head",
    "hotline_operator",
    "handling_unit_officer",
    "operations_officer",
    "unit_officer",
    "unit_head",
    "department_performance_officer",
    "department_head",
    "finance_reviewer",
    "supervisor",
    "integrator",
):
    grant(_role, "cockpit.view")
for _role in (
    "section_head",
    "department_performance_officer",
    "department_head",
    "supervisor",
    "integrator",
):
    grant(_role, "cockpit.create_view", "cockpit.revise_view", "cockpit.retire_view")
for _role in ("department_performance_officer", "department_head", "supervisor"):
    grant(_role, "cockpit.save_score", "cockpit.set_base_map")
