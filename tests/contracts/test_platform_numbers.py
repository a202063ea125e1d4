"""What the operations centre promises of the platform itself, computed over what the engines keep."""

from __future__ import annotations

from django.utils import timezone

from chengshu.engines.indicators import api as indicators
from chengshu.engines.indicators.data import month
from chengshu.engines.indicators.results import Computed
from chengshu.engines.streams import actions
from chengshu.engines.streams.machine import as_machine
from chengshu.engines.streams.models import Device, Presence
from chengshu.engines.streams.tests.builders import a_device
from chengshu.foundation.orgs.base_data import load_base_data

WATCHED = "operations.indicators_watched"


def now(name: str) -> Computed:
    today = timezone.localdate()
    parameters = {"part": "%"} if name == WATCHED else {}
    return indicators.compute(name=name, period=month(today.year, today.month), parameters=parameters)


def heard(device: Device, messages: int = 1) -> None:
    with as_machine("streams.test"):
        Presence.objects.create(
            device=device, unit_id=device.unit_id, last_received=timezone.now(), accepted=messages
        )


def test_a_device_counts_once_it_was_heard(db: None) -> None:
    load_base_data()
    assert now("operations.devices_connected").value is None
    silent, quarantined, stopped, spoken = (a_device(f"WL-{number}") for number in range(4))
    heard(quarantined, messages=0)
    heard(stopped)
    actions.set_device_state(device=stopped, state="stopped", reason="报废")
    assert now("operations.devices_connected").value == 0
    heard(spoken)
    found = now("operations.devices_connected")
    assert (found.value, found.records, found.simulated) == (1, 3, 0)
    heard(silent)
    assert now("operations.devices_connected").value == 2


def test_one_simulated_device_taints_the_number(db: None) -> None:
    load_base_data()
    heard(a_device("WL-1"))
    heard(a_device("WL-2", is_simulated=True))
    found = now("operations.devices_connected")
    assert (found.value, found.simulated) == (2, 1)


def test_an_indicator_is_watched_once_it_has_a_number_in_the_period(db: None) -> None:
    load_base_data()
    today = timezone.localdate()
    this = month(today.year, today.month)
    assert now(WATCHED).value is None
    indicators.evaluate(name="operations.devices_connected", period=this)
    assert now(WATCHED).value == 0
    heard(a_device("WL-1"))
    indicators.evaluate(name="operations.devices_connected", period=this)
    indicators.evaluate(name="operations.devices_connected", period=this)
    indicators.evaluate(name=WATCHED, period=this, parameters={"part": "%"})
    found = now(WATCHED)
    assert (found.value, found.records) == (1, 1)
