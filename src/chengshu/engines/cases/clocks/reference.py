"""The rules as tables: for ``./chengshu cases rules`` and for the generated page ``docs/reference/clock-rules.md``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.clocks.law import Effect, Ground, Rule, RuleBook, WarningRule, shipped
from chengshu.engines.cases.clocks.law.rules import APPROVER_WORDS, CountsFrom
from chengshu.engines.cases.clocks.limits import EVIDENCE_WORDS, Limit, Source
from chengshu.foundation.errors import Words

FAMILY_WORDS: dict[str, Words] = {
    "permit": _("Administrative licences"),
    "construction": _("Construction projects"),
    "environment": _("Environment and water"),
    "disclosure": _("Open government information"),
    "registration": _("Business registration"),
    "sharing": _("Sharing of government data"),
    "follow_up": _("Follow-up, suggestions and petitions"),
    "hotline": _("Hotline"),
}
EFFECT_WORDS: dict[Effect, Words] = {
    Effect.ACCEPTED: _("counts as accepted on the day of receipt"),
    Effect.RENEWED: _("counts as renewed"),
    Effect.AGREED: _("counts as agreement"),
    Effect.AUTHORITY_DECIDES: _("the authority decides by itself"),
}
FROM_WORDS: dict[CountsFrom, Words] = {
    CountsFrom.ACCEPTANCE: _("acceptance"),
    CountsFrom.RECEIPT: _("receipt"),
    CountsFrom.EVENT: _("the event"),
}


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One value of one rule, as a row for people.

    :param value: the limit in its notation, the ground's name, or the effect
    :param evidence: how well the source is known, in words
    """

    rule: str
    name: str
    family: Words
    valid_from: date
    valid_to: date | None
    what: str
    value: str
    source: str
    evidence: Words


def rules_table(book: RuleBook | None = None) -> tuple[RuleLine, ...]:
    """Every value of every rule, family by family; the shipped rules unless another book is given."""
    chosen = book or shipped()
    ordered = sorted(
        chosen.versions, key=lambda rule: (_place(rule.family), rule.family, rule.key, rule.valid_from)
    )
    return tuple(_line(rule, *value) for rule in ordered for value in _values(rule, chosen))


def law_reference(book: RuleBook | None = None) -> str:
    """The page of clock rules as Markdown without its generation mark."""
    chosen = book or shipped()
    parts = ["# Clock rules\n", _INTRODUCTION]
    for family, lines in groupby(rules_table(chosen), key=lambda line: str(line.family)):
        parts += [f"\n## {family}\n", _rules(lines)]
    parts += ["\n## Grounds for pausing\n", _grounds(chosen.grounds.values())]
    parts += ["\n## Warnings\n", _warnings(chosen.warnings.values())]
    return "\n".join(parts)


_INTRODUCTION = """\
Limits are `wd` working days, `d` natural days, `m` months or `h` hours. Working days follow the State Council's
notices; a limit that reaches a year without one has only an earliest day. A city adds its own files in
`<data directory>/law`; what was read in the legal text cannot be replaced there.
"""


def _place(family: str) -> int:
    families = list(FAMILY_WORDS)
    return families.index(family) if family in families else len(families)


def _line(rule: Rule, what: str, value: str, source: Source) -> RuleLine:
    return RuleLine(
        rule=rule.key,
        name=rule.name,
        family=FAMILY_WORDS.get(rule.family, rule.family),
        valid_from=rule.valid_from,
        valid_to=rule.valid_to,
        what=what,
        value=value,
        source=source.text,
        evidence=EVIDENCE_WORDS[source.evidence],
    )


def _values(rule: Rule, book: RuleBook) -> Iterator[tuple[str, str, Source]]:
    if rule.legal:
        start = _("legal limit, from %(event)s") % {"event": FROM_WORDS[rule.counts_from]}
        yield start, rule.legal.notation, rule.legal.source
    if rule.promised:
        yield str(_("promised limit")), rule.promised.notation, rule.promised.source
    if rule.extension:
        yield _extension(rule.extension.most, APPROVER_WORDS[rule.extension.approver], rule.extension.source)
    if rule.supplement:
        yield str(_("supplement notice, once")), rule.supplement.within.notation, rule.supplement.source
    for step in rule.steps:
        way = _("%(title)s, before: %(event)s") if step.before else _("%(title)s, after: %(event)s")
        yield way % {"title": step.name, "event": step.event}, step.limit.notation, step.limit.source
    for deemed in rule.deemed:
        yield (
            _("silence: %(title)s") % {"title": deemed.name},
            str(EFFECT_WORDS[deemed.effect]),
            deemed.source,
        )
    for names, source in _by_source(rule, book):
        yield str(_("paused by")), names, source


def _extension(most: Limit | None, approver: Words, source: Source) -> tuple[str, str, Source]:
    what = _("extension by %(approver)s") % {"approver": approver}
    return what, most.notation if most else "", source


def _by_source(rule: Rule, book: RuleBook) -> Iterator[tuple[str, Source]]:
    """The grounds of a rule, those of one source together."""
    for source, keys in groupby(rule.grounds, key=lambda key: rule.grounds[key]):
        yield ", ".join(book.ground(key).name for key in keys), source


def _rules(lines: Iterable[RuleLine]) -> str:
    return _table(
        ("Rule", "Name", "Since", "What", "Value", "Source", "Known"),
        (
            (f"`{line.rule}`", line.name, line.valid_from, line.what, line.value, line.source, line.evidence)
            for line in lines
        ),
    )


def _grounds(grounds: Iterable[Ground]) -> str:
    return _table(
        ("Ground", "中文", "English", "Source", "Note"),
        (
            (f"`{each.key}`", each.title, each.title_en, each.source.text if each.source else "", each.note)
            for each in grounds
        ),
    )


def _warnings(warnings: Iterable[WarningRule]) -> str:
    return _table(
        ("Warning", "English", "Yellow at", "Answer within", "Source", "Known"),
        (
            (
                f"`{each.key}`",
                each.title_en,
                f"≤ {each.when.share * 100:.0f} % or {each.when.floor} left",
                each.correct_within.notation,
                each.source.text,
                EVIDENCE_WORDS[each.source.evidence],
            )
            for each in warnings
        ),
    )


def _table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    head = list(headings)
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")
