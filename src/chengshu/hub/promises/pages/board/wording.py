"""Words and tones for what the board shows, and the addresses it links to."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengshu.foundation.errors import Words
from chengshu.hub.promises.families import FAMILIES
from chengshu.hub.promises.models import BindingKind, BudgetYear, FindingState, Severity, Verdict
from chengshu.hub.promises.targets.lexicon import unit_named

VERDICT_TONES = {
    Verdict.KEPT.value: "positive",
    Verdict.AT_RISK.value: "caution",
    Verdict.BROKEN.value: "negative",
    Verdict.UNPROVEN.value: "neutral",
}
VERDICTS: dict[str, Words] = {verdict.value: verdict.label for verdict in Verdict}
SEVERITY_TONES = {"E": "negative", "W": "caution", "I": "info", "": "neutral"}
SEVERITIES: dict[str, Words] = {severity.value: severity.label for severity in Severity}
BINDING_TONES = {
    BindingKind.INDICATOR.value: "positive",
    BindingKind.ATTESTATION.value: "info",
    BindingKind.UNBOUND.value: "neutral",
}
BINDINGS: dict[str, Words] = {kind.value: kind.label for kind in BindingKind}
BINDING_ICONS = {
    BindingKind.INDICATOR.value: "chart",
    BindingKind.ATTESTATION.value: "pen",
    BindingKind.UNBOUND.value: "",
}
FINDING_STATES: dict[str, Words] = {state.value: state.label for state in FindingState}

DIRECTIONS: dict[str, Words] = {
    "pos": _("Higher is better"),
    "neg": _("Lower is better"),
    "eq": _("Exactly"),
    "bool": _("Yes or no"),
    "qual": _("Qualitative"),
}
TARGET_KINDS: dict[str, Words] = {
    "num": pgettext_lazy("kind of target", "Number"),
    "range": _("Range"),
    "freq": _("Frequency"),
    "time_limit": _("Time limit"),
    "bool": _("Met or not met"),
    "grade": _("Grade"),
    "deliverable": _("Deliverable"),
    "window": _("Service hours"),
    "text": _("In words only"),
    "composite": _("Several parts"),
}
REASONS: dict[str, Words] = {
    "": _("Nothing proves this promise yet: no source of evidence is bound to it."),
    "verdict.no_value": _("No value is known for this period."),
    "verdict.simulated": _("The value rests on simulated figures."),
    "verdict.stale": _("The period has ended, but the latest value does not cover its end."),
    "verdict.kept": _("The target is met and proven."),
    "verdict.outdated": _("The latest value is out of date."),
    "verdict.not_due": _("Nothing is due yet."),
    "verdict.on_course": _("On course by the latest proven value."),
    "verdict.no_evidence": _("There is a value, but nothing that proves it."),
    "progress.share": _("Progress is behind the share expected by now."),
    "progress.overdue": _("Due and not done."),
    "progress.ceiling_broken": _("The ceiling for the year is already exceeded."),
    "progress.ceiling_near": _("The ceiling for the year is nearly reached."),
    "progress.level_missed": _("The latest level misses the target."),
    "progress.judged": _("Judged in words."),
    "verdict.unbound": _("Nothing is bound to it that could prove it."),
    "verdict.not_in_version": _("The version in force does not contain it."),
    "measure.operator": _("The operator of this target is unclear."),
    "measure.contradiction": _("The operator contradicts what the name asks for."),
    "measure.range": _("A range needs a direction: is its lower or its upper end promised?"),
    "measure.statistic": _("A time limit for single cases needs a named statistic."),
    "measure.target": _("This target needs a number that is zero or more."),
    "measure.zero_promise": _("A higher-is-better target of zero promises nothing."),
}

FAMILY_TITLES: dict[str, Words] = {family.code: family.title for family in FAMILIES}
NO_FAMILY = "none"
"""The family of a promise that has none, in addresses."""
FAMILY_SHORT: dict[str, Words] = {
    "11": _("Quantity"),
    "12": _("Quality"),
    "13": _("Timeliness"),
    "21": pgettext_lazy("family of promises, short", "Economic"),
    "22": pgettext_lazy("family of promises, short", "Social"),
    "23": pgettext_lazy("family of promises, short", "Ecological"),
    "24": pgettext_lazy("family of promises, short", "Lasting"),
    "31": pgettext_lazy("family of promises, short", "Satisfaction"),
    "41": pgettext_lazy("family of promises, short", "Cost"),
    "42": pgettext_lazy("family of promises, short", "Social cost"),
    "43": pgettext_lazy("family of promises, short", "Ecological cost"),
    "": pgettext_lazy("family of promises, short", "None"),
}


def reason_of(verdict: str, code: str) -> Words:
    """Why a promise stands where it stands; the verdict itself where the reason is not known here."""
    return REASONS.get(code) or VERDICTS[verdict]


def unit_of(symbol: str) -> str:
    """A unit as officials print it after a number: 个工作日 for ``WD``."""
    unit = unit_named(symbol)
    return unit.printed if unit else symbol


def slug_of(ref: str) -> str:
    """``P36#1`` as it stands in an address: ``P36-1``."""
    return ref.replace("#", "-")


def ref_of(slug: str) -> str:
    return slug.replace("-", "#")


def with_year(path: str, year: BudgetYear, latest: BudgetYear | None) -> str:
    """An address of a year; the latest year needs no query."""
    return path if latest is None or year.pk == latest.pk else f"{path}?year={year.year}"


def address(route: str, **parts: object) -> str:
    """The address of a route that another module may or may not bring; empty when it does not."""
    try:
        return reverse(route, kwargs=parts or None)
    except NoReverseMatch:
        return ""
