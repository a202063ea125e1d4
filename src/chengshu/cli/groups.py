"""Finds the command groups of installed apps without loading the apps until one is called."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from chengshu.foundation.runtime.layout import PACKAGE

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
    found = (
        FoundGroup(package.rpartition(".")[2].replace("_", "-"), f"{package}.{_MODULE}", file)
        for package, file in apps_with(_MODULE)
    )
    return {group.name: group for group in found}


def apps_with(module: str) -> Iterator[tuple[str, Path]]:
    """The packages of installed apps that have such a module, each with its file, in the order of the settings.

    By path: asking the import system would import the packages above, and some of them are heavy.
    """
    from django.conf import settings

    for entry in settings.INSTALLED_APPS:
        package = _package(entry)
        file = PACKAGE.joinpath(*package.split(".")[1:], f"{module}.py")
        if package.startswith("chengshu.") and file.exists():
            yield package, file


def _package(entry: str) -> str:
    """``INSTALLED_APPS`` may name the package or the manifest's class."""
    return entry.partition(".apps.")[0]


class LazyGroups(TyperGroup):
    """The root group: commands of our own first, then those of the apps."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *sorted(found_groups())]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """What the overview of ``--help`` shows: a stand-in with a summary, without importing the app."""
        own = super().get_command(ctx, cmd_name)
        group = None if own else found_groups().get(cmd_name)
        return own if group is None else _summary(group)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """What is really called: only now the app is loaded."""
        own = not args or super().get_command(ctx, args[0])
        group = None if own else found_groups().get(args[0])
        if group is None:
            return super().resolve_command(ctx, args)
        command = group.load()
        command.name = group.name
        return group.name, command, args[1:]


def _summary(group: FoundGroup) -> Any:
    stand_in = typer.Typer(name=group.name, help=group.summary())
    stand_in.callback()(lambda: None)
    return typer.main.get_group(stand_in)
