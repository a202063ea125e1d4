"""Officers who complete tasks through the HTTP API, and remember what they were told about each."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import Any

import httpx

API = "/api/v1/cases"
TOKEN = "a" * 32


@dataclass
class Ledger:
    """What the clients were told.

    :param acknowledged: tasks whose completion was answered with success
    :param uncertain: tasks whose answer never came
    :param refused: answers that said no: somebody else was first
    :param failed: answers of a server in trouble
    """

    acknowledged: list[int] = field(default_factory=list)
    uncertain: list[int] = field(default_factory=list)
    refused: int = 0
    failed: int = 0
    opened: int = 0
    surprises: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Client(threading.Thread):
    """Takes any claimable task and completes it; opens a case when there is little to do."""

    def __init__(
        self, url: str, cookie: str, ledger: Ledger, stopping: threading.Event, number: int, few: int
    ) -> None:
        super().__init__(name=f"client-{number}")
        self.url, self.cookie, self.ledger, self.stopping = url, cookie, ledger, stopping
        self.random, self.number, self.few = random.Random(number), number, few
        self.references = 0

    def run(self) -> None:
        from chengshu.foundation.identity.sessions import COOKIE

        cookies = {COOKIE: self.cookie, "chengshu_csrf": TOKEN}
        headers = {"X-CSRFToken": TOKEN, "Referer": f"{self.url}/"}
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
        with httpx.Client(
            base_url=self.url, cookies=cookies, headers=headers, trust_env=False, timeout=15, limits=limits
        ) as client:
            while not self.stopping.is_set():
                try:
                    self._step(client)
                except httpx.TransportError:
                    self.stopping.wait(0.1)

    def _step(self, client: httpx.Client) -> None:
        page = client.get(f"{API}/work", params={"queue": "claimable", "size": 40})
        if page.status_code != 200:
            self._trouble(page)
            return
        items = page.json()["items"]
        if len(items) < self.few:
            self._open(client)
        if not items:
            self.stopping.wait(0.2)
            return
        self._complete(client, int(self.random.choice(items)["task_id"]))

    def _open(self, client: httpx.Client) -> None:
        self.references += 1
        given = {
            "definition": "bench.rounds",
            "variables": {"reference": f"C-{self.number}-{self.references}"},
        }
        answer = client.post(f"{API}/cases", json=given)
        if answer.status_code == 201:
            with self.ledger.lock:
                self.ledger.opened += 1
        else:
            self._trouble(answer)

    def _complete(self, client: httpx.Client, task_id: int) -> None:
        try:
            answer = client.post(f"{API}/tasks/{task_id}/complete", json={"opinion": "同意"})
        except httpx.TransportError:
            with self.ledger.lock:
                self.ledger.uncertain.append(task_id)
            raise
        with self.ledger.lock:
            if answer.status_code == 204:
                self.ledger.acknowledged.append(task_id)
            elif answer.status_code in (404, 409):
                self.ledger.refused += 1
            elif answer.status_code >= 500:
                self.ledger.failed += 1
                self.ledger.uncertain.append(task_id)
            else:
                self.ledger.surprises.append(f"{answer.status_code} {answer.text[:200]}")

    def _trouble(self, answer: Any) -> None:
        with self.ledger.lock:
            if answer.status_code >= 500 or answer.status_code == 429:
                self.ledger.failed += 1
            else:
                self.ledger.surprises.append(f"{answer.status_code} {answer.text[:200]}")
        self.stopping.wait(0.1)
