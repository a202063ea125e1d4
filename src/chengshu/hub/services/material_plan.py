"""Which materials an application needs, and how each of them came: the one plan that pre-check and filing share.

In this order: brought now, taken from the pool, unnecessary because a register says it, pledged, to follow later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.engines.registers import api as registers
from chengshu.engines.registers.data import Form, MaterialLine, RecordView, Typed
from chengshu.foundation.asking import asking
from chengshu.foundation.calendar import published_calendar
from chengshu.foundation.errors import InvalidInput, Missing, Words
from chengshu.hub.services import applicants, asked
from chengshu.hub.services.data import (
    Applicant,
    Elements,
    Material,
    MaterialState,
    MaterialView,
    Necessity,
    PoolItem,
)
from chengshu.hub.services.guide import materials_under
from chengshu.hub.services.queries.matters import today

DEFER_WD: Final = 5
"""Working days for a material that may follow and whose own limit is not stated."""
MATERIALS: Final = "_materials."
"""Before the key of a material in the paths of a form's entries."""
PROJECT_CODE: Final = "project_code"


@dataclass(frozen=True)
class Brought:
    """What the applicant brings or asks for.

    :param files: key of a material → ids of stored files
    :param paper: keys of materials handed in on paper at a window
    :param shared: keys of materials that came with another part of the same bundle, with their files
    """

    files: Mapping[str, Sequence[int]] = field(default_factory=dict)
    paper: frozenset[str] = frozenset()
    reuse: frozenset[str] = frozenset()
    pledges: frozenset[str] = frozenset()
    deferrals: frozenset[str] = frozenset()
    pool: Mapping[str, PoolItem] = field(default_factory=dict)
    shared: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Planned:
    """One line of the plan.

    :param problem: why it is not enough; empty when it is
    """

    material: Material
    state: MaterialState
    files: tuple[int, ...] = ()
    provenance: str = ""
    due_on: date | None = None
    problem: Words = ""
    hint: Words = ""

    def view(self) -> MaterialView:
        return MaterialView(
            key=self.material.key,
            name=self.material.name,
            state=self.state,
            files=self.files,
            provenance=self.provenance,
            due_on=self.due_on,
        )


def brought_in(
    typed: Typed,
    *,
    files: Mapping[str, Sequence[int]] | None = None,
    reuse: Sequence[str] = (),
    pledges: Sequence[str] = (),
    deferrals: Sequence[str] = (),
    pool: Sequence[PoolItem] = (),
    shared: Mapping[str, str] | None = None,
) -> Brought:
    """What the entries of a form and the page's own lists bring together."""
    given: dict[str, list[int]] = {key: [int(each) for each in ids] for key, ids in (files or {}).items()}
    paper, deferred = set(), set(deferrals)
    for path, values in typed.entries.items():
        key, part = _material_path(path)
        if part == "files":
            ids = [int(each) for each in values if each.isascii() and each.isdigit() and len(each) < 19]
            given.setdefault(key, []).extend(each for each in ids if each not in given.get(key, []))
        elif part in ("originals", "copies") and any(value.strip("0 ") for value in values):
            paper.add(key)
        elif part == "defer" and any(values):
            deferred.add(key)
    return Brought(
        files={key: tuple(ids) for key, ids in given.items() if ids},
        paper=frozenset(paper),
        reuse=frozenset(reuse),
        pledges=frozenset(pledges),
        deferrals=frozenset(deferred),
        pool={item.key: item for item in pool},
        shared=dict(shared or {}),
    )


def _material_path(path: str) -> tuple[str, str]:
    """Key and part of ``_materials.<key>.<part>``, as the forms name what belongs to a material."""
    base, _dot, part = path.rpartition(".")
    return (base.removeprefix(MATERIALS), part) if base.startswith(MATERIALS) else ("", "")


def plan(
    elements: Elements,
    answers: Sequence[str],
    brought: Brought,
    *,
    applicant: Applicant,
    typed: Typed,
    lines: Sequence[MaterialLine] = (),
) -> tuple[Planned, ...]:
    """Every material of the matter with its state under these answers.

    :param lines: what the form itself says of materials that it lists too: hidden ones are not needed
    """
    needed = {material.key for material in materials_under(elements, answers)}
    hidden = {line.key for line in lines if line.state == "not_needed"}
    found = []
    for material in elements.materials:
        if material.key not in needed or material.key in hidden:
            found.append(Planned(material, MaterialState.NOT_NEEDED))
        else:
            found.append(_planned(material, brought, applicant, typed))
    return tuple(found)


def _planned(material: Material, brought: Brought, applicant: Applicant, typed: Typed) -> Planned:
    if files := tuple(brought.files.get(material.key, ())):
        if origin := brought.shared.get(material.key, ""):
            return Planned(material, MaterialState.REUSED, files, origin)
        return Planned(material, MaterialState.UPLOADED, files)
    if material.key in brought.paper:
        return Planned(material, MaterialState.PAPER)
    if material.key in brought.reuse and (item := brought.pool.get(material.key)):
        return Planned(material, MaterialState.REUSED, item.files, item.number)
    if (record := record_in_force(material.waived_by, applicant, typed)) is not None:
        source = f"{material.waived_by}:{record.source}"
        return Planned(material, MaterialState.WAIVED, provenance=source[:300])
    if material.key in brought.pledges and material.pledgeable:
        return Planned(material, MaterialState.PLEDGED, provenance="pledge")
    if material.key in brought.deferrals and material.necessity == Necessity.MAY_FOLLOW:
        return Planned(material, MaterialState.LACKING, due_on=due_on(material))
    if material.necessity == Necessity.OPTIONAL:
        return Planned(material, MaterialState.NOT_NEEDED)
    return _missing(material, brought)


def _missing(material: Material, brought: Brought) -> Planned:
    hint: Words = _("Upload it.")
    if material.key in brought.reuse:
        hint = _("Your earlier one is not there any more; upload it.")
    elif material.key in brought.pledges:
        hint = _("It cannot be replaced by a pledge; upload it.")
    elif material.key in brought.deferrals:
        hint = _("It cannot follow later; upload it.")
    elif material.necessity == Necessity.MAY_FOLLOW:
        hint = _("Upload it, or say that it will follow later.")
    elif material.pledgeable:
        hint = _("Upload it, or pledge in writing that the condition holds.")
    problem = _("“%(name)s” is missing.") % {"name": material.name}
    return Planned(material, MaterialState.LACKING, problem=problem, hint=hint)


def due_on(material: Material, day: date | None = None) -> date:
    """The last day for a material that follows."""
    return published_calendar().add_wd(day or today(), material.defer_days or DEFER_WD)


def record_in_force(register: str, applicant: Applicant, typed: Typed) -> RecordView | None:
    """What a register says of the applicant or their project today; looked up for them by the platform."""
    day = today()
    return next(
        (
            record
            for record in records_of(register, applicant, typed)
            if record.valid_from <= day <= last_day(record)
        ),
        None,
    )


def last_day(record: RecordView) -> date:
    """Of what a record says: the day its state ended, or the end of a licence that it names as ``valid_until``."""
    days = [record.valid_to] if record.valid_to else []
    try:
        days.append(date.fromisoformat(record.facts.get("valid_until", "")))
    except ValueError:
        """It names none."""
    return min(days, default=date.max)


def records_of(register: str, applicant: Applicant, typed: Typed) -> tuple[RecordView, ...]:
    """Everything that a register holds under the applicant's key, newest first."""
    key = _key_in(register, applicant, typed)
    if not register or not key:
        return ()
    try:
        with asking(asked.platform()):
            return registers.records_of(register, key)
    except (InvalidInput, Missing):
        return ()


def _key_in(register: str, applicant: Applicant, typed: Typed) -> str:
    if register == "project":
        return next((v[0] for path, v in typed.entries.items() if path.endswith(PROJECT_CODE) and v), "")
    wanted = applicants.PERSON if register == "natural_person" else applicants.ORGANISATION
    return applicant.identity if applicant.kind == wanted else ""


def form_without(form: Form, elements: Elements) -> Form:
    """The form without the materials that the matter's own list answers for, so that nothing is asked for twice."""
    own = {material.key for material in elements.materials}
    kept = tuple(material for material in form.materials if material.key not in own)
    return form if len(kept) == len(form.materials) else replace(form, materials=kept)
