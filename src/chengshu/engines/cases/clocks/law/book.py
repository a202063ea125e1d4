"""The book of all clock rules: the version that held on a day, and how a city's own rules join it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.clocks.law.rules import Ground, Rule, WarningRule
from chengshu.engines.cases.clocks.limits import Evidence, Source
from chengshu.foundation.errors import InvalidFile, Missing, Place, Words


@dataclass(frozen=True)
class RuleBook:
    """All versions of all rules, with the grounds and warnings that they name."""

    versions: tuple[Rule, ...]
    grounds: Mapping[str, Ground]
    warnings: Mapping[str, WarningRule]
    sets: Mapping[str, Mapping[str, Source]]
    """Grounds that rules name together, such as those of 行政许可法 Art. 45."""

    def rule(self, key: str, on: date) -> Rule:
        """The rule as it stood on a day.

        :raises Missing: ``clocks.rule`` if there is none
        """
        for rule in self.versions:
            if rule.key == key and rule.holds_on(on):
                return rule
        raise _no_rule(key, on)

    def by_version(self, version: str) -> Rule:
        """The very version that a clock was started under.

        :raises Missing: ``clocks.rule``
        """
        for rule in self.versions:
            if rule.version == version:
                return rule
        raise _no_rule(version, None)

    def ground(self, key: str) -> Ground:
        """:raises Missing: ``clocks.ground``"""
        if key not in self.grounds:
            raise Missing(
                _("There is no ground “%(ground)s” for pausing a clock.") % {"ground": key},
                code="clocks.ground",
                hint=_("Choose one of the grounds listed in the reference of clock rules."),
                data={"grounds": sorted(self.grounds)},
            )
        return self.grounds[key]

    def warning_of(self, rule: Rule) -> WarningRule:
        return self.warnings[rule.warning]

    def joined_by(self, own: RuleBook) -> RuleBook:
        """This book with a city's own rules, grounds and warnings.

        A rule of a key that exists replaces all of its versions, and must repeat what was read in the law.

        :raises InvalidFile: ``clocks.law_changed`` if it does not
        """
        for rule in own.versions:
            for ours in self.versions:
                if ours.key == rule.key and (changed := _law_changed(ours, rule)):
                    raise broken(
                        rule.key,
                        "clocks.law_changed",
                        _("“%(what)s” is law and cannot be configured.") % {"what": changed},
                    )
        replaced = {rule.key for rule in own.versions}
        kept = tuple(rule for rule in self.versions if rule.key not in replaced)
        return book_of(
            kept + own.versions,
            {**self.grounds, **own.grounds},
            {**self.warnings, **own.warnings},
            {**self.sets, **own.sets},
        )


def book_of(
    rules: Iterable[Rule],
    grounds: Mapping[str, Ground],
    warnings: Mapping[str, WarningRule],
    sets: Mapping[str, Mapping[str, Source]],
) -> RuleBook:
    """A book whose versions follow each other and whose names lead somewhere.

    :raises InvalidFile: ``clocks.overlap``, ``clocks.gap``, ``clocks.dates`` or ``clocks.unknown_name``
    """
    ordered = tuple(sorted(rules, key=lambda rule: (rule.key, rule.valid_from)))
    for rule in ordered:
        _insist_sound(rule, grounds, warnings)
    for earlier, later in pairwise(ordered):
        if earlier.key == later.key:
            _insist_succession(earlier, later)
    return RuleBook(
        ordered,
        MappingProxyType(dict(grounds)),
        MappingProxyType(dict(warnings)),
        MappingProxyType(dict(sets)),
    )


def _insist_sound(rule: Rule, grounds: Mapping[str, Ground], warnings: Mapping[str, WarningRule]) -> None:
    if rule.valid_to is not None and rule.valid_to < rule.valid_from:
        raise broken(rule.key, "clocks.dates", _("The rule ends before it begins."))
    unknown = [name for name in rule.grounds if name not in grounds]
    unknown += [] if rule.warning in warnings else [rule.warning]
    steps = {step.key for step in rule.steps}
    unknown += [deemed.step for deemed in rule.deemed if deemed.step and deemed.step not in steps]
    if unknown:
        names = {"names": ", ".join(unknown)}
        raise broken(rule.key, "clocks.unknown_name", _("These names lead nowhere: %(names)s.") % names)
    if rule.legal and rule.legal.source.evidence is Evidence.UNCERTAIN:
        raise broken(
            rule.key, "clocks.unverified_law", _("A legal limit needs a source that somebody has looked at.")
        )
    most = rule.extension.most if rule.extension else None
    if most and rule.legal and most.unit is not rule.legal.unit:
        raise broken(rule.key, "clocks.unit", _("The extension must count in the unit of the limit."))


def _insist_succession(earlier: Rule, later: Rule) -> None:
    if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
        raise broken(later.key, "clocks.overlap", _("Two versions of the rule hold on the same day."))
    if earlier.valid_to + timedelta(days=1) != later.valid_from:
        raise broken(
            later.key, "clocks.gap", _("Between two versions of the rule there are days without one.")
        )


def _law_changed(ours: Rule, theirs: Rule) -> str:
    """The first value that was read in the law and that another rule of the same key does not repeat."""
    then = {name: (value, source) for name, value, source in _values(ours)}
    now = {name: value for name, value, _source in _values(theirs)}
    changed = (
        name for name, (value, source) in then.items() if source.evidence.is_law and now.get(name) != value
    )
    return next(changed, "")


def _values(rule: Rule) -> Iterable[tuple[str, object, Source]]:
    """Every value of a rule with a source of its own."""
    if rule.legal:
        yield "legal", rule.legal, rule.legal.source
    if rule.promised:
        yield "promised", rule.promised, rule.promised.source
    if rule.extension:
        yield "extension", rule.extension, rule.extension.source
    if rule.supplement:
        yield "supplement", rule.supplement, rule.supplement.source
    for ground, source in rule.grounds.items():
        yield f"ground {ground}", ground, source
    for step in rule.steps:
        yield f"step {step.key}", (step.limit, step.before), step.limit.source
    for deemed in rule.deemed:
        yield f"deemed {deemed.key}", (deemed.effect, deemed.step), deemed.source


def _no_rule(key: str, on: date | None) -> Missing:
    return Missing(
        _("There is no clock rule “%(rule)s” for that day.") % {"rule": key},
        code="clocks.rule",
        hint=_(
            "Choose one of the rules that ./chengshu cases rules lists, or add a dated one with its source."
        ),
        data={"rule": key, "on": on.isoformat() if on else ""},
    )


def broken(key: str, code: str, message: Words, place: Place | None = None) -> InvalidFile:
    """A rule file that cannot be used, naming the entry and where it stands."""
    return InvalidFile(
        message,
        place=place,
        field=key,
        code=code,
        hint=_("Correct the entry %(rule)s in the rule file.") % {"rule": key},
        data={"rule": key},
    )
