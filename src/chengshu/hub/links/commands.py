"""Links between events and calls: whether those in force still fit, and what they did."""

from __future__ import annotations

import typer

from chengshu.cli.output import AsJson, print_json, print_table
from chengshu.foundation.asking import asking, system
from chengshu.hub.links import checking, queries, shipped
from chengshu.hub.links.content import Content, content_of
from chengshu.hub.links.models import STANDING, Link, LinkVersion

cli = typer.Typer(help=__doc__, no_args_is_help=True)


@cli.command("check")
def check(as_json: AsJson = False) -> None:
    """Whether every link in force, and every one that apps ship, fits what is offered now; fails if one does not."""
    with asking(system("links check", "cli")):
        standing = LinkVersion.objects.select_related("link").filter(state__in=STANDING)
        contents: list[tuple[str, Content]] = [
            (f"{one.link.key}/{one.number}", content_of(one)) for one in standing.order_by("link__key")
        ]
    contents += [(f"{one.app}: {one.key}.toml", one.content) for one in shipped.links()]
    found = [
        {"link": name, "field": one.field, "message": str(one.message), "error": one.is_error}
        for name, content in contents
        for one in checking.findings_of(content)
    ]
    if as_json:
        print_json({"checked": len(contents), "findings": found})
    else:
        print_table(
            ["link", "field", "message"], [(one["link"], one["field"], one["message"]) for one in found]
        )
        typer.echo(f"{len(contents)} links checked")
    if any(one["error"] for one in found):
        raise typer.Exit(1)


@cli.command("list")
def list_links(as_json: AsJson = False) -> None:
    """Every link with its state and the figures of the last 24 hours."""
    with asking(system("links list", "cli")):
        rows = [
            (one.link.key, one.shown.state, one.shown.event, one.shown.call, one.done, one.errors)
            for one in queries.standings(Link.objects.all())
        ]
    names = ["key", "state", "event", "call", "called", "errors"]
    if as_json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        print_table(names, rows)
