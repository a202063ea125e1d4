"""Tables that leave the platform: small ones at once, large ones as work, all within the asker's scope."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.test import Client
from openpyxl import load_workbook

from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.queries import files
from chengshu.foundation.http import exports
from chengshu.foundation.http.exports import Export, ExportColumn, contribute_export
from chengshu.foundation.jobs.models import JobRecord, JobState
from chengshu.foundation.jobs.runner import run_record
from chengshu.foundation.orgs.models import Unit

SignedIn = Callable[[str], Client]
ADDRESS = "/export/test.files/"


@pytest.fixture(autouse=True)
def table(db: None, monkeypatch: pytest.MonkeyPatch) -> Export:
    """Files as a table: two of the service centre, one of the finance bureau."""
    monkeypatch.setattr(exports, "_exports", {})
    for name, key in (
        ("=1+1.txt", "service-centre"),
        ("二.txt", "service-centre"),
        ("三.txt", "finance-bureau"),
    ):
        store_file(unit=Unit.objects.get(key=key), name=name, content=name.encode())
    return contribute_export(
        Export(
            "test.files",
            "Files",
            "files.view",
            [
                ExportColumn("Name", lambda file: file.name),
                ExportColumn("Size", lambda file: file.content.size),
                ExportColumn("Asker", lambda file: current_asker().name),
            ],
            lambda arguments: files().filter(**arguments).order_by("pk"),
        )
    )


def test_a_table_is_closed_to_those_without_its_power(signed_in: SignedIn, anonymous: Client) -> None:
    assert signed_in("resident").get(ADDRESS).status_code == 403
    assert anonymous.get(ADDRESS).status_code == 302
    assert signed_in("unit_officer").get("/export/no.such/").status_code == 404
    assert signed_in("unit_officer").get(f"{ADDRESS}?format=exe").status_code == 422


def test_a_small_table_comes_at_once_with_the_askers_rows_only(signed_in: SignedIn) -> None:
    response = signed_in("unit_officer").get(ADDRESS)
    lines = response.content.decode("utf-8-sig").splitlines()
    assert lines == ["Name,Size,Asker", "'=1+1.txt,8,unit.officer", "二.txt,7,unit.officer"]
    assert response["Content-Disposition"].startswith("attachment;")


def test_a_workbook_holds_the_same(signed_in: SignedIn) -> None:
    response = signed_in("unit_officer").get(f"{ADDRESS}?format=xlsx&name=二.txt")
    rows = list(load_workbook(io.BytesIO(response.content)).active.values)
    assert rows == [("Name", "Size", "Asker"), ("二.txt", 7, "unit.officer")]


def test_every_export_is_in_the_audit_chain(signed_in: SignedIn) -> None:
    signed_in("unit_officer").get(ADDRESS)
    entry = AuditEntry.objects.get(action="http.export_rows")
    assert (entry.actor, entry.details["given"]["rows"]) == ("unit.officer", 2)


def test_a_large_table_becomes_work_with_a_file_for_its_asker_only(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 1)
    officer = signed_in("unit_officer")
    response = officer.get(ADDRESS)
    record = JobRecord.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/jobs/{record.pk}/")
    assert run_record(record.pk) == JobState.DONE
    sent = b"".join(officer.get(f"/jobs/{record.pk}/result/").streaming_content).decode("utf-8-sig")
    assert sent.splitlines()[1:] == ["'=1+1.txt,8,unit.officer", "二.txt,7,unit.officer"]
    assert signed_in("unit_head").get(f"/jobs/{record.pk}/result/").status_code == 404


def test_a_program_is_told_where_the_work_is(signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 1)
    client = signed_in("unit_officer")
    response = client.get(ADDRESS, headers={"Accept": "application/json"})
    assert response.status_code == 202
    assert client.get(response["Location"]).json()["state"] == "waiting"
