"""The case engine: completions a second and core on the permit process, over the age of a case, with stored cases
behind it; the inbox over them with row security on; the same process in SpiffWorkflow.

    python -m bench.cases [--json] [--stored 1000000] [--age 300] [--cases 20] [--without-peer]

A completion is what a request makes of it: a transaction for the asker, permission and scope, the run, the history,
the audit entry, the commit on a durable database. Processor time of client and backend is counted, not the wall; the
messages to the database are counted in a run of their own.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.measuring import Report, _table, percentile
from bench.permit import ground, peer, stored, walking

STORED = 100_000
AGE = 300
CASES = 20
WARM_UP = 4
INBOX_RUNS = 60


def measure(report: Report, folder: Path, options: argparse.Namespace) -> None:
    walking.deploy()
    asker = walking.officer()
    report.add(
        "yardstick: a transaction with one statement that does nothing, both sides' CPU",
        "ms",
        [walking.yardstick()],
        "tells a busy machine from a quiet one",
    )
    ours = _by_age(report, asker, options.cases, options.age)
    if options.stored:
        seconds = stored.store(options.stored, asker.account_id)
        report.add(f"writing {options.stored:,} stored cases", "s", [seconds])
        behind = _fresh(asker, options.cases)
        _note(report, f"completions with {options.stored:,} stored cases", behind)
        _inbox(report, options.stored)
    if not options.without_peer:
        _peer(report, ours, folder)


def _by_age(report: Report, asker: object, cases: int, age: int) -> walking.Cost:
    """The whole life of some cases; one figure for each part of it."""
    fleet = walking.open_cases(asker, cases)
    for _step in range(WARM_UP):
        walking.step_all(asker, fleet)
    whole = walking.Cost()
    parts: dict[int, walking.Cost] = {}
    done = WARM_UP
    while done < age:
        cost = walking.step_all(asker, fleet)
        parts.setdefault(done * 6 // age, walking.Cost()).add(cost)
        whole.add(cost)
        done += 1
    _note(report, "completions", whole)
    report.add("messages to the database for a completion", "", [_messages(asker, fleet)])
    for part, cost in parts.items():
        first, last = part * age // 6, (part + 1) * age // 6
        report.add(f"completions at steps {first}–{last} of a case's age", "/s/core", [cost.per_core()])
    early, late = parts[min(parts)], parts[max(parts)]
    report.add(
        "cost at the end of the age to cost at its beginning", "×", [early.per_core() / late.per_core()]
    )
    return whole


def _messages(asker: object, fleet: list[int]) -> float:
    """How many a completion takes, asked of the two ways that lead to the database."""
    with _counted() as sent:
        done = walking.step_all(asker, fleet).completions
        while not done:
            done = walking.step_all(asker, fleet).completions
    return sum(sent) / done


@contextmanager
def _counted() -> Iterator[list[int]]:
    """A list that gets a 1 for each message while the officer asks; what the bench itself looks up is not counted."""
    from django.db import connection

    from chengshu.foundation import prepared
    from chengshu.foundation.asking import current_asker

    sent: list[int] = []
    answers = prepared._answers

    def noting(*arguments: Any, **named: Any) -> Any:
        if not current_asker().is_system:
            sent.append(1)
        return answers(*arguments, **named)

    def note_cursor(execute: Any, *arguments: Any) -> Any:
        if not current_asker().is_system:
            sent.append(1)
        return execute(*arguments)

    prepared._answers = noting
    try:
        with connection.execute_wrapper(note_cursor):
            yield sent
    finally:
        prepared._answers = answers


def _fresh(asker: object, cases: int) -> walking.Cost:
    fleet, cost = walking.open_cases(asker, cases), walking.Cost()
    for step in range(30):
        taken = walking.step_all(asker, fleet)
        if step >= WARM_UP:
            cost.add(taken)
    return cost


def _note(report: Report, name: str, cost: walking.Cost) -> None:
    each = sorted(cost.each)
    report.add(f"{name}, all in", "/s/core", [cost.per_core()], f"{cost.completions} completions")
    report.add(f"{name}, client CPU each", "ms", [cost.client / cost.completions * 1000])
    report.add(f"{name}, backend CPU each", "ms", [cost.backend / cost.completions * 1000])
    report.add(f"{name}, wall, median", "ms", each)
    report.add(f"{name}, wall, 95th percentile", "ms", [percentile(each, 95)])


def _inbox(report: Report, count: int) -> None:
    worst = 0.0
    for who, asker in stored.askers().items():
        for look, taken in stored.time_inbox(asker, INBOX_RUNS).items():
            slow = percentile(sorted(taken), 95)
            worst = max(worst, slow)
            report.add(f"inbox of {who}: {look}, 95th percentile", "ms", [slow])
    report.add(f"inbox over {count:,} cases, slowest 95th percentile", "ms", [worst])


def _peer(report: Report, ours: walking.Cost, folder: Path) -> None:
    found = peer.run(folder)
    report.add("SpiffWorkflow, completions, all in", "/s/core", [found["per_core"]], found["note"])
    report.add("SpiffWorkflow, client CPU", "ms", [found["client_ms"]])
    report.add("SpiffWorkflow, backend CPU", "ms", [found["backend_ms"]])
    report.add("ratio of ours to SpiffWorkflow", "×", [ours.per_core() / found["per_core"]])


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench/cases.py", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--stored", type=int, default=STORED, help="how many stored cases to generate; 0 for none"
    )
    parser.add_argument("--age", type=int, default=AGE, help="completions in the life of one case")
    parser.add_argument("--cases", type=int, default=CASES, help="cases that are driven side by side")
    parser.add_argument("--without-peer", action="store_true", help="do not run SpiffWorkflow")
    options = parser.parse_args()
    report = Report("cases")
    with ground.durable("cases") as folder:
        measure(report, folder, options)
        data = {**report.as_data(), "durability": ground.durability(), "stored": options.stored}
    print(json.dumps(data, ensure_ascii=False, indent=2) if options.json else _table(report, data))
    if not options.json:
        print(data["durability"])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
