"""The ledger: who may not, sheets out and in, stock, snapshots."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from chengshu.foundation.asking import asking
from chengshu.foundation.errors import Conflict, InvalidFile, InvalidInput, Refused
from chengshu.foundation.testing.personas import Cast
from chengshu.scenes.operations import queries
from chengshu.scenes.operations.actions import import_resources, keep_resource, move_stock, take_snapshot
from chengshu.scenes.operations.ledger import LedgerRow, read_ledger, row_of, write_ledger
from chengshu.scenes.operations.models import Resource
from chengshu.scenes.operations.tests.builders import contract, desk, picture, service, supplier, unit


def resource(kind: str = "spare", code: str = "BJ-1", **more: object) -> Resource:
    return keep_resource(
        unit=unit(),
        row=LedgerRow(code=code, name="光模块", kind=kind, **more),  # type: ignore[arg-type]
    )


def test_another_supplier_moves_no_stock(cast: Cast) -> None:
    part = resource(contract=contract(supplier=supplier()).number)
    with asking(desk("乙").asker()):
        assert not Resource.objects.exists()
        with pytest.raises(Refused):
            move_stock(resource=part, change=1, reason="x")
    with asking(desk().asker()):
        assert move_stock(resource=part, change=5, reason="到货").change == 5


def test_no_more_goes_than_is_there(db: None) -> None:
    part = resource()
    move_stock(resource=part, change=2, reason="到货")
    with pytest.raises(Conflict):
        move_stock(resource=part, change=-3, reason="更换")
    move_stock(resource=part, change=-2, reason="更换")
    assert queries.resource_by_id(part.pk).stock == 0  # type: ignore[attr-defined]


def test_only_spare_parts_have_stock_and_only_cameras_pictures(db: None) -> None:
    with pytest.raises(InvalidInput):
        move_stock(resource=resource("device"), change=1, reason="x")
    with pytest.raises(InvalidInput):
        take_snapshot(resource=resource("device"), content=picture())


def test_the_sheet_goes_out_and_comes_back_without_loss(db: None) -> None:
    of = contract()
    service(of)
    resource("network", "SW-1", contract=of.number, service="network", place="三楼机房", capacity="10 Gbit/s")
    resource(reorder_at=3)
    rows = read_ledger(write_ledger(queries.resources()))
    assert sorted(rows, key=lambda one: one.code) == [
        row_of(one) for one in Resource.objects.order_by("code")
    ]
    assert import_resources(unit=unit(), rows=rows) == {"new": 0, "changed": 2}


def test_all_rows_are_imported_or_none(db: None) -> None:
    rows = [LedgerRow("A", "甲", "device"), LedgerRow("B", "乙", "device", contract="没有")]
    with pytest.raises(InvalidInput):
        import_resources(unit=unit(), rows=rows)
    assert not Resource.objects.exists()


@pytest.mark.parametrize(
    ("cell", "value", "column"),
    [("C2", "device", 0), ("O2", "2025-13-01", 15), ("J2", "", 0), ("A1", "编码？", 1)],
    ids=["fits", "no day", "empty", "unknown column"],
)
def test_what_does_not_fit_is_named_by_place(db: None, cell: str, value: str, column: int) -> None:
    resource("device")
    book = load_workbook(io.BytesIO(write_ledger(queries.resources())))
    book.worksheets[0][cell] = value
    written = io.BytesIO()
    book.save(written)
    if not column:
        assert read_ledger(written.getvalue())
        return
    with pytest.raises(InvalidFile) as refused:
        read_ledger(written.getvalue())
    assert refused.value.place is not None
    assert refused.value.place.column == column


def test_what_is_no_workbook_is_refused(db: None) -> None:
    with pytest.raises(InvalidFile):
        read_ledger(b"code,name,kind")


def test_snapshots_are_compared_with_the_one_before(db: None) -> None:
    camera, now = resource("camera"), timezone.now()
    first = take_snapshot(resource=camera, content=picture(noise=900), taken_at=now - timedelta(hours=1))
    assert first.faults == []
    assert take_snapshot(resource=camera, content=picture(noise=900), taken_at=now).faults == ["frozen"]
    with pytest.raises(InvalidInput):
        take_snapshot(resource=camera, content=picture(), taken_at=now + timedelta(hours=1))


def test_the_pages_of_the_ledger(signed_in: object) -> None:
    client: Client = signed_in("section_head")  # type: ignore[operator]
    given = {"unit": unit().pk, "code": "CAM-1", "name": "大厅摄像机", "kind": "camera", "lat": "many"}
    assert client.post("/operations/resources/new/", given).status_code == 422
    assert client.post("/operations/resources/new/", {**given, "lat": ""}).status_code == 302
    camera = Resource.objects.get()
    assert client.get(f"/operations/resources/new/?of={camera.pk}").status_code == 200
    page = f"/operations/resources/{camera.pk}/"
    assert client.post(f"{page}snapshot/").status_code == 422
    shot = SimpleUploadedFile("shot.png", picture(), "image/png")
    assert client.post(f"{page}snapshot/", {"snapshot": shot}).status_code == 302
    assert client.get(page).status_code == 200
    kept = camera.snapshots.get()
    assert client.get(f"/operations/snapshots/{kept.pk}/picture/").status_code == 200
    part = resource()
    stock = f"/operations/resources/{part.pk}/stock/"
    assert client.post(stock, {"change": "-1", "reason": "更换"}).status_code == 422
    assert client.post(stock, {"change": "+2", "reason": "到货"}).status_code == 302
    book = client.get("/operations/resources/export/").content
    sheet = SimpleUploadedFile("ledger.xlsx", book)
    sent = client.post("/operations/resources/import/", {"unit": unit().pk, "file": sheet})
    assert sent.status_code == 302
    bad = SimpleUploadedFile("ledger.xlsx", b"nothing")
    assert client.post("/operations/resources/import/", {"unit": unit().pk, "file": bad}).status_code == 422
