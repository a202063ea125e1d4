"""What a clock rule consists of: limits by law and by promise, extension, pauses, supplement, silence.

Descriptions only; the values are in the TOML files of this package.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.clocks.clock import WarnWhen
from chengshu.engines.cases.clocks.limits import Limit, Source
from chengshu.foundation.errors import Missing, Words


class CountsFrom(StrEnum):
    """The event from which a rule's limit runs."""

    ACCEPTANCE = "acceptance"
    RECEIPT = "receipt"
    EVENT = "event"
    """An event that the rule's note names, such as the signing of a contract."""


class ReceivedBy(StrEnum):
    """What decides the day on which something counts as received."""

    SYSTEM_TIME = "system_time"
    BUSINESS_DAY = "business_day"


class Approver(StrEnum):
    """Who may approve an extension."""

    AGENCY_HEAD = "agency_head"
    GOVERNMENT_HEAD = "government_head"
    FIRST_APPROVER = "first_approver"
    """Whoever set the limit in the first place."""
    SHARING_AUTHORITY = "sharing_authority"
    DISCLOSURE_HEAD = "disclosure_head"
    """The head of the agency's disclosure office."""


APPROVER_WORDS: Final[dict[Approver, Words]] = {
    Approver.AGENCY_HEAD: _("the head of the agency"),
    Approver.GOVERNMENT_HEAD: _("the head of the people's government"),
    Approver.FIRST_APPROVER: _("whoever set the limit"),
    Approver.SHARING_AUTHORITY: _("the data sharing authority"),
    Approver.DISCLOSURE_HEAD: _("the head of the disclosure office"),
}


class Effect(StrEnum):
    """What silence means."""

    ACCEPTED = "accepted"
    """The application counts as accepted on the day it was received."""
    RENEWED = "renewed"
    """The licence counts as renewed."""
    AGREED = "agreed"
    """The body that was asked counts as agreeing."""
    AUTHORITY_DECIDES = "authority_decides"
    """Nothing is agreed to; the authority decides by itself."""


@dataclass(frozen=True, slots=True)
class Titled:
    """A name in Chinese, as the law has it, and in English."""

    key: str
    title: str
    title_en: str

    @property
    def name(self) -> str:
        """The title in the reader's language; the law's own words wherever that is Chinese."""
        return self.title if (get_language() or "zh").startswith("zh") else self.title_en


@dataclass(frozen=True, slots=True)
class Ground(Titled):
    """A ground on which a clock may stand still.

    :param source: the law that excludes this time for every rule of the family; None where only the rule or the
        item's configuration can
    """

    source: Source | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Extension:
    """How a limit may be extended.

    :param most: the longest extension; None where only the approver bounds it
    :param once: whether only one is allowed
    :param tell_applicant: whether the reason must be told to the applicant
    """

    most: Limit | None
    approver: Approver
    source: Source = field(compare=False)
    once: bool = True
    tell_applicant: bool = True


@dataclass(frozen=True, slots=True)
class Supplement:
    """What happens when an application is incomplete.

    :param within: the notice must be given on the spot or within this limit of receipt
    :param once: whether everything must be named in one single notice
    :param restarts: the decision limit runs from the receipt of the supplement; otherwise from the acceptance,
        which is due on that very day when the supplement is complete
    """

    within: Limit
    once: bool = True
    restarts: bool = False

    @property
    def source(self) -> Source:
        return self.within.source


@dataclass(frozen=True, slots=True)
class Step(Titled):
    """A further limit of a rule, such as delivery within ten working days of the decision.

    :param event: what it is counted from, in Chinese as in the law
    :param before: the act must be done at least this long *before* the event, not within it afterwards
    """

    limit: Limit
    event: str
    before: bool = False


@dataclass(frozen=True, slots=True)
class Deemed(Titled):
    """What silence means, and after which limit; ``step`` names the limit, empty for the supplement notice."""

    effect: Effect
    source: Source
    step: str = ""


@dataclass(frozen=True, slots=True)
class Rule(Titled):
    """One version of one rule.

    :param family: the group of rules it is listed with, such as ``permit``
    :param version: names this version for ever, such as ``general_permit@2004-07-01``
    :param legal: the limit of the law; None where the law sets none
    :param promised: the limit that the authority promises; None where it promises none
    :param grounds: the grounds that may pause it, with the law behind each
    :param warning: key of the warning that turns it yellow
    """

    family: str
    valid_from: date
    valid_to: date | None
    legal: Limit | None = None
    promised: Limit | None = None
    counts_from: CountsFrom = CountsFrom.ACCEPTANCE
    received_by: ReceivedBy = ReceivedBy.SYSTEM_TIME
    extension: Extension | None = None
    supplement: Supplement | None = None
    grounds: Mapping[str, Source] = field(default_factory=lambda: MappingProxyType({}))
    steps: tuple[Step, ...] = ()
    deemed: tuple[Deemed, ...] = ()
    warning: str = "supervision"
    note: str = ""

    @property
    def version(self) -> str:
        return f"{self.key}@{self.valid_from.isoformat()}"

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def step(self, key: str) -> Step:
        """A further limit of this rule.

        :raises Missing: ``clocks.step`` if the rule has none of that name
        """
        for step in self.steps:
            if step.key == key:
                return step
        raise Missing(
            _("The rule %(rule)s has no limit “%(step)s”.") % {"rule": self.name, "step": key},
            code="clocks.step",
            hint=_("Choose one of the limits listed under the rule."),
            data={"rule": self.version, "steps": [step.key for step in self.steps]},
        )

    def deems(self, effect: Effect) -> Deemed | None:
        """What the rule says of this effect of silence, if anything."""
        return next((deemed for deemed in self.deemed if deemed.effect is effect), None)

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Every limit that it holds."""
        candidates = [self.legal, self.promised]
        candidates += [self.extension.most] if self.extension else []
        candidates += [self.supplement.within] if self.supplement else []
        candidates += [step.limit for step in self.steps]
        return tuple(limit for limit in candidates if limit is not None)


@dataclass(frozen=True, slots=True)
class WarningRule(Titled):
    """When clocks turn yellow, and what supervision makes of it.

    :param correct_within: how long a unit has to answer a yellow card before it turns red
    """

    when: WarnWhen
    correct_within: Limit
    source: Source
