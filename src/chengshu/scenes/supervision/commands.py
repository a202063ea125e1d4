"""Service supervision: draw a sample again from what was kept of it."""

from __future__ import annotations

import typer

from chengshu.cli.output import AsJson, print_json, print_table
from chengshu.foundation.asking import asking, system
from chengshu.scenes.supervision import queries
from chengshu.scenes.supervision.inspecting import redraw

cli = typer.Typer(help=__doc__, no_args_is_help=True)


@cli.callback()
def _group() -> None:
    """Keeps ``recompute-sample`` a sub-command while it is the only one."""


@cli.command("recompute-sample")
def recompute_sample(draw_id: int, as_json: AsJson = False) -> None:
    """Draw a stored sample again from its frame, seed and method; fails when it does not come out the same."""
    with asking(system("supervision recompute-sample", "cli")):
        draw = queries.draw_by_id(draw_id)
        same = redraw(draw)
    told = {
        "sample": draw.pk,
        "method": draw.method,
        "seed": draw.seed,
        "frame": draw.frame_digest,
        "digest": draw.digest,
        "chosen": len(draw.chosen),
        "holds": same,
    }
    if as_json:
        print_json(told)
    else:
        print_table(["what", "value"], [(name, str(value)) for name, value in told.items()])
    if not same:
        raise typer.Exit(1)
