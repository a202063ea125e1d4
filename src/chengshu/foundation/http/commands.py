"""Write the API's document."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chengshu.cli.output import people

cli = typer.Typer(no_args_is_help=True)


@cli.callback()
def _group() -> None:
    """Keep ``openapi`` a command of its own, however many there are."""


@cli.command()
def openapi(
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write it.")] = Path(
        "docs/reference/openapi.json"
    ),
) -> None:
    """Write the OpenAPI document of all endpoints, as it is committed."""
    from chengshu.foundation.http.api import api
    from chengshu.foundation.http.openapi import text_of

    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text_of(api), encoding="utf-8")
    people.print(f"{output} written.")
