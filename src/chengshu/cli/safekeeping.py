"""``backup`` and ``restore``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chengshu.cli.output import AsJson, people, print_json

if TYPE_CHECKING:
    from chengshu.foundation.runtime.backup import Manifest


def register(app: typer.Typer) -> None:
    app.command()(backup)
    app.command()(restore)


def backup(
    file: Annotated[Path, typer.Argument(help="The backup to write; it must not exist.")],
    as_json: AsJson = False,
) -> None:
    """Write database, files and secrets into one file; Chengshu may go on running."""
    from chengshu.foundation.runtime.backup import back_up
    from chengshu.foundation.runtime.cluster import running_cluster
    from chengshu.foundation.runtime.layout import Layout

    layout = Layout.from_environment()
    with running_cluster(layout), people.status("Backing up …"):
        manifest = back_up(layout, file.resolve())
    _tell(manifest, file, "written", as_json=as_json)
    if not as_json:
        people.print("It holds secrets: keep it where only you can read it.")


def restore(
    file: Annotated[Path, typer.Argument(help="A backup made by ./chengshu backup.")],
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Verify a backup and put it in place; Chengshu must be stopped."""
    from chengshu.foundation.runtime import backup as backups
    from chengshu.foundation.runtime import instance, roles
    from chengshu.foundation.runtime.cluster import running_cluster
    from chengshu.foundation.runtime.database import connection_parameters, is_embedded
    from chengshu.foundation.runtime.layout import Layout

    layout = Layout.from_environment()
    with instance.claim(layout), running_cluster(layout), people.status("Restoring …"):
        if is_embedded():
            roles.prepare_embedded(layout)
        else:
            roles.prepare_external(connection_parameters())
        manifest = backups.restore(layout, file.resolve(), force=force)
    _tell(manifest, file, "restored", as_json=as_json)
    if not as_json:
        people.print("Start it with ./chengshu up: that also gives the application its rights again.")


def _tell(manifest: Manifest, file: Path, what: str, *, as_json: bool) -> None:
    size = sum(entry.size for entry in manifest.entries)
    if as_json:
        print_json(
            {
                "file": str(file),
                what: True,
                "made": manifest.made,
                "entries": len(manifest.entries),
                "bytes": size,
            }
        )
    else:
        people.print(f"{file}: {len(manifest.entries)} entries, {size / 1024**2:.1f} MiB, {what}.")
