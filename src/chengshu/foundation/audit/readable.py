"""An entry's facts in words: what was given, and what changed from what to what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import Words
from chengshu.foundation.web.shell import Change

VERBS: dict[str, Words] = {
    "create": gettext_lazy("Record added"),
    "change": gettext_lazy("Record changed"),
    "delete": gettext_lazy("Record removed"),
    "verify": gettext_lazy("Verified"),
    "export": gettext_lazy("Exported"),
    "archive": gettext_lazy("Archived"),
    "reveal": gettext_lazy("Revealed"),
}


OUTCOMES: dict[str, Words] = {
    "done": gettext_lazy("Done"),
    "refused": gettext_lazy("Was refused"),
    "failed": gettext_lazy("Failed"),
}

FIELDS: dict[str, Words] = {
    "name": gettext_lazy("Field: name"),
    "short_name": gettext_lazy("Short name"),
    "name_en": gettext_lazy("English name"),
    "title": gettext_lazy("Field: title"),
    "title_en": gettext_lazy("English title"),
    "username": gettext_lazy("User name"),
    "account": gettext_lazy("Account"),
    "unit": gettext_lazy("Unit"),
    "parent": gettext_lazy("Under"),
    "post": gettext_lazy("Post"),
    "role": gettext_lazy("Role"),
    "reach": gettext_lazy("Reaches"),
    "permissions": gettext_lazy("Powers"),
    "reason": gettext_lazy("Reason"),
    "purpose": gettext_lazy("What for"),
    "note": gettext_lazy("Note"),
    "key": gettext_lazy("Key"),
    "code": gettext_lazy("Code"),
    "source": gettext_lazy("Source"),
    "valid_from": gettext_lazy("First day"),
    "starts_on": gettext_lazy("First day"),
    "valid_to": gettext_lazy("Last day"),
    "ends_on": gettext_lazy("Last day"),
    "on": gettext_lazy("Last day"),
}
"""Names of fields and arguments that many records share, for people."""


@dataclass(frozen=True)
class ThingChanged:
    """What happened to one thing, with its fields before and after, or with other facts."""

    verb: Words
    thing: str
    kind: Words
    fields: list[Change]
    facts: list[tuple[str, str]]


def changes_of(entry: AuditEntry) -> list[ThingChanged]:
    """Every recorded change of an entry, in the order it happened."""
    return [_change(one) for one in entry.details.get("changes", []) if isinstance(one, dict)]


def given_of(entry: AuditEntry) -> list[tuple[str, str]]:
    """What the action was given, as pairs of name and value."""
    given = entry.details.get("given", {})
    return (
        [(str(FIELDS.get(name, name)), words(value)) for name, value in given.items()]
        if isinstance(given, dict)
        else []
    )


def _change(one: Mapping[str, Any]) -> ThingChanged:
    thing, verb = str(one.get("object", "")), str(one.get("verb", ""))
    fields = one.get("fields", {})
    rows = [
        Change(_field_name(thing, name), _side(pair, 0), _side(pair, 1))
        for name, pair in (fields.items() if isinstance(fields, dict) else ())
        if name != "id"
    ]
    rest = [(name, words(value)) for name, value in one.items() if name not in ("verb", "object", "fields")]
    return ThingChanged(VERBS.get(verb, verb), thing, _kind(thing), rows, rest)


def _side(pair: Any, number: int) -> str | None:
    value = pair[number] if isinstance(pair, list) and len(pair) > number else None
    return None if value is None else words(value)


def words(value: Any) -> str:
    """A stored value as people read it; a long text shows its beginning."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dict) and "begins" in value:
        return f"{value['begins']}…"
    if isinstance(value, list) and all(isinstance(part, str | int) for part in value):
        return ", ".join(str(part) for part in value) or "—"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _kind(thing: str) -> Words:
    """What a thing is called, from ``promises.form:17``."""
    label = thing.partition(":")[0]
    try:
        return apps.get_model(label)._meta.verbose_name or label
    except (LookupError, ValueError):
        return label


def _field_name(thing: str, name: str) -> str:
    """A field's name for people where it has one; its own name otherwise."""
    if known := FIELDS.get(name.removesuffix("_id")):
        return str(known)
    try:
        field = apps.get_model(thing.partition(":")[0])._meta.get_field(name.removesuffix("_id"))
    except (LookupError, ValueError):
        return name
    label = str(getattr(field, "verbose_name", name))
    return name if label == name.replace("_", " ") else label
