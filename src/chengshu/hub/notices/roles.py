"""Which roles carry which powers over notices: everybody at work reads, who leads or designs also sends."""

from __future__ import annotations

from chengshu.foundation.orgs.roles import grant

STAFF = (
    "window_clerk",
    "reviewer",
    "section_head",
    "hotline_operator",
    "handling_unit_officer",
    "unit_officer",
    "unit_head",
    "department_performance_officer",
    "department_head",
    "finance_reviewer",
    "supervisor",
    "integrator",
)
for _role in STAFF:
    grant(_role, "notices.view", "notices.read_notice")
for _role in (
    "section_head",
    "reviewer",
    "department_performance_officer",
    "unit_head",
    "department_head",
    "integrator",
):
    grant(_role, "notices.send_notice", "notices.clear_notices")
