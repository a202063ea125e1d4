"""Onboarding: a sheet with mistakes writes nothing and names each by row and column; a right one is taken in whole."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from chengshu.engines.streams import actions
from chengshu.engines.streams.models import Credential, Device
from chengshu.engines.streams.onboarding import (
    HEADINGS,
    OnboardingRefused,
    empty_sheet,
    read_sheet,
    secrets_sheet,
)
from chengshu.engines.streams.tests.builders import a_device, unit, water_level
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import InvalidFile, Refused

As = Callable[[str], Any]


def sheet(*rows: Sequence[Any], headings: Sequence[str] = tuple(HEADINGS.values())) -> bytes:
    book = Workbook()
    page = book.worksheets[0]
    for row in (headings, *rows):
        page.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def mistakes_in(content: bytes, *, take: bool = False) -> list[tuple[int, str]]:
    def taken_in() -> None:
        rows = read_sheet(content)
        if take:
            actions.onboard_devices(unit=unit(), rows=rows)

    with pytest.raises(OnboardingRefused) as refused:
        taken_in()
    return [(one.line, one.heading) for one in refused.value.mistakes]


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04nothing", "设备编号,设备名称".encode(), b"\xd0\xcf\x11\xe0"]
)
def test_what_is_no_sheet_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidFile):
        read_sheet(content)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidFile) as refused:
        read_sheet(sheet(["WL-1", "甲"], headings=["设备编号", "设备名称"]))
    assert refused.value.place is not None
    assert refused.value.place.label == "物模型"


def test_a_sheet_without_rows_is_refused() -> None:
    with pytest.raises(InvalidFile):
        read_sheet(sheet([None, " ", ""]))


def test_cells_that_cannot_be_read_are_named_by_row_and_column() -> None:
    content = sheet(
        ["WL-1", "甲", "water-level", "mqtt", "", "", "东经", 22.8, "去年", ""],
        [None, "乙", "water-level"],
        ["WL-3", None, None, "mqtt", "", "", 200, 22.8],
    )
    assert mistakes_in(content) == [
        (2, "经度"),
        (2, "安装日期"),
        (3, "设备编号"),
        (4, "设备名称"),
        (4, "物模型"),
        (4, "经度"),
    ]


@pytest.mark.usefixtures("district")
def test_one_wrong_row_keeps_all_rows_out() -> None:
    water_level()
    good = ["WL-1", "甲", "water-level"]
    content = sheet(
        good, ["WL-1", "乙", "water-level"], ["W L", "丙", "water-level"], ["WL-4", "丁", "smoke"]
    )
    assert mistakes_in(content, take=True) == [(3, "设备编号"), (4, "设备编号"), (5, "物模型")]
    assert (Device.objects.count(), Credential.objects.count()) == (0, 0)


@pytest.mark.usefixtures("district")
def test_a_code_that_is_taken_keeps_all_rows_out_even_if_its_device_is_hidden(as_persona: As) -> None:
    a_device("FB-1", "finance-bureau")
    a_device("WL-9")
    rows = read_sheet(sheet(["WL-1", "甲", "water-level"], ["FB-1", "乙", "water-level"]))
    with as_persona("integrator"), pytest.raises(OnboardingRefused) as refused:
        actions.onboard_devices(unit=unit("data-bureau"), rows=rows)
    assert [(one.line, one.heading) for one in refused.value.mistakes] == [(3, "设备编号")]
    assert mistakes_in(sheet(["WL-9", "甲", "water-level"]), take=True) == [(2, "设备编号")]
    assert Device.objects.count() == 2


@pytest.mark.usefixtures("district")
def test_onboarding_for_another_unit_is_refused(as_persona: As) -> None:
    water_level()
    rows = read_sheet(sheet(["WL-1", "甲", "water-level"]))
    with as_persona("integrator"), pytest.raises(Refused):
        actions.onboard_devices(unit=unit("finance-bureau"), rows=rows)
    with as_persona("handling_unit_officer"), pytest.raises(Refused):
        actions.onboard_devices(unit=unit(), rows=rows)


@pytest.mark.usefixtures("district")
def test_a_right_sheet_is_taken_in_whole_with_a_secret_each() -> None:
    water_level()
    content = sheet(
        [
            "WL-1",
            "凤凰大道",
            "water-level",
            "MQTT",
            "涵洞",
            "G1",
            113.5251,
            22.8016,
            "2026/11/22",
            "2031-11-22",
        ],
        [1002, "数字编号", "water-level"],
    )
    issued = actions.onboard_devices(unit=unit(), rows=read_sheet(content))
    first, second = Device.objects.order_by("-code")
    assert (first.code, second.code, first.unit.key) == ("WL-1", "1002", "service-centre")
    assert (first.longitude, first.latitude) == (Decimal("113.5251"), Decimal("22.8016"))
    assert (first.installed_on, first.serves_until) == (date(2026, 11, 22), date(2031, 11, 22))
    assert first.protocol == second.protocol == "mqtt"
    assert Credential.objects.count() == len({each.secret for each in issued}) == 2
    for each in issued:
        assert not AuditEntry.objects.filter(details__icontains=each.secret).exists()


def test_the_empty_sheet_is_one_that_can_be_read() -> None:
    (example,) = read_sheet(empty_sheet())
    assert (example.code, example.model, example.installed_on) == (
        "WL-0001",
        "water-level",
        date(2026, 11, 22),
    )


def test_secrets_are_handed_out_as_a_sheet() -> None:
    book = load_workbook(io.BytesIO(secrets_sheet([("WL-1", "甲", "s3cret")])))
    assert list(book.worksheets[0].values) == [("设备编号", "设备名称", "接入密钥"), ("WL-1", "甲", "s3cret")]
