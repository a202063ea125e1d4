"""Elements in words: what a person reads of a matter, section by section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from chengshu.foundation.errors import Words
from chengshu.hub.services.data import Elements, Material, Necessity
from chengshu.hub.services.limits import words_of
from chengshu.scenes.matters.elements import ELEMENT_WORDS, is_free_of_charge
from chengshu.scenes.matters.pages import common


@dataclass(frozen=True)
class Section:
    """A part of the page: a heading with pairs of term and value."""

    title: Words
    pairs: Sequence[tuple[Words, str]]


def sections(elements: Elements) -> list[Section]:
    """What an edition says, without materials, procedure and guide, which have tables of their own."""
    return [
        Section(_("Codes of the matter"), _codes(elements)),
        Section(_("Who, how and how long"), _ways(elements)),
        Section(_("Result and remedies"), _result(elements)),
        Section(_("On this platform"), _platform(elements)),
    ]


def _codes(elements: Elements) -> list[tuple[Words, str]]:
    return [
        _pair("local_code", elements.local_code),
        _pair("code", elements.code),
        _pair("basic_code", elements.basic_code),
        _pair("level", _level_words().get(elements.level, elements.level)),
        _pair("unknown", "、".join(str(ELEMENT_WORDS.get(name, name)) for name in elements.unknown)),
        _pair("sources", "；".join(elements.sources)),
    ]


def _level_words() -> dict[str, str]:
    return {
        "1": _("Nation"),
        "2": _("Province"),
        "3": _("City"),
        "4": _("District"),
        "5": _("Town or street"),
        "6": _("Village or community"),
    }


def _ways(elements: Elements) -> list[tuple[Words, str]]:
    return [
        _pair("objects", _joined(elements.objects, common.OBJECT_WORDS)),
        _pair("case_kind", str(common.KIND_WORDS.get(elements.case_kind, elements.case_kind))),
        _pair("legal_limit", words_of(elements.legal_limit)),
        _pair("promised_limit", words_of(elements.promised_limit)),
        _pair("limit_note", elements.limit_note),
        _pair("channels", _joined(elements.channels, common.CHANNEL_WORDS)),
        _pair("depth", _joined(elements.depth, common.DEPTH_WORDS)),
        _pair("visits", "" if elements.visits is None else str(elements.visits)),
        _pair("labels", _joined(elements.labels, common.LABEL_WORDS)),
        _pair("regions", _joined(elements.regions, common.REGION_WORDS)),
        _pair("conditions", "；".join(elements.conditions)),
        _pair("special", "；".join(f"{one.kind} {one.limit} {one.basis}" for one in elements.special)),
        _pair("fees", _fees(elements)),
        _pair("intermediary", elements.intermediary),
        _pair("topics", "、".join(elements.topics)),
        _pair("keywords", "、".join(elements.keywords)),
    ]


def _fees(elements: Elements) -> str:
    if is_free_of_charge(elements):
        return _("Free of charge")
    return "；".join(f"{one.standard} {one.basis}" for one in elements.fees)


def _result(elements: Elements) -> list[tuple[Words, str]]:
    return [
        _pair("result_name", elements.result_name),
        _pair("validity", elements.validity),
        _pair("phones", "、".join(elements.phones)),
        _pair("complaint_phones", "、".join(elements.complaint_phones)),
        _pair("address", elements.address),
        _pair("hours", elements.hours),
        _pair("remedies", "；".join(elements.remedies)),
    ]


def _platform(elements: Elements) -> list[tuple[Words, str]]:
    return [
        _pair("process", elements.process),
        _pair("form", elements.form),
        _pair("rule", elements.rule),
        _pair("pledge", _("yes") if elements.pledge else _("no")),
    ]


def _pair(element: str, value: str) -> tuple[Words, str]:
    return ELEMENT_WORDS[element], value or "—"


def _joined(values: Sequence[str], words: Mapping[str, Words]) -> str:
    return "、".join(str(words.get(value, value)) for value in values)


def necessity(material: Material) -> str:
    """Whether a material is needed, in words."""
    if material.necessity is Necessity.MAY_FOLLOW:
        return _("may follow within %(days)s working days") % {"days": material.defer_days or "—"}
    return _("needed") if material.necessity is Necessity.NECESSARY else _("if there is one")


def answers_named(elements: Elements, keys: Sequence[str]) -> str:
    """The answers under which something is needed, by their titles."""
    titles = {f"{one.key}:{each.key}": each.title for one in elements.questions for each in one.answers}
    return "、".join(titles.get(key, key) for key in keys)


def plain(value: Any) -> str:
    """An element's value as one text, for comparing."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, Mapping):
        return "，".join(f"{key}: {plain(each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return "\n".join(plain(each) for each in value)
    return str(value)
