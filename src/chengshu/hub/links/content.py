"""What a link says, as one value: the same in forms, in files and in rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

from chengshu.foundation.audit.canonical import canonical, sm3
from chengshu.hub.links.models import LinkVersion

MOST_PER_HOUR: Final = 1000
MOST_HOURS: Final = 24 * 366
LONGEST_FORMULA: Final = 2000


@dataclass(frozen=True)
class Content:
    """When ``event`` happens and ``condition`` holds, then ``call`` with ``inputs``.

    :param condition: a formula; empty is always
    :param inputs: input → formula
    :param key: a formula; events of one key make one call while the key is held. Empty: each event is its own
    :param hold_h: hours for which the key is held; 0 is until it is released
    :param until_event: event that releases the key which ``until_key`` gives
    :param per_hour: matches in an hour beyond which the link is stopped
    """

    event: str = ""
    condition: str = ""
    call: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    hold_h: int = 0
    until_event: str = ""
    until_key: str = ""
    per_hour: int = 60

    @property
    def digest(self) -> str:
        return sm3(canonical(asdict(self)))

    def columns(self) -> dict[str, Any]:
        """As the columns of a version."""
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        given["key_formula"], given["until_formula"] = given.pop("key"), given.pop("until_key")
        return {**given, "inputs": dict(self.inputs), "digest": self.digest}


def content_of(version: LinkVersion) -> Content:
    return Content(
        event=version.event,
        condition=version.condition,
        call=version.call,
        inputs=version.inputs,
        key=version.key_formula,
        hold_h=version.hold_h,
        until_event=version.until_event,
        until_key=version.until_formula,
        per_hour=version.per_hour,
    )
