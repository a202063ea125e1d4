"""With whose rights a link acts: its own, which are never more than those of its author and its reviewer together.

They are counted anew each time, from the posts that both hold that day: when one of them loses a power, the link does.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone

from chengshu.foundation.asking import EVERYWHERE, Asker, Units
from chengshu.foundation.events.offers import Call, offered_calls
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.orgs.powers import own_powers, subtree_ids
from chengshu.hub.links.models import LinkVersion


def asker_of(version: LinkVersion) -> Asker:
    """Who asks when this version calls: a service, with no account."""
    name = f"link:{version.link.key}/{version.number}"
    powers = (
        _shipped_powers(version) if version.link.origin and version.author_id is None else _shared(version)
    )
    return Asker(
        account_id=None,
        name=name,
        powers=powers,
        unit_id=version.unit_id,
        unit_name=version.link.unit.name,
        title=version.link.title,
        channel="worker",
        is_service=True,
    )


def as_tester(asker: Asker, link_key: str, call: Call | None) -> Asker:
    """Who asks in a test run: the same service, with no more than the tester's own powers."""
    powers = {name: units for name, units in asker.powers.items() if _is_for(name, call)}
    return Asker(
        account_id=None, name=f"link:{link_key}", powers=powers, channel=asker.channel, is_service=True
    )


def hears(unit: Unit, unit_id: object) -> bool:
    """Whether an event of a unit is for a link of ``unit`` to hear: of that very unit or one below.

    Events of no unit are heard by links of the whole district only.
    """
    if unit.parent_id is None:
        return True
    return isinstance(unit_id, int) and unit_id in subtree_ids(unit.path)


def missing_needs(call: Call, *accounts: int | None) -> list[str]:
    """What a call needs and not every one of these accounts holds anywhere."""
    held = [own_powers(account, timezone.localdate()) for account in accounts if account is not None]
    return [need for need in call.needs if not all(powers.get(need) for powers in held)]


def _shipped_powers(version: LinkVersion) -> dict[str, Units]:
    """Of a link that comes with the software and was reviewed with it: its call, and reading what it hears."""
    call = offered_calls().get(version.call)
    reads = (f"{version.event.partition('.')[0]}.view", "cases.view")
    return dict.fromkeys((*(call.needs if call else ()), *reads), EVERYWHERE)


def _shared(version: LinkVersion) -> dict[str, Units]:
    call, today = offered_calls().get(version.call), timezone.localdate()
    if version.author_id is None or version.reviewer_id is None:
        return {}
    author, reviewer = own_powers(version.author_id, today), own_powers(version.reviewer_id, today)
    return {name: both for name in author if _is_for(name, call) and (both := _both(name, author, reviewer))}


def _is_for(permission: str, call: Call | None) -> bool:
    """What the call needs, and every power to read."""
    return permission.partition(".")[2].startswith("view") or (call is not None and permission in call.needs)


def _both(name: str, left: Mapping[str, Units], right: Mapping[str, Units]) -> Units:
    one, other = left.get(name, frozenset()), right.get(name, frozenset())
    if isinstance(one, str):
        return other
    return one if isinstance(other, str) else one & other
