"""Lists made from the matters in force (清单成果): each a rule over the elements, made anew and kept by version.

One of them comes from the ledger of delegated powers instead: what the departments have taken on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import asking, current_asker, system
from chengshu.foundation.errors import Missing, Words
from chengshu.hub.services.data import Elements, Necessity
from chengshu.scenes.matters.elements import elements_from, is_free
from chengshu.scenes.matters.models import DelegatedPower, Manner, Matter, MatterState

Row = dict[str, str]


@dataclass(frozen=True)
class ListKind:
    """One kind of list.

    :param why: what of a matter puts it on the list, as one text; empty when it does not belong there. None: the list
        is made from the ledger of delegated powers
    :param meaning: the rule in words
    """

    key: str
    title: Words
    meaning: Words
    why: Callable[[Elements, Matter], str] | None


def _labelled(label: str) -> Callable[[Elements, Matter], str]:
    return lambda elements, _matter: "是" if label in elements.labels else ""


def _names(found: Iterable[str]) -> str:
    return "、".join(found)


def _spared(elements: Elements, _matter: Matter) -> str:
    return _names(one.name for one in elements.materials if one.waived_by or one.pledgeable)


def _deferred(elements: Elements, _matter: Matter) -> str:
    return _names(
        f"{one.name}（{one.defer_days}个工作日内补齐）"
        for one in elements.materials
        if one.necessity is Necessity.MAY_FOLLOW
    )


def _pledged(elements: Elements, _matter: Matter) -> str:
    return _names(one.name for one in elements.materials if one.pledgeable) or (
        "是" if elements.pledge else ""
    )


def _charged(elements: Elements, _matter: Matter) -> str:
    return _names(
        f"{fee.standard}（{fee.basis or '依据待核实'}）" for fee in elements.fees if not is_free(fee)
    )


def _across(elements: Elements, _matter: Matter) -> str:
    return _names(_REGION_WORDS.get(mode, mode) for mode in elements.regions)


_REGION_WORDS: Final = {
    "online": "全程网办",
    "collect": "异地代收代办",
    "joint": "多地联办",
    "remote": "云端自办",
}

KINDS: Final = (
    ListKind(
        "at_once",
        _("Done at once (马上办)"),
        _("Labelled by its unit as done at once."),
        _labelled("at_once"),
    ),
    ListKind("online", _("Done online (网上办)"), _("Labelled as done online."), _labelled("online")),
    ListKind("nearby", _("Done nearby (就近办)"), _("Labelled as done nearby."), _labelled("nearby")),
    ListKind("once", _("Done at one visit (一次办)"), _("Labelled as done at one visit."), _labelled("once")),
    ListKind(
        "one_window",
        _("Done at one window (一窗办)"),
        _("Labelled as received at the common window."),
        _labelled("one_window"),
    ),
    ListKind(
        "across_regions", _("Across regions (跨域通办)"), _("Has at least one way across regions."), _across
    ),
    ListKind(
        "pledge",
        _("By pledge (告知承诺)"),
        _("Can be done by pledge, or one of its materials can be replaced by one."),
        _pledged,
    ),
    ListKind(
        "deferral",
        _("With materials that may follow (容缺受理)"),
        _("At least one material may follow within a stated time."),
        _deferred,
    ),
    ListKind(
        "no_visit",
        _("Without a visit (零跑动)"),
        _("The number of visits is nought."),
        lambda elements, _matter: "到现场次数为0" if elements.visits == 0 and elements.process else "",
    ),
    ListKind(
        "immediate",
        _("Immediate cases (即办件)"),
        _("The kind of case is decided at once."),
        lambda elements, _matter: "是" if elements.case_kind == "1" else "",
    ),
    ListKind(
        "no_certificate",
        _("Without certificates (免证办)"),
        _("A register or a pledge makes at least one material unnecessary."),
        _spared,
    ),
    ListKind(
        "intermediary",
        _("Intermediary services (中介服务)"),
        _("A material comes from an intermediary."),
        lambda elements, _matter: elements.intermediary,
    ),
    ListKind("fees", _("With fees (收费)"), _("A fee is charged."), _charged),
    ListKind(
        "annual_check",
        _("With a yearly check (年审)"),
        _("Its result is looked over every year."),
        lambda _elements, matter: "是" if matter.has_annual_check else "",
    ),
    ListKind(
        "special_procedure",
        _("With special procedures (特别程序)"),
        _("A procedure may stop its clock."),
        lambda elements, _matter: _names(f"{one.kind}：{one.basis}" for one in elements.special),
    ),
    ListKind(
        "taken_on",
        _("Powers taken on (承接事项)"),
        _("Every power in the ledger that has not been given back and whose manner and document are known."),
        None,
    ),
)


def kind_named(key: str) -> ListKind:
    """
    :raises Missing: if there is no such kind
    """
    found = next((kind for kind in KINDS if kind.key == key), None)
    if found is None:
        raise Missing(
            _("There is no such list."), code="matters.list_kind", hint=_("Choose one of the lists.")
        )
    return found


def rows_of(kind: ListKind) -> list[Row]:
    """What stands on a list now: matters in force to which its rule applies, by local code, or lines of the ledger."""
    if kind.why is None:
        return _ledger_rows()
    matters = Matter.objects.filter(state=MatterState.PUBLISHED).select_related("unit").order_by("local_code")
    rows = []
    for matter in matters:
        elements = elements_from(matter.elements)
        if why := kind.why(elements, matter):
            rows.append(_row(elements, matter, why))
    return rows


def _row(elements: Elements, matter: Matter, why: str) -> Row:
    return {
        "local_code": matter.local_code,
        "name": elements.name,
        "unit": matter.unit.name,
        "task_type": elements.task_type.value,
        "legal_limit": elements.legal_limit,
        "promised_limit": elements.promised_limit,
        "why": why,
    }


def _ledger_rows() -> list[Row]:
    """The lines of all units: the platform reads them, so that the list is whole whoever makes it."""
    with asking(system("matters", current_asker().channel)):
        known = DelegatedPower.objects.exclude(manner="").exclude(document_number="")
        standing = Q(returned_on=None) | Q(returned_on__gt=timezone.localdate())
        return [
            _ledger_row(power) for power in known.filter(standing).select_related("unit").order_by("number")
        ]


def _ledger_row(power: DelegatedPower) -> Row:
    why = (_MANNER_WORDS[Manner(power.manner)], power.from_authority, power.document_number)
    return {
        "local_code": power.number,
        "name": power.name,
        "unit": power.unit.name,
        "task_type": "",
        "legal_limit": "",
        "promised_limit": "",
        "why": _names(part for part in why if part),
    }


_MANNER_WORDS: Final = {
    Manner.DEVOLVED: "下放",
    Manner.ENTRUSTED: "委托",
    Manner.BRANCH: "派出机构行使",
    Manner.AUTHORISED: "授权",
}


@dataclass(frozen=True)
class ListDifference:
    """What came, went and changed between two versions of a list."""

    added: tuple[Row, ...]
    removed: tuple[Row, ...]
    changed: tuple[tuple[Row, Row], ...]


def compared(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> ListDifference:
    old = {row["local_code"]: dict(row) for row in before}
    new = {row["local_code"]: dict(row) for row in after}
    return ListDifference(
        tuple(new[code] for code in new if code not in old),
        tuple(old[code] for code in old if code not in new),
        tuple((old[code], new[code]) for code in new if code in old and old[code] != new[code]),
    )
