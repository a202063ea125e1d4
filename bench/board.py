"""The promise board through HTTP: 306 promises on one page, with one reader and with eight at once.

The real web server (two workers, as ``./chengshu up`` starts it) over the imported facts, asked by a signed-in
supervisor of the whole district; the load generator shares the machine with it.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.measuring import Report, percentile, run, timed

REQUESTS = 60
AT_ONCE = 8
PAGES = {"board": "/promises/", "project": "/promises/projects/P36/", "findings": "/promises/findings/"}


def measure(report: Report, folder: Path) -> None:
    from chengshu.foundation.asking import asking, system
    from chengshu.foundation.orgs.base_data import load_base_data
    from chengshu.foundation.testing.browser import serving, session_cookie
    from chengshu.foundation.testing.personas import cast_in
    from chengshu.hub.promises.base_data import load

    with asking(system("bench", "cli")):
        load_base_data()
        load()
        supervisor = cast_in()["supervisor"]
    token = session_cookie(supervisor)
    _time_queries(report, supervisor)
    with serving(folder / "site", workers=2) as served:
        for name, path in PAGES.items():
            _time_page(report, served, name, path, token)


def _time_queries(report: Report, supervisor: Any) -> None:
    """What the page asks the database for, without rendering."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="localhost")
    supervisor.sign_in(client)
    client.get(PAGES["board"])
    with CaptureQueriesContext(connection) as captured:
        client.get(PAGES["board"])
    report.add("board, queries", "count", [len(captured)])
    report.add("board, time in the database", "ms", [sum(float(q["time"]) for q in captured) * 1000])
    report.add("board, whole request in process", "ms", timed(lambda: client.get(PAGES["board"]), 10))


def _time_page(report: Report, served: Any, name: str, path: str, token: str) -> None:
    import httpx

    from chengshu.foundation.identity.sessions import COOKIE

    def ask() -> float:
        begun = time.perf_counter()
        answer = client.get(path)
        assert answer.status_code == 200, answer.status_code
        return (time.perf_counter() - begun) * 1000

    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    with httpx.Client(
        base_url=served.url, cookies={COOKIE: token}, trust_env=False, timeout=60, limits=limits
    ) as client:
        report.add(f"{name}, first request", "ms", [ask()])
        for _warming in range(4):
            ask()
        _note(report, f"{name}, 1 at once", [ask() for _request in range(REQUESTS)])
        before, begun = served.cpu_s(), time.perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            taken = list(pool.map(lambda _n: ask(), range(REQUESTS * 2)))
        elapsed = time.perf_counter() - begun
        _note(report, f"{name}, {AT_ONCE} at once", taken)
        report.add(f"{name}, {AT_ONCE} at once, throughput", "req/s", [len(taken) / elapsed])
        report.add(f"{name}, server CPU per request", "ms", [(served.cpu_s() - before) * 1000 / len(taken)])


def _note(report: Report, name: str, taken: list[float]) -> None:
    report.add(f"{name}, median", "ms", taken)
    report.add(f"{name}, 95th percentile", "ms", [percentile(sorted(taken), 95)])


if __name__ == "__main__":
    raise SystemExit(run("board", measure))
