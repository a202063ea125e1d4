"""Finding promises: words, filters, order and pages, all in the database."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput, Words
from chengshu.hub.promises.models import (
    BindingKind,
    BudgetYear,
    Commitment,
    Finding,
    FindingState,
    Severity,
    Verdict,
)
from chengshu.hub.promises.queries.years import promises_in

PAGE = 50
MOST = 200
"""The largest page an address may ask for."""

SORTS: Mapping[str, tuple[str, ...]] = {
    "": (),
    "ref": (),
    "-ref": ("-form_ref", "-number"),
    "amount": ("amount",),
    "-amount": ("-amount",),
    "findings": ("errors", "warnings"),
    "-findings": ("-errors", "-warnings"),
}
"""What one may sort by; ties are broken by form and number, so that every row has one place."""

NO_FAMILY = "none"


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. Empty fields do not restrict."""

    words: str = ""
    unit: int | None = None
    family: str = ""
    verdict: str = ""
    severity: str = ""
    code: str = ""
    kind: str = ""
    direction: str = ""
    binding: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    sort: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Search:
        """Read the address.

        :raises InvalidInput: naming the first field that cannot be read
        """
        known = {name: _text(given, name) for name in ("q", "family", "code", "kind", "direction", "sort")}
        return cls(
            words=known["q"],
            unit=_whole(given.get("unit", ""), "unit"),
            verdict=_one_of(given.get("verdict", ""), "verdict", [v.value for v in Verdict]),
            severity=_one_of(given.get("severity", ""), "severity", [s.value for s in Severity]),
            binding=_one_of(given.get("binding", ""), "binding", [b.value for b in BindingKind]),
            least=_amount(given.get("least", ""), "least"),
            most=_amount(given.get("most", ""), "most"),
            family=known["family"],
            code=known["code"].upper(),
            kind=known["kind"],
            direction=known["direction"],
            sort=_one_of(known["sort"], "sort", SORTS),
        )

    @property
    def query(self) -> dict[str, str]:
        """The address that asks for the same."""
        named = {
            "q": self.words, "unit": self.unit, "family": self.family, "verdict": self.verdict,
            "severity": self.severity, "code": self.code, "kind": self.kind, "direction": self.direction,
            "binding": self.binding, "least": self.least, "most": self.most, "sort": self.sort,
        }  # fmt: skip
        return {name: str(value) for name, value in named.items() if value not in (None, "")}


def _text(given: Mapping[str, str], name: str) -> str:
    """Without the one character that PostgreSQL refuses in text."""
    return given.get(name, "").replace("\x00", "").strip()[:100]


def _one_of(given: str, field: str, allowed: Iterable[str]) -> str:
    value = given.strip()
    if value and value not in allowed:
        raise _unreadable(field, value, _("Choose from the list, or clear the filter."))
    return value


def _whole(given: str, field: str) -> int | None:
    value = given.strip()
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 16):
        raise _unreadable(field, value, _("Choose from the list, or clear the filter."))
    return int(value)


def _amount(given: str, field: str) -> Decimal | None:
    value = given.strip().replace(",", "").replace("，", "")
    if not value:
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise _unreadable(field, value, _("Enter an amount in 10,000 yuan, such as 100 or 365.70.")) from None
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 12:
        raise _unreadable(field, value, _("Enter an amount in 10,000 yuan, such as 100 or 365.70."))
    return amount


def _unreadable(field: str, value: str, hint: Words) -> InvalidInput:
    return InvalidInput(
        _("“%(value)s” cannot be used as “%(field)s”.") % {"value": value[:40], "field": field},
        field=field,
        code="filter",
        hint=hint,
    )


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found."""

    rows: Sequence[dict[str, Any]]
    total: int
    next_cursor: str
    facets: Mapping[str, Mapping[str, int]]
    """For each way of narrowing further, how many of the rows found each choice would leave."""


ROW = (
    "ref", "form_ref", "number", "name", "annual_raw", "family", "direction", "kind", "verdict", "binding",
    "errors", "warnings", "simulated", "amount", "project_name", "unit_name", "unit_id", "indicator_id",
)  # fmt: skip


def find_promises(
    budget_year: BudgetYear, search: Search, *, cursor: str = "", size: int = PAGE, with_facets: bool = True
) -> Found:
    """The promises of a year that match, one page of them.

    :raises InvalidInput: if the cursor is not one that a page of the same order gave out
    """
    matching = _matching(budget_year, search)
    order = (*SORTS[search.sort], "form_ref", "number") if search.sort != "-ref" else SORTS["-ref"]
    page = matching.order_by(*order)
    if cursor:
        page = page.filter(_after(order, _read_cursor(cursor, order)))
    size = max(1, min(size, MOST))
    rows = list(page.values(*ROW)[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    facets = _facets(matching) if with_facets else {}
    return Found(
        rows=rows,
        total=sum(facets["verdict"].values()) if with_facets else matching.count(),
        next_cursor=_write_cursor([rows[-1][name.lstrip("-")] for name in order]) if more else "",
        facets=facets,
    )


def every_promise(budget_year: BudgetYear, search: Search) -> list[dict[str, Any]]:
    """All promises of a year that match, in the order asked for: what an export holds."""
    order = (*SORTS[search.sort], "form_ref", "number") if search.sort != "-ref" else SORTS["-ref"]
    return list(_matching(budget_year, search).order_by(*order).values(*ROW))


def _matching(budget_year: BudgetYear, search: Search) -> QuerySet[Any]:
    found = _columns(promises_in(budget_year))
    for condition in _conditions(search):
        found = found.filter(condition)
    return found


def _columns(promises: QuerySet[Commitment]) -> QuerySet[Any]:
    return promises.annotate(
        ref=F("indicator__ref"),
        form_ref=F("indicator__form__ref"),
        number=F("indicator__number"),
        kind=F("annual_target__kind"),
        verdict=F("indicator__standing__verdict"),
        binding=F("indicator__standing__binding_kind"),
        errors=F("indicator__standing__errors"),
        warnings=F("indicator__standing__warnings"),
        simulated=F("indicator__standing__simulated"),
        amount=Coalesce(F("indicator__form__project__amount"), Value(Decimal("0.00"))),
        project_name=Coalesce(F("indicator__form__project__name"), Value("")),
        unit_name=F("unit__name"),
    )


def _conditions(search: Search) -> list[Q]:
    plain = {
        "unit_id": search.unit,
        "verdict": search.verdict,
        "kind": search.kind,
        "direction": search.direction,
        "binding": search.binding,
        "amount__gte": search.least,
        "amount__lte": search.most,
    }
    conditions = [Q(**{name: value}) for name, value in plain.items() if value not in (None, "")]
    if search.family:
        conditions.append(Q(family="" if search.family == NO_FAMILY else search.family))
    conditions += [_mentions(word) for word in search.words.split()]
    if search.severity or search.code:
        conditions.append(_has_finding(search))
    return conditions


def _mentions(word: str) -> Q:
    """A word of the name, the printed text, the project or the reference (``P36``, ``P36#1``, ``P36-1``)."""
    ref = word.upper().replace("-", "#").replace("＃", "#")
    return (
        Q(name__icontains=word)
        | Q(raw__icontains=word)
        | Q(annual_raw__icontains=word)
        | Q(project_name__icontains=word)
        | Q(ref=ref)
        | Q(form_ref=ref)
    )


def _has_finding(search: Search) -> Q:
    """Narrowed by the promise's own open findings."""
    found = Finding.objects.filter(
        indicator_id=OuterRef("indicator_id"), version_id=OuterRef("version_id"), state=FindingState.OPEN
    )
    if search.severity:
        found = found.filter(severity=search.severity)
    if search.code:
        found = found.filter(code=search.code)
    return Q(Exists(found))


def _facets(matching: QuerySet[Any]) -> dict[str, dict[str, int]]:
    counted: dict[str, dict[str, int]] = {}
    for name in ("verdict", "family", "binding", "unit_id"):
        rows = matching.order_by().values_list(name).annotate(count=Count("pk")).order_by("-count", name)
        counted[name] = {str(value): count for value, count in rows}
    found = Finding.objects.filter(
        state=FindingState.OPEN, indicator__in=matching.order_by().values("indicator_id")
    )
    codes = found.values_list("code").annotate(count=Count("indicator_id", distinct=True))
    counted["code"] = dict(codes.order_by("-count", "code"))
    return counted


def _after(order: Sequence[str], last: Sequence[Any]) -> Q:
    """Rows after the last one in this order: a lexicographic comparison, column by column."""
    condition = Q()
    for index, name in enumerate(order):
        column, sign = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
        same = Q(**{earlier.lstrip("-"): last[at] for at, earlier in enumerate(order[:index])})
        condition |= same & Q(**{f"{column}__{sign}": last[index]})
    return condition


def _write_cursor(values: Sequence[Any]) -> str:
    text = json.dumps([str(value) for value in values], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(cursor: str, order: Sequence[str]) -> list[str]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        values = None
    fits = isinstance(values, list) and len(values) == len(order) and all(map(_fits, order, values))
    if not fits:
        raise InvalidInput(
            _("This page marker is not one that was given out for this order."),
            field="cursor",
            code="cursor",
            hint=_("Start again from the first page."),
        )
    return list(values)


_SHAPES = {"form_ref": re.compile(r"[PD][0-9]{0,8}"), "amount": re.compile(r"-?[0-9]{1,14}(\.[0-9]{1,2})?")}
_WHOLE = re.compile(r"[0-9]{1,9}")


def _fits(name: str, value: object) -> bool:
    """Whether a marker's value can stand in its column."""
    shape = _SHAPES.get(name.lstrip("-"), _WHOLE)
    return isinstance(value, str) and shape.fullmatch(value) is not None
