"""The situation guide (情形引导): which questions are asked now, and which materials the answers make necessary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput
from chengshu.hub.services.data import BundleElements, Elements, Material, Question


def questions_under(elements: Elements | BundleElements, answers: Sequence[str]) -> tuple[Question, ...]:
    """The questions that are asked under these answers, in order; an answer to one not asked counts for nothing."""
    return tuple(question for question, _given in _walk(elements.questions, answers))


def answers_that_count(elements: Elements | BundleElements, answers: Sequence[str]) -> tuple[str, ...]:
    """Of the answers given those to questions that are asked."""
    return tuple(given for _question, given in _walk(elements.questions, answers) if given)


def unanswered(elements: Elements | BundleElements, answers: Sequence[str]) -> tuple[Question, ...]:
    """Questions that are asked and have no answer yet."""
    return tuple(question for question, given in _walk(elements.questions, answers) if not given)


def materials_under(elements: Elements, answers: Sequence[str]) -> tuple[Material, ...]:
    """The materials needed under these answers, in the order of the list."""
    counted = set(answers_that_count(elements, answers)) if elements.questions else set(answers)
    return tuple(each for each in elements.materials if holds(each.when, counted))


def items_under(elements: BundleElements, answers: Sequence[str]) -> tuple[str, ...]:
    """The matters of a bundle that belong to it under these answers."""
    counted = set(answers_that_count(elements, answers))
    return tuple(code for code, when in elements.items if holds(when, counted))


def holds(when: Iterable[str], answers: Iterable[str]) -> bool:
    """Whether something conditioned so is wanted: always, or under any one of the answers."""
    wanted = set(when)
    return not wanted or not wanted.isdisjoint(answers)


def insist_on_answers(elements: Elements | BundleElements, answers: Sequence[str]) -> tuple[str, ...]:
    """The answers that count.

    :raises InvalidInput: ``answers`` if one of them is none of the guide's
    """
    possible = {f"{q.key}:{a.key}" for q in elements.questions for a in q.answers}
    for answer in answers:
        if answer not in possible:
            raise InvalidInput(
                _("“%(answer)s” is no answer of this guide.") % {"answer": answer[:60]},
                field="answers",
                code="services.answer",
                hint=_("Go through the questions again."),
            )
    return answers_that_count(elements, answers)


def _walk(questions: Iterable[Question], answers: Sequence[str]) -> Iterable[tuple[Question, str]]:
    """Each question that is asked with its answer; later ones see only answers of those asked before."""
    counted: set[str] = set()
    for question in questions:
        if not holds(question.when, counted):
            continue
        possible = {f"{question.key}:{answer.key}" for answer in question.answers}
        given = next((answer for answer in answers if answer in possible), "")
        if given:
            counted.add(given)
        yield question, given
