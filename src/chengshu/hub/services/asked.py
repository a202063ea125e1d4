"""Who asks, as this part sees it: acting for oneself, under an authorisation, or at a unit; and the platform itself."""

from __future__ import annotations

from datetime import date

from chengshu.foundation.asking import EVERYWHERE, Asker, current_asker, system
from chengshu.hub.services.models import Application, Authorisation
from chengshu.hub.services.queries.matters import today

WITHDRAWABLE = frozenset({"0", "1", "3", "6", "7", "8", "9", "10"})
DECIDED = frozenset({"4", "5", "11", "12", "13"})
GRANTED = frozenset({"11", "12"})
OVER = frozenset({"2", "14", "15"})
"""Ended without anything to deliver."""


def platform() -> Asker:
    """The platform acting on somebody's behalf, on the channel that is in use."""
    return system("services", current_asker().channel)


def is_valid(authorisation: Authorisation, day: date | None = None) -> bool:
    """Whether it holds on a day: begun, not over, not revoked."""
    on = day or today()
    return authorisation.revoked_at is None and authorisation.starts_on <= on <= authorisation.ends_on


def covers(authorisation: Authorisation, local_code: str) -> bool:
    """Whether a matter is one of those it is for; without a list it is for all."""
    return not authorisation.local_codes or local_code in authorisation.local_codes


def acts_for(application: Application) -> bool:
    """Whether the asker may act in this application as the applicant: themselves, or their agent while that lasts."""
    me = current_asker().account_id
    if me is None:
        return False
    if application.account_id == me:
        return True
    given = application.authorisation
    return application.filed_by_id == me and given is not None and is_valid(given)


def handles(application: Application, permission: str) -> bool:
    """Whether the asker holds a permission where the application is decided, or was received."""
    units = {application.unit_id, application.received_at_unit_id} - {None}
    held = current_asker().units(permission)
    return held == EVERYWHERE or bool(units & set(held))
