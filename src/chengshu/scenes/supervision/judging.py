"""What in a case breaks a rule of supervision. Pure: from the facts of a case and the rules to signs.

Clocks are not computed here. The case engine keeps them, with every lawful pause taken off, and raises its cards; this
module reads its verdicts and looks at what no clock shows: reasons, supplements, channels, fees.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from chengshu.scenes.supervision.rules import Level, RuleBook, Trigger


@dataclass(frozen=True)
class ClockFact:
    """A clock of a case as it stands.

    :param layer: ``legal``, ``promised`` or ``step``
    :param light: the engine's verdict: ``green``, ``yellow`` or ``red``
    """

    layer: str
    name: str
    light: str
    is_running: bool
    is_paused: bool = False


@dataclass(frozen=True)
class CaseFacts:
    """What supervision looks at in one case.

    :param statuses: the national status codes it took on, in order
    :param reasons: status code → the words given with it
    :param channel: how it was filed
    :param online: whether the matter is promised to be done online without coming
    :param fee_charged: in yuan; None when no fee is recorded
    :param fee_listed: the highest fee that the guide names; None when it names none
    """

    statuses: tuple[str, ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()
    clocks: tuple[ClockFact, ...] = ()
    channel: str = ""
    online: bool = False
    fee_charged: Decimal | None = None
    fee_listed: Decimal | None = None


@dataclass(frozen=True)
class Sign:
    """A rule that a case seems to break.

    :param about: what tells two signs of one trigger apart, such as the clock or the status
    """

    trigger: Trigger
    about: str
    evidence: str

    @property
    def level(self) -> Level:
        return self.trigger.level


def signs(facts: CaseFacts, book: RuleBook) -> tuple[Sign, ...]:
    """Every sign in the history of a case, without those of exceeded clocks, for which the engine raises cards."""
    return (
        *_unreasoned(facts, book),
        *_supplements(facts, book),
        *_channel(facts, book),
        *_fee(facts, book),
    )


def warnings(facts: CaseFacts, book: RuleBook) -> tuple[Sign, ...]:
    """The running clocks whose limit is near. A paused clock warns of nothing."""
    trigger = book.triggers["limit_near"]
    near = (clock for clock in facts.clocks if clock.light == "yellow" and clock.is_running)
    return tuple(
        Sign(trigger, f"{clock.layer}:{clock.name}", clock.name) for clock in near if not clock.is_paused
    )


def trigger_of_card(cause: str, clock_name: str, book: RuleBook) -> Trigger:
    """The trigger behind a card of the case engine.

    :param cause: ``promised``, ``step``, ``legal`` or ``uncorrected``
    :param clock_name: the step's name, where it is one
    """
    preliminary = book.triggers["preliminary_exceeded"]
    if cause == "step" and any(word in clock_name for word in preliminary.steps):
        return preliminary
    key = "uncorrected" if cause == "uncorrected" else f"{cause}_exceeded"
    return book.triggers[key]


def _unreasoned(facts: CaseFacts, book: RuleBook) -> Iterator[Sign]:
    given = dict(facts.reasons)
    for key in ("not_accepted_unreasoned", "refused_unreasoned"):
        trigger = book.triggers[key]
        for status in trigger.statuses:
            if status in facts.statuses and not given.get(status, "").strip():
                yield Sign(trigger, status, status)


def _supplements(facts: CaseFacts, book: RuleBook) -> Iterator[Sign]:
    trigger, asked = book.triggers["second_supplement"], facts.statuses.count("6")
    if asked > trigger.most:
        yield Sign(trigger, "6", str(asked))


def _channel(facts: CaseFacts, book: RuleBook) -> Iterator[Sign]:
    if facts.online and facts.channel == "window":
        yield Sign(book.triggers["offline_instead_of_online"], "channel", facts.channel)


def _fee(facts: CaseFacts, book: RuleBook) -> Iterator[Sign]:
    charged = facts.fee_charged or Decimal(0)
    if charged > (facts.fee_listed or Decimal(0)):
        yield Sign(book.triggers["unauthorised_fee"], "fee", f"{charged:.2f}")
