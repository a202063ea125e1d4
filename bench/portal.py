"""The portal under load: a mix of pages, forms, progress and inbox with 50, 200 and 1,000 requests in flight, and cases
opened through HTTP, one in each request and a hundred in each.

The real web server (two workers, as ``./chengshu up`` starts it) over the shipped catalogue. The load generator shares
the machine with it and takes part of the two processors; its share is printed. Nothing is cached for the occasion: what
the server keeps by itself — public pages until something is published — it keeps here too. The processor time of the
database is told where PostgreSQL runs on this machine.
"""

from __future__ import annotations

import json
import sys
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.load import Outcome, Request, drive
from bench.measuring import Report, percentile, run

IN_FLIGHT = (50, 200, 1000)
REQUESTS = {50: 1500, 200: 2000, 1000: 3000}
OPENINGS = 1000
TOGETHER = 100
"""Cases of one bulk request."""
MATTER = "approvals.drainage_permit"
PROCESS = "sample.seal_use"


def measure(report: Report, folder: Path) -> None:
    from django.core.management import call_command

    from chengshu.foundation.testing.browser import committed_cast, serving, session_cookie

    call_command("load_base_data", verbosity=0)
    cast = committed_cast()
    filed = _applications(cast)
    cookies = {who: session_cookie(cast[who]) for who in ("resident", "reviewer", "window_clerk")}
    token = _token(cast["reviewer"].account)
    with serving(folder / "site", workers=2, threads=2) as served:
        mix = _mix(cookies, filed)
        drive(served.url, mix, at_once=8, total=200)
        for at_once in IN_FLIGHT:
            _one_load(report, served, mix, at_once)
        _openings(report, served, token)
        _openings_together(report, served, token)


def _applications(cast: Any) -> list[int]:
    """Cases in the inbox, opened as people open them; marked as simulated."""
    from chengshu.engines.cases.api import open_case
    from chengshu.foundation.asking import asking

    opened = []
    for number in range(200):
        with asking(cast["reviewer"].asker()):
            opened.append(open_case(definition=PROCESS, title=f"模拟用印申请 {number}", simulated=True))
    return opened


def _token(account: Any) -> str:
    from django.utils import timezone

    from chengshu.foundation.asking import asking, system
    from chengshu.foundation.identity.actions import issue_token

    with asking(system("bench", "cli")):
        _row, text = issue_token(
            account=account,
            title="bench",
            scopes=["cases.view", "cases.open_case", "cases.open_cases"],
            expires_at=timezone.now() + timedelta(days=1),
        )
    return str(text)


def _mix(cookies: dict[str, str], cases: list[int]) -> Callable[[int], Request]:
    """Of ten requests six are the public's, two a signed-in resident's and two of the staff's."""
    from django.urls import reverse

    from chengshu.foundation.identity.sessions import COOKIE

    def signed(who: str) -> tuple[tuple[str, str], ...]:
        return (("Cookie", f"{COOKIE}={cookies[who]}"),)

    matter = quote(MATTER)
    kinds = (
        Request("portal home", "/portal/"),
        Request("find by words", f"/portal/find/?q={quote('排水')}"),
        Request("item page", f"/portal/matters/{matter}/"),
        Request("item page", f"/portal/matters/{matter}/"),
        Request("guide", f"/portal/guide/{matter}/"),
        Request("progress", "/portal/progress/"),
        Request("begin an application", f"/portal/apply/{matter}/", headers=signed("resident")),
        Request("my applications", "/portal/mine/", headers=signed("resident")),
        Request("inbox", reverse("inbox:work"), headers=signed("reviewer")),
        Request("case", "", headers=signed("reviewer")),
    )

    def request(number: int) -> Request:
        kind = kinds[number % len(kinds)]
        if kind.path:
            return kind
        return Request(
            kind.name, reverse("inbox:case", args=[cases[number % len(cases)]]), headers=kind.headers
        )

    return request


def _one_load(report: Report, served: Any, mix: Callable[[int], Request], at_once: int) -> None:
    before, own, database = served.cpu_s(), time.process_time(), _database_cpu_s()
    outcome = drive(served.url, mix, at_once=at_once, total=REQUESTS[at_once])
    server_s, generator_s = served.cpu_s() - before, time.process_time() - own
    database_s = _database_cpu_s() - database
    head = f"mix, {at_once} in flight"
    report.add(f"{head}, median", "ms", outcome.all_ms)
    report.add(f"{head}, 95th percentile", "ms", [percentile(outcome.all_ms, 95)])
    report.add(f"{head}, throughput", "req/s", [outcome.per_second], _statuses(outcome))
    report.add(f"{head}, server CPU per request", "ms", [server_s * 1000 / REQUESTS[at_once]])
    report.add(f"{head}, database CPU per request", "ms", [database_s * 1000 / REQUESTS[at_once]])
    report.add(f"{head}, generator CPU per request", "ms", [generator_s * 1000 / REQUESTS[at_once]])
    if at_once == IN_FLIGHT[0]:
        for name, taken in sorted(outcome.taken_ms.items()):
            report.add(f"{head}, {name}, 95th percentile", "ms", [percentile(sorted(taken), 95)])


def _openings(report: Report, served: Any, token: str) -> None:
    """Cases opened durably, one request each, eight in flight."""
    headers = (("Authorization", f"Bearer {token}"), ("Content-Type", "application/json"))

    def request(number: int) -> Request:
        body = {"definition": PROCESS, "title": f"模拟 {number}", "variables": {}}
        return Request("open", "/api/v1/cases/cases", "POST", json.dumps(body).encode(), headers)

    drive(served.url, request, at_once=8, total=50)
    before, database = served.cpu_s(), _database_cpu_s()
    outcome = drive(served.url, request, at_once=8, total=OPENINGS)
    database_s = _database_cpu_s() - database
    report.add("cases opened through HTTP", "1/s", [outcome.per_second], _statuses(outcome))
    report.add("cases opened through HTTP, 95th percentile", "ms", [percentile(outcome.all_ms, 95)])
    report.add("cases opened through HTTP, server CPU", "ms", [(served.cpu_s() - before) * 1000 / OPENINGS])
    report.add("cases opened through HTTP, database CPU", "ms", [database_s * 1000 / OPENINGS])


def _openings_together(report: Report, served: Any, token: str) -> None:
    """Cases opened durably, a hundred in each request under keys of their own, two requests in flight."""
    headers = (("Authorization", f"Bearer {token}"), ("Content-Type", "application/json"))

    def request(number: int) -> Request:
        items = [
            {"definition": PROCESS, "title": f"模拟 {number}-{each}", "key": uuid.uuid4().hex}
            for each in range(TOGETHER)
        ]
        return Request(
            "together", "/api/v1/cases/cases/bulk", "POST", json.dumps({"items": items}).encode(), headers
        )

    drive(served.url, request, at_once=2, total=4)
    calls = 2 * OPENINGS // TOGETHER
    before, database = served.cpu_s(), _database_cpu_s()
    outcome = drive(served.url, request, at_once=2, total=calls)
    cases = calls * TOGETHER
    server_s, database_s = served.cpu_s() - before, _database_cpu_s() - database
    head = f"cases opened {TOGETHER} in a request"
    report.add(head, "1/s", [outcome.per_second * TOGETHER], _statuses(outcome))
    report.add(f"{head}, 95th percentile of a request", "ms", [percentile(outcome.all_ms, 95)])
    report.add(f"{head}, server CPU per case", "ms", [server_s * 1000 / cases])
    report.add(f"{head}, database CPU per case", "ms", [database_s * 1000 / cases])


def _database_cpu_s() -> float:
    """Processor seconds of the backends of this database that live now; 0 where they run on another machine."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        return sum(_cpu_of(pid) for (pid,) in cursor.fetchall())


def _cpu_of(pid: int) -> float:
    stat = Path(f"/proc/{pid}/schedstat")
    return int(stat.read_text().split()[0]) / 1e9 if stat.exists() else 0.0


def _statuses(outcome: Outcome) -> str:
    return " ".join(f"{status}×{count}" for status, count in sorted(outcome.statuses.items()))


if __name__ == "__main__":
    raise SystemExit(run("portal", measure))
