"""What links announce of themselves."""

from __future__ import annotations

from dataclasses import dataclass

from chengshu.foundation.events.bus import Event


@dataclass(frozen=True)
class LinkMatched(Event):
    """A link matched; its call is to be made. Only links themselves hear it."""

    match: int


@dataclass(frozen=True)
class LinkFailed(Event):
    """The call of a link failed for good.

    :param unit: id of the link's unit
    """

    unheard_because = "a link tells of it"

    match: int
    unit: int
    link: str


@dataclass(frozen=True)
class LinkFlooded(Event):
    """A link was stopped because it matched more often in an hour than it may.

    :param unit: id of the link's unit
    """

    unheard_because = "a link tells of it"

    match: int
    unit: int
    link: str
