"""What the adjustment process calls at its end: the catalogue follows what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from chengshu.engines.cases.api import ServiceCall, service
from chengshu.foundation.asking import asking, system
from chengshu.scenes.matters import actions

WORKER = "matters adjustment"


@service("matters.publish_adjustment")
def publish(call: ServiceCall) -> Mapping[str, Any]:
    """Publish the edition, or cancel the matter, from the day decided; a second call changes nothing."""
    with asking(system(WORKER, "worker")):
        done = actions.publish_adjustment(
            case_id=call.case_id,
            local_code=str(call.payload["matter"]),
            change=str(call.payload["change"]),
            effective_from=date.fromisoformat(str(call.payload["effective_from"])[:10]),
        )
    return {"published": done}


@service("matters.give_up_adjustment")
def give_up(call: ServiceCall) -> Mapping[str, Any]:
    """Give the edition back to be written on."""
    with asking(system(WORKER, "worker")):
        actions.give_up_adjustment(case_id=call.case_id)
    return {}
