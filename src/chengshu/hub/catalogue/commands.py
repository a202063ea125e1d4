"""What is installed: the generated reference pages."""

from __future__ import annotations

import typer

from chengshu.cli.output import AsJson, people, print_json
from chengshu.hub.catalogue.reference import write_pages

cli = typer.Typer(help=__doc__, no_args_is_help=True)


@cli.callback()
def _group() -> None:
    """Keeps ``reference`` a sub-command while it is the only one."""


@cli.command("reference")
def reference(as_json: AsJson = False) -> None:
    """Write ``docs/reference`` anew from the registries."""
    changed = [str(path) for path in write_pages()]
    if as_json:
        print_json(changed)
    else:
        people.print("\n".join(changed) or "Nothing changed.")
