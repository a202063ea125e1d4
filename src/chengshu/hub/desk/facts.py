"""What the editor in the browser is told: the model, the choices that the organisation offers, and its words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language

from chengshu.engines.cases import api
from chengshu.engines.cases.api import clock_rules, pause_grounds
from chengshu.engines.cases.data import DefinitionView, VersionView
from chengshu.engines.registers import api as registers
from chengshu.foundation.errors import Words
from chengshu.foundation.orgs import queries as orgs
from chengshu.hub.desk import words

Choice = dict[str, str]
STATUS_CODES = tuple(str(code) for code in range(16))
"""Codes of the national standard for approval cases."""


def editor_facts(model: DefinitionView, version: VersionView | None, *, editable: bool) -> dict[str, Any]:
    """The data block of the editor page.

    :param version: the version shown; None for a model of which the asker sees none
    """
    content = api.drawn_content(version.version_id) if version else b""
    return {
        "kind": model.kind,
        "key": model.key,
        "title": model.title,
        "xml": content.decode("utf-8", "replace"),
        "digest": version.digest if version and version.state == "draft" else "",
        "editable": editable,
        "language": get_language() or "",
        "sample": {},
        "addresses": addresses(model),
        "units": units(),
        "roles": roles(),
        "forms": [_choice(form.key, form.title) for form in registers.forms()],
        "decisions": _models("decision"),
        "processes": _models("process"),
        "services": [_choice(name, name) for name in sorted(api.registered_services())],
        "statuses": [_choice(code, f"{code} {api.status_label(code)}") for code in STATUS_CODES],
        "grounds": _choices(pause_grounds()),
        "rules": _choices(clock_rules()),
        "words": words.table(),
    }


def addresses(model: DefinitionView) -> dict[str, str]:
    return {
        "save": reverse("desk:save", args=[model.key]),
        "lint": f"{reverse('desk:check')}?kind={model.kind}",
        "feel": reverse("desk:expression"),
        "trial": reverse("desk:trial"),
        "evaluate": reverse("desk:evaluate"),
    }


def units() -> list[Choice]:
    """Every unit of today, under the heading of its kind."""
    found = orgs.units().order_by("kind", "path")
    return [
        {"key": unit.key, "title": unit.shown_name, "group": str(unit.get_kind_display())} for unit in found
    ]


def roles() -> list[Choice]:
    english = (get_language() or "").startswith("en")
    return [
        _choice(role.key, role.title_en if english and role.title_en else role.title)
        for role in orgs.roles()
        if not role.admin_kind
    ]


def _models(kind: str) -> list[Choice]:
    """What a process may name of this kind, by the id inside the model."""
    found = api.definitions("decision" if kind == "decision" else "process")
    return [_choice(one.key.replace(".", "_"), f"{one.title} ({one.key})") for one in found]


def _choices(pairs: Iterable[tuple[str, Words]]) -> list[Choice]:
    return [_choice(key, str(title)) for key, title in pairs]


def _choice(key: str, title: str) -> Choice:
    return {"key": key, "title": title}
