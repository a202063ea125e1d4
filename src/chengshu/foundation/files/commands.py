"""Check the store of files and clean it up."""

from __future__ import annotations

from typing import Annotated

import typer

from chengshu.cli.output import AsJson, people, print_json
from chengshu.foundation.asking import asking, system
from chengshu.foundation.files.scanning import registered_scanners
from chengshu.foundation.files.verification import YOUNG_S, remove_orphans, verify_store

cli = typer.Typer(no_args_is_help=True)


@cli.command()
def verify(as_json: AsJson = False) -> None:
    """Hash every stored content again; the exit status is 1 if one is missing or changed."""
    with asking(system("files verify", "cli")):
        found = verify_store()
    if as_json:
        print_json({"sound": found.is_sound, **vars(found)})
    else:
        people.print(str(found.verdict()))
        people.print(
            f"{found.checked} contents, {found.bytes_read} bytes read, {len(found.orphans)} unknown."
        )
        for name in ("missing", "corrupt"):
            for digest in getattr(found, name):
                people.print(f"{name}: {digest}")
    raise typer.Exit(0 if found.is_sound else 1)


@cli.command()
def sweep(
    older_than_s: Annotated[int, typer.Option(help="Seconds; younger ones may be on their way.")] = YOUNG_S,
    as_json: AsJson = False,
) -> None:
    """Remove contents on disk that no file refers to."""
    with asking(system("files sweep", "cli")):
        removed = remove_orphans(older_than_s=older_than_s)
    if as_json:
        print_json({"removed": removed})
    else:
        people.print(f"{removed} removed.")


@cli.command()
def scanners(as_json: AsJson = False) -> None:
    """Tell which virus scanners look at files."""
    names = [f"{function.__module__}.{function.__name__}" for function in registered_scanners()]
    if as_json:
        print_json({"scanners": names})
    else:
        people.print("\n".join(names) if names else "No scanner is registered: files are stored unscanned.")
