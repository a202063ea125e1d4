"""Loads the base data of every app that has a ``base_data.py``, bottom layer first."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.module_loading import module_has_submodule

from chengshu.foundation.asking import asking, system
from chengshu.foundation.manifest import modules


class Command(BaseCommand):
    help = "Loads what every district needs; only adds, so it may run at every start."

    def handle(self, *args: Any, **options: Any) -> None:
        for module in modules():
            if module_has_submodule(module.module, "base_data"):
                with asking(system("base-data", "cli")):
                    loaded = import_module(f"{module.name}.base_data").load()
                self.stdout.write(f"{module.label}: {loaded}")
