"""Telling the posts of a desk that a limit ran out, through notices; what comes from a drill says so first."""

from __future__ import annotations

from typing import Final

from chengshu.foundation.asking import asking, current_asker, system
from chengshu.hub.notices.actions import clear_notices, send_notice

LEADER: Final = "duty_leader"
OFFICER: Final = "duty_officer"
DRILL: Final = "【演练】"


def tell(
    *,
    unit_id: int,
    role: str,
    subject: str,
    page: str,
    about: str,
    text: str = "",
    weight: str = "attention",
    drill: bool = False,
    simulated: bool = False,
) -> None:
    """Send a notice to a post; the platform sends it, whoever acts."""
    with asking(system("command: limits", current_asker().channel)):
        send_notice(
            unit_id=unit_id,
            role=role,
            subject=f"{DRILL if drill else ''}{subject}",
            text=text,
            page=page,
            about=about,
            weight=weight,
            simulated=simulated or drill,
        )


def clear(*, unit_id: int, about: str) -> None:
    """Take back what nobody has read, since its occasion is over."""
    with asking(system("command: limits", current_asker().channel)):
        clear_notices(unit_id=unit_id, about=about)
