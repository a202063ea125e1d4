"""A complete example form, put in use, and entries that fill it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from chengshu.engines.registers import api, data
from chengshu.engines.registers.actions import create_form, publish_form_version, send_form_version
from chengshu.engines.registers.definitions import read_form
from chengshu.foundation.orgs.models import Unit

KEY = "sample.venue_use"
SOURCE = (Path(__file__).parent / "example.json").read_text("utf-8")

NATURAL = {
    "applicant.kind": "1",
    "applicant.name": "某某",
    "applicant.id_card": "440115200002291234",
    "applicant.phone": "138 0013 8000",
    "town": "440115100",
    "purpose": "culture",
    "begins_on": "2026-12-10",
    "people": "120",
    "has_food": "0",
    "items.0.name": "舞台",
    "items.0.price": "1,200.50",
    "items.0.quantity": "2",
    "promise": "on",
}
"""What a natural person enters; enough for the form to be accepted on 2026-11-22."""


def example() -> data.Form:
    """The example, read without a database."""
    return read_form(KEY, SOURCE, version=1)


def typed(form: data.Form, **changes: str | tuple[str, ...] | None) -> data.Typed:
    """The complete entries with some changed; ``__`` stands for a dot, None takes an entry out."""
    entries: dict[str, str | tuple[str, ...]] = dict(NATURAL)
    for name, value in changes.items():
        path = name.replace("__", ".")
        if value is None:
            entries.pop(path, None)
        else:
            entries[path] = value
    return api.typed_of(form, entries)


def published(source: str = SOURCE, key: str = KEY) -> data.Form:
    """The form in use, as its designers put it there."""
    version = create_form(unit=unit("data-bureau"), key=key, source=source)
    publish_form_version(version=send_form_version(version=version))
    return api.form(key)


def unit(key: str = "service-centre") -> Unit:
    return Unit.objects.get(key=key)


class Empty:
    """Sources that know nothing."""

    def files(self, ids: Sequence[int]) -> Mapping[int, data.FileLine]:
        return {}

    def record(self, register: str, typed_key: str) -> data.RecordView | None:
        return None
