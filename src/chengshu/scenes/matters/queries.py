"""Reads; the database shows only what the asker may see. What is in force is public."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Missing
from chengshu.scenes.matters import facts
from chengshu.scenes.matters.models import (
    DelegatedPower,
    Edition,
    LegalText,
    ListVersion,
    Manner,
    Matter,
    MatterState,
    Power,
)


@dataclass(frozen=True)
class Chosen:
    """What the catalogue is narrowed by; empty means all."""

    text: str = ""
    unit: str = ""
    task_type: str = ""
    state: str = ""
    label: str = ""
    topic: str = ""


def matters(chosen: Chosen | None = None) -> QuerySet[Matter]:
    """Matters by local code."""
    found = Matter.objects.select_related("unit").order_by("local_code")
    if chosen is None:
        return found
    if chosen.text:
        words = Q(name__icontains=chosen.text) | Q(local_code__icontains=chosen.text)
        found = found.filter(words | Q(elements__keywords__icontains=chosen.text))
    exact = {
        "unit__key": chosen.unit,
        "task_type": chosen.task_type,
        "state": chosen.state,
        "elements__labels__contains": chosen.label,
        "elements__topics__contains": chosen.topic,
    }
    return found.filter(**{name: value for name, value in exact.items() if value})


def matter_named(local_code: str) -> Matter:
    """
    :raises Missing: if there is none that the asker may see
    """
    matter = Matter.objects.select_related("unit").filter(local_code=local_code).first()
    if matter is None:
        raise Missing(
            _("There is no such matter, or you may not see it."),
            code="matters.missing",
            hint=_("Go back to the catalogue."),
        )
    return matter


def editions_of(matter: Matter) -> list[Edition]:
    """Editions of a matter, newest first."""
    return list(
        Edition.objects.filter(matter=matter)
        .select_related("written_by", "submitted_by", "published_by")
        .order_by("-number")
    )


def edition_of(matter: Matter, number: int) -> Edition:
    """
    :raises Missing: if there is none that the asker may see
    """
    edition = Edition.objects.filter(matter=matter, number=number).first()
    if edition is None:
        raise Missing(_("There is no such edition."), code="matters.missing")
    edition.matter = matter
    return edition


def units_with_matters() -> list[tuple[str, str]]:
    """Key and short name of every unit that has matters."""
    rows = Matter.objects.values_list("unit__key", "unit__short_name", "unit__name").distinct()
    return sorted(((key, short or name) for key, short, name in rows), key=lambda pair: pair[1])


def counts_by_state() -> dict[str, int]:
    counted = dict(
        Matter.objects.values_list("state").annotate(Count("pk")).values_list("state", "pk__count")
    )
    return {state.value: counted.get(state.value, 0) for state in MatterState}


def powers(*, text: str = "", kind: str = "", unit: str = "") -> QuerySet[Power]:
    found = Power.objects.select_related("unit").order_by("unit__path", "kind", "code")
    if text:
        found = found.filter(Q(name__icontains=text) | Q(basis__icontains=text))
    if kind:
        found = found.filter(kind=kind)
    return found.filter(unit__key=unit) if unit else found


def power_named(code: str) -> Power:
    """
    :raises Missing: if there is none
    """
    power = Power.objects.select_related("unit").filter(code=code).first()
    if power is None:
        raise Missing(_("There is no such power."), code="matters.missing")
    return power


def delegated_powers(*, text: str = "", manner: str = "", assessment: str = "") -> QuerySet[DelegatedPower]:
    found = DelegatedPower.objects.select_related("unit").annotate(use=Sum("uses__count")).order_by("number")
    if text:
        found = found.filter(Q(name__icontains=text) | Q(document_number__icontains=text))
    if manner:
        found = found.filter(manner=manner)
    return found.filter(assessment=assessment) if assessment else found


def delegated_power(number: str) -> DelegatedPower:
    """
    :raises Missing: if there is none that the asker may see
    """
    power = delegated_powers().filter(number=number).first()
    if power is None:
        raise Missing(
            _("There is no such line in the ledger, or you may not see it."), code="matters.missing"
        )
    return power


def expired_agreements(today: date | None = None) -> QuerySet[DelegatedPower]:
    """Entrusted powers whose agreement has ended and whose matter is still accepted."""
    day = today or timezone.localdate()
    return DelegatedPower.objects.filter(
        manner=Manner.ENTRUSTED, agreement_until__lt=day, suspended_on=None, returned_on=None
    )


@dataclass(frozen=True)
class LedgerState:
    """How much of the ledger is known: ``stated`` is what the target table says."""

    known: int
    stated: int
    since: int
    source: str


def ledger_state() -> LedgerState:
    told = facts.ledger()
    return LedgerState(DelegatedPower.objects.count(), told.stated_total, told.stated_since, told.source)


def laws(*, text: str = "", only_ceased: bool = False) -> QuerySet[LegalText]:
    found = LegalText.objects.order_by("name")
    if text:
        found = found.filter(Q(name__icontains=text) | Q(number__icontains=text))
    if only_ceased:
        found = found.filter(in_force_until__lte=timezone.localdate())
    return found


def law_named(key: str) -> LegalText:
    """
    :raises Missing: if there is none
    """
    law = LegalText.objects.filter(key=key).first()
    if law is None:
        raise Missing(_("There is no such text of law."), code="matters.missing")
    return law


def matters_resting_on(law_name: str) -> QuerySet[Matter]:
    """Matters that name a text as their basis, in force ones first."""
    found = Matter.objects.select_related("unit").filter(elements__basis__contains=[{"law": law_name}])
    return found.order_by("-state", "local_code")


def matters_by_law() -> dict[str, int]:
    """How many matters in force rest on each text."""
    counted: dict[str, int] = {}
    for basis in Matter.objects.filter(state=MatterState.PUBLISHED).values_list("elements__basis", flat=True):
        for name in {one["law"] for one in basis or ()}:
            counted[name] = counted.get(name, 0) + 1
    return counted


def newest_lists() -> dict[str, ListVersion]:
    """The newest version of each list, by kind."""
    rows = ListVersion.objects.defer("rows").order_by("kind", "-number").distinct("kind")
    return {row.kind: row for row in rows}


def list_versions(kind: str) -> list[ListVersion]:
    return list(ListVersion.objects.filter(kind=kind).order_by("-number")[:50])
