"""The parts of this scene, each a package of its own; what one brings is found by the name of its module."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Final

PARTS: Final = ("environment", "construction")
_HERE: Final = "chengshu.scenes.approvals"


def part_modules(name: str) -> list[ModuleType]:
    """The modules of this name of the parts that have one, imported."""
    return [module for part in PARTS if (module := _module(f"{_HERE}.{part}", name)) is not None]


def gathered(name: str, constant: str) -> tuple[Any, ...]:
    """What the parts list under ``constant`` in their modules of this name, one after the other."""
    return tuple(entry for module in part_modules(name) for entry in getattr(module, constant))


def _module(package: str, name: str) -> ModuleType | None:
    if find_spec(package) is None or find_spec(f"{package}.{name}") is None:
        return None
    return import_module(f"{package}.{name}")
