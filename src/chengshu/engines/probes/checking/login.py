"""Signing in as a user would: pages and forms in a row, with the cookies and hidden fields of the pages before.

Secrets are put into fields at the last moment; no answer, error or detail ever contains one.
"""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import httpx

from chengshu.engines.probes.checking.answers import Answer, Asked, Surroundings, Unanswered
from chengshu.engines.probes.checking.web import browser, fetch, judge


class _Inputs(HTMLParser):
    """The named inputs of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {name: value or "" for name, value in attrs}
        if tag == "input" and have.get("name"):
            self.values.setdefault(have["name"], have.get("value", ""))


def inputs_of(text: str) -> Mapping[str, str]:
    """Name → value of the inputs of a page, the first of each name."""
    page = _Inputs()
    page.feed(text)
    return page.values


async def ask(asked: Asked, around: Surroundings) -> Answer:
    """The kind ``login``: the steps one after another; the detail of a failure begins with the number of the step."""
    cookies, text, took_us = httpx.Cookies(), "", 0
    async with browser(asked.parameters, around) as client:
        for number, step in enumerate(asked.parameters["steps"], 1):
            try:
                fields = _filled(step["fields"], inputs_of(text), asked.secrets)
                page = await fetch(
                    client,
                    around,
                    "POST" if fields else "GET",
                    step["url"],
                    redirects=step["redirects"],
                    fields=fields or None,
                    cookies=cookies,
                )
            except Unanswered as error:
                told = error.answer
                return Answer(told.outcome, told.reason, f"{number}: {told.detail}")
            took_us, text = took_us + page.took_us, page.text
            if wrong := judge(page, step):
                reason, detail = wrong
                return Answer("failed", reason, f"{number}: {detail}", {"step": number}, took_us)
    return Answer("ok", facts={"steps": len(asked.parameters["steps"])}, latency_us=took_us)


def _filled(fields: Mapping[str, Any], page: Mapping[str, str], secrets: Mapping[str, str]) -> dict[str, str]:
    """
    :raises Unanswered: if a secret is not kept, or the page before has no such field
    """
    filled = {}
    for name, value in fields.items():
        if isinstance(value, str):
            filled[name] = value
        elif "secret" in value:
            if value["secret"] not in secrets:
                raise Unanswered("no_secret", value["secret"], outcome="impossible")
            filled[name] = secrets[value["secret"]]
        elif value["from_page"] in page:
            filled[name] = page[value["from_page"]]
        else:
            raise Unanswered("content_missing", value["from_page"])
    return filled
