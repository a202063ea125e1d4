"""What can be applied for: a matter or a bundle (一件事), seen alike by the guide and the steps of an application."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from django.urls import reverse

from chengshu.engines.cases import api as cases
from chengshu.foundation.errors import Missing
from chengshu.hub.services import api as services
from chengshu.hub.services.data import BundleElements, BundleView, Material, MatterView, Question


@dataclass(frozen=True)
class Part:
    """A matter of an offer: the matter itself, or one of a bundle's.

    :param when: answers under which it belongs to the bundle; empty: always
    """

    matter: MatterView
    when: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offer:
    """A matter or a bundle in force."""

    code: str
    name: str
    unit_id: int
    unit_name: str
    can_apply: bool
    promised_limit: str
    questions: tuple[Question, ...]
    parts: tuple[Part, ...]
    view: MatterView | BundleView
    is_bundle: bool = False

    @property
    def href(self) -> str:
        """Its page for reading."""
        return reverse("portal:bundle" if self.is_bundle else "portal:matter", args=[self.code])

    @property
    def form_key(self) -> str:
        """The key of its form; a matter without one of its own uses the start form of its process."""
        elements = self.view.elements
        if elements.form or self.is_bundle:
            return elements.form
        return _start_form(self.parts[0].matter.elements.process)

    @property
    def regions(self) -> tuple[str, ...]:
        """The modes of 跨域通办 that every part of it allows."""
        allowed = [set(part.matter.elements.regions) for part in self.parts]
        common = set.intersection(*allowed) if allowed else set()
        return tuple(mode for mode in ("online", "collect", "joint", "remote") if mode in common)

    def parts_under(self, answers: Sequence[str]) -> tuple[Part, ...]:
        """The matters that belong to it under these answers."""
        if not self.is_bundle:
            return self.parts
        elements = cast(BundleElements, self.view.elements)
        codes = services.items_under(elements, answers)
        return tuple(part for part in self.parts if part.matter.elements.local_code in codes)

    def questions_under(self, answers: Sequence[str]) -> tuple[Question, ...]:
        """The questions that are asked now; of a bundle also those of the matters that belong to it, each once."""
        asked = {each.key: each for each in services.questions_under(self.view.elements, answers)}
        if self.is_bundle:
            for part in self.parts_under(answers):
                for each in services.questions_under(part.matter.elements, answers):
                    asked.setdefault(each.key, each)
        return tuple(asked.values())

    def answers_in(self, answers: Sequence[str]) -> tuple[str, ...]:
        """Of the answers given those to questions that are asked."""
        possible = [f"{q.key}:{a.key}" for q in self.questions_under(answers) for a in q.answers]
        chosen = {answer.partition(":")[0]: answer for answer in reversed(answers) if answer in possible}
        return tuple(answer for answer in possible if answer in chosen.values())

    def materials_under(self, answers: Sequence[str]) -> tuple[Material, ...]:
        """One pool: each material once, whichever parts ask for it; the strictest wording stands."""
        pool: dict[str, Material] = {}
        for part in self.parts_under(answers):
            for material in services.materials_under(part.matter.elements, answers):
                known = pool.get(material.key)
                if known is None or material.necessity < known.necessity:
                    pool[material.key] = material
        return tuple(pool.values())


def offer(code: str) -> Offer:
    """The matter or bundle of this code.

    :raises Missing: if neither is in force
    """
    try:
        return _of_matter(services.matter(code))
    except Missing:
        return _of_bundle(services.bundle(code))


def _of_matter(view: MatterView) -> Offer:
    elements = view.elements
    return Offer(
        code=elements.local_code,
        name=elements.name,
        unit_id=view.unit_id,
        unit_name=view.unit_name,
        can_apply=view.can_apply,
        promised_limit=elements.promised_limit,
        questions=elements.questions,
        parts=(Part(view),),
        view=view,
    )


def _of_bundle(view: BundleView) -> Offer:
    elements = view.elements
    when = dict(elements.items)
    return Offer(
        code=elements.key,
        name=elements.name,
        unit_id=view.unit_id,
        unit_name=view.unit_name,
        can_apply=view.can_apply,
        promised_limit=elements.total_limit,
        questions=_all_questions(view),
        parts=tuple(Part(item, when.get(item.elements.local_code, ())) for item in view.items),
        view=view,
        is_bundle=True,
    )


def _all_questions(view: BundleView) -> tuple[Question, ...]:
    """Everything that may be asked on the way, each once."""
    asked = {each.key: each for each in view.elements.questions}
    for item in view.items:
        for each in item.elements.questions:
            asked.setdefault(each.key, each)
    return tuple(asked.values())


def _start_form(process: str) -> str:
    try:
        return cases.definition(process).start_form if process else ""
    except Missing:
        return ""
