"""Which promises the platform computes, which a post attests and why, and which nothing proves yet."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

from chengshu.hub.promises.judging import Promise, by_ref, promises_of
from chengshu.hub.promises.models import BindingKind, BudgetYear, Indicator

FACTS = Path(__file__).parent / "facts"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a promise is not computed.

    :ivar expects: the part of the platform that may declare an indicator for it; empty if none can
    """

    ref: str
    zh: str = ""
    en: str = ""
    expects: str = ""

    def __str__(self) -> str:
        """In the reader's language; empty where nothing speaks against computing it."""
        return self.en if (get_language() or "").startswith("en") else self.zh


@dataclass(frozen=True, slots=True)
class Covered:
    """One promise with what proves it: ``computed``; ``attested`` by a post; or ``open``: no post is bound yet."""

    ref: str
    name: str
    target: str
    state: str
    source: str
    parameters: Mapping[str, str]
    way: Mapping[str, str]
    post: str
    reason: Reason | None
    verdict_value: str

    @property
    def why(self) -> str:
        """Why it is attested and not computed; empty where nobody says so."""
        return self.reason.zh if self.reason and self.state != "computed" else ""


@cache
def reasons(year: int) -> Mapping[str, Reason]:
    """The shipped reasons of a budget year, by promise; empty where none are shipped."""
    path = FACTS / f"attested-{year}.toml"
    if not path.is_file():
        return {}
    rows: Sequence[Mapping[str, str]] = tomllib.loads(path.read_text(encoding="utf-8"))["promise"]
    return {row["ref"]: Reason(**row) for row in rows}


def coverage(budget_year: BudgetYear, forms: Sequence[str] = ()) -> list[Covered]:
    """What proves the promises of a year, in printed order.

    :param forms: only these, such as ``P27`` or ``D``; the ones with shipped reasons if empty
    """
    known = reasons(budget_year.year)
    found = Indicator.objects.filter(form__budget_year=budget_year)
    found = found.filter(form__ref__in=forms) if forms else found.filter(ref__in=known)
    return [_covered(promise, known.get(promise.indicator.ref)) for promise in by_ref(promises_of(found))]


_STATES = {BindingKind.INDICATOR.value: "computed", BindingKind.ATTESTATION.value: "attested"}


def counted(rows: Sequence[Covered]) -> dict[str, int]:
    """How many promises are computed, how many are attested or say why they have to be, and how many are left open."""
    computed = sum(row.state == "computed" for row in rows)
    told = sum(row.state == "attested" or (row.state == "open" and bool(row.why)) for row in rows)
    return {"computed": computed, "attested": told, "open": len(rows) - computed - told}


def _covered(promise: Promise, reason: Reason | None) -> Covered:
    binding, commitment = promise.binding, promise.commitment
    last = promise.observations[-1] if promise.observations else None
    parameters = dict(binding.parameters) if binding else {}
    return Covered(
        ref=promise.indicator.ref,
        name=commitment.name if commitment else "",
        target=(commitment.annual_raw or commitment.period_raw) if commitment else "",
        state=_STATES.get(binding.kind, "open") if binding else "open",
        source=f"{binding.source_name} {binding.source_version}".strip() if binding else "",
        parameters=parameters.pop("source", {}),
        way=parameters,
        post=str(binding.attesting_post) if binding and binding.attesting_post else "",
        reason=reason,
        verdict_value=""
        if last is None
        else (f"{last.value.normalize():f}" if last.value is not None else last.value_text),
    )
