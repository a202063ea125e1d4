"""Material lists (材料清单): what is asked for, what is there, what may follow, what the registers make unnecessary.

容缺受理 after 2.4 of the districts' practice: only a material of necessity 3 may follow later, within its working days,
and the applicant signs for it (承诺书).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from chengshu.engines.registers.attachments import Limits, refuse_wrong_files
from chengshu.engines.registers.data import (
    FieldError,
    Form,
    Material,
    MaterialLine,
    MaterialState,
    Provenance,
)
from chengshu.engines.registers.entries import Entries
from chengshu.engines.registers.kinds import file_ids
from chengshu.engines.registers.offers import provenance_of, record_for
from chengshu.engines.registers.paths import MATERIALS, PLEDGE
from chengshu.engines.registers.sources import Sources
from chengshu.foundation.calendar import published_calendar
from chengshu.foundation.errors import InvalidInput, Words

PAPER, ELECTRONIC = "1", "2"


@dataclass(frozen=True)
class Given:
    """What was handed in for one material."""

    files: tuple[int, ...] = ()
    originals: int = 0
    copies: int = 0
    deferred: bool = False

    @property
    def is_anything(self) -> bool:
        return bool(self.files or self.originals or self.copies)

    def suffices(self, material: Material) -> bool:
        """Whether it is all that the list asks for."""
        on_paper = (self.originals or self.copies) and (
            self.originals >= material.original and self.copies >= material.copies
        )
        return bool((material.form != PAPER and self.files) or (material.form != ELECTRONIC and on_paper))


def given_for(material: Material, entries: Entries) -> Given:
    """What the entries bring for a material.

    :raises InvalidInput: if a count is no number or a file none
    """
    base = f"{MATERIALS}.{material.key}"
    return Given(
        files=file_ids(entries.typed.all(f"{base}.files"), base),
        originals=_count(entries.typed.first(f"{base}.originals"), base),
        copies=_count(entries.typed.first(f"{base}.copies"), base),
        deferred=bool(entries.typed.first(f"{base}.defer")),
    )


def check_materials(
    form: Form, entries: Entries, *, today: date, sources: Sources
) -> tuple[tuple[MaterialLine, ...], tuple[FieldError, ...]]:
    """Every line of the list with its state, and what is wrong."""
    lines: list[MaterialLine] = []
    errors: list[FieldError] = []
    for material in form.materials:
        try:
            line = _line(form, material, entries, today, sources)
        except InvalidInput as error:
            errors.append(_error(material, error.message, error.hint, error.code))
            continue
        lines.append(line)
        if line.state == "missing":
            errors.append(_missing(material, line))
    if any(line.state == "deferred" for line in lines) and not entries.typed.first(PLEDGE):
        errors.append(_unsigned())
    return tuple(lines), tuple(errors)


def _line(form: Form, material: Material, entries: Entries, today: date, sources: Sources) -> MaterialLine:
    if not entries.is_material_shown(material):
        return MaterialLine(material.key, str(material.title), "not_needed", material.necessity)
    given = given_for(material, entries)
    refuse_wrong_files(given.files, Limits(material.file_kinds), sources, path=f"{MATERIALS}.{material.key}")
    provenance = None if given.is_anything else waiver(form, material, entries, sources)
    state = _state(material, given, provenance)
    return MaterialLine(
        key=material.key,
        title=str(material.title),
        state=state,
        necessity=material.necessity,
        files=given.files,
        paper_originals=given.originals,
        paper_copies=given.copies,
        due_on=due_on(material, today) if state == "deferred" else None,
        provenance=provenance,
    )


def _state(material: Material, given: Given, provenance: Provenance | None) -> MaterialState:
    if given.suffices(material):
        return "present"
    if provenance is not None:
        return "waived"
    if material.necessity == "3" and given.deferred:
        return "deferred"
    return "optional" if material.necessity == "2" and not given.is_anything else "missing"


def waiver(form: Form, material: Material, entries: Entries, sources: Sources) -> Provenance | None:
    """The record that makes a material unnecessary."""
    if not material.waived_by:
        return None
    record = record_for(form, material.waived_by, entries, sources)
    return provenance_of(record) if record is not None else None


def due_on(material: Material, today: date) -> date:
    """The last day for a material that follows later."""
    return published_calendar().add_wd(today, material.defer_days)


def _missing(material: Material, line: MaterialLine) -> FieldError:
    if line.files or line.paper_originals or line.paper_copies:
        reason: Words = _("This is not all that is asked for: %(asked)s.") % {"asked": asked_for(material)}
    else:
        reason = _("This material is missing.")
    if material.necessity == "3":
        return _error(material, reason, _("Add it, or tick that it will follow later."), "material.missing")
    return _error(
        material, reason, _("Add it: %(asked)s.") % {"asked": asked_for(material)}, "material.missing"
    )


def asked_for(material: Material) -> str:
    """What the list asks for, in words."""
    counts = (
        (material.original, _("%(count)s original(s)")),
        (material.copies, _("%(count)s copy or copies")),
    )
    on_paper = str(_(", ")).join(str(words % {"count": count}) for count, words in counts if count)
    if material.form == PAPER:
        return on_paper
    if material.form == ELECTRONIC or not on_paper:
        return str(_("a file"))
    return str(_("%(paper)s, or a file") % {"paper": on_paper})


def _unsigned() -> FieldError:
    return FieldError(
        PLEDGE,
        _("The letter of commitment for materials that follow later is not confirmed."),
        _("Read it and tick the box, or add the materials now."),
        "material.pledge",
        str(_("Letter of commitment")),
    )


def _error(material: Material, reason: Words, hint: Words, code: str) -> FieldError:
    return FieldError(f"{MATERIALS}.{material.key}", reason, hint, code, str(material.title))


def _count(text: str, path: str) -> int:
    text = text.strip()
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise InvalidInput(
            _("The number of copies is no whole number."),
            field=path,
            code="material.count",
            hint=_("Such as 1."),
        )
    return int(text)
