"""Strings that break things in every control: never a server error, everything typed kept, reasons said."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from chengshu.foundation.testing.personas import Cast
from chengshu.scenes.portal.tests.building import PERSON_FORM, Walk, put_in_force, text

SignIn = Callable[[str], Client]
ODD = (
    "\x00",
    "a\x00b",
    "'; DROP TABLE x;--",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "%s%n",
    "‮",
    "\ud800",
    "🏠" * 300,
    "１２３",
)
FIELDS = ("f.applicant.name", "f.applicant.identity", "f.applicant.phone", "f.project_name", "f.remark")


def _sendable(word: str) -> bool:
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


@pytest.fixture
def naughty(shared: Path) -> list[str]:
    """A sample of the public list of strings that break things."""
    found = sorted((shared / "data" / "naughty-strings").rglob("blns.json"))
    if not found:
        pytest.skip("needs the naughty strings in ../shared/data, which this machine does not have")
    words = [word for word in json.loads(found[0].read_text(encoding="utf-8")) if _sendable(word)]
    return random.Random(7).sample(words, min(40, len(words)))  # noqa: S311 (a sample, not a secret)


@pytest.fixture
def walk(cast: Cast, signed_in: SignIn) -> Walk:
    put_in_force()
    begun = Walk(signed_in("resident"))
    begun.start()
    return begun


def _send_everywhere(walk: Walk, word: str) -> None:
    answer = walk.form({**PERSON_FORM, **dict.fromkeys(FIELDS, word)})
    assert answer.status_code in (200, 302, 422), word
    if answer.status_code == 422:
        kept = unescape(text(walk.get("form/")))
        assert word.replace("\r\n", "\n") in kept.replace("\r\n", "\n") or "\x00" in word or "\r" in word, (
            word
        )
    assert walk.post("", {"whom": word, "uscc": word, "q.site": word, "received_at": word}).status_code == 422
    assert walk.post("materials/", {"way.report": word, "drop": word}).status_code in (200, 422)
    assert walk.post("materials/", {"way.report": word, "next": "review"}).status_code == 422
    assert walk.post("review/", {"request_key": word}).status_code == 422


def test_odd_words_in_every_control(walk: Walk) -> None:
    for word in filter(_sendable, ODD):
        _send_everywhere(walk, word)


def test_naughty_strings_in_every_control(walk: Walk, naughty: list[str]) -> None:
    for word in naughty:
        _send_everywhere(walk, word)


def test_naughty_strings_in_public_controls(
    cast: Cast, anonymous: Client, signed_in: SignIn, naughty: list[str]
) -> None:
    put_in_force()
    resident = signed_in("resident")
    for word in naughty[:25]:
        assert anonymous.get("/portal/find/", {"q": word, "topic": word, "page": word}).status_code == 200
        progress = anonymous.post("/portal/progress/", {"number": word, "access_code": word})
        assert progress.status_code in (404, 422, 429)
        assert resident.get("/portal/mine/", {"q": word, "queue": word}).status_code == 200
        assert resident.post("/portal/authorisations/", {"agent": word, "reason": word}).status_code == 422


def test_files_of_somebody_else_and_ids_that_are_none_are_left_out(walk: Walk) -> None:
    walk.form()
    for ids in ("999999", "-1", "x", "9" * 40):
        answer = walk.materials(
            **{"f._materials.identity_document.files": ids, "way.identity_document": "upload"}
        )
        assert answer.status_code == 422
        assert f'value="{ids}"' not in text(answer)
