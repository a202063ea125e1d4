"""What an operator is told of the intake: each trouble in a sentence, and nothing where nothing is wrong."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from chengshu.engines.streams import intake_state, pumping
from chengshu.engines.streams.clock_watch import ClockWatch
from chengshu.engines.streams.intake_state import Trouble, Waiting, notices
from chengshu.engines.streams.machine import as_machine
from chengshu.engines.streams.models import Checkpoint
from chengshu.engines.streams.pages import intake
from chengshu.engines.streams.pumping import keep_pumping
from chengshu.engines.streams.spool import Raw, SpoolWriter, encode
from chengshu.engines.streams.tests.builders import a_device
from chengshu.engines.streams.tests.gateways import SPOOL, spooled
from chengshu.engines.streams.tests.spooling import FailingDisk
from chengshu.foundation.errors import Unavailable
from chengshu.foundation.runtime.layout import Layout
from chengshu.foundation.testing import looping

SignedIn = Callable[[str], Client]
NOW = 1_800_000_000.0


def report(**changes: Any) -> dict[str, Any]:
    counters = dict.fromkeys(("sessions", "messages", "confirmed", "denied", "waiting_bytes"), 0)
    return {"number": "0", **counters, "at": NOW, "trouble": "", **changes}


def told(*gateways: dict[str, Any], spools: tuple[Waiting, ...] = (), store: bool = True) -> list[Trouble]:
    found = notices(gateways, spools, is_store_there=store, now_s=NOW)
    assert all(str(each.what) and str(each.meanwhile) and str(each.next_step) for each in found)
    return [each.trouble for each in found]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"at": NOW - 9}, []),
        ({"at": NOW - 11}, [Trouble.SILENT]),
        ({"at": NOW + 11}, [Trouble.SILENT]),
        ({"trouble": "[Errno 28] No space left on device"}, [Trouble.DISK]),
        (
            {"at": NOW - 3_600, "clock_jumps": [{"at": NOW, "by_s": 3600.0}]},
            [Trouble.SILENT, Trouble.CLOCK],
        ),
        ({"at": NOW - 60, "trouble": "the last word of a gateway that is gone"}, [Trouble.SILENT]),
        ({"clock_jumps": [{"at": NOW, "by_s": -3600.0}]}, [Trouble.CLOCK]),
        ({"slowed_devices": [7, 8]}, [Trouble.FLOOD]),
        ({"broker": None}, []),
        ({"broker": {"host": "b:1", "connected_at": NOW, "trouble": "", "code": 0, "strangers": []}}, []),
        (
            {
                "broker": {
                    "host": "b:1",
                    "connected_at": None,
                    "trouble": "refused",
                    "code": 134,
                    "strangers": ["WL-9"],
                }
            },
            [Trouble.BROKER, Trouble.STRANGERS],
        ),
        (
            {"slowed_devices": [7], "clock_jumps": [{"at": NOW, "by_s": 5.0}], "trouble": "full"},
            [Trouble.DISK, Trouble.CLOCK, Trouble.FLOOD],
        ),
    ],
)
def test_each_trouble_of_a_gateway_is_told(changes: dict[str, Any], expected: list[Trouble]) -> None:
    assert told(report(**changes)) == expected


def test_what_waits_long_and_a_store_that_is_away_are_told() -> None:
    lately, long_ago = (Waiting("gateway-0", 10, int((NOW - ago) * 1000)) for ago in (29, 31))
    assert told(report(), spools=(lately, Waiting("gateway-1", 0, 0))) == []
    assert told(report(), spools=(lately, long_ago)) == [Trouble.BEHIND]
    assert told(report(), store=False) == [Trouble.STORE]


def test_a_clock_that_is_set_is_noticed_for_an_hour() -> None:
    wall, steady = [1_000.0], [50.0]

    def pass_s(seconds: float, jump: float = 0.0) -> None:
        steady[0] += seconds
        wall[0] += seconds + jump

    watch = ClockWatch(lambda: wall[0], lambda: steady[0])
    pass_s(1.0)
    assert watch.look() == []
    pass_s(1.0, 1.9)
    assert watch.look() == []
    pass_s(1.0, -3_600)
    assert [each["by_s"] for each in watch.look()] == [-3_600]
    pass_s(1.0)
    assert len(watch.look()) == 1
    pass_s(1.0, 2.5)
    assert [each["by_s"] for each in watch.look()] == [-3_600, 2.5]
    pass_s(3_598.5)
    assert [each["by_s"] for each in watch.look()] == [2.5]


def test_the_pump_tells_the_rules_of_a_clock_that_was_set_before_anything_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told_of: list[str] = []
    wall = [0.0]

    class Noted:
        def clock_was_set(self, by_ms: int) -> None:
            told_of.append(f"set {by_ms}")

        def reload(self, now: datetime) -> None:
            told_of.append("reload")

        def tick(self, now_ms: int) -> int:
            told_of.append("tick")
            return 0

    def turn() -> bool:
        told_of.append("turn")
        if told_of.count("turn") == 1:
            wall[0] = -3_600.0
            return True
        return False

    monkeypatch.setattr(pumping, "TURN_S", 0.0)
    keep_pumping(turn, Noted(), lambda: told_of.count("turn") == 3, ClockWatch(lambda: wall[0], lambda: 0.0))
    assert told_of == ["turn", "set -3600000", "turn", "tick", "turn", "tick"]


def fill(folder: Path, count: int) -> None:
    async def write() -> None:
        async with SpoolWriter(folder) as writer:
            await writer.append(
                [encode(Raw(1000 + number, 1, "mqtt", "up/properties", b"{}")) for number in range(count)]
            )

    looping.run(write())


@pytest.mark.django_db
def test_what_the_pump_has_not_moved_is_measured(tmp_path: Path) -> None:
    fill(tmp_path / "gateway-0", 10)
    assert len(spooled(tmp_path)) == 10
    whole = intake_state.waiting(tmp_path)
    assert [(each.stream, each.since_ms) for each in whole] == [("gateway-0", 1000)]
    offsets = [
        offset for offset, _record in intake_state.SpoolReader(tmp_path / "gateway-0").read(0, 10).records
    ]
    with as_machine("streams.pump"):
        place = Checkpoint.objects.create(consumer="pump", stream="gateway-0", position=offsets[4])
    part = intake_state.waiting(tmp_path)[0]
    assert part.since_ms == 1004
    assert part.size == whole[0].size - (offsets[4] - offsets[0])
    with as_machine("streams.pump"):
        place.position = offsets[0] + whole[0].size
        place.save()
    assert intake_state.waiting(tmp_path) == [Waiting("gateway-0", 0, 0)]


@pytest.mark.django_db
def test_a_full_disk_is_told_until_there_is_room_again(tmp_path: Path) -> None:
    async def talk() -> None:
        disk = FailingDisk(bytes_left=0)
        async with SpoolWriter(tmp_path / "gateway-0", SPOOL, disk) as writer:
            durable = writer.add(encode(Raw(1, 1, "mqtt", "up/properties", b"{}")))
            while not writer.trouble:
                await asyncio.sleep(0.001)
            assert told(report(trouble=writer.trouble)) == [Trouble.DISK]
            disk.bytes_left = 10_000
            await durable
            assert told(report(trouble=writer.trouble)) == []

    looping.run(talk())


@pytest.fixture
def data(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Layout:
    def away() -> None:
        raise Unavailable("away")

    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(intake, "columns", away)
    layout = Layout(tmp_path)
    layout.run.mkdir()
    return layout


def write_report(layout: Layout, **changes: Any) -> None:
    told_now = report(**{"at": time.time(), **changes})
    (layout.run / "gateway-0.json").write_text(json.dumps(told_now), encoding="utf-8")


@pytest.mark.usefixtures("district")
def test_the_page_is_for_those_who_see_devices(signed_in: SignedIn, data: Layout) -> None:
    assert signed_in("resident").get("/streams/intake/").status_code == 403
    assert signed_in("integrator").get("/streams/intake/").status_code == 200


@pytest.mark.usefixtures("district")
def test_the_page_tells_what_is_wrong_and_names_the_askers_devices(signed_in: SignedIn, data: Layout) -> None:
    own = a_device("DB-1", unit_key="data-bureau")
    foreign = a_device("FB-1", unit_key="finance-bureau")
    write_report(data, trouble="[Errno 28] No space left on device", slowed_devices=[own.pk, foreign.pk])
    page = signed_in("integrator").get("/streams/intake/").content.decode()
    assert "No space left on device" in page
    assert "DB-1" in page
    assert "FB-1" not in page
    write_report(data)
    page = signed_in("integrator").get("/streams/intake/").content.decode()
    assert "No space left on device" not in page
    (data.run / "gateway-0.json").write_text("{", encoding="utf-8")
    assert signed_in("integrator").get("/streams/intake/").status_code == 200
