"""What happens to applications, with ids only: whoever hears it asks for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chengshu.foundation.events.bus import Event

_SCENES = "scenes hear it: rating, supervision, after-checks"


@dataclass(frozen=True)
class ApplicationFiled(Event):
    """Somebody applied; the case is open.

    :param unit: id of the unit that decides
    """

    application: int
    local_code: str
    unit: int
    channel: str


@dataclass(frozen=True)
class ApplicationAccepted(Event):
    """受理: the clock of the decision runs."""

    unheard_because: ClassVar[str] = _SCENES
    application: int


@dataclass(frozen=True)
class ApplicationDecided(Event):
    """A decision is made.

    :param status: 4, 5, 11, 12 or 13
    """

    unheard_because: ClassVar[str] = _SCENES
    application: int
    status: str


@dataclass(frozen=True)
class ApplicationDelivered(Event):
    """送达: the applicant has the result."""

    application: int


@dataclass(frozen=True)
class ApplicationClosed(Event):
    """Nothing more happens: delivered, refused, withdrawn or void."""

    unheard_because: ClassVar[str] = _SCENES
    application: int
    status: str


@dataclass(frozen=True)
class PaperIssued(Event):
    """A paper left the house; it is printed right after."""

    application: int
    paper: int
    kind: str


@dataclass(frozen=True)
class MaterialsSupplied(Event):
    """Materials came after the filing.

    :param lacking: whether others are still to follow
    """

    unheard_because: ClassVar[str] = _SCENES
    application: int
    lacking: bool
