"""The views and scores that come with the software, loaded with the base data."""

from __future__ import annotations

from chengshu.hub.cockpit.actions import ship_views


def load() -> str:
    """Save what is new; says how many."""
    return f"{ship_views()} views and scores of the cockpit loaded"
