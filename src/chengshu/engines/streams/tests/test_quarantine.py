"""What was kept apart is taken in after all once the thing model allows it, and only then."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from django.test import Client

from chengshu.engines.streams import actions, latest
from chengshu.engines.streams.columns.client import Columns
from chengshu.engines.streams.decoding import decoded
from chengshu.engines.streams.machine import as_machine
from chengshu.engines.streams.models import Device, LatestValue, Quarantined
from chengshu.engines.streams.queries import definition_of
from chengshu.engines.streams.spool import Raw
from chengshu.engines.streams.tests.builders import DEFINITION, a_device
from chengshu.foundation.errors import Conflict, Refused, Unavailable

pytestmark = pytest.mark.usefixtures("district")
SignedIn = Callable[[str], Client]
NOW = time.time_ns() // 1_000_000


def kept_apart(device: Device, values: dict[str, Any], position: int = 0) -> None:
    """As the pump would: whatever of a message is refused."""
    body = msgspec.json.encode({"ts": NOW, "values": values})
    raw = Raw(NOW, device.pk, "mqtt", "up/properties", body)
    found = decoded(raw, definition_of(device))
    with as_machine("streams.test"):
        latest.keep_apart("g-0", [(position, raw, why) for why in found.rejected])


def wider(device: Device) -> None:
    """A version that also knows ``flow`` and higher levels."""
    properties = [
        {**each, "most": 20} if each["key"] == "level" else each for each in DEFINITION["properties"]
    ]
    flow = {"key": "flow", "title": "流量", "kind": "number", "unit": "m³/s", "least": 0, "most": 10}
    version = actions.save_model_version(
        model=device.model, definition={**DEFINITION, "properties": [*properties, flow]}
    )
    actions.publish_model_version(version=version)


def states() -> dict[str, str]:
    return dict(Quarantined.objects.values_list("item", "state"))


def test_whoever_may_not_is_refused_and_nothing_is_taken_in(
    own_store: Columns, as_persona: Callable[[str], Any]
) -> None:
    device = a_device()
    kept_apart(device, {"flow": 2})
    wider(device)
    with as_persona("reviewer"), pytest.raises(Refused):
        actions.retry_quarantined(device=device, store=own_store)
    assert states() == {"0.flow": "open"}


def test_what_the_model_allows_now_is_taken_in_and_the_rest_stays(own_store: Columns) -> None:
    device = a_device()
    kept_apart(device, {"flow": 2.5, "level": 12, "salt": 1, "battery": 40})
    assert sorted(states()) == ["0.flow", "0.level", "0.salt"]
    wider(device)
    tried = actions.retry_quarantined(device=device, store=own_store)
    assert (tried.taken, tried.refused) == (2, 1)
    assert states() == {"0.flow": "taken", "0.level": "taken", "0.salt": "open"}
    newest = dict(LatestValue.objects.values_list("metric", "value"))
    assert newest == {"flow": 2.5, "level": 12, "battery": 40}
    stored = own_store.rows(f"SELECT metric, count() FROM {own_store.database}.readings GROUP BY metric")
    assert sorted((str(row[0]), int(row[1])) for row in stored) == [("battery", 1), ("flow", 1), ("level", 1)]


def test_trying_again_what_is_still_wrong_takes_nothing(own_store: Columns) -> None:
    device = a_device()
    kept_apart(device, {"salt": 1})
    tried = actions.retry_quarantined(device=device, store=own_store)
    assert (tried.taken, tried.refused, states()) == (0, 1, {"0.salt": "open"})


def test_nothing_is_settled_while_the_store_is_away() -> None:
    nobody = Columns("http://127.0.0.1:9/away")
    device = a_device()
    kept_apart(device, {"flow": 2})
    wider(device)
    with pytest.raises(Unavailable):
        actions.retry_quarantined(device=device, store=nobody)
    assert states() == {"0.flow": "open"}


def test_there_must_be_something_to_try(own_store: Columns) -> None:
    with pytest.raises(Conflict):
        actions.retry_quarantined(device=a_device(), store=own_store)


def test_the_page_offers_it_to_those_who_may(signed_in: SignedIn) -> None:
    kept_apart(a_device("DB-1", "data-bureau"), {"flow": 2})
    address = "/streams/quarantine/of/DB-1/retry/"
    assert address not in signed_in("reviewer").get("/streams/quarantine/").content.decode()
    assert signed_in("reviewer").post(address).status_code == 403
    assert address in signed_in("integrator").get("/streams/quarantine/").content.decode()


def test_a_settled_message_is_not_tried_again(own_store: Columns) -> None:
    device = a_device()
    kept_apart(device, {"flow": 2})
    actions.settle_quarantined(message=Quarantined.objects.get(), note="测试数据")
    wider(device)
    with pytest.raises(Conflict):
        actions.retry_quarantined(device=device, store=own_store)
    assert states() == {"0.flow": "dismissed"}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", {"flow"}),
        ("?state=dismissed", {"salt"}),
        ("?state=all", {"flow", "salt"}),
        ("?state=x", {"flow"}),
    ],
)
def test_the_page_shows_what_waits_unless_more_is_asked_for(
    asked: str, found: set[str], signed_in: SignedIn
) -> None:
    device = a_device("DB-1", unit_key="data-bureau")
    kept_apart(device, {"flow": 2})
    kept_apart(device, {"salt": 2}, position=1)
    actions.settle_quarantined(message=Quarantined.objects.get(item="0.salt"), note="试验")
    page = signed_in("integrator").get(f"/streams/quarantine/{asked}").content.decode()
    assert {name for name in ("flow", "salt") if f"{name}&#34;" in page} == found
