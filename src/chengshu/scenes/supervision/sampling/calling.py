"""How calls end and what share of people was reached, after AAPOR's Standard Definitions (telephone, RDD and lists).

The final disposition codes and the response, cooperation, refusal and contact rates are AAPOR's; the Chinese names
are ours. A rate without anything to divide by is unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from chengshu.scenes.supervision.sampling.intervals import places


class Disposition(StrEnum):
    """Final disposition codes."""

    COMPLETE = "1.1"
    PARTIAL = "1.2"
    REFUSAL = "2.11"
    BREAK_OFF = "2.12"
    RESPONDENT_AWAY = "2.21"
    ANSWERING_DEVICE = "2.22"
    DECEASED = "2.31"
    UNABLE = "2.32"
    LANGUAGE = "2.33"
    BUSY = "3.12"
    NO_ANSWER = "3.13"
    TECHNICAL = "3.16"
    NOT_CALLED = "3.11"
    WRONG_NUMBER = "4.31"
    NOT_WORKING = "4.32"
    NOT_ELIGIBLE = "4.7"


INTERVIEWS = frozenset({Disposition.COMPLETE, Disposition.PARTIAL})
REFUSALS = frozenset({Disposition.REFUSAL, Disposition.BREAK_OFF})
NON_CONTACTS = frozenset({Disposition.RESPONDENT_AWAY, Disposition.ANSWERING_DEVICE})
OTHERS = frozenset({Disposition.DECEASED, Disposition.UNABLE, Disposition.LANGUAGE})
UNKNOWN = frozenset({Disposition.BUSY, Disposition.NO_ANSWER, Disposition.TECHNICAL, Disposition.NOT_CALLED})
INELIGIBLE = frozenset({Disposition.WRONG_NUMBER, Disposition.NOT_WORKING, Disposition.NOT_ELIGIBLE})


@dataclass(frozen=True)
class CallRates:
    """AAPOR's rates of one round of calls.

    :param rr1: response rate 1: complete interviews among all who are or may be eligible: the smallest of them
    :param rr3: response rate 3: of those of unknown eligibility only the estimated eligible count
    :param coop1: complete interviews among all contacted
    :param ref1: refusals among all who are or may be eligible
    :param con1: contacts among all who are or may be eligible
    """

    calls: int
    complete: int
    eligible_share: Decimal | None
    rr1: Decimal | None
    rr2: Decimal | None
    rr3: Decimal | None
    coop1: Decimal | None
    ref1: Decimal | None
    con1: Decimal | None


def call_rates(dispositions: Iterable[Disposition]) -> CallRates:
    """The rates of a round, each call counted by its final code."""
    counted = Counter(dispositions)
    complete, partial = counted[Disposition.COMPLETE], counted[Disposition.PARTIAL]
    refused, missed, other = (_sum(counted, kind) for kind in (REFUSALS, NON_CONTACTS, OTHERS))
    unknown, ineligible = _sum(counted, UNKNOWN), _sum(counted, INELIGIBLE)
    eligible = complete + partial + refused + missed + other
    share = eligible / (eligible + ineligible) if eligible + ineligible else None
    contacted = complete + partial + refused + other
    return CallRates(
        calls=counted.total(),
        complete=complete,
        eligible_share=None if share is None else places(share),
        rr1=_share(complete, eligible + unknown),
        rr2=_share(complete + partial, eligible + unknown),
        rr3=None if share is None else _share(complete, eligible + share * unknown),
        coop1=_share(complete, contacted),
        ref1=_share(refused, eligible + unknown),
        con1=_share(contacted, eligible + unknown),
    )


def _sum(counted: Counter[Disposition], kind: frozenset[Disposition]) -> int:
    return sum(counted[code] for code in kind)


def _share(count: int, of: float) -> Decimal | None:
    return places(count / of) if of else None
