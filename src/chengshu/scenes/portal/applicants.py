"""Who applies: oneself, one's organisation, or somebody who authorised one; read from what the form says of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.utils.translation import gettext as _

from chengshu.engines.registers.data import Field, Form
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Words
from chengshu.foundation.web.shell import Option
from chengshu.hub.services import api as services
from chengshu.hub.services.data import Applicant, AuthorisationView
from chengshu.scenes.portal.begun import Begun
from chengshu.scenes.portal.offers import Offer

PERSON: Final = "person"
ORGANISATION: Final = "organisation"
KIND: Final = "applicant.kind"
NAME: Final = "applicant.name"
IDENTITY: Final = "applicant.identity"
USCC: Final = "applicant.uscc"
PHONE: Final = "applicant.phone"
IDENTITY_KIND: Final = "applicant.identity_kind"


@dataclass(frozen=True)
class Asked:
    """Which of the shared fields of an applicant a form has."""

    paths: frozenset[str]

    @property
    def has_applicant(self) -> bool:
        return NAME in self.paths


def asked_by(form: Form) -> Asked:
    return Asked(frozenset(_paths(form.fields)))


def _paths(fields: tuple[Field, ...]) -> Iterator[str]:
    for field in fields:
        yield field.path
        yield from _paths(field.fields)


def implied(offer: Offer, whom: str, answers: Sequence[str]) -> tuple[str, ...]:
    """The answers with those that follow from who applies: nobody is asked the same twice.

    Guides ask “who applies” as ``applicant`` and “does an agent act” as ``agent``.
    """
    kind = whom.rpartition(":")[2]
    says = {"applicant": kind}
    if whom.startswith("authorisation:"):
        says["agent"] = "agent"
    elif kind == PERSON:
        says["agent"] = "self"
    possible = {f"{q.key}:{a.key}" for q in offer.questions for a in q.answers}
    known = [f"{key}:{value}" for key, value in says.items() if f"{key}:{value}" in possible]
    asked = {each.partition(":")[0] for each in known}
    return (*known, *(each for each in answers if each.partition(":")[0] not in asked))


def whom_in(offer: Offer, answers: Sequence[str]) -> str:
    """Who applies, as far as the answers of the guide say so."""
    said = next((each.partition(":")[2] for each in answers if each.startswith("applicant:")), "")
    return said if said in _kinds(offer) else ""


def options(offer: Offer) -> list[Option]:
    """For whom the asker may apply: themselves, an organisation, and whoever authorised them for this."""
    kinds = _kinds(offer)
    found = [Option(kind, _WORDS[kind][0](), _WORDS[kind][1]()) for kind in kinds]
    for given in usable(offer):
        for kind in kinds:
            found.append(
                Option(
                    f"authorisation:{given.authorisation_id}:{kind}",
                    _for_another(given, kind),
                    _("You were authorised until %(day)s.") % {"day": given.ends_on.isoformat()},
                )
            )
    return found


def usable(offer: Offer) -> list[AuthorisationView]:
    """The authorisations that hold today and cover every part of this."""
    codes = {part.matter.elements.local_code for part in offer.parts}
    _given, received = services.authorisations()
    return [
        each
        for each in received
        if each.is_valid and (not each.local_codes or codes <= set(each.local_codes))
    ]


def _for_another(given: AuthorisationView, kind: str) -> Words:
    if kind == PERSON:
        return _("%(name)s, as a person") % {"name": given.giver_name}
    return _("The organisation of %(name)s") % {"name": given.giver_name}


def _kinds(offer: Offer) -> list[str]:
    """Persons or organisations or both, as the matter says."""
    objects = {each for part in offer.parts for each in part.matter.elements.objects}
    kinds = [PERSON] if "1" in objects else []
    return [*kinds, ORGANISATION] if objects - {"1"} or not objects else kinds


_WORDS = {
    PERSON: (lambda: _("I myself"), lambda: _("As a natural person")),
    ORGANISATION: (
        lambda: _("A company or other organisation"),
        lambda: _("For which you are entitled to act"),
    ),
}


def whom(begun: Begun) -> str:
    """For whom, in words."""
    number = begun.authorisation_id
    if number is None:
        return str(_WORDS.get(begun.applicant_kind, _WORDS[PERSON])[0]())
    _given, received = services.authorisations()
    found = next((each for each in received if each.authorisation_id == number), None)
    return str(_for_another(found, begun.applicant_kind)) if found else _("another person")


def seeded(begun: Begun, form: Form, uscc: str = "") -> Begun:
    """The form's own fields of the applicant filled with what the first step said."""
    paths = asked_by(form).paths
    entries: dict[str, tuple[str, ...]] = dict(begun.form_entries)
    if KIND in paths:
        entries[KIND] = (begun.applicant_kind,)
    if uscc and USCC in paths and begun.applicant_kind == ORGANISATION:
        entries[USCC] = (uscc,)
    if IDENTITY_KIND in paths and not entries.get(IDENTITY_KIND):
        entries[IDENTITY_KIND] = ("111",)
    return replace(begun, form_entries=entries)


def applicant_of(begun: Begun) -> Applicant:
    """Who applies, from what the form says of them."""
    entries: Mapping[str, tuple[str, ...]] = begun.form_entries

    def first(path: str) -> str:
        return (entries.get(path) or ("",))[0].strip()

    kind = first(KIND) or begun.applicant_kind or PERSON
    name, identity, phone = begun.person
    return Applicant(
        kind=kind,
        name=first(NAME) or name.strip(),
        identity=(first(USCC) if kind == ORGANISATION else first(IDENTITY)) or identity.strip(),
        phone=first(PHONE) or phone.strip(),
        identity_kind=first(IDENTITY_KIND) or "111",
        account_id=_account_of(begun),
    )


def _account_of(begun: Begun) -> int | None:
    number = begun.authorisation_id
    if number is None:
        return current_asker().account_id
    _given, received = services.authorisations()
    return next((each.giver_id for each in received if each.authorisation_id == number), None)
