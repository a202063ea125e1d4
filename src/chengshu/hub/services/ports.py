"""What scenes bring along: offers on an application's page, and papers of their own. Scenes call this at start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chengshu.foundation.errors import ChengshuError
from chengshu.hub.services.data import ApplicationView, FollowUp

FollowUps = Callable[[ApplicationView], Iterable[FollowUp]]


@dataclass(frozen=True)
class PaperContent:
    """What a paper says below its heading. Everything printed is Chinese.

    :param paragraphs: of running text; blank lines between them come by themselves
    :param table: label and value, line by line, printed between the first paragraph and the others
    :param items: a numbered list after the table, such as what is lacking
    :param closing: paragraphs after the list, such as the remedies
    """

    paragraphs: tuple[str, ...] = ()
    table: tuple[tuple[str, str], ...] = ()
    items: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()


@dataclass(frozen=True)
class PaperTemplate:
    """A kind of paper.

    :param kind: one of the kinds of the contract, such as ``decision_granted``, or one of the scene's own
    :param title: as printed, such as 准予行政许可决定书
    :param prefix: the word of its number: 许字 gives 南沙数据许字〔2026〕1号
    :param body: from the facts of the paper (see ``papers.facts``) to what is printed
    :param local_codes: the matters that use it; empty: every matter without one of its own
    :param addressed: whether the applicant's name stands above the text
    :param sealed: whether the unit's seal belongs on it
    """

    kind: str
    title: str
    prefix: str
    body: Callable[[Mapping[str, Any]], PaperContent]
    local_codes: tuple[str, ...] = ()
    addressed: bool = True
    sealed: bool = True
    extra: Mapping[str, Any] = field(default_factory=dict)


_follow_ups: list[FollowUps] = []
_templates: dict[tuple[str, str], PaperTemplate] = {}


def register_follow_ups(offer: FollowUps) -> None:
    """Have ``offer`` say what an application's page offers besides, such as rating it. Called for every page."""
    if offer not in _follow_ups:
        _follow_ups.append(offer)


def follow_ups_for(view: ApplicationView) -> tuple[FollowUp, ...]:
    """Everything the scenes offer; one that raises an error of ours offers nothing."""
    found: list[FollowUp] = []
    for offer in _follow_ups:
        try:
            found.extend(offer(view))
        except ChengshuError:
            continue
    return tuple(found)


def register_paper(*templates: PaperTemplate) -> None:
    """Name papers; one for certain matters goes before the general one of its kind."""
    for template in templates:
        for code in template.local_codes or ("",):
            _templates[(template.kind, code)] = template


def template_for(kind: str, local_code: str) -> PaperTemplate | None:
    """The matter's own template, else the general one; None for an unknown kind."""
    return _templates.get((kind, local_code)) or _templates.get((kind, ""))


def paper_kinds() -> tuple[str, ...]:
    """Every kind that somebody brought a template for."""
    return tuple(sorted({kind for kind, _code in _templates}))
