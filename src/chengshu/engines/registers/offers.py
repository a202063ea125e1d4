"""What the registers offer for the fields of a form, with its source and day.

Nothing personal is handed out: of a personal fact only the mask is shown beside the field, for comparing.
"""

from __future__ import annotations

from collections.abc import Mapping

from chengshu.engines.registers.data import Field, Form, Prefilled, Provenance, RecordView, Typed
from chengshu.engines.registers.entities import entity_type
from chengshu.engines.registers.entries import Entries
from chengshu.engines.registers.sources import Sources


def offers(form: Form, entries: Entries, sources: Sources) -> dict[str, Prefilled]:
    """By path, what the registers say for the keys that are typed."""
    found = {key.register: record_for(form, key.register, entries, sources) for key in form.prefill_keys}
    offered: dict[str, Prefilled] = {}
    for field in entries.fields.by_path.values():
        record = found.get(field.prefill[0]) if field.prefill else None
        if record is not None and (offer := _offer(field, record)) is not None:
            offered[field.path] = offer
    return offered


def record_for(form: Form, register: str, entries: Entries, sources: Sources) -> RecordView | None:
    """The record of the entity whose key is typed into the form."""
    path = next((key.key for key in form.prefill_keys if key.register == register), "")
    typed = entries.typed.first(path).strip() if path and entries.is_shown(path) else ""
    return sources.record(register, typed) if typed else None


def provenance_of(record: RecordView) -> Provenance:
    title = str(entity_type(record.register).title)
    return Provenance(record.register, title, record.source, record.as_of, record.record_id)


def _offer(field: Field, record: RecordView) -> Prefilled | None:
    assert field.prefill is not None
    value = record.facts.get(field.prefill[1], "")
    known = entity_type(record.register).field(field.prefill[1])
    if not value or known is None:
        return None
    return Prefilled(field.path, value, provenance_of(record), personal=bool(known.mask))


def filled_in(form: Form, typed: Typed, offered: Mapping[str, Prefilled]) -> Typed:
    """The entries with what is still empty filled from the registers; personal facts stay out."""
    entries = dict(typed.entries)
    for path, offer in offered.items():
        if not offer.personal and not typed.first(path).strip():
            entries[path] = (offer.value,)
    return Typed(entries, typed.gesture, typed.refused)
