"""Strings that break things, sent through every form: never a server error, nothing half-written, nothing lost.

The forms are found by reading the pages, so a new form is in it the moment its page exists.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from chengshu.foundation.asking import asking, system
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.http.doors import Door
from chengshu.hub.catalogue.routes import Route, routes
from tests.contracts.district import District, Visitor, undone
from tests.contracts.samples import NEAR, Rows
from tests.contracts.test_deny_matrix import way_to

SELECTED = (
    "", " ", "undefined", "null", "NaN", "-1", "1e309", "0x0", "9" * 30, "00012", "1/0", "१२३", "１２３", "٠١٢",
    "Ω≈ç√∫˜µ≤≥÷", "社會科學院語學研究所", "表ポあA鷗ŒéＢ逍Üßªąñ丂㐀𠀀", "👩🏽👨‍👩‍👦",
    "\u202etest\u202c", "\u2060\ufeff\u200b",
    "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤", "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' OR 1=1 --",
    "1;DROP TABLE orgs_unit", "$(touch /tmp/x)", "`id`", "../../../../etc/passwd%00", "{% raw %}{{ 7*7 }}", "%s%s%s%n",
    "%(name)s", "{0.__class__}", "\\x00", "a\x00b", "\r\nSet-Cookie: a=b", "\ud7ff\ue000", "A" * 5000,
    "2025-02-30", "2025-13-01", "9999-12-31",
)  # fmt: skip
PER_FORM = 6
"""Strings sent through each form; another six at each form, the same at each run."""
WALKERS = (
    "department_officer",
    "unit_head",
    "finance_reviewer",
    "security_administrator",
    "system_administrator",
)
"""Who between them hold the powers behind the forms."""


class Forms(HTMLParser):
    """The forms of a page that post: where to, and the fields that can be typed in, with values."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = have.get("method", "").lower() == "post"
            if self._open:
                self.found.append((have.get("action", ""), {}))
        elif (
            self._open
            and tag in ("input", "textarea", "select")
            and have.get("name")
            and have.get("type") != "file"
            and "readonly" not in have
        ):
            self.found[-1][1][have["name"]] = have.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "form"


def strings(shared: Path | None) -> list[str]:
    """The selected ones, and all 515 of the big list of naughty strings where this machine has it."""
    if shared is None:
        return list(SELECTED)
    listed = json.loads((shared / "data" / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    return [*SELECTED, *listed]


def _let_in(visitor: Visitor, route: Route) -> bool:
    return route.door in (Door.PUBLIC.value, Door.SIGNED_IN.value) or route.door in visitor.permissions


def _forms_of(visitor: Visitor, path: str) -> Iterator[tuple[str, dict[str, str]]]:
    with undone():
        answer = visitor.client().get(path)
        if answer.status_code != 200 or "html" not in answer.headers.get("Content-Type", ""):
            return
        text = answer.content.decode()
    page = Forms()
    page.feed(text)
    for action, fields in page.found:
        typed = {name: value for name, value in fields.items() if name != "csrfmiddlewaretoken"}
        target = action if action.startswith("/") else path
        if typed and not target.startswith(("/sign-out", "/language")):
            yield target, typed


@pytest.fixture(scope="module")
def forms(district: District, rows: Rows) -> dict[tuple[str, str], dict[str, str]]:
    """Every form: who was shown it and where it goes → its fields. Each address is walked once for each door."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    seen: set[str] = set()
    for route in routes():
        if route.is_api:
            continue
        way = way_to(route, rows, NEAR)
        for name in WALKERS:
            visitor = district.visitors[name]
            if not _let_in(visitor, route) or (way.row is not None and not way.row.is_seen_by(visitor)):
                continue
            for target, fields in _forms_of(visitor, way.path):
                shape = f"{target} {sorted(fields)}"
                if shape not in seen:
                    seen.add(shape)
                    found[name, shape] = fields
    return found


def test_forms_are_found(forms: dict[tuple[str, str], dict[str, str]]) -> None:
    assert len(forms) > 15, sorted(shape for _name, shape in forms)


def test_no_form_breaks(district: District, forms: dict[tuple[str, str], dict[str, str]]) -> None:
    shared = Path(__file__).resolve().parents[3] / "shared"
    naughty, wrong = strings(shared if shared.is_dir() else None), []
    for number, ((name, shape), fields) in enumerate(sorted(forms.items())):
        target = shape.split(" ")[0]
        for text in random.Random(number).sample(naughty, PER_FORM):  # noqa: S311
            if complaint := _complaint(district.visitors[name], target, fields, text):
                wrong.append(f"{name} {target} {text[:30]!r}: {complaint}")
    assert wrong == []


def _complaint(visitor: Visitor, target: str, fields: dict[str, str], text: str) -> str:
    """Every field filled with the same string."""
    with undone():
        before = _done()
        try:
            answer = visitor.client().post(target, dict.fromkeys(fields, text))
        except Exception as error:
            return f"{type(error).__name__}: {str(error)[:200]}"
        if answer.status_code >= 500:
            return f"status {answer.status_code}"
        if answer.status_code >= 400 and _done() != before:
            return f"status {answer.status_code}, yet something was written"
        return ""


MEANT_TO_STAY = ("identity.note_failure", "identity.sign_in")
"""Actions that write down a failure: those are to be there after one."""


def _done() -> int:
    """How many actions were completed."""
    with asking(system("test", "cli")):
        return AuditEntry.objects.filter(outcome="done").exclude(action__in=MEANT_TO_STAY).count()


KEPT = "核对 <b>&amp; 申报"
"""A string to find again in the form."""
FREE_TEXTS = ("title", "name", "subject", "reason", "opinion", "purpose", "text", "username")


def test_a_refused_form_keeps_what_was_typed(
    district: District, forms: dict[tuple[str, str], dict[str, str]]
) -> None:
    lost = []
    for (name, shape), fields in sorted(forms.items()):
        target = shape.split(" ")[0]
        kept = [field for field in fields if field in FREE_TEXTS]
        if not kept:
            continue
        typed = {**dict.fromkeys(fields, ""), kept[0]: KEPT}
        with undone():
            answer = district.visitors[name].client().post(target, typed)
        if answer.status_code == 422 and "核对" not in answer.content.decode():
            lost.append(f"{name} {target} loses {kept[0]}")
    assert lost == []
