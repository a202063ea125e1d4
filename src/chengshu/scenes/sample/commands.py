"""Notes to a unit: count what waits."""

from __future__ import annotations

import typer

from chengshu.cli.output import AsJson, print_json, print_table
from chengshu.foundation.asking import asking, system
from chengshu.scenes.sample import queries
from chengshu.scenes.sample.models import NoteState

cli = typer.Typer(help=__doc__, no_args_is_help=True)


@cli.callback()
def _group() -> None:
    """Keeps ``count`` a sub-command while it is the only one."""


@cli.command("count")
def count(as_json: AsJson = False) -> None:
    """How many notes stand in each state."""
    with asking(system("sample count", "cli")):
        counted = {state.value: queries.notes(state.value).count() for state in NoteState}
    if as_json:
        print_json(counted)
    else:
        print_table(["state", "notes"], list(counted.items()))
