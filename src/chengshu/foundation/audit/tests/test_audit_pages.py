"""The audit administrator's pages and commands, and that nobody else gets in."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from typer.testing import CliRunner

from chengshu.foundation.audit.commands import cli
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.audit.packages import check_package
from chengshu.foundation.audit.queries import Search, page_of
from chengshu.foundation.audit.tests.conftest import as_owner
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.identity.actions import open_account
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.orgs.models import Unit

SignedIn = Callable[[str], Client]
Write = Callable[..., list[AuditEntry]]


@pytest.fixture
def base(db: None, data_dir: Path) -> None:
    load_base_data()


@pytest.mark.parametrize(
    "name", ["unit_officer", "supervisor", "system_administrator", "security_administrator"]
)
def test_only_the_audit_administrator_gets_in(base: None, signed_in: SignedIn, name: str) -> None:
    client = signed_in(name)
    entry = AuditEntry.objects.latest("pk")
    statuses = {client.get(path).status_code for path in ("/audit/", f"/audit/{entry.pk}/")}
    statuses |= {client.post(path).status_code for path in ("/audit/verify/", "/audit/export/")}
    assert statuses == {403}


@pytest.mark.parametrize("path", ["/accounts/", "/orgs/powers/", "/promises/"])
def test_the_audit_administrator_sees_nothing_else(base: None, signed_in: SignedIn, path: str) -> None:
    assert signed_in("audit_administrator").get(path).status_code == 403


def test_search_finds_by_every_filter(base: None) -> None:
    open_account(username="officer", title="经办岗", password="Secret-123456")
    entry = AuditEntry.objects.get(action="identity.open_account")
    day = entry.at.astimezone().date().isoformat()
    for search in (
        Search(actor="test"),
        Search(action="identity.open"),
        Search(outcome="done"),
        Search(thing=entry.thing),
        Search(since=day, until=day),
        Search(text="经办岗"),
    ):
        assert entry in page_of(search).rows, search
    for search in (
        Search(actor="nobody"),
        Search(outcome="refused"),
        Search(until="2020-01-01"),
        Search(text="没有这句话"),
        Search(ip="10."),
        Search(unit="没有"),
    ):
        assert entry not in page_of(search).rows, search


def test_a_day_that_is_none_is_named(base: None) -> None:
    with pytest.raises(InvalidInput) as caught:
        page_of(Search(since="2026-02-31"))
    assert caught.value.field == "since"


def test_pages_follow_one_another_without_gaps(base: None) -> None:
    for number in range(60):
        open_account(username=f"officer{number}", title="经办岗", password="Secret-123456")
    search = Search(action="identity.open_account")
    first = page_of(search)
    second = page_of(search, first.page.next)
    assert (len(first.rows), len(second.rows), second.page.next) == (50, 10, "")
    assert first.rows[-1].pk > second.rows[0].pk
    assert page_of(search, second.page.previous).rows == first.rows


def test_an_entry_shows_what_changed_and_its_neighbours(base: None, signed_in: SignedIn) -> None:
    unit = Unit.objects.get(key="service-centre")
    from chengshu.foundation.orgs.actions import rename_unit

    rename_unit(unit=unit, name="新的中心", starts_on=date(2026, 1, 1))
    entry = AuditEntry.objects.filter(action="orgs.rename_unit").latest("pk")
    text = signed_in("audit_administrator").get(f"/audit/{entry.pk}/").content.decode()
    assert "<ins>新的中心</ins>" in text
    assert f"{entry.lane}/{entry.position}" in text
    assert entry.digest in text


def test_verifying_from_the_page_is_recorded_with_its_result(base: None, signed_in: SignedIn) -> None:
    response = signed_in("audit_administrator").post("/audit/verify/")
    assert response.status_code == 200
    recorded = AuditEntry.objects.get(action="audit.verify_chain").details["changes"][0]
    assert recorded["faults"] == 0
    assert recorded["entries"] > 0


def test_an_export_holds_what_was_searched_and_is_recorded(
    base: None, signed_in: SignedIn, tmp_path: Path
) -> None:
    open_account(username="officer", title="经办岗", password="Secret-123456")
    client = signed_in("audit_administrator")
    response = client.post("/audit/export/", {"action": "identity.open_account"})
    package = tmp_path / "export.zip"
    package.write_bytes(response.content)
    checked = check_package(package)
    assert (checked.kind, checked.is_ours, checked.faults) == ("export", True, ())
    assert checked.count == AuditEntry.objects.filter(action="identity.open_account").count()
    recorded = AuditEntry.objects.get(action="audit.export_entries").details["changes"][0]
    assert recorded["count"] == checked.count


def test_the_commands_verify_anchor_export_and_prove(lane: Write, tmp_path: Path) -> None:
    lane(4)
    runner, target = CliRunner(), tmp_path / "out.zip"
    assert json.loads(runner.invoke(cli, ["verify", "--json"]).stdout)["sound"] is True
    assert json.loads(runner.invoke(cli, ["anchor", "--json"]).stdout)["taken"] is True
    assert runner.invoke(cli, ["export", "-o", str(target)]).exit_code == 0
    assert runner.invoke(cli, ["verify-export", str(target)]).exit_code == 0
    assert runner.invoke(cli, ["export", "-o", str(target)]).exit_code == 1
    assert runner.invoke(cli, ["archive", "--before", "2020-01-01"]).exit_code == 0


def test_verify_exits_with_one_and_names_the_entry(lane: Write) -> None:
    entries = lane(4)
    with as_owner() as cursor:
        cursor.execute("UPDATE audit_auditentry SET actor = 'x' WHERE id = %s", [entries[1].pk])
    result = CliRunner().invoke(cli, ["verify"])
    assert result.exit_code == 1
    assert f"altered    {entries[1].lane}/2  entry {entries[1].pk}" in result.stdout
