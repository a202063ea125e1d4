"""Signing in: how long argon2 takes by itself, and how many people a second come in through the page."""

from __future__ import annotations

import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.measuring import Report, percentile, run, timed

ACCOUNTS = 8
LOGINS = 40


def measure(report: Report, folder: Path) -> None:
    from django.contrib.auth.hashers import check_password, make_password

    from chengshu.foundation.asking import asking, system
    from chengshu.foundation.identity.actions import open_account
    from chengshu.foundation.orgs.base_data import load_base_data
    from chengshu.foundation.testing.browser import serving
    from chengshu.foundation.testing.personas import PASSWORD

    with asking(system("bench", "cli")):
        load_base_data()
        for number in range(ACCOUNTS):
            open_account(
                username=f"bench.{number}", title=f"bench {number}", password=PASSWORD, must_change=False
            )
    hashed = make_password(PASSWORD)
    report.add("argon2, making a hash", "ms", timed(lambda: make_password(PASSWORD), 10))
    report.add("argon2, checking a password", "ms", timed(lambda: check_password(PASSWORD, hashed), 10))
    with serving(folder / "site", workers=2) as served:
        single = _log_in(report, served, 1, PASSWORD)
        four = _log_in(report, served, 4, PASSWORD)
    report.add("ratio, 4 at once to 1", "×", [four / single])


def _log_in(report: Report, served: Any, at_once: int, password: str) -> float:
    """Whole sign-ins: the page, the form, the answer with a session."""
    for number in range(at_once):
        _one(served.url, number, password)
    before, begun = served.cpu_s(), time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        taken = list(pool.map(lambda n: _one(served.url, n % ACCOUNTS, password), range(LOGINS)))
    elapsed = time.perf_counter() - begun
    report.add(f"sign-in through HTTP, {at_once} at once, median", "ms", taken)
    report.add(
        f"sign-in through HTTP, {at_once} at once, 95th percentile", "ms", [percentile(sorted(taken), 95)]
    )
    report.add(
        f"server CPU per sign-in, {at_once} at once", "ms", [(served.cpu_s() - before) * 1000 / LOGINS]
    )
    return report.add(f"sign-ins, {at_once} at once", "/s", [LOGINS / elapsed])


def _one(url: str, number: int, password: str) -> float:
    import httpx

    begun = time.perf_counter()
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        page = client.get("/sign-in/").text
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found, "the page of sign-in carries no token"
        form = {"username": f"bench.{number}", "password": password, "csrfmiddlewaretoken": found[1]}
        answer = client.post("/sign-in/", data=form, headers={"Referer": f"{url}/sign-in/"})
        assert answer.status_code == 302, answer.status_code
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    raise SystemExit(run("login", measure))
