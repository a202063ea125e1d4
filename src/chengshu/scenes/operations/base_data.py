"""The contracts of the printed tables as first content."""

from __future__ import annotations

from chengshu.scenes.operations.actions import ship_contracts


def load() -> str:
    """Add what is missing; says how much was."""
    return f"{ship_contracts()} contracts added"
