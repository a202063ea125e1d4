"""The public structure of Nansha District as facts: units, their other names, and their posts.

Base data, not the organisation itself: that lives in the tables of ``orgs`` and changes there. Each fact
names its source and says whether it was verified. Nobody's name is here; a post is never a person.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from chengshu.foundation.codes import Division, nansha_divisions

_FILE = Path(__file__).parent / "nansha.json"
_VILLAGE_KINDS = {"village": "village", "community": "community", "living_area": "community"}
_VILLAGE_SOURCE = "codes/facts/nansha_villages.csv"


@dataclass(frozen=True, slots=True)
class AliasFact:
    """Another name of a unit.

    :param note: why it exists
    :param valid_from: first day of use, when known
    :param valid_to: last day of use, when it has ended
    """

    name: str
    note: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class PostFact:
    """A post of a unit.

    :param key: unique within the unit, and the key of the role that the post carries
    :param title: in Chinese
    :param reach: ``own``, ``subtree`` or ``district``
    """

    key: str
    title: str
    title_en: str
    reach: str

    @property
    def roles(self) -> tuple[str, ...]:
        """The keys of the roles that the post carries."""
        return (self.key,)


@dataclass(frozen=True, slots=True)
class OrgFact:
    """A unit.

    :param key: stable, never shown to people
    :param kind: ``district``, ``bureau``, ``sub_unit``, ``section``, ``town``, ``street``, ``village``,
        ``community`` or ``supplier``
    :param name: full name in Chinese
    :param name_en: empty where there is no obvious one
    :param parent: key of the unit above; empty for the root
    :param code: division code, empty for units that are no division
    :param source: where the fact was read
    :param verified: whether it was read in a public text
    """

    key: str
    kind: str
    name: str
    short_name: str
    parent: str
    source: str
    verified: bool
    name_en: str = ""
    code: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    aliases: tuple[AliasFact, ...] = ()
    posts: tuple[PostFact, ...] = ()


def load() -> tuple[OrgFact, ...]:
    """Every unit of the base data, parents before children."""
    content = json.loads(_FILE.read_text("utf-8"))
    posts = {key: PostFact(key=key, **entry) for key, entry in content["posts"].items()}
    units = [_unit(entry, posts) for entry in content["units"]]
    by_code = {unit.code: unit.key for unit in units if unit.code}
    village_posts = tuple(posts[key] for key in content["village_posts"])
    villages = [
        _village(division, by_code, village_posts)
        for division in nansha_divisions().divisions
        if division.kind in _VILLAGE_KINDS
    ]
    return (*units, *villages)


def _unit(entry: dict[str, Any], posts: dict[str, PostFact]) -> OrgFact:
    return OrgFact(
        key=entry["key"],
        kind=entry["kind"],
        name=entry["name"],
        short_name=entry["short_name"],
        parent=entry.get("parent", ""),
        source=entry["source"],
        verified=entry["verified"],
        name_en=entry.get("name_en", ""),
        code=entry.get("code", ""),
        valid_from=_day(entry, "valid_from"),
        valid_to=_day(entry, "valid_to"),
        aliases=tuple(_alias(alias) for alias in entry.get("aliases", ())),
        posts=tuple(posts[key] for key in entry.get("posts", ())),
    )


def _alias(entry: dict[str, Any]) -> AliasFact:
    return AliasFact(entry["name"], entry.get("note", ""), _day(entry, "valid_from"), _day(entry, "valid_to"))


def _day(entry: dict[str, Any], name: str) -> date | None:
    text = entry.get(name)
    return date.fromisoformat(text) if text else None


def _village(division: Division, by_code: dict[str, str], posts: tuple[PostFact, ...]) -> OrgFact:
    above = division.code.parent
    return OrgFact(
        key=f"{division.kind.replace('_', '-')}-{division.code}",
        kind=_VILLAGE_KINDS[division.kind],
        name=division.name,
        short_name=_everyday_name(division),
        parent=by_code[above.value] if above else "",
        source=_VILLAGE_SOURCE,
        verified=division.verified,
        code=division.code.value,
        posts=posts,
    )


def _everyday_name(division: Division) -> str:
    if division.kind == "village":
        stem = division.name.removesuffix("村民委员会")
        return stem if stem.endswith("村") else f"{stem}村"
    return division.name.removesuffix("居民委员会")
