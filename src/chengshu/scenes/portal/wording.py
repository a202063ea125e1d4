"""Names of the codes of GB/T 39554 for people, and how a status is coloured. Every mark has a word and a shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Words
from chengshu.hub.services.data import MaterialState, Necessity, TaskType

TASK_TYPES: Final[Mapping[str, Words]] = {
    TaskType.PERMIT: _("Administrative permit"),
    TaskType.PENALTY: _("Administrative penalty"),
    TaskType.COERCION: _("Administrative coercion"),
    TaskType.LEVY: _("Administrative levy"),
    TaskType.BENEFIT: _("Administrative benefit"),
    TaskType.INSPECTION: _("Administrative inspection"),
    TaskType.CONFIRMATION: _("Administrative confirmation"),
    TaskType.REWARD: _("Administrative reward"),
    TaskType.RULING: _("Administrative ruling"),
    TaskType.OTHER: _("Other administrative power"),
    TaskType.PUBLIC_SERVICE: _("Public service"),
}

APPLICANTS: Final[Mapping[str, Words]] = {
    "1": _("Natural person"),
    "2": _("Company"),
    "3": _("Public institution"),
    "4": _("Social organisation (legal person)"),
    "5": _("Unincorporated enterprise"),
    "6": _("Administrative organ"),
    "9": _("Other organisation"),
}

LABELS: Final[Mapping[str, Words]] = {
    "at_once": _("Done at once"),
    "online": _("Done online"),
    "nearby": _("Done nearby"),
    "once": _("One visit"),
    "one_window": _("One window"),
}

CASE_KINDS: Final[Mapping[str, Words]] = {"1": _("Decided at once"), "2": _("Decided by a promised day")}
CHANNELS: Final[Mapping[str, Words]] = {"1": _("Window"), "2": _("On the internet"), "3": _("By courier")}
DEPTHS: Final[Mapping[str, Words]] = {
    "1": _("advice"),
    "2": _("receiving"),
    "3": _("pre-check"),
    "4": _("acceptance"),
    "5": _("handling"),
    "6": _("news of the result"),
    "7": _("electronic licence"),
    "8": _("other"),
}
DELIVERIES: Final[Mapping[str, Words]] = {
    "window": _("Picked up at the window"),
    "post": _("Sent by post"),
    "courier": _("Sent by courier"),
    "online": _("Downloaded here"),
    "electronic": _("Downloaded here"),
    "1": _("Picked up at the window"),
    "2": _("Sent by post"),
    "3": _("Downloaded here"),
}
REGIONS: Final[Mapping[str, Words]] = {
    "online": _("Everything online"),
    "collect": _("Another hall takes it in and forwards it"),
    "joint": _("Several places handle it together"),
    "remote": _("Do it yourself with help over the line"),
}
NECESSITIES: Final[Mapping[str, Words]] = {
    Necessity.NECESSARY: _("Necessary"),
    Necessity.OPTIONAL: _("If you have it"),
    Necessity.MAY_FOLLOW: _("May follow later"),
}
MATERIAL_FORMS: Final[Mapping[str, Words]] = {
    "1": _("On paper"),
    "2": _("Electronic"),
    "3": _("Paper or electronic"),
}
MATERIAL_SOURCES: Final[Mapping[str, Words]] = {
    "10": _("You have it"),
    "20": _("Issued by an authority"),
    "99": _("Other"),
}
MATERIAL_STATES: Final[Mapping[str, tuple[str, Words]]] = {
    MaterialState.UPLOADED: ("positive", _("Handed in")),
    MaterialState.REUSED: ("positive", _("Used again from earlier")),
    MaterialState.WAIVED: ("positive", _("Not needed: the register knows it")),
    MaterialState.PLEDGED: ("info", _("Replaced by your pledge")),
    MaterialState.LACKING: ("caution", _("Follows later")),
    MaterialState.NOT_NEEDED: ("neutral", _("Not needed under your answers")),
    MaterialState.PAPER: ("positive", _("Handed in on paper")),
}
UNKNOWN_ELEMENTS: Final[Mapping[str, Words]] = {
    "code": _("implementation code"),
    "basic_code": _("basic code"),
    "item_code": _("code of the handling item"),
    "legal_limit": _("statutory limit"),
    "promised_limit": _("promised limit"),
    "visits": _("number of visits"),
    "depth": _("how much can be done online"),
    "channels": _("ways of applying"),
    "basis": _("legal basis"),
    "conditions": _("conditions"),
    "materials": _("materials"),
    "steps": _("steps"),
    "special": _("special procedures"),
    "fees": _("fees"),
    "result_name": _("result"),
    "result_kind": _("kind of result"),
    "delivery": _("delivery"),
    "regions": _("cross-region handling"),
    "phones": _("phones"),
    "complaint_phones": _("phones for complaints"),
    "address": _("address"),
    "hours": _("office hours"),
    "quantity_limit": _("quantity limit"),
    "intermediary": _("intermediary services"),
    "remedies": _("remedies"),
    "validity": _("validity"),
    "unit_nature": _("nature of the unit"),
}

_STATUS_TONES: Final[Mapping[str, str]] = {
    "0": "neutral",
    "1": "info",
    "2": "neutral",
    "3": "info",
    "4": "neutral",
    "5": "negative",
    "6": "caution",
    "7": "info",
    "8": "info",
    "9": "info",
    "10": "info",
    "11": "positive",
    "12": "positive",
    "13": "negative",
    "14": "neutral",
    "15": "negative",
}
FINISHED: Final = frozenset({"2", "4", "5", "11", "12", "13", "14", "15"})
"""Status codes after which nothing more is decided (domain table 2.2)."""


def status_tone(status: str) -> str:
    """The tone of a national status code."""
    return _STATUS_TONES.get(status, "neutral")


def names(table: Mapping[str, Words], codes: Iterable[str]) -> list[Words]:
    """The names of codes; a code that nobody named, or a text that is none, stands as it is."""
    return [table.get(code, code) for code in codes]
