"""The report over many devices: only those that the asker may see count, and its figures are those of the readings."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chengshu.engines.streams import actions, reporting
from chengshu.engines.streams.columns.client import Columns
from chengshu.engines.streams.models import ThingModel
from chengshu.engines.streams.pages import report as report_page
from chengshu.engines.streams.tests.builders import a_device, unit, water_level
from chengshu.foundation.errors import Unavailable

pytestmark = pytest.mark.usefixtures("district")
SignedIn = Callable[[str], Client]
As = Callable[[str], Any]
YESTERDAY = timezone.localdate() - timedelta(days=1)
MONTH = YESTERDAY.replace(day=1)
ADDRESS = f"/streams/report/?model=water-level&metric=level&month={MONTH:%Y-%m}"


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    reporting.forget()
    yield
    reporting.forget()


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, own_store: Columns) -> Columns:
    """The store that the page asks."""
    monkeypatch.setattr(report_page, "columns", lambda: own_store)
    return own_store


def measure(store: Columns, code: str, values: list[float], unit_key: str = "service-centre") -> None:
    """One value every ten minutes from the beginning of yesterday in Guangzhou on."""
    begin = timezone.make_aware(datetime.combine(YESTERDAY, time()))
    lines = [
        f"{code},level,{(begin + timedelta(minutes=10 * number)).isoformat()},{value}"
        for number, value in enumerate(values)
    ]
    content = "\n".join(["device,metric,time,value", *lines]).encode()
    actions.backfill_readings(unit=unit(unit_key), content=content, store=store)


def model() -> ThingModel:
    return ThingModel.objects.get(key="water-level")


def test_strangers_get_no_report(signed_in: SignedIn) -> None:
    water_level()
    assert signed_in("unit_officer").get(ADDRESS).status_code == 403
    assert signed_in("unit_officer").get("/export/streams.report/?format=csv").status_code == 403


def test_devices_of_another_unit_do_not_count(own_store: Columns, as_persona: As) -> None:
    a_device("WL-1")
    a_device("FB-1", "finance-bureau")
    measure(own_store, "WL-1", [1.0, 2.0, 3.0])
    measure(own_store, "FB-1", [7.0] * 6, "finance-bureau")
    with as_persona("handling_unit_officer"):
        own = reporting.report(own_store, model(), "level", MONTH)
    everything = reporting.report(own_store, model(), "level", MONTH)
    assert (own.devices, own.readings, own.days[0].most) == (1, 3, 3.0)
    assert (everything.devices, everything.readings, everything.days[0].most) == (2, 9, 7.0)


def test_a_day_is_one_of_guangzhou_and_its_figures_are_those_of_the_readings(own_store: Columns) -> None:
    a_device("WL-1")
    a_device("WL-2")
    measure(own_store, "WL-1", [float(number % 8) for number in range(144)])
    (day,) = reporting.report(own_store, model(), "level", MONTH).days
    assert (day.on, day.heard, day.readings) == (YESTERDAY, 1, 144)
    assert (day.mean, day.least, day.most) == (3.5, 0.0, 7.0)
    assert day.completeness == pytest.approx(144 / (2 * 1440))


def test_a_day_that_is_not_over_has_no_share(own_store: Columns, monkeypatch: pytest.MonkeyPatch) -> None:
    a_device("WL-1")
    measure(own_store, "WL-1", [1.0])
    begun = timezone.make_aware(datetime.combine(YESTERDAY, time(12)))
    monkeypatch.setattr(timezone, "localtime", lambda *_given: begun)
    (day,) = reporting.report(own_store, model(), "level", MONTH).days
    assert day.completeness is None


def test_many_who_ask_ask_the_store_once(own_store: Columns, monkeypatch: pytest.MonkeyPatch) -> None:
    a_device("WL-1")
    measure(own_store, "WL-1", [1.0])
    asked: list[str] = []
    rows = own_store.rows

    def noting(statement: str, *given: Any) -> Any:
        asked.append(statement)
        return rows(statement, *given)

    monkeypatch.setattr(own_store, "rows", noting)
    first = reporting.report(own_store, model(), "level", MONTH)
    assert reporting.report(own_store, model(), "level", MONTH) is first
    assert len(asked) == 1
    monkeypatch.setattr(reporting, "KEPT_S", -1.0)
    assert reporting.report(own_store, model(), "level", MONTH) is not first


@pytest.mark.parametrize("step", [1, 2], ids=["in one run", "with gaps"])
def test_devices_are_told_to_the_store_whatever_their_numbers(own_store: Columns, step: int) -> None:
    wanted = list(range(5, 5 + 500 * step, step))
    found = own_store.rows(
        f"SELECT count() FROM (SELECT number AS device FROM numbers(2000)) WHERE {reporting.among(wanted)}"
    )
    assert found[0][0] == len(wanted)


def test_months_go_back_over_the_year() -> None:
    assert reporting.months(date(2026, 2, 28), 4) == [
        date(2026, 2, 1),
        date(2026, 1, 1),
        date(2025, 12, 1),
        date(2025, 11, 1),
    ]


def test_the_page_says_what_it_is_of_and_what_is_simulated(shown: Columns, signed_in: SignedIn) -> None:
    a_device("WL-1")
    a_device("sim-1", is_simulated=True)
    measure(shown, "WL-1", [1.0, 2.0])
    page = signed_in("handling_unit_officer").get(ADDRESS).content.decode()
    assert "模拟" in page
    assert f'datetime="{YESTERDAY.isoformat()}"' in page
    answer = signed_in("handling_unit_officer").get(
        f"/export/streams.report/?format=csv&model=water-level&metric=level&month={MONTH:%Y-%m}"
    )
    (line,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (line["读数"], line["其中模拟设备"], line["设备"]) == ("2", "1", "2")


@pytest.mark.parametrize("typed", ["?model=nothing&metric=x&month=2026-13", "?month=%00", "?metric=<b>"])
def test_what_is_not_there_falls_back_to_what_is(shown: Columns, signed_in: SignedIn, typed: str) -> None:
    a_device("WL-1")
    answer = signed_in("handling_unit_officer").get(f"/streams/report/{typed}")
    assert answer.status_code == 200
    assert "水位" in answer.content.decode()


def test_without_the_store_the_page_says_so(signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Columns:
        raise Unavailable("away")

    a_device("WL-1")
    monkeypatch.setattr(report_page, "columns", missing)
    assert "列式存储没有响应" in signed_in("handling_unit_officer").get(ADDRESS).content.decode()
