"""What joins devices, notices and tickets by data alone: a grave alarm is told once, and becomes one ticket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from chengshu.engines.streams import actions, alarming
from chengshu.engines.streams.machine import as_machine
from chengshu.engines.streams.models import Device
from chengshu.engines.streams.models_rules import AlarmRule
from chengshu.engines.streams.rules import AlarmEvent, EventKind, Subject
from chengshu.engines.streams.tests.builders import a_device, unit
from chengshu.engines.streams.tests.rule_situations import START, at
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.hub.links import shipped
from chengshu.hub.links.actions import deploy_shipped_links
from chengshu.hub.links.tests.conftest import relay
from chengshu.hub.notices.models import Notice
from chengshu.scenes.operations.models import Ticket
from chengshu.scenes.operations.tests import builders

CONDITION = {"kind": "threshold", "metric": "level", "compare": "above", "limit": 3.5}


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    load_base_data()


def a_rule(level: int) -> AlarmRule:
    return actions.define_rule(
        unit=unit("data-bureau"), key=f"high-{level}", title="水位高", level=level, condition=CONDITION
    )


def told(rule: AlarmRule, device: Device, kind: EventKind, minute: float = 0) -> None:
    """What the rule engine says, and what follows from it."""
    event = AlarmEvent(kind, rule.pk, Subject("device", device.pk), START, at(minute), 4.0)
    with as_machine("test"):
        alarming.apply_events([event])
    relay()


def test_a_grave_alarm_is_told_to_its_unit_once_and_taken_back_when_it_ends() -> None:
    deploy_shipped_links()
    rule, device = a_rule(1), a_device("DB-1", "data-bureau", place="明珠湾")
    told(rule, device, EventKind.RAISED)
    told(rule, device, EventKind.RAISED)
    notice = Notice.objects.get()
    assert (notice.unit.key, notice.role, notice.weight) == ("data-bureau", "section_head", "urgent")
    assert "DB-1" in notice.text
    assert "明珠湾" in notice.text
    told(rule, device, EventKind.CLEARED, 5)
    notice.refresh_from_db()
    assert notice.cleared_at is not None


def test_lesser_alarms_and_those_of_simulated_devices_are_not_told() -> None:
    deploy_shipped_links()
    told(a_rule(3), a_device("DB-1", "data-bureau"), EventKind.RAISED)
    told(a_rule(1), a_device("sim-1", "data-bureau"), EventKind.RAISED)
    assert not Notice.objects.exists()


def test_an_alarm_becomes_one_ticket_of_the_contract_that_a_link_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    builders.deploy()
    service = builders.service()
    known = {one.key: one for one in shipped.links()}
    to_ticket = replace(
        known["alarm-raised"],
        key="alarm-ticket",
        content=replace(
            known["alarm-raised"].content,
            call="operations.open_ticket",
            inputs={
                "service": str(service.pk),
                "title": "rule_title",
                "severity": '"2"',
                "place": "place",
                "dedup": '"rule " + rule + " " + device_code',
            },
        ),
    )

    def only_this() -> Iterator[shipped.Shipped]:
        yield to_ticket

    monkeypatch.setattr(shipped, "links", only_this)
    deploy_shipped_links()
    rule, device = a_rule(1), a_device("DB-1", "data-bureau", place="明珠湾")
    told(rule, device, EventKind.RAISED)
    told(rule, device, EventKind.RAISED)
    ticket = Ticket.objects.get()
    assert (ticket.title, ticket.place, ticket.channel) == ("水位高", "明珠湾", "alarm")
    assert ticket.service_id == service.pk
