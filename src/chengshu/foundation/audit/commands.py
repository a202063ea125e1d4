"""The audit chain: verify it, anchor it, export and archive entries, prove an export."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Any

import typer
from django.utils import timezone
from django.utils.dateparse import parse_date

from chengshu.foundation.asking import asking, system

cli = typer.Typer(help="The audit chain.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="The zip file to write; must not exist yet.")]
Since = Annotated[str, typer.Option("--from", help="First day, such as 2026-01-31.")]
Until = Annotated[str, typer.Option("--to", help="Last day, included.")]


@cli.command("verify")
def verify_chain(as_json: AsJson = False) -> None:
    """Recompute every link; lists every altered, removed, reordered or inserted entry and then exits with 1."""
    from chengshu.foundation.audit import actions
    from chengshu.foundation.audit.models import AuditEntry

    with asking(system("operator", "cli")):
        total = AuditEntry.objects.count()
        with typer.progressbar(length=total, label="Verifying", hidden=as_json) as bar:
            outcome = actions.verify_chain(progress=lambda count: bar.update(count - bar.pos))
    if as_json:
        _print_json({**asdict(outcome), "sound": outcome.is_sound})
    else:
        typer.echo(f"{outcome.entries} entries in {outcome.lanes} lanes, {outcome.anchors} anchors.")
        for one in outcome.broken:
            entry = f"entry {one.entry_id}" if one.entry_id else "no entry"
            typer.echo(f"{one.fault:<10} {one.lane}/{one.position}  {entry}: {one.detail}")
        typer.echo("The chain is sound." if outcome.is_sound else f"{len(outcome.broken)} faults.")
    if not outcome.is_sound:
        raise typer.Exit(1)


@cli.command("anchor")
def take_anchor(as_json: AsJson = False) -> None:
    """Write down where every lane stands, in the database and in the anchor file."""
    from chengshu.foundation.audit.anchors import anchor, anchor_file

    with asking(system("operator", "cli")):
        taken = anchor()
    if as_json:
        _print_json({"taken": taken is not None, "file": str(anchor_file()), "heads": taken and taken.heads})
    elif taken is None:
        typer.echo("Nothing was added since the last anchor.")
    else:
        typer.echo(f"{len(taken.heads)} lanes anchored in {anchor_file()}. Copy it to another machine.")


@cli.command("export")
def export_entries(output: Output, since: Since = "", until: Until = "", as_json: AsJson = False) -> None:
    """Write entries as JSONL and CSV into a signed zip file."""
    from chengshu.foundation.audit import actions
    from chengshu.foundation.audit.queries import Search

    _refuse_existing(output)
    with asking(system("operator", "cli")):
        content = actions.export_entries(search=Search(since=since, until=until))
    with output.open("xb") as file:
        file.write(content)
    _tell(as_json, {"file": str(output), "bytes": len(content)}, f"Written and signed: {output}")


@cli.command("verify-export")
def verify_export(
    file: Annotated[Path, typer.Argument(help="A zip file of export or archive.")], as_json: AsJson = False
) -> None:
    """Prove a signed export or archive; exits with 1 when anything was changed."""
    from chengshu.foundation.audit.packages import check_package

    checked = check_package(file)
    if as_json:
        _print_json(asdict(checked))
    else:
        typer.echo(f"{checked.kind} of {checked.made_at}: {checked.count} entries.")
        typer.echo("Signed by this platform." if checked.is_ours else "Signed with another platform's key.")
        for fault in checked.faults:
            typer.echo(f"✗ {fault}")
        typer.echo("Nothing was changed." if not checked.faults else f"{len(checked.faults)} faults.")
    if checked.faults:
        raise typer.Exit(1)


@cli.command("archive")
def archive_entries(
    before: Annotated[str, typer.Option("--before", help="Entries of this day and later stay.")],
    as_json: AsJson = False,
) -> None:
    """Move entries older than a day, at least six months ago, into a signed file and leave a checkpoint."""
    from chengshu.foundation.audit.actions import archive_entries as archive

    day = parse_date(before)
    if day is None:
        raise typer.BadParameter("Give a day such as 2026-01-31.", param_hint="--before")
    with asking(system("operator", "cli")):
        archived = archive(before=timezone.make_aware(datetime.combine(day, time.min)))
    facts = {"file": archived.path and str(archived.path), "count": archived.count, "lanes": archived.lanes}
    words = f"{archived.count} entries of {archived.lanes} lanes are in {archived.path}."
    _tell(as_json, facts, words if archived.path else "Nothing is old enough.")


def _refuse_existing(output: Path) -> None:
    if output.exists():
        typer.echo(f"{output} exists already; choose another name.", err=True)
        raise typer.Exit(1)


def _tell(as_json: bool, facts: dict[str, Any], words: str) -> None:
    if as_json:
        _print_json(facts)
    else:
        typer.echo(words)


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
