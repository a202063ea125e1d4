"""Checking a whole form: values of what is shown, or every error at its field; then materials and corrections.

Pure but for what it is given: ``Sources`` answers for stored files and records of registers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.engines.registers.attachments import Limits, refuse_wrong_files
from chengshu.engines.registers.data import Checked, Correction, Field, FieldError, Form, Prefilled, Typed
from chengshu.engines.registers.entries import Entries
from chengshu.engines.registers.kinds import value_of
from chengshu.engines.registers.materials import check_materials
from chengshu.engines.registers.offers import offers
from chengshu.engines.registers.paths import REASON, joined
from chengshu.engines.registers.sources import Sources
from chengshu.foundation.errors import ChengshuError, Words

SHORTEST_REASON = 2


def checked(form: Form, typed: Typed, *, today: date, sources: Sources) -> Checked:
    """The values of a form, or why it cannot be accepted."""
    entries = Entries(form, typed)
    offered = offers(form, entries, sources)
    walk = _Walk(entries, today, sources, offered)
    values = walk.group(form.fields, "", ())
    lines, material_errors = check_materials(form, entries, today=today, sources=sources)
    return Checked(
        values=values,
        errors=(*typed.refused, *walk.errors, *material_errors),
        materials=lines,
        corrections=tuple(walk.corrections),
    )


class _Walk:
    """One walk through the fields that are shown."""

    def __init__(
        self, entries: Entries, today: date, sources: Sources, offered: Mapping[str, Prefilled]
    ) -> None:
        self.entries, self.today, self.sources, self.offered = entries, today, sources, offered
        self.errors: list[FieldError] = []
        self.corrections: list[Correction] = []

    def group(self, fields: tuple[Field, ...], prefix: str, titles: tuple[str, ...]) -> dict[str, Any]:
        """The values of one group by name; what is empty or hidden is left out."""
        values: dict[str, Any] = {}
        for field in fields:
            path = joined(prefix, field.name)
            if not self.entries.is_shown_itself(path):
                continue
            value = self.field(field, path, (*titles, str(field.title)))
            if value is not None:
                values[field.name] = value
        return values

    def field(self, field: Field, path: str, titles: tuple[str, ...]) -> Any:
        match field.kind:
            case "group":
                return self.group(field.fields, path, titles) or None
            case "rows":
                return self.rows(field, path, titles)
            case "computed":
                return self.entries.computed(field, path)
        typed = self.entries.typed.all(path)
        if not any(text.strip() for text in typed):
            if field.required:
                self.note(path, _WORDS_OF_EMPTY.get(field.kind, _EMPTY), "form.required", titles)
            return None
        return self.entered(field, typed, path, titles)

    def entered(self, field: Field, typed: tuple[str, ...], path: str, titles: tuple[str, ...]) -> Any:
        try:
            value = value_of(field, typed, path, self.today)
            if field.kind == "files":
                refuse_wrong_files(value, limits_of(field), self.sources, path=path)
        except ChengshuError as error:
            self.note(path, (error.message, error.hint), error.code, titles)
            return None
        self.compare(field, path, typed[0].strip(), titles)
        return value

    def rows(self, field: Field, path: str, titles: tuple[str, ...]) -> tuple[dict[str, Any], ...] | None:
        count = self.entries.row_count(field)
        least = max(field.min_rows, int(field.required))
        if count < least or count > field.max_rows:
            words = (
                _("%(count)s are entered; from %(least)s to %(most)s are possible.")
                % {"count": count, "least": least, "most": field.max_rows},
                _("Add or remove rows."),
            )
            self.note(path, words, "form.rows", titles)
        rows = tuple(
            self.group(field.fields, f"{path}.{number}", (*titles[:-1], f"{titles[-1]} {number + 1}"))
            for number in range(count)
        )
        return rows or None

    def compare(self, field: Field, path: str, entered: str, titles: tuple[str, ...]) -> None:
        """Keep a correction of what a register offered; it needs a reason."""
        offer = self.offered.get(path)
        if offer is None or offer.personal or entered == offer.value.strip():
            return
        reason = self.entries.typed.first(f"{path}.{REASON}").strip()
        if len(reason) < SHORTEST_REASON or len(reason) > 500:
            words = (
                _("This differs from the register (%(value)s).") % {"value": offer.value},
                _("Say why in a few words, or take the value of the register."),
            )
            self.note(f"{path}.{REASON}", words, "form.correction_reason", titles)
            return
        self.corrections.append(Correction(path, offer.value, entered, reason, offer.provenance))

    def note(self, path: str, words: tuple[Words, Words], code: str, titles: tuple[str, ...]) -> None:
        self.errors.append(FieldError(path, words[0], words[1], code, " · ".join(titles)))


def limits_of(field: Field) -> Limits:
    """What a field of files accepts."""
    return Limits(field.file_kinds, field.most_bytes, field.min_rows, field.max_rows)


_EMPTY: tuple[Words, Words] = (_("This is empty."), _("Fill it in."))
_CHOOSE: tuple[Words, Words] = (_("Nothing is chosen."), _("Choose one."))
_WORDS_OF_EMPTY: Mapping[str, tuple[Words, Words]] = {
    "choice": _CHOOSE,
    "choices": (_("Nothing is chosen."), _("Choose at least one.")),
    "yes_no": _CHOOSE,
    "consent": (_("This must be confirmed."), _("Tick the box if you agree.")),
    "date": (_("The day is missing."), _("Pick it, or write it like 2026-01-05.")),
    "files": (_("Nothing is attached."), _("Attach a file.")),
}
