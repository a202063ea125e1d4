"""The case engine: lint, deploy and compare models, move running cases, look at cases, run conformance suites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from django.db import DatabaseError

from chengshu.cli.output import AsJson, complain, people, print_json, print_table
from chengshu.engines.cases import actions, checking
from chengshu.engines.cases.bpmn.differ import compare_models
from chengshu.engines.cases.bpmn.document import read_document
from chengshu.engines.cases.clocks.reference import rules_table
from chengshu.engines.cases.data import Finding
from chengshu.engines.cases.queries import cases as case_queries
from chengshu.engines.cases.queries.definitions import definition, definitions
from chengshu.engines.cases.state import CaseState
from chengshu.foundation.asking import asking, system
from chengshu.foundation.errors import InvalidInput, Missing
from chengshu.foundation.orgs.models import Unit

cli = typer.Typer(help=__doc__, no_args_is_help=True)

Key = Annotated[str, typer.Argument(help="Key of a process, such as sample.seal_use.")]


@cli.command("lint")
def lint(
    files: Annotated[list[Path], typer.Argument(help="BPMN and DMN files.")], as_json: AsJson = False
) -> None:
    """Say what is wrong with models, with element and line; exits with 1 if one of them could not be deployed.

    What the files name is looked for in one another and in what is in force.
    """
    contents = {file: _content(file) for file in files}
    found = [
        {"file": str(file), **_finding(finding)}
        for file, findings in _linted(contents).items()
        for finding in findings
    ]
    errors = sum(1 for finding in found if finding["severity"] == "error")
    if as_json:
        print_json(
            {"files": len(files), "errors": errors, "warnings": len(found) - errors, "findings": found}
        )
    else:
        for one in found:
            typer.echo(f"{one['file']}:{one['line']}: {one['severity']} {one['code']} {one['element']}")
            typer.echo(f"    {one['message']} {one['hint']}".rstrip())
        people.print(f"{len(files)} files, {errors} errors, {len(found) - errors} warnings")
    if errors:
        raise typer.Exit(1)


@cli.command("compare")
def compare(
    before: Annotated[Path, typer.Argument(help="The earlier BPMN file.")],
    after: Annotated[Path, typer.Argument(help="The later one.")],
    as_json: AsJson = False,
) -> None:
    """What changed from one BPMN file to another, element by element."""
    changes = compare_models(read_document(_content(before)), read_document(_content(after)))
    if as_json:
        print_json([{**asdict(change), "sentence": str(change.sentence)} for change in changes])
        return
    for change in changes:
        typer.echo(f"{change.element}: {change.sentence}")
    people.print(f"{len(changes)} changes")


@cli.command("deploy")
def deploy(
    file: Annotated[Path, typer.Argument(help="A BPMN or DMN file.")],
    key: Annotated[
        str, typer.Option("--key", help="Key of the definition; by default its file's name.")
    ] = "",
    unit: Annotated[str, typer.Option("--unit", help="Key of the unit that owns it.")] = "data-bureau",
    title: Annotated[str, typer.Option("--title")] = "",
    as_json: AsJson = False,
) -> None:
    """Put a model in force as the operator; refused with every finding if it has errors."""
    with asking(system("cases deploy", "cli")):
        owner = Unit.objects.filter(key=unit).values_list("pk", flat=True).first()
        if owner is None:
            raise Missing(f"There is no unit “{unit}”.", hint="./chengshu orgs lists the units.")
        version = actions.ship_model(
            key=key or _key_of(file),
            kind=_kind(file),
            content=_content(file),
            unit_id=owner,
            title=title,
            origin="",
        )
        told = {"key": version.definition.key, "version": version.number, "version_id": version.pk}
    print_json(told) if as_json else people.print(f"{told['key']} version {told['version']} is in force")


@cli.command("migrate")
def migrate(
    key: Key,
    from_number: Annotated[int, typer.Option("--from", help="Number of the version now.")] = 0,
    preview: Annotated[bool, typer.Option("--preview", help="Only show the effect on each case.")] = False,
    as_json: AsJson = False,
) -> None:
    """Move running cases to the version in force; shows what each gains and loses, and which cannot be moved."""
    from chengshu.engines.cases.migrating import preview_migration

    with asking(system("cases migrate", "cli")):
        here, there = _versions(key, from_number)
        effects = (
            preview_migration(here, there)
            if preview
            else actions.migrate_cases(from_version=here, to_version=there)
        )
    told = [{**asdict(effect), "refused": str(effect.refused)} for effect in effects]
    refused = sum(1 for effect in told if effect["refused"])
    if as_json:
        print_json({"preview": preview, "cases": len(told), "refused": refused, "effects": told})
    else:
        rows = [
            (e["number"], _moves(e["moves"]), ", ".join(e["gains"]), ", ".join(e["loses"]), e["refused"])
            for e in told
        ]
        print_table(["case", "stands at", "gains", "loses", "refused"], rows)
    if refused and not preview:
        complain(
            f"{refused} of {len(told)} cases were not moved.",
            "Look at the reasons above; they go on as before.",
        )
        raise typer.Exit(1)


@cli.command("conformance")
def conformance(
    bpmn: Annotated[Path | None, typer.Option("--bpmn", help="A folder of .bpmn files.")] = None,
    dmn: Annotated[
        Path | None, typer.Option("--dmn", help="A folder of models with DMN TCK test files.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Import, write back and run every model of a folder, or every test case of a decision test kit."""
    if (bpmn is None) == (dmn is None):
        raise InvalidInput(
            "Say either --bpmn DIR or --dmn DIR.", field="bpmn", hint="cases conformance --bpmn DIR"
        )
    folder = bpmn or dmn
    assert folder is not None
    if not folder.is_dir():
        raise Missing(f"There is no folder {folder}.", hint="Give the folder that holds the files.")
    report = _run_bpmn(folder) if bpmn is not None else _run_dmn(folder)
    if as_json:
        print_json(report)
        return
    for name, value in report.items():
        if isinstance(value, int | str):
            typer.echo(f"{name:24} {value}")
    for one in report.get("refused") or report.get("failed") or ():
        typer.echo("  " + " · ".join(str(part) for part in one.values() if part))


@cli.command("list")
def list_cases(
    key: Annotated[str, typer.Option("--definition", help="Only of this process.")] = "",
    state: Annotated[CaseState | None, typer.Option("--state")] = None,
    text: Annotated[str, typer.Option("--text", help="Part of number or title.")] = "",
    as_json: AsJson = False,
) -> None:
    """The newest cases."""
    with asking(system("cases list", "cli")):
        page = case_queries.cases(definition=key, state=state, text=text)
        rows = [asdict(line) for line in page.items]
    if as_json:
        print_json(rows)
        return
    shown = ("number", "title", "definition", "state", "status", "unit_name", "opened_at")
    print_table(list(shown), [[row[name] for name in shown] for row in rows])


@cli.command("show")
def show(
    number: Annotated[str, typer.Argument(help="Number or id of a case.")], as_json: AsJson = False
) -> None:
    """One case: where it stands, its tasks and its history."""
    with asking(system("cases show", "cli")):
        view = case_queries.case_view(_case_id(number))
        told = asdict(view)
    if as_json:
        print_json(told)
        return
    typer.echo(f"{view.number} {view.title} · {view.definition} {view.version} · {view.state}")
    print_table(
        ["task", "step", "state", "unit", "assignee", "outcome"],
        [(t.task_id, t.node_name, t.state, t.unit_name, t.assignee_name, t.outcome) for t in view.tasks],
    )
    print_table(
        ["seq", "at", "what", "step", "who", "text"],
        [(e.seq, f"{e.at:%Y-%m-%d %H:%M:%S}", e.title, e.node_name, e.actor, e.text) for e in view.timeline],
    )


@cli.command("definitions")
def list_definitions(as_json: AsJson = False) -> None:
    """All processes and decisions with their versions."""
    with asking(system("cases definitions", "cli")):
        views = [asdict(view) for view in definitions()]
    if as_json:
        print_json(views)
        return
    rows = [
        (view["key"], view["kind"], version["number"], version["state"], version["running_cases"])
        for view in views
        for version in view["versions"]
    ]
    print_table(["key", "kind", "version", "state", "running"], rows)


def _linted(contents: Mapping[Path, bytes]) -> dict[Path, tuple[Finding, ...]]:
    """The findings on each file; without a database, those that need none."""
    try:
        with asking(system("cases lint", "cli")):
            beside = checking.together(checking.deployed(), contents.values())
            return {
                file: checking.findings_of(content, _kind(file), beside) for file, content in contents.items()
            }
    except DatabaseError:
        people.print(
            "The database does not answer: names of other models, forms, roles and units are not checked."
        )
        return {file: checking.findings_by_itself(content, _kind(file)) for file, content in contents.items()}


def _run_bpmn(folder: Path) -> dict[str, Any]:
    from chengshu.engines.cases.bpmn.conformance import run_folder

    return run_folder(folder)


def _run_dmn(folder: Path) -> dict[str, Any]:
    from chengshu.engines.cases.dmn.conformance import run_folder

    return run_folder(folder)


def _kind(file: Path) -> Literal["process", "decision"]:
    return "decision" if file.suffix.lower() == ".dmn" else "process"


def _content(file: Path) -> bytes:
    if not file.is_file():
        raise Missing(f"There is no file {file}.", hint="Give the path of a .bpmn or .dmn file.")
    return file.read_bytes()


def _key_of(file: Path) -> str:
    return file.stem.lower().replace(" ", "_")


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        name: str(value) if name in ("message", "hint") else value for name, value in vars(finding).items()
    }


def _moves(moves: list[tuple[str, str]]) -> str:
    return ", ".join(dict.fromkeys(here for here, _there in moves))


def _versions(key: str, number: int) -> tuple[int, int]:
    """Ids of the version to leave and of the one in force."""
    versions = definition(key).versions
    there = next((v for v in versions if v.state == "deployed"), None)
    if there is None:
        raise Missing(f"No version of {key} is in force.", hint="Deploy one first.")
    others = [v for v in versions if v.running_cases and v.version_id != there.version_id]
    here = next((v for v in versions if v.number == number), None) if number else next(iter(others), None)
    if here is None:
        raise Missing(
            f"No case of {key} runs by an earlier version.", hint="cases definitions shows where cases run."
        )
    return here.version_id, there.version_id


def _case_id(number: str) -> int:
    from chengshu.engines.cases.models import Case

    found = Case.objects.filter(number=number).values_list("pk", flat=True).first()
    if found is None and number.isascii() and number.isdigit():
        return int(number)
    if found is None:
        raise Missing(f"There is no case {number}.", hint="./chengshu cases list")
    return found


@cli.command("rules")
def rules(as_json: AsJson = False) -> None:
    """The law's limits, grounds and effects that clocks keep to, each with its source."""
    lines = rules_table()
    if as_json:
        print_json([{name: str(value) for name, value in asdict(line).items()} for line in lines])
    else:
        print_table(["rule", "what", "value"], [(line.rule, line.what, line.value) for line in lines])
