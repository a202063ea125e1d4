"""What the machine knows before an application is filed: what is needed, what data make unnecessary, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengshu.engines.registers import api as registers
from chengshu.engines.registers.data import Form
from chengshu.foundation.calendar import NoticeMissing, local_day, published_calendar
from chengshu.foundation.errors import Words
from chengshu.hub.services import api as services
from chengshu.hub.services.data import (
    CheckFinding,
    Material,
    MaterialState,
    MaterialView,
    Necessity,
    PoolItem,
    Question,
)
from chengshu.scenes.portal import forms, wording
from chengshu.scenes.portal.applicants import applicant_of
from chengshu.scenes.portal.begun import MATERIALS, Begun
from chengshu.scenes.portal.offers import Offer

DEFER_WD: Final = 5
"""Working days for a material that may follow and whose own limit is not stated, as ``hub.services`` counts."""

REGISTERS: Final[Mapping[str, Words]] = {
    "legal_entity": gettext_lazy("register of legal entities"),
    "natural_person": gettext_lazy("register of natural persons"),
    "project": gettext_lazy("register of projects"),
}


@dataclass(frozen=True)
class Finding:
    """One thing that the check found, with the way to where it is put right."""

    message: Words
    hint: Words
    blocks: bool
    href: str


@dataclass(frozen=True)
class State:
    """A material with how it comes, in words."""

    key: str
    name: str
    words: Words
    tone: str
    note: str


def needed(offer: Offer, begun: Begun, form: Form) -> tuple[Material, ...]:
    """Every material that is asked for under the answers: of the matters, and those that only the form lists."""
    listed = {each.key: each for each in offer.materials_under(begun.answers)}
    every = {each.key for part in offer.parts for each in part.matter.elements.materials}
    for line in registers.check(form, begun.typed).materials if form.materials else ():
        if line.key not in every and line.state != "not_needed":
            listed[line.key] = Material(key=line.key, name=line.title, necessity=Necessity(line.necessity))
    return tuple(listed.values())


def due_on(material: Material) -> date | None:
    """The last day for a material that may follow; None for any other."""
    if material.necessity != Necessity.MAY_FOLLOW:
        return None
    try:
        return published_calendar().add_wd(local_day(timezone.now()), material.defer_days or DEFER_WD)
    except NoticeMissing:
        return None


def pool_of(begun: Begun) -> dict[str, PoolItem]:
    """What the applicant handed in before, by material."""
    account_id = applicant_of(begun).account_id
    return {item.key: item for item in services.pool(account_id)} if account_id else {}


def found_by(offer: Offer, begun: Begun, form: Form) -> tuple[list[CheckFinding], list[MaterialView]]:
    """Everything that stands in the way, the fields of the one form included."""
    findings, materials = checked(offer, begun)
    known = {finding.field for finding in findings}
    for error in forms.errors_in(form, begun):
        if error.path not in known:
            title = f"{error.title}{_(': ')}" if error.title else ""
            findings.append(CheckFinding(error.path, f"{title}{error.reason}", error.next_step))
    return findings, materials


def checked(offer: Offer, begun: Begun) -> tuple[list[CheckFinding], list[MaterialView]]:
    """The findings and the materials of every part, each once."""
    findings: dict[tuple[str, str], CheckFinding] = {}
    materials: dict[str, MaterialView] = {}
    for part in offer.parts_under(begun.answers):
        found = services.pre_check(
            local_code=part.matter.elements.local_code,
            answers=_answers_for(part.matter.elements.questions, begun.answers),
            typed=begun.typed,
            applicant=applicant_of(begun),
            reuse=begun.keys_going("reuse"),
            pledges=begun.keys_going("pledge"),
            deferrals=begun.keys_going("defer"),
            authorisation_id=begun.authorisation_id,
        )
        for finding in found.findings:
            findings.setdefault((finding.field, str(finding.message)), finding)
        for view in found.materials:
            known = materials.get(view.key)
            if known is None or known.state == MaterialState.NOT_NEEDED:
                materials[view.key] = view
    return list(findings.values()), list(materials.values())


def waived(offer: Offer, begun: Begun) -> dict[str, str]:
    """The materials that a register makes unnecessary, with who says so."""
    _findings, materials = checked(offer, begun)
    return {each.key: source_words(each) for each in materials if each.state == MaterialState.WAIVED}


def source_words(view: MaterialView) -> str:
    """Where what makes a material unnecessary is known from."""
    register, _colon, source = view.provenance.partition(":")
    title = str(REGISTERS.get(register, register))
    return f"{title}（{source}）" if source else title


def findings_for(offer: Offer, found: list[CheckFinding]) -> list[Finding]:
    """The findings with links, what blocks first."""
    lines = [Finding(each.message, each.hint, each.blocks, _where(offer, each.field)) for each in found]
    return sorted(lines, key=lambda line: not line.blocks)


_IN_FORM: Final = {"name": "applicant-name", "identity": "applicant-identity", "applicant": "applicant-kind"}
"""Fields of the applicant as ``hub.services`` names them, by their place in the forms."""


def _where(offer: Offer, field: str) -> str:
    """The page and place where something is put right."""
    if field in _IN_FORM:
        return f"{reverse('portal:form', args=[offer.code])}#f-{_IN_FORM[field]}"
    if field.startswith(MATERIALS):
        return f"{reverse('portal:materials', args=[offer.code])}#m-{field.removeprefix(MATERIALS)}"
    if field in ("answers", "region_mode", "authorisation"):
        return reverse("portal:apply", args=[offer.code])
    anchor = f"#f-{field.replace('.', '-')}" if field else ""
    return f"{reverse('portal:form', args=[offer.code])}{anchor}"


def states(materials: list[MaterialView]) -> list[State]:
    """Materials with how each comes, those not needed left out."""
    return [state_of(each) for each in materials if each.state != MaterialState.NOT_NEEDED]


def state_of(view: MaterialView) -> State:
    """One material with how it stands, in words."""
    tone, words = wording.MATERIAL_STATES.get(view.state, ("neutral", str(view.state)))
    note = ""
    if view.state == MaterialState.WAIVED:
        note = source_words(view)
    elif view.state == MaterialState.REUSED and view.provenance:
        note = _("from %(where)s") % {"where": view.provenance}
    elif view.state == MaterialState.LACKING and view.due_on:
        note = _("by %(day)s") % {"day": view.due_on.isoformat()}
    if view.state == MaterialState.LACKING and not view.due_on:
        tone, words = "negative", _("Missing")
    return State(view.key, view.name, words, tone, note)


def _answers_for(questions: tuple[Question, ...], answers: tuple[str, ...]) -> tuple[str, ...]:
    """Of the answers those that a matter knows; one without questions of its own gets them all."""
    possible = {f"{q.key}:{a.key}" for q in questions for a in q.answers}
    return tuple(answer for answer in answers if answer in possible) if possible else answers
