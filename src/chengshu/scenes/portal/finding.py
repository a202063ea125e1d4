"""What somebody looks for: read from the address, asked of the catalogue, and helped along when nothing is found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from chengshu.foundation.errors import Words
from chengshu.foundation.web.shell import query_url
from chengshu.hub.services import api as services
from chengshu.hub.services.data import MatterLine, MatterPage
from chengshu.scenes.portal import wording
from chengshu.scenes.portal.chinese import searched
from chengshu.scenes.portal.queries import topics

PER_PAGE = 20


@dataclass(frozen=True)
class Wish:
    """What is looked for.

    :param typed: the words as they were typed; ``text`` as the catalogue writes them
    :param online: only what can be applied for here
    """

    typed: str = ""
    text: str = ""
    topic: str = ""
    label: str = ""
    applicant: str = ""
    online: bool = False
    page: int = 1

    @classmethod
    def from_query(cls, query: QueryDict) -> Wish:
        page = query.get("page", "1")
        typed = " ".join(query.get("q", "").replace("\x00", " ").split())[:60]
        return cls(
            typed=typed,
            text=searched(typed),
            topic=query.get("topic", "").replace("\x00", "")[:60],
            label=query.get("label", "") if query.get("label", "") in wording.LABELS else "",
            applicant=query.get("applicant", "") if query.get("applicant", "") in wording.APPLICANTS else "",
            online=query.get("online") == "1",
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 1,
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.topic or self.label or self.applicant or self.online)

    def query(self) -> dict[str, str]:
        """As it stands in the address."""
        return {
            "q": self.typed,
            "topic": self.topic,
            "label": self.label,
            "applicant": self.applicant,
            "online": "1" if self.online else "",
        }


@dataclass(frozen=True)
class FacetOption:
    title: Words
    href: str
    is_chosen: bool
    count: int | None = None


@dataclass(frozen=True)
class Facet:
    """One way of narrowing the list."""

    title: Words
    options: tuple[FacetOption, ...]
    chosen: Words = ""

    @property
    def is_open(self) -> bool:
        return bool(self.chosen)


def found(wish: Wish) -> MatterPage:
    """The matters that fit, best first."""
    return services.matters(
        text=wish.text,
        topic=wish.topic,
        label=wish.label,
        applicant=wish.applicant,
        can_apply=True if wish.online else None,
        page=wish.page,
        size=PER_PAGE,
    )


def nearby_words(wish: Wish) -> list[str]:
    """Shorter words out of a search without a result that do find something, longest first."""
    if len(wish.text) < 2:
        return []
    pieces = {
        wish.text[start : start + length]
        for length in (4, 3, 2)
        for start in range(len(wish.text) - length + 1)
        if len(wish.text) > length
    }
    words = sorted(
        (p for p in pieces if " " not in p), key=lambda piece: (-len(piece), wish.text.find(piece))
    )
    hits: list[str] = []
    for word in words[:12]:
        if services.matters(text=word, size=1).total and not any(word in hit for hit in hits):
            hits.append(word)
        if len(hits) == 3:
            break
    return hits


def others(words: Iterable[str]) -> tuple[MatterLine, ...]:
    """What the shorter words find, each matter once."""
    lines: dict[str, MatterLine] = {}
    for word in words:
        for line in services.matters(text=word, size=4).items:
            lines.setdefault(line.local_code, line)
    return tuple(lines.values())[:6]


def facets(wish: Wish, path: str) -> tuple[Facet, ...]:
    """Topic, applicant, label and way, each option leading to the list narrowed by it."""
    by_topic = [(topic.key, topic.title, topic.count) for topic in topics()]
    return tuple(
        facet
        for facet in (
            _facet(_("Topic"), "topic", by_topic, wish, path),
            _facet(_("For whom"), "applicant", _rows(wording.APPLICANTS), wish, path),
            _facet(_("Label"), "label", _rows(wording.LABELS), wish, path),
            _facet(_("Way of applying"), "online", [("1", _("Can be applied for here"), None)], wish, path),
        )
        if facet.options
    )


def _rows(table: Mapping[str, Words]) -> list[tuple[str, Words, int | None]]:
    return [(key, title, None) for key, title in table.items()]


def _facet(
    title: Words, name: str, rows: Iterable[tuple[str, Any, int | None]], wish: Wish, path: str
) -> Facet:
    now = wish.query()
    options = tuple(
        FacetOption(
            words,
            query_url(path, {**now, name: "" if now[name] == key else key}),
            now[name] == key,
            count,
        )
        for key, words, count in rows
    )
    chosen = next((option.title for option in options if option.is_chosen), "")
    return Facet(title, options, chosen)


def at_page(wish: Wish, path: str, page: int) -> str:
    """The address of another page of the same list."""
    return query_url(path, {**replace(wish, page=1).query(), "page": page})
