"""The forms of the scenes, put in use; an unchanged one stays as it is."""

from __future__ import annotations

from chengshu.engines.registers.actions import load_declared_forms


def load() -> str:
    """Publish what the scenes declare; says how many were added and changed."""
    outcome = load_declared_forms()
    return ", ".join(f"{count} {word}" for word, count in outcome.items())
