"""Commands about the gateway: what its processes count, and devices that are only simulated.

``commands.py`` adds these to the group of the engine.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from chengshu.cli.output import AsJson, people, print_json, print_table
from chengshu.engines.streams import intake_state
from chengshu.engines.streams.data import SIMULATED
from chengshu.engines.streams.simulating import Fleet
from chengshu.foundation.errors import InvalidFile, Missing, Place
from chengshu.foundation.runtime.layout import Layout

MOST_OF_A_PROCESS = 18_000
FAILED = 1


def register(cli: typer.Typer) -> None:
    """Add the commands to a group."""
    cli.command("gateway")(gateway)
    cli.command("simulate")(simulate)


def gateway(as_json: AsJson = False) -> None:
    """What each gateway process has counted since its start, and what is wrong with it."""
    reports = intake_state.reports(Layout.from_environment())
    if not reports:
        raise Missing("No gateway has run here.", hint="./chengshu up starts one.")
    if as_json:
        print_json(reports)
        return
    columns = (
        "number",
        "process",
        "sessions",
        "messages",
        "confirmed",
        "denied",
        "timed_out",
        "held",
        "slowed",
    )
    print_table(columns, [[report.get(column, 0) for column in columns] for report in reports])
    for notice in intake_state.notices(reports, (), is_store_there=True, now_s=time.time()):
        people.print(f"{notice.what} {notice.meanwhile}")
        people.print(f"  next:  {notice.next_step}")


def simulate(
    sessions: Annotated[int, typer.Option(min=1, help="How many devices, one MQTT session each.")] = 100,
    rate: Annotated[float, typer.Option(min=0.001, help="Messages a second, of all together.")] = 100.0,
    for_s: Annotated[float, typer.Option("--for", min=0.1, help="Seconds to publish.")] = 60.0,
    host: Annotated[str, typer.Option(help="The gateway's IP address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The gateway's MQTT port.")] = 1883,
    metric: Annotated[list[str] | None, typer.Option(help="A metric to send; may be repeated.")] = None,
    secrets: Annotated[
        Path | None, typer.Option(help="CSV with the columns code and secret, as onboarding hands them out.")
    ] = None,
    secret: Annotated[str, typer.Option(help="The secret of every device, without a file.")] = "simulated",  # noqa: S107
    first: Annotated[int, typer.Option(min=1, help="Number of the first device: sim-1.")] = 1,
    connects_per_s: Annotated[float, typer.Option(min=1, help="How fast they connect.")] = 1_000.0,
    as_json: AsJson = False,
) -> None:
    """Simulate devices sim-1, sim-2 …: MQTT at QoS 1, every message numbered, from several loopback addresses.

    Exits with 1 if a message stayed unacknowledged or a device could not connect.
    """
    known = read_secrets(secrets) if secrets else None
    parts = -(-sessions // MOST_OF_A_PROCESS)
    plans = [
        Fleet(
            host=host, port=port, first=first + part * MOST_OF_A_PROCESS,
            sessions=min(MOST_OF_A_PROCESS, sessions - part * MOST_OF_A_PROCESS),
            rate=rate / parts, for_s=for_s, connects_per_s=connects_per_s / parts,
            metrics=tuple(metric or ("level",)), secret=secret, secrets=known,
        )
        for part in range(parts)
    ]  # fmt: skip
    people.print(f"Simulating {sessions} devices at {rate:g} messages a second for {for_s:g} s.")
    outcomes = _run_all(plans)
    if as_json:
        print_json(outcomes)
    else:
        columns = (
            "simulated",
            "connected",
            "published",
            "acknowledged",
            "unacknowledged",
            "reconnects",
            "ms",
        )
        print_table(columns, [[outcome[column] for column in columns] for outcome in outcomes])
    if any(each["unacknowledged"] or each["connected"] < each["sessions"] for each in outcomes):
        raise typer.Exit(FAILED)


def _run_all(plans: list[Fleet]) -> list[dict[str, Any]]:
    """Each in a process of its own; plans go in through a pipe, since secrets do not belong on a command line."""
    command = [sys.executable, "-m", "chengshu.engines.streams.simulating"]
    processes = []
    for plan in plans:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(plan))
        process.stdin.close()
        process.stdin = None
        processes.append(process)
    return [json.loads(process.communicate()[0]) for process in processes]


def read_secrets(path: Path) -> dict[str, str]:
    """Secrets by device code; only simulated devices are taken from the file.

    :raises InvalidFile: naming the line that is wrong
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if not {"code", "secret"} <= set(rows.fieldnames or ()):
            raise InvalidFile("The first line does not name the columns code and secret.", place=Place(1))
        return {row["code"]: row["secret"] for row in rows if row["code"].startswith(SIMULATED)}
