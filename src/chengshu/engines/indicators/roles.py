"""Which roles carry which powers over indicators."""

from __future__ import annotations

from chengshu.foundation.orgs.roles import grant

for _key in (
    "unit_officer",
    "unit_head",
    "department_performance_officer",
    "department_head",
    "section_head",
    "reviewer",
    "window_clerk",
    "finance_reviewer",
    "supervisor",
    "system_administrator",
):
    grant(_key, "indicators.view", "indicators.take_pack")
for _key in ("unit_head", "department_performance_officer", "department_head", "supervisor"):
    grant(_key, "indicators.evaluate", "indicators.set_thresholds")
grant("system_administrator", "indicators.refresh_indicators")
