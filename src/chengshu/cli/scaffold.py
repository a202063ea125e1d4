"""``./chengshu new scene NAME``: copies the sample scene and adds its name to the settings, and nothing else."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Annotated

import typer

from chengshu.cli.output import people
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.runtime.layout import PACKAGE

SAMPLE = "sample"
new = typer.Typer(help="Make something new from the sample.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(new, name="new")


@new.callback()
def _group() -> None:
    """Keeps ``scene`` a sub-command while it is the only one."""


@new.command("scene")
def scene(name: Annotated[str, typer.Argument(help="Lower case, such as parks or waste_water.")]) -> None:
    """Copy the sample scene under a new name and enter it in the settings."""
    folder = create_scene(name, PACKAGE)
    people.print(f"{folder} is there and in SCENES.")
    people.print(
        "next:  change its words and tables, then ./chengshu manage makemigrations and ./chengshu test"
    )


def create_scene(name: str, package: Path) -> Path:
    """Copy the sample to ``scenes/<name>`` of ``package`` and add the name to its settings.

    :raises InvalidInput: if the name is no Python name in lower case
    :raises Conflict: if there is such a scene
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or len(name) > 30:
        raise InvalidInput(
            f"“{name}” cannot be a scene's name.",
            field="name",
            hint="Use lower-case letters, digits and underscores.",
        )
    target = package / "scenes" / name
    if target.exists():
        raise Conflict(f"There is a scene “{name}” already.", hint="Choose another name.")
    _copy(package / "scenes" / SAMPLE, target, name)
    _enter(package / "settings.py", name)
    return target


def _copy(source: Path, target: Path, name: str) -> None:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    for path in sorted(target.rglob("*"), key=lambda path: len(path.parts), reverse=True):
        if path.is_file():
            path.write_text(_renamed(path.read_text(encoding="utf-8"), name), encoding="utf-8")
        if SAMPLE in path.name:
            path.rename(path.with_name(path.name.replace(SAMPLE, name)))


def _renamed(text: str, name: str) -> str:
    """The sample's name in each of its spellings: package and table, class, address."""
    class_name = "".join(part.capitalize() for part in name.split("_"))
    text = text.replace("/sample/", f"/{name.replace('_', '-')}/")
    text = re.sub(r"(?<![A-Za-z])Sample(?![a-z])", class_name, text)
    return re.sub(r"(?<![A-Za-z])sample(?![a-z])", name, text)


def _enter(settings: Path, name: str) -> None:
    text = settings.read_text(encoding="utf-8")
    match = re.search(r"^SCENES = \[(.*)\]$", text, flags=re.M)
    if match is None:
        raise Conflict("The settings have no line SCENES = [...].", hint="Add the name by hand.")
    names = f'{match.group(1)}, "{name}"' if match.group(1) else f'"{name}"'
    settings.write_text(f"{text[: match.start()]}SCENES = [{names}]{text[match.end() :]}", encoding="utf-8")
