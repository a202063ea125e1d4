"""The links that the apps ship, put in force with the base data."""

from __future__ import annotations

from chengshu.hub.links.actions import deploy_shipped_links


def load() -> str:
    """Put in force what is new; says how many were."""
    return f"{deploy_shipped_links()} links put in force"
