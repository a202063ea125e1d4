"""The templates of plans and situation reports that come with the software as first content."""

from __future__ import annotations

from chengshu.scenes.command.actions import ship_plans, ship_reports


def load() -> str:
    """Add what is missing; says how much was."""
    return f"{ship_plans()} plan templates, {ship_reports()} report templates added"
