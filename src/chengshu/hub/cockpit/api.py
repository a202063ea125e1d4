"""What other apps use of the cockpit: they bring panels, feeds and layers of the map in their ``panels.py``."""

from __future__ import annotations

from chengshu.hub.cockpit.data import Feed, Figure, Happening, Layer, Panel
from chengshu.hub.cockpit.registry import register_feeds, register_layers, register_panels, withdraw

__all__ = [
    "Feed",
    "Figure",
    "Happening",
    "Layer",
    "Panel",
    "register_feeds",
    "register_layers",
    "register_panels",
    "withdraw",
]
