"""要素规范性检查: what is wrong with the elements of a matter, why, and what to do about it.

The rules (``rules``, ``limits``) are pure functions over the elements and a :class:`Surroundings`; this module gathers
the surroundings from the tables and the other parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import override

from chengshu.engines.cases import api as cases
from chengshu.engines.registers import api as registers
from chengshu.foundation.calendar import published_calendar
from chengshu.foundation.errors import InvalidInput, Missing
from chengshu.scenes.matters import usage
from chengshu.scenes.matters.elements import digest_of, elements_from
from chengshu.scenes.matters.linting.found import Finding, Law, Surroundings, error
from chengshu.scenes.matters.linting.rules import all_findings
from chengshu.scenes.matters.models import FindingDecision, LegalText, Matter, MatterState

__all__ = ["Finding", "MatterFindings", "Surroundings", "findings_of", "lint_catalogue"]


@dataclass(frozen=True)
class MatterFindings:
    """What is wrong with one matter."""

    matter: Matter
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> int:
        return sum(one.severity == "error" and not one.decided for one in self.findings)

    @property
    def conforms(self) -> bool:
        """规范: no error that nobody decided on."""
        return not self.errors


def findings_of(matter: Matter, content: Mapping[str, Any] | None = None) -> tuple[Finding, ...]:
    """Findings on one matter.

    :param content: elements to look at instead of those that the matter shows, such as a draft's
    """
    decisions = FindingDecision.objects.filter(matter=matter)
    shared = _Shared.gather(use_of=usage.used_since((matter.local_code,)))
    return shared.findings(matter, content if content is not None else matter.elements, decisions)


def lint_catalogue(matters: Iterable[Matter]) -> list[MatterFindings]:
    """Findings on many matters, with a steady number of queries."""
    chosen = list(matters)
    decisions: dict[int, list[FindingDecision]] = {}
    for decision in FindingDecision.objects.filter(matter__in=chosen):
        decisions.setdefault(decision.matter_id, []).append(decision)
    shared = _Shared.gather(use_of=usage.used_since(tuple(one.local_code for one in chosen)))
    return [
        MatterFindings(one, shared.findings(one, one.elements, decisions.get(one.pk, ()))) for one in chosen
    ]


@dataclass
class _Shared:
    """What is the same for every matter of one run."""

    today: date
    laws: Mapping[str, Law]
    rules: Mapping[str, Mapping[str, str]]
    forms: dict[str, frozenset[str] | None]
    use_of: Mapping[str, int]

    @classmethod
    def gather(cls, use_of: Mapping[str, int]) -> _Shared:
        laws = {
            law.name: Law(law.name, law.in_force_from, law.in_force_until, law.replaced_by)
            for law in LegalText.objects.all()
        }
        today = timezone.localdate()
        return cls(today, laws, _clock_rules(today), {}, use_of)

    def findings(
        self, matter: Matter, content: Mapping[str, Any], decisions: Iterable[FindingDecision]
    ) -> tuple[Finding, ...]:
        try:
            elements = elements_from(content)
        except InvalidInput as wrong:
            return (error("elements.unreadable", wrong.field, wrong.message, wrong.hint),)
        around = Surroundings(
            today=self.today,
            calendar=published_calendar(),
            laws=self.laws,
            rules=self.rules,
            form_materials=self._materials_of(elements.form),
            basic_name=matter.basic_name,
            is_claimed=matter.is_claimed,
            is_published=matter.state == MatterState.PUBLISHED,
            applications_in_two_years=self.use_of.get(matter.local_code),
        )
        now = digest_of(content)
        settled = {(one.code, one.element): one.reason for one in decisions if one.digest == now}
        return tuple(
            replace(one, decided=settled.get((one.code, one.element), ""))
            for one in all_findings(elements, around)
        )

    def _materials_of(self, form: str) -> frozenset[str] | None:
        if form not in self.forms:
            self.forms[form] = _form_materials(form)
        return self.forms[form]


def _form_materials(form: str) -> frozenset[str] | None:
    """Keys of the materials that a form asks for; None for no form, or one that lists none."""
    if not form:
        return None
    try:
        return frozenset(one.key for one in registers.form(form).materials) or None
    except Missing:
        return None


def _clock_rules(today: date) -> dict[str, dict[str, str]]:
    """Legal and promised limit of each clock rule that holds today, as the law files say."""
    rules: dict[str, dict[str, str]] = {}
    with override("en"):
        lines = cases.rules_table()
    for line in lines:
        if line.valid_from > today or (line.valid_to is not None and line.valid_to < today):
            continue
        limits = rules.setdefault(line.rule, {})
        if line.what.startswith("legal limit"):
            limits["legal"] = line.value
        elif line.what == "promised limit":
            limits["promised"] = line.value
    return rules
