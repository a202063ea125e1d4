"""How commands speak: data on stdout (as JSON if asked), everything meant for people beside it on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]

people = Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """One JSON document on stdout; what JSON does not know becomes its text."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]], title: str = "") -> None:
    table = Table(title=title or None, title_justify="left")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    Console(highlight=False).print(table)


def complain(message: str, hint: str = "") -> None:
    """An error, and the next step."""
    people.print("[bold red]error:[/]", end=" ")
    people.print(message, markup=False, soft_wrap=True)
    if hint:
        people.print("[bold]next:[/]", end="  ")
        people.print(hint, markup=False, soft_wrap=True)
