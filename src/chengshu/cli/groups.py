"""Finds the command groups of installed apps without loading the apps until one is called."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

_MODULE = "commands"


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """An app's ``commands.py``, not imported yet.

    :param name: of the group: the app's, with hyphens
    """

    name: str
    module: str
    file: Path

    def summary(self) -> str:
        """The first line of the module's docstring."""
        text = ast.get_docstring(ast.parse(self.file.read_text(encoding="utf-8"))) or ""
        return text.split("\n", 1)[0]

    def load(self) -> Any:
        """Set up Django, import the module and turn its ``cli`` into a command."""
        import django

        django.setup()
        return typer.main.get_group(import_module(self.module).cli)


def found_groups() -> dict[str, FoundGroup]:
    """The groups of all installed apps, by name; only settings are read for this."""
    from django.conf import settings

    found = (
        _look_into(_package(entry)) for entry in settings.INSTALLED_APPS if entry.startswith("chengshu.")
    )
    return {group.name: group for group in found if group}


def _package(entry: str) -> str:
    """``INSTALLED_APPS`` may name the package or the manifest's class."""
    return entry.partition(".apps.")[0]


def _look_into(package: str) -> FoundGroup | None:
    try:
        spec = find_spec(f"{package}.{_MODULE}")
    except ModuleNotFoundError:
        return None
    if spec is None or spec.origin is None:
        return None
    return FoundGroup(package.rpartition(".")[2].replace("_", "-"), spec.name, Path(spec.origin))


class LazyGroups(TyperGroup):
    """The root group: commands of our own first, then those of the apps."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *sorted(found_groups())]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        own = super().get_command(ctx, cmd_name)
        group = None if own else found_groups().get(cmd_name)
        if group is None:
            return own
        return _Placeholder(group).command(ctx)


@dataclass(frozen=True, slots=True)
class _Placeholder:
    """Stands in the overview of ``--help`` with a summary; becomes the real group when it is called."""

    group: FoundGroup

    def command(self, ctx: Any) -> Any:
        return self._summary() if ctx.resilient_parsing or self._only_listed(ctx) else self._real()

    def _only_listed(self, ctx: Any) -> bool:
        return self.group.name not in (ctx._protected_args + ctx.args)

    def _summary(self) -> Any:
        stand_in = typer.Typer(name=self.group.name, help=self.group.summary())
        stand_in.callback()(lambda: None)
        return typer.main.get_group(stand_in)

    def _real(self) -> Any:
        command = self.group.load()
        command.name = self.group.name
        return command
