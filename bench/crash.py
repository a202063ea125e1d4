"""kill -9 of web, worker and PostgreSQL in turn while eight clients complete tasks through the API.

    python -m bench.crash [--json] [--moments 100] [--seed 7]

At the end: no completion that was acknowledged is lost, none is applied twice, no case is stuck, the history of
every case has no gap and rebuilds its state, and the audit chain is sound. Exits with 1 if one of these does not
hold. Runs on a data directory, a cluster and a port of its own; nothing outside them is touched.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import threading
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.permit import ground
from bench.permit.clients import Client, Ledger
from bench.permit.stage import Stage, environment_for

MOMENTS = 100
CLIENTS = 8
FEW = 20
SETTLE_S = 240.0


def play(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Start everything, let clients work, kill at random moments, let the rest come to its end, judge."""
    from chengshu.foundation.testing.browser import free_port, session_cookie

    persona = _officer()
    cookie = session_cookie(persona)
    _close_connections()
    stage = Stage(ground.make_cluster(folder), folder, free_port(), environment_for(folder))
    ledger, stopping = Ledger(), threading.Event()
    stage.start()
    clients = [Client(stage.url, cookie, ledger, stopping, number, FEW) for number in range(CLIENTS)]
    began = time.monotonic()
    try:
        for client in clients:
            client.start()
        _kill_in_turn(stage, options.moments, random.Random(options.seed))
        seconds = time.monotonic() - began
        stage.await_web()
        for client in clients:
            client.few = 0
        settled = _await_end(stage, SETTLE_S)
    finally:
        stopping.set()
        for client in clients:
            client.join()
        stage.stop()
    return {
        "moments": options.moments,
        "killed": stage.killed,
        "seconds_of_killing": round(seconds, 1),
        "acknowledged": len(ledger.acknowledged),
        "answers_that_never_came": len(ledger.uncertain),
        "refused_to_the_second": ledger.refused,
        "answers_in_trouble": ledger.failed,
        "cases_opened_and_told": ledger.opened,
        "all_cases_came_to_their_end": settled,
        **_verdict(ledger),
        "surprises": ledger.surprises[:5],
    }


def _kill_in_turn(stage: Stage, moments: int, chance: random.Random) -> None:
    kills = (stage.kill_web, stage.kill_worker, stage.kill_postgresql)
    for moment in range(moments):
        time.sleep(chance.uniform(0.3, 2.5))
        stage.mend()
        kills[moment % len(kills)]()


def _officer() -> Any:
    """A reviewer with the model in force."""
    from bench.permit.walking import MODELS
    from chengshu.engines.cases.actions import ship_model
    from chengshu.foundation.asking import asking, system
    from chengshu.foundation.orgs.models import Unit
    from chengshu.foundation.testing.personas import cast_in

    with asking(system("bench", "cli")):
        unit = Unit.objects.get(key="data-bureau").pk
        content = (MODELS / "rounds.bpmn").read_bytes()
        ship_model(key="bench.rounds", kind="process", content=content, unit_id=unit, title="", origin="")
        return cast_in()["reviewer"]


def _close_connections() -> None:
    from django.db import connections

    for connection in connections.all():
        connection.close()


def _await_end(stage: Stage, patience_s: float) -> bool:
    """Wait until every case has ended: by people, timers and messages alone."""
    from chengshu.engines.cases.models import Case
    from chengshu.foundation.asking import asking, system

    give_up = time.monotonic() + patience_s
    while time.monotonic() < give_up:
        stage.mend()
        with asking(system("bench", "cli")):
            if not Case.objects.filter(ended_at=None).exists():
                return True
        time.sleep(1)
    return False


def _verdict(ledger: Ledger) -> dict[str, Any]:
    from django.db import connection

    from chengshu.engines.cases.models import Case, Task
    from chengshu.foundation.asking import asking, system
    from chengshu.foundation.audit.verify import verify

    with asking(system("bench", "cli")):
        done = set(Task.objects.filter(state="completed").values_list("id", flat=True))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM (SELECT task_id FROM cases_happening WHERE kind = 'task_completed'"
                " GROUP BY task_id HAVING count(*) > 1) AS twice"
            )
            twice = cursor.fetchone()[0]
        stuck = list(Case.objects.filter(ended_at=None).values_list("number", flat=True)[:20])
        verified = verify()
        return {
            "cases": Case.objects.count(),
            "completions": len(done),
            "acknowledged_twice": len(ledger.acknowledged) - len(set(ledger.acknowledged)),
            "lost": sorted(set(ledger.acknowledged) - done)[:20],
            "applied_twice": twice,
            "stuck": stuck,
            "histories_that_do_not_fit": _misfits(),
            "audit_entries": verified.entries,
            "audit_chain_is_sound": verified.is_sound,
        }


def _misfits() -> list[str]:
    """Cases whose history has a gap, or does not rebuild what the rows say."""
    from chengshu.engines.cases.interpreter.history import replay
    from chengshu.engines.cases.models import Case, Happening, Token
    from chengshu.engines.cases.rows import happening_of

    wrong = []
    for case in Case.objects.order_by("id"):
        rows = Happening.objects.filter(case_id=case.pk).order_by("seq")
        try:
            state = replay([happening_of(row) for row in rows])
        except ValueError as error:
            wrong.append(f"{case.number}: {error}")
            continue
        tokens = set(Token.objects.filter(case_id=case.pk).values_list("id", flat=True))
        if state.case.seq != case.seq or set(state.tokens) != tokens or state.case.state != case.state:
            wrong.append(f"{case.number}: the history says something else than the rows")
    return wrong[:20]


def holds(found: dict[str, Any]) -> bool:
    wrong = ("lost", "applied_twice", "stuck", "histories_that_do_not_fit", "acknowledged_twice", "surprises")
    return (
        found["audit_chain_is_sound"]
        and found["all_cases_came_to_their_end"]
        and not any(found[name] for name in wrong)
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench/crash.py", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")
    parser.add_argument("--moments", type=int, default=MOMENTS, help="how often something is killed")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    os.environ.pop("DATABASE_URL", None)
    with ground.durable("crash") as folder:
        found = play(folder, options)
    found["holds"] = holds(found)
    if options.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        print("\n".join(f"{name:32} {value}" for name, value in found.items()))
    return 0 if found["holds"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
